"""YOLO text labels: a .txt a picture, a line a face: `class cx cy width height` in shares of the picture.

YOLO-pose goes on with `x y v` for each of the five landmarks; v is 0 where one is not labelled.
"""

import os
import re
from pathlib import Path

import numpy as np

from facewright.core.boxes import Floats
from facewright.core.errors import DataError
from facewright.core.pictures import find_pictures
from facewright.core.suggest import nearest
from facewright.datasets.classes import Classes
from facewright.datasets.labels import (
    BadLabel,
    Problems,
    by_place,
    folder,
    label_files,
    nothing_found,
    numbers,
    sample,
    size_of,
    text_of,
    usable_box,
    usable_landmarks,
)
from facewright.datasets.sample import Dataset, Sample, no_landmarks
from facewright.datasets.yolo_settings import Settings, read_settings, set_folder, stated_folder

POSE_COLUMNS = 20
"""of a line with five landmarks: no polygon, which has an odd number of them"""
SPLITS = {
    "train": ("train",),
    "val": ("val", "valid", "validation"),
    "valid": ("valid", "val", "validation"),
    "test": ("test",),
}
NO_LABEL = re.compile(r"classes\.|README\.|(train|val|valid|test)\.txt")
"""files beside labels that are none: lists of names and of pictures, Roboflow's README"""


def read(
    path: Path,
    *,
    split: str = "",
    box_scale: float = 1.0,
    box_shift: float = 0.0,
    unannotated: bool = False,
    classes: str = "",
    missing: str = "problem",
) -> Dataset:
    """The samples of a YOLO folder, with or without data.yaml; `path` may also be that file.

    Pictures lie in folders named `images` (`images/`, `train/images/`, `images/train/`) or below, each label
    in the `labels` folder beside it; or both lie together, in one folder or in several. `split` (train, val
    or valid, test) takes one part, as data.yaml or the folders name it; otherwise all that is in the folder.
    Every class is a face unless `classes` (numbers or, where data.yaml or classes.txt tells them, names;
    divided by commas) says which are. `box_shift` and `box_scale` bring boxes of whole heads to the tight
    convention: down by that share of their height, then to that size.

    An empty label file is a picture without faces. A missing one is reported and its picture left out, as
    nobody can say whether it was looked at; `missing="faceless"` takes it as without faces, as Ultralytics
    does.
    Raises DataError when the folder is missing or holds nothing of the kind.
    """
    if missing not in ("problem", "faceless"):
        raise DataError(f"missing={missing}: takes 'problem' or 'faceless'")
    is_yaml = path.suffix in (".yaml", ".yml") and path.is_file()
    root = folder(path.parent if is_yaml else path, "yolo")
    yaml = path if is_yaml else root / "data.yaml"
    settings = read_settings(root, yaml)
    if is_yaml:
        root = set_folder(yaml, settings)
    names = {str(number): name for number, name in settings.get("names", {}).items()}
    wanted = Classes(classes, yaml if yaml.is_file() else root, names)
    problems, samples = Problems(), []
    for images in _picture_folders(root, split, settings):
        labels = _labels_of(images, root)
        pictures = list(by_place(find_pictures(images), problems).values())
        for picture in pictures:
            label = labels / f"{picture.stem}.txt"
            try:
                if not label.is_file() and missing == "problem":
                    raise BadLabel(
                        f"no label file {label}; write an empty one if it has no face", "unlabelled"
                    )
                name = _from(root, picture).as_posix()
                samples.append(
                    _sample(name, picture, label, (box_scale, box_shift), unannotated, wanted, problems)
                )
            except BadLabel as error:
                problems.note(picture, f"{error}; the picture is left out", error.kind)
        stems = {picture.stem for picture in pictures}
        for label in label_files(labels, "*.txt"):
            if label.stem not in stems and not NO_LABEL.match(label.name):
                problems.note(label, "belongs to no picture; add the picture or delete the label", "orphan")
    wanted.check()
    if not samples:
        raise nothing_found(
            path, f"YOLO pictures with labels{f' of split {split}' if split else ''}", problems
        )
    return Dataset(path.name, samples, tuple(problems))


def _picture_folders(root: Path, split: str, settings: Settings) -> list[Path]:
    """The folders with pictures, of one split or of all."""
    found = _below(root, root)
    if not split:
        return [root, *found] if find_pictures(root) else found
    if split not in SPLITS:
        raise DataError(f"split={split}: takes train, val (or valid) or test{nearest(split, SPLITS)}")
    names = SPLITS[split]
    stated = [path for name in names for path in settings.get(name, {}).values()]
    if tops := [top for path in stated if (top := stated_folder(root, path, names))]:
        return list(dict.fromkeys(place for top in tops for place in (top, *_below(top, root))))
    return [f for f in found if set(f.relative_to(root).parts) & set(names)]


def _below(top: Path, root: Path) -> list[Path]:
    """The folders with pictures below one of a set: those called images, and those that hold labels, too."""
    return [place for place in _folders(top) if "images" in _from(root, place).parts or _holds_both(place)]


def _folders(top: Path) -> list[Path]:
    """All folders below, sorted; links are followed unless they lead back to where they are in."""
    found: list[Path] = []
    for place, inside, _ in os.walk(top, followlinks=True):
        here = Path(place)
        around = {above.resolve() for above in (here, *here.parents)}
        inside[:] = [name for name in inside if name[0] != "." and (here / name).resolve() not in around]
        found += [here / name for name in inside]
    return sorted(found)


def _holds_both(place: Path) -> bool:
    """Whether pictures and labels lie together in it."""
    return any(picture.with_suffix(".txt").is_file() for picture in find_pictures(place))


def _labels_of(images: Path, root: Path) -> Path:
    """The `labels` folder of an `images` folder: the last part of that name changed; else the same folder."""
    parts = list(_from(root, images).parts)
    for i in reversed(range(len(parts))):
        if parts[i] == "images":
            parts[i] = "labels"
            return root.joinpath(*parts)
    if images.name == "images" and (images.parent / "labels").is_dir():
        return images.parent / "labels"
    return images


def _from(root: Path, path: Path) -> Path:
    """The way there; a part that a data.yaml names may lie beside the set's folder."""
    return Path(os.path.relpath(path, root))


def _sample(
    name: str,
    picture: Path,
    label: Path,
    convention: tuple[float, float],
    unannotated: bool,
    wanted: Classes,
    problems: Problems,
) -> Sample:
    size = size_of(picture)
    scale, shift = convention
    boxes, landmarks = [], []
    lines = text_of(label).splitlines() if label.is_file() else []
    for number, line in enumerate(lines, 1):
        words = line.split()
        if not words:
            continue
        try:
            if len(words) not in (5, POSE_COLUMNS):
                raise BadLabel(
                    f"{len(words)} columns where 5 are needed, or {POSE_COLUMNS} with five landmarks "
                    "(polygons and other key points are not read)"
                )
            kind, *shares = numbers(words, len(words))
            if not wanted.take(f"{kind:g}"):
                continue
            box, remark = usable_box(_corners(shares[:4], size), size, scale, shift=shift)
            points = _landmarks(shares[4:], size)
        except BadLabel as error:
            problems.note(label, f"line {number}: {error}; the box is left out", error.kind)
            continue
        if remark:
            problems.note(label, f"line {number}: {remark}", "overhanging")
        boxes.append(box)
        landmarks.append(points)
    return sample(name, picture, boxes, landmarks=landmarks, size=size, unannotated=unannotated)


def _landmarks(shares: list[float], size: tuple[int, int]) -> Floats:
    """(5, 2); NaN where the line has none, or one of them is not labelled."""
    if not shares or not all(shares[2::3]):
        return no_landmarks(1)[0]
    return usable_landmarks(np.reshape(shares, (5, 3))[:, :2] * size)


def _corners(shares: list[float], size: tuple[int, int]) -> tuple[float, float, float, float]:
    cx, cy, w, h = shares
    if max(cx, cy, w, h) > 2:
        raise BadLabel(
            f"numbers {cx:g} {cy:g} {w:g} {h:g} are no shares of a picture (are they pixels?)", "not-shares"
        )
    width, height = size
    return (cx - w / 2) * width, (cy - h / 2) * height, (cx + w / 2) * width, (cy + h / 2) * height
