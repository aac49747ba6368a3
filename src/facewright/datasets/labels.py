"""What the readers share: checking a box, reading a picture's size, putting a `Sample` together.

The rules, the same for every format:

- Coordinates are pixels of the *upright* picture (EXIF orientation applied): labels are taken to have been
  made by looking at it the right way up. Where a label file states a size, a picture of another size is left
  out.
- A box with numbers that are not finite, corners in the wrong order, less than a pixel wide or high, or
  wholly outside its picture is left out and a `Problem` says so.
- A box that overhangs its picture is cut to it: silently, as annotators do that at every border, unless more
  than half of it lies outside, which is kept too but reported.
"""

import math
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from textwrap import shorten
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from facewright.core import boxes as box_ops
from facewright.core.boxes import Floats
from facewright.core.errors import DataError, PictureError, UsageError
from facewright.core.pictures import picture_size
from facewright.datasets.sample import Problem, ProblemKind, Sample, no_landmarks


class BadLabel(ValueError):
    """One label that cannot be used; its text says why. The reader turns it into a `Problem` of its kind."""

    def __init__(self, message: str, kind: ProblemKind = "unusable") -> None:
        super().__init__(message)
        self.kind: ProblemKind = kind


class Problems(list[Problem]):
    """The problems of one reading, collected."""

    def note(self, path: Path | str, message: str, kind: ProblemKind = "other") -> None:
        self.append(Problem(str(path), message, kind))


def numbers(words: Sequence[str], count: int, limit: float = 1e9) -> list[float]:
    """The first `count` of `words` as floats, NaN among them.

    Raises BadLabel when there are fewer, one is no number, or one is beyond `limit` (float32 must hold them).
    """
    if len(words) < count:
        raise BadLabel(f"{len(words)} columns where {count} are needed")
    try:
        values = [float(word) for word in words[:count]]
    except ValueError:
        raise BadLabel(f"not all numbers: {_shortened(words[:count])}") from None
    if any(abs(value) > limit for value in values):
        raise BadLabel(f"numbers beyond reason: {_shortened(words[:count])}")
    return values


def usable_box(
    values: ArrayLike,
    size: tuple[int, int] | None,
    scale: float = 1.0,
    *,
    shift: float = 0.0,
    derived: bool = False,
) -> tuple[Floats, str]:
    """One box (x0, y0, x1, y1), brought to the tight convention and cut to its picture, and a remark or "".

    First moved down by `shift` of its height (a box of the whole head holds more hair than neck), then scaled
    about its centre.
    `size` is the picture's (width, height), None when it is not known (then only the left and upper border
    count). `derived` boxes (from landmarks) may overhang by any share without a remark.
    Raises BadLabel when the box cannot be used, UsageError when scale or shift cannot.
    """
    if not 0 < scale < np.inf:
        raise UsageError(f"box_scale={scale:g}: takes a finite number above 0")
    # In plain numbers, as numpy takes ten times as long for four of them; readers do this for every face.
    given = x0, y0, x1, y1 = np.asarray(values, np.float64).tolist()
    if not all(map(math.isfinite, given)):
        raise BadLabel(f"box {_words(given)} has numbers that are not finite", "not-finite")
    wide, high = x1 - x0, y1 - y0
    if wide < 0 or high < 0:
        raise BadLabel(f"box {_words(given)} has its corners in the wrong order", "inverted")
    if min(wide, high) < 0.99:  # a pixel, as rounded in shares of a picture
        shares = min(given) >= 0 and max(given) <= 1 and min(wide, high) > 0
        raise BadLabel(
            f"box {_words(given)} is less than a pixel wide or high", "shares" if shares else "empty"
        )
    if not -1 < shift < 1:
        raise UsageError(f"box_shift={shift:g}: takes a number between -1 and 1")
    more_x, more_y, down = (scale - 1) * wide / 2, (scale - 1) * high / 2, shift * high
    width, height = size or (math.inf, math.inf)
    left, right = (min(max(x, 0.0), width) for x in (x0 - more_x, x1 + more_x))
    top, bottom = (min(max(y, 0.0), height) for y in (y0 - more_y + down, y1 + more_y + down))
    whole, inside = wide * high * scale**2, (right - left) * (bottom - top)
    if inside <= 0:
        where = f" of {width}x{height}" if size else ""
        raise BadLabel(f"box {_words(given)} lies outside its picture{where}", "outside")
    remark = ""
    if inside < whole / 2 and not derived:
        remark = f"box {_words(given)} lies more than half outside its picture; kept, cut to the picture"
    return np.array((left, top, right, bottom), np.float32), remark


def usable_landmarks(values: ArrayLike) -> Floats:
    """Five landmarks, any array-like of ten numbers x, y, x, y, ..., as (5, 2). BadLabel when not finite."""
    points = np.asarray(values, np.float32).reshape(5, 2)
    if not np.isfinite(points).all():
        raise BadLabel("landmarks have numbers that are not finite", "not-finite")
    return points


def label_files(folder: Path, *patterns: str) -> list[Path]:
    """Files of a folder by `patterns` as of `Path.glob`, sorted; hidden ones left out, as of pictures."""
    found = {file for pattern in patterns for file in folder.glob(pattern)}
    return sorted(f for f in found if not any(part[0] == "." for part in f.relative_to(folder).parts))


def by_place(pictures: Sequence[Path], problems: Problems) -> dict[Path, Path]:
    """Path without its ending -> picture; of two that differ in nothing but their ending, the first."""
    found: dict[Path, Path] = {}
    for picture in pictures:
        first = found.setdefault(picture.with_suffix(""), picture)
        if first != picture:
            problems.note(
                picture, f"its label is taken for that of {first.name}; left out, rename one of them"
            )
    return found


def is_file(path: Path) -> bool:
    """Also of names that no file can have, such as too long ones, for which `Path.is_file` raises."""
    return os.path.isfile(path)  # noqa: PTH113


def is_folder(path: Path) -> bool:
    """Also of names that no folder can have."""
    return os.path.isdir(path)  # noqa: PTH112


def size_of(picture: Path) -> tuple[int, int]:
    """Upright (width, height) from the picture's header. Raises BadLabel when it is missing or damaged."""
    if not is_file(picture):
        raise BadLabel(f"its picture {picture.name} does not exist", "orphan")
    try:
        return picture_size(picture)
    except PictureError as error:
        raise BadLabel(f"its picture cannot be read ({error})", "unreadable") from error


def check_stated(width: Any, height: Any, size: tuple[int, int], name: str) -> None:
    """Raises BadLabel where a label file states another size than the upright `size` of its picture.

    What is missing, 0 (as some tools write) or no number states none.
    """
    try:
        stated = int(float(width)), int(float(height))
    except (TypeError, ValueError, OverflowError):
        return
    if min(stated) <= 0 or stated == size:
        return
    # With boxes as they are, a size that is mended would make them wrong without a word.
    sideways = "its boxes are of the picture on its side, as before EXIF turns it; label it anew"
    cure = sideways if stated == size[::-1] else "label it anew or mend the size"
    raise BadLabel(
        f"says {stated[0]}x{stated[1]} pixels, but {name} has {size[0]}x{size[1]} the right way up; {cure}",
        "size",
    )


def sample(
    name: str,
    picture: Path | str,
    boxes: Sequence[ArrayLike] = (),
    *,
    landmarks: Sequence[ArrayLike] | None = None,
    attributes: Mapping[str, NDArray[np.int8]] | None = None,
    ignore: Sequence[ArrayLike] = (),
    size: tuple[int, int] | None = None,
    unannotated: bool = False,
    group: str = "",
) -> Sample:
    """A Sample of one picture file; `unannotated` makes the whole picture of `size` an ignore region."""
    if unannotated:
        width, height = size if size is not None else picture_size(picture)
        ignore = [*ignore, (0, 0, width, height)]
    points = no_landmarks(len(boxes)) if landmarks is None else np.asarray(landmarks, np.float32)
    return Sample(
        name=name,
        picture=picture,
        boxes=box_ops.as_boxes(np.array(boxes)),
        landmarks=points.reshape(len(boxes), 5, 2),
        attributes=attributes or {},
        ignore=box_ops.as_boxes(np.array(ignore)),
        group=group or Path(name).stem,
    )


def text_of(path: Path) -> str:
    """The text of a label file (UTF-8, with or without a mark). Raises BadLabel when it is no text."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadLabel("not a text file") from error
    except OSError as error:
        raise BadLabel(f"cannot be read ({error.strerror})") from error


def folder(path: Path, what: str) -> Path:
    """`path` if it is a folder, else a DataError."""
    if not path.exists():
        raise DataError(f"{path}: no such folder (wanted as {what} data); check the path")
    if not path.is_dir():
        raise DataError(f"{path}: not a folder (wanted as {what} data); give the folder that holds the set")
    return path


def nothing_found(path: Path, what: str, problems: Sequence[Problem]) -> DataError:
    """The error of a set of which not one sample could be read; names the first problem."""
    return DataError(
        f"{path}: no usable {what} found there; check the path and the format{first_of(problems)}"
    )


def first_of(problems: Sequence[Problem]) -> str:
    """`"; the first of 3 problems: ..."` for the end of an error, or "" when there is none."""
    return f"; the first of {len(problems)} problems: {problems[0]}" if problems else ""


def _shortened(words: Sequence[str]) -> str:
    """A polygon may have thousands."""
    return repr(shorten(" ".join(words), 100, placeholder=" ..."))


def _words(box: ArrayLike) -> str:
    return "(" + ", ".join(f"{value:g}" for value in np.asarray(box, np.float64)) + ")"
