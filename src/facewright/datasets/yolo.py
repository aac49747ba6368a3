"""YOLO text labels: a .txt a picture, a line a face, as yolo_lines.py has it."""

import re
from collections.abc import Sequence
from pathlib import Path

from facewright.core.errors import DataError
from facewright.core.pictures import find_pictures
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
)
from facewright.datasets.sample import Dataset, Sample
from facewright.datasets.yolo_lines import Lines
from facewright.datasets.yolo_parts import PARTS, labels_of, pictures_of, way
from facewright.datasets.yolo_settings import Settings, read_settings, stated_folder

NO_LABEL = re.compile(rf"classes\.|README\.|({'|'.join(PARTS)})\.txt")
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
    points: str = "",
) -> Dataset:
    """The samples of a YOLO folder, with or without data.yaml; `path` may also be that file.

    Pictures lie in folders named `images` (`images/`, `train/images/`, `images/train/`) or below, each label
    in the `labels` folder beside it; or both lie together, in one folder or in several. `split` (train, val
    or valid, test) takes one part: the folders or lists of pictures that data.yaml names, else folders called
    so, else a list called so (train.txt); otherwise all that is in the folder.
    A face is a box, with five landmarks or without, or a polygon, of which the box around it is taken;
    `points` (landmarks or polygon) says what lines of 15 columns are, if no `kpt_shape` in data.yaml does.
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
    settings, problems = read_settings(root, yaml), Problems()
    if is_yaml:
        root = _root(yaml, settings, problems)
    names = {str(number): name for number, name in settings.get("names", {}).items()}
    wanted = Classes(classes, yaml if yaml.is_file() else root, names)
    lines = Lines(tuple(settings.get("kpt_shape", {}).values()), points)
    samples: list[Sample] = []
    for images, pictures in pictures_of(root, split, settings, problems).items():
        labels = labels_of(images, root)
        for picture in by_place(pictures, problems).values():
            label = labels / f"{picture.stem}.txt"
            try:
                if not label.is_file() and missing == "problem":
                    raise BadLabel(
                        f"no label file {label}; write an empty one if it has no face", "unlabelled"
                    )
                name, convention = way(root, picture).as_posix(), (box_scale, box_shift)
                samples.append(
                    _sample(name, picture, label, lines, convention, unannotated, wanted, problems)
                )
            except BadLabel as error:
                problems.note(picture, f"{error}; the picture is left out", error.kind)
        for label in _orphans(labels, images, pictures):
            problems.note(label, "belongs to no picture; add the picture or delete the label", "orphan")
    wanted.check()
    if not samples:
        raise nothing_found(
            path, f"YOLO pictures with labels{f' of split {split}' if split else ''}", problems
        )
    return Dataset(path.name, samples, tuple(problems))


def _root(data_yaml: Path, settings: Settings, problems: Problems) -> Path:
    """The folder that a data.yaml is about; its own, and a problem, where it names one that is not there."""
    stated = stated_folder(data_yaml, settings)
    if stated is None:
        path = settings["path"][0]
        problems.note(
            data_yaml, f"its `path`, {path}, is not there; the folder that the file lies in is read instead"
        )
    return stated or data_yaml.parent


def _orphans(labels: Path, images: Path, pictures: Sequence[Path]) -> list[Path]:
    """The label files of no picture in `images`; `pictures` are all of these, or those of one part."""
    own = {picture.stem for picture in pictures}
    left = [label for label in label_files(labels, "*.txt") if label.stem not in own]
    left = [label for label in left if not NO_LABEL.match(label.name)]
    others = {picture.stem for picture in find_pictures(images)} if left else set()
    return [label for label in left if label.stem not in others]


def _sample(
    name: str,
    picture: Path,
    label: Path,
    meaning: Lines,
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
            if not wanted.take(f"{numbers(words, 1)[0]:g}"):
                continue
            corners, points = meaning.face(words, size)
            box, remark = usable_box(corners, size, scale, shift=shift)
        except BadLabel as error:
            problems.note(label, f"line {number}: {error}; the box is left out", error.kind)
            continue
        if remark:
            problems.note(label, f"line {number}: {remark}", "overhanging")
        boxes.append(box)
        landmarks.append(points)
    return sample(name, picture, boxes, landmarks=landmarks, size=size, unannotated=unannotated)
