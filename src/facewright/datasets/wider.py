"""WIDER FACE: `wider_face_train_bbx_gt.txt` and its like, with the six flags of every face.

    0--Parade/0_Parade_marchingband_1_849.jpg
    1
    449 330 122 149 0 0 0 0 0 0        x y width height blur expression illumination invalid occlusion pose

A picture without faces has the count 0 and then, all the same, one row of zeros.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from facewright.core.boxes import Floats
from facewright.core.errors import DataError
from facewright.core.suggest import nearest
from facewright.datasets.labels import (
    BadLabel,
    Problems,
    nothing_found,
    numbers,
    sample,
    size_of,
    text_of,
    usable_box,
)
from facewright.datasets.sample import Dataset, Sample, source_root

SPLITS = ("train", "val")
PICTURES = (".jpg", ".jpeg", ".png")
"""by which a line is told to be a picture's name"""
ATTRIBUTES = ("blur", "heavy_blur", "expression", "illumination", "occlusion", "heavy_occlusion", "pose")
"""Of every face, 1 or 0: `blur` and `occlusion` are set for the normal and the heavy level."""


def read(path: Path, *, split: str = "", box_scale: float = 1.0, unannotated: bool = False) -> Dataset:
    """The samples of WIDER FACE, of one `split` (train, val) or of all whose lists and pictures are there.

    `path` is the folder that holds `wider_face_split/` and `WIDER_train/`, `WIDER_val/` (as unpacked), or one
    list, with its pictures in `WIDER_<split>/images` or `images` beside it or one level up. Faces marked
    invalid become ignore regions. Raises DataError when nothing of the kind is there.
    """
    if split and split not in SPLITS:
        raise DataError(f"split={split}: takes train or val{nearest(split, SPLITS)}")
    source_root(path, "wider")
    problems, samples = Problems(), []
    for file in _lists(path, split):
        pictures = _pictures(file)
        for name, rows in _entries(file, problems):
            try:
                samples.append(_sample(name, pictures / name, rows, box_scale, unannotated, file, problems))
            except BadLabel as error:
                problems.note(file, f"{name}: {error}; the picture is left out", error.kind)
    if not samples:
        raise nothing_found(path, "WIDER FACE pictures", problems)
    return Dataset(path.name, samples, tuple(problems))


def _lists(path: Path, split: str) -> list[Path]:
    if path.is_file():
        return [path]
    name = f"wider_face_{split or '*'}_bbx_gt.txt"
    found = sorted([*path.glob(name), *path.glob(f"*/{name}")])
    if not found:
        wanted = f"wider_face_{split or 'train'}_bbx_gt.txt"
        raise DataError(
            f"{path}: holds no {wanted}; give the folder that holds wider_face_split, or the list"
        )
    return found


def _pictures(file: Path) -> Path:
    """The folder that the names in a list are relative to."""
    split = file.name.removeprefix("wider_face_").removesuffix("_bbx_gt.txt")
    for root in (file.parent, file.parent.parent):
        for folder in (f"WIDER_{split}/images", "images"):
            if (root / folder).is_dir():
                return root / folder
    raise DataError(
        f"{file}: no folder WIDER_{split}/images beside it or one level up; unpack the pictures there"
    )


def _entries(file: Path, problems: Problems) -> Iterator[tuple[str, list[tuple[int, list[str]]]]]:
    """Each picture's name and its rows, with their line numbers.

    A line is a name if it ends as a picture's does, so that a wrong count spoils one picture, not the rest.
    """
    try:
        lines = text_of(file).splitlines()
    except BadLabel as error:
        raise DataError(f"{file}: {error}; a WIDER FACE list is text") from error
    starts = [i for i, line in enumerate(lines) if line.strip().lower().endswith(PICTURES)]
    for start, end in zip(starts, [*starts, len(lines)][1:], strict=True):
        name = lines[start].strip()
        rows = [(i + 1, lines[i].split()) for i in range(start + 1, end) if lines[i].strip()]
        try:
            count = int(rows.pop(0)[1][0]) if rows else -1
        except ValueError:
            count = -1
        if count == 0 and len(rows) == 1 and set(rows[0][1]) == {"0"}:
            rows = []
        if len(rows) != count:
            problems.note(
                file,
                f"{name}: {len(rows)} rows where the count says {count}; the picture is left out",
                "unusable",
            )
            continue
        yield name, rows


def _sample(
    name: str,
    picture: Path,
    rows: list[tuple[int, list[str]]],
    scale: float,
    unannotated: bool,
    file: Path,
    problems: Problems,
) -> Sample:
    size = size_of(picture)
    boxes: list[Floats] = []
    ignore: list[Floats] = []
    flags: list[list[bool]] = []
    for number, words in rows:
        try:
            x, y, w, h, blur, expression, illumination, invalid, occlusion, pose = numbers(words, 10)
            box, remark = usable_box((x, y, x + w, y + h), size, scale)
        except BadLabel as error:
            problems.note(file, f"line {number}, {name}: {error}; the box is left out", error.kind)
            continue
        if remark:
            problems.note(file, f"line {number}, {name}: {remark}", "overhanging")
        if invalid:
            ignore.append(box)
            continue
        boxes.append(box)
        flags.append(
            [blur > 0, blur > 1, expression > 0, illumination > 0, occlusion > 0, occlusion > 1, pose > 0]
        )
    table: NDArray[np.int8] = np.array(flags, np.int8).reshape(-1, len(ATTRIBUTES))
    return sample(
        name,
        picture,
        boxes,
        attributes={attribute: table[:, i] for i, attribute in enumerate(ATTRIBUTES)},
        ignore=ignore,
        size=size,
        unannotated=unannotated,
    )
