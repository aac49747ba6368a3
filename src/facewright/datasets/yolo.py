"""YOLO text labels: a .txt a picture, a line a face: `class cx cy width height` in shares of the picture.

YOLO-pose goes on with `x y v` for each of the five landmarks; v is 0 where one is not labelled.
"""

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import numpy as np

from facewright.core.boxes import Floats
from facewright.core.errors import DataError
from facewright.core.pictures import find_pictures
from facewright.core.suggest import nearest
from facewright.datasets.labels import (
    BadLabel,
    Problems,
    folder,
    nothing_found,
    numbers,
    sample,
    size_of,
    text_of,
    usable_box,
    usable_landmarks,
)
from facewright.datasets.sample import Dataset, Sample, no_landmarks

POSE_COLUMNS = 20
"""of a line with five landmarks: no polygon, which has an odd number of them"""
SPLITS = {
    "train": ("train",),
    "val": ("val", "valid", "validation"),
    "valid": ("valid", "val"),
    "test": ("test",),
}


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

    Pictures lie in folders named `images` (`images/`, `train/images/`, `images/train/`), each label in the
    `labels` folder beside it; or both lie together in one folder. `split` (train, val or valid, test) takes
    one part, as data.yaml or the folders name it; otherwise all parts. Every class is a face unless `classes`
    (numbers or, with data.yaml, names; divided by commas) says which are. `box_shift` and `box_scale` bring
    boxes of whole heads to the tight convention: down by that share of their height, then to that size.

    An empty label file is a picture without faces. A missing one is reported and its picture left out, as
    nobody can say whether it was looked at; `missing="faceless"` takes it as without faces, as Ultralytics
    does.
    Raises DataError when the folder is missing or holds nothing of the kind.
    """
    if missing not in ("problem", "faceless"):
        raise DataError(f"missing={missing}: takes 'problem' or 'faceless'")
    root = path.parent if path.suffix in (".yaml", ".yml") and path.is_file() else path
    folder(root, "yolo")
    yaml = path if path != root else root / "data.yaml"
    settings = _settings(yaml) if yaml.is_file() else {}
    wanted = _wanted(classes, settings.get("names", []), yaml)
    problems, samples = Problems(), []
    for images in _picture_folders(root, split, settings):
        labels = _labels_beside(images, root)
        pictures = find_pictures(images)
        for picture in pictures:
            label = labels / f"{picture.stem}.txt"
            try:
                if not label.is_file() and missing == "problem":
                    raise BadLabel(
                        f"no label file {label}; write an empty one if it has no face", "unlabelled"
                    )
                name = picture.relative_to(root).as_posix()
                samples.append(
                    _sample(name, picture, label, (box_scale, box_shift), unannotated, wanted, problems)
                )
            except BadLabel as error:
                problems.note(picture, f"{error}; the picture is left out", error.kind)
        stems = {picture.stem for picture in pictures}
        for label in sorted(labels.glob("*.txt")):
            if label.stem not in stems and not (labels == images and label.stem in ("classes", "README")):
                problems.note(label, "belongs to no picture; add the picture or delete the label", "orphan")
    if not samples:
        raise nothing_found(
            path, f"YOLO pictures with labels{f' of split {split}' if split else ''}", problems
        )
    return Dataset(path.name, samples, tuple(problems))


def _settings(file: Path) -> dict[str, list[str]]:
    try:
        return read_yaml(text_of(file))
    except BadLabel as error:
        raise DataError(f"{file}: {error}; mend it or take it away") from error


def read_yaml(text: str) -> dict[str, list[str]]:
    """The top-level `key: value` and `key: [a, b]` or list lines of a data.yaml, each as a list of strings.

    This is the part of YAML that data.yaml files are written in; nested keys (Roboflow's) are passed over,
    but `names` as a numbered mapping (`0: face`) is read. Quotes are taken off.
    """
    found: dict[str, list[str]] = {}
    key = ""
    for line in text.splitlines():
        line = re.sub(r"\s+#.*|^#.*", "", line).rstrip()
        if top := re.match(r"([A-Za-z_]\w*):\s*(.*)$", line):
            key, value = top.groups()
            items = value.strip("[]").split(",") if value.startswith("[") else [value]
            found[key] = [_unquoted(item) for item in items if item.strip()]
        elif key and (item := re.match(r"\s*(?:-\s*|\d+:\s*)(.+)$", line)):
            found[key].append(_unquoted(item.group(1)))
        elif key and re.match(r"\s+[^:]+$", line):  # a list in brackets that goes on over several lines
            found[key] += [_unquoted(item) for item in line.strip(" \t[]").split(",") if item.strip(" \t[]")]
    return found


def _unquoted(text: str) -> str:
    return text.strip().strip("'\"")


def _wanted(classes: str, names: list[str], yaml: Path) -> set[int]:
    """The class numbers that are faces; an empty set means all."""
    wanted = set()
    for word in filter(None, (word.strip() for word in classes.split(","))):
        if word.isdecimal():
            wanted.add(int(word))
        elif word in names:
            wanted.add(names.index(word))
        else:
            raise DataError(f"classes={word}: no class of this name in {yaml}{nearest(word, names)}")
    return wanted


def _picture_folders(root: Path, split: str, settings: dict[str, list[str]]) -> list[Path]:
    """The folders with pictures, of one split or of all."""
    found = sorted(f for f in _folders_below(root, depth=3) if "images" in f.relative_to(root).parts)
    if find_pictures(root):
        found.insert(0, root)
    if not split:
        return found
    if split not in SPLITS:
        raise DataError(f"split={split}: takes train, val (or valid) or test{nearest(split, SPLITS)}")
    for name in SPLITS[split]:
        for stated in settings.get(name, []):
            if inside := _inside(root, stated):
                return [inside]
    return [f for f in found if set(f.relative_to(root).parts) & set(SPLITS[split])]


def _folders_below(root: Path, depth: int) -> Iterator[Path]:
    for child in root.iterdir():
        if child.is_dir():
            yield child
            if depth > 1:
                yield from _folders_below(child, depth - 1)


def _inside(root: Path, stated: str) -> Path | None:
    """The folder below `root` that a data.yaml's path means: its longest tail that exists there.

    Roboflow writes `../train/images` for `train/images`; absolute paths of somebody's computer stay behind.
    """
    parts = [part for part in PurePosixPath(stated.replace("\\", "/")).parts if part not in ("/", ".", "..")]
    for start in range(len(parts)):
        candidate = root.joinpath(*parts[start:])
        if candidate.is_dir():
            return candidate
    return None


def _labels_beside(images: Path, root: Path) -> Path:
    """The `labels` folder of an `images` folder: the last part of that name changed; else the same folder."""
    parts = list(images.relative_to(root).parts)
    for i in reversed(range(len(parts))):
        if parts[i] == "images":
            parts[i] = "labels"
            return root.joinpath(*parts)
    if images.name == "images" and (images.parent / "labels").is_dir():
        return images.parent / "labels"
    return images


def _sample(
    name: str,
    picture: Path,
    label: Path,
    convention: tuple[float, float],
    unannotated: bool,
    wanted: set[int],
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
            if wanted and kind not in wanted:
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
