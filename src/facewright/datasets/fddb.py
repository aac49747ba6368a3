"""FDDB: faces as ellipses, in `FDDB-fold-NN-ellipseList.txt`.

2002/08/11/big/img_591                                          picture, without its ending
1                                                               how many ellipses
123.58 85.55 1.2658 269.69 161.78  1                            semi-axes, angle, centre x and y, 1

The set's own pictures are .jpg; .png is looked for after, as pictures without loss are written again.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from facewright.core.boxes import Floats
from facewright.core.errors import DataError
from facewright.datasets.labels import (
    BadLabel,
    Problems,
    is_file,
    nothing_found,
    numbers,
    sample,
    size_of,
    text_of,
    usable_box,
)
from facewright.datasets.landmarks import ellipse_box
from facewright.datasets.sample import Dataset, source_root

SUFFIXES = (".jpg", ".png")


def read(
    path: Path, *, fold: int = 0, images: str = "", box_scale: float = 1.0, unannotated: bool = False
) -> Dataset:
    """The samples of FDDB's folds, or of one `fold` (1 to 10); a box is the upright one around its ellipse.

    `path` is the folder that holds `FDDB-folds/` and the pictures' `2002/`, `2003/` (as unpacked, or in
    `originalPics/`), or one ellipse list. `images` says where the pictures are, relative to `path`'s folder.
    Raises DataError when nothing of the kind is there.
    """
    files, folders = lists(path, fold), picture_folders(path, images)
    problems, samples = Problems(), []
    for file in files:
        for name, rows in entries(file, problems):
            picture = picture_of(name, folders)
            try:
                if picture is None:
                    raise BadLabel(f"no {name}.jpg in {' or '.join(map(str, folders))}", "orphan")
                size = size_of(picture)
            except BadLabel as error:
                problems.note(file, f"{error}; the picture is left out", error.kind)
                continue
            boxes: list[Floats] = []
            for row in rows:
                try:
                    boxes.append(usable_box(box_of(row), size, box_scale, derived=True)[0])
                except BadLabel as error:
                    problems.note(file, f"{name}: {error}; the box is left out", error.kind)
            samples.append(
                sample(
                    f"{name}{picture.suffix}", picture, boxes, size=size, unannotated=unannotated, group=name
                )
            )
    if not samples:
        raise nothing_found(path, "FDDB pictures", problems)
    return Dataset(path.name, samples, tuple(problems))


def lists(path: Path, fold: int = 0) -> list[Path]:
    """The ellipse lists in a folder (there or in FDDB-folds), or the list that `path` is. DataError."""
    root = source_root(path, "fddb")
    if not root.is_dir():
        return [root]
    pattern = f"FDDB-fold-{f'{fold:02d}' if fold else '??'}-ellipseList.txt"
    files = sorted([*root.glob(pattern), *root.glob(f"*/{pattern}")])
    if not files:
        raise DataError(f"{path}: holds no {pattern}; give the folder that holds FDDB-folds, or one list")
    return files


def picture_folders(path: Path, images: str = "") -> list[Path]:
    """Where the pictures of a set, or of one list, may lie."""
    root = path if path.is_dir() else path.parent
    return [root / images] if images else [root, root / "originalPics", root.parent / "originalPics"]


def picture_of(name: str, folders: Sequence[Path]) -> Path | None:
    """The picture of that name (without its ending), where there is one."""
    places = (f / f"{name}{suffix}" for suffix in SUFFIXES for f in folders)
    return next((place for place in places if is_file(place)), None)


def entries(file: Path, problems: Problems) -> Iterator[tuple[str, list[list[str]]]]:
    """Each picture's name and the words of its rows. Raises DataError for what is no ellipse list."""
    try:
        lines = [line.split() for line in text_of(file).splitlines() if line.strip()]
    except BadLabel as error:
        raise DataError(f"{file}: {error}; an ellipse list is text") from error
    i = 0
    while i < len(lines):
        if i + 1 >= len(lines) or not (len(lines[i + 1]) == 1 and lines[i + 1][0].isdecimal()):
            raise DataError(
                f"{file}: no count follows {' '.join(lines[i])!r}; an ellipse list is wanted here"
            )
        count = int(lines[i + 1][0])
        rows = lines[i + 2 : i + 2 + count]
        if len(rows) < count:
            problems.note(
                file, f"{lines[i][0]}: {len(rows)} rows where the count says {count}; the file is cut off"
            )
        yield lines[i][0], rows
        i += 2 + count


def box_of(row: list[str]) -> Floats:
    """The upright box around the ellipse of one row. Raises BadLabel."""
    along, across, angle, cx, cy = numbers(row, 5)
    return ellipse_box(cx, cy, along, across, angle)
