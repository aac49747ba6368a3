"""COCO: `images`, `annotations` with `bbox` [x, y, width, height] in pixels or polygons, `categories`."""

import json
import reprlib
from collections import Counter, defaultdict
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

import numpy as np

from facewright.core.boxes import Floats
from facewright.core.errors import DataError
from facewright.core.faces import LANDMARKS
from facewright.datasets.classes import Classes
from facewright.datasets.labels import (
    BadLabel,
    Problems,
    check_stated,
    is_file,
    label_files,
    nothing_found,
    sample,
    size_of,
    usable_box,
    usable_landmarks,
)
from facewright.datasets.sample import Dataset, Sample, no_landmarks, source_root


def read(
    path: Path, *, images: str = "", box_scale: float = 1.0, unannotated: bool = False, classes: str = ""
) -> Dataset:
    """The samples of one COCO JSON file; `path` may also be a folder that holds just one, in it or one down.

    Pictures are looked for in `images` (relative to the JSON file) or, without it, beside the JSON file, in
    the folder `images`, one named as the split, or that one in `images`, there or one level up; those with
    the whole path on somebody's computer by as much of its end as exists there. Every annotation is a face
    unless `classes` (names or ids of categories, divided by commas) says which are. Where one has no `bbox`,
    the box around the polygons of its `segmentation` is taken. `iscrowd` makes an ignore region. Key points
    are read where those of the category are the five of core.faces.LANDMARKS, and of `attributes` (as
    annotation tools write them beside the box) those that are true or false.
    A picture that `images` lists and no annotation mentions is one without faces.
    Raises DataError when the file is missing, not COCO's, or nothing in it can be used.
    """
    file = _json_file(source_root(path, "coco"))
    content = _content(file)
    wanted = Classes(classes, file, _names(content.get("categories")))
    problems, samples = Problems(), []
    five = _with_five_landmarks(content.get("categories"), file, problems)
    by_picture: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for annotation in content["annotations"]:
        by_picture[str(annotation.get("image_id"))].append(annotation)
    entries = content["images"]
    uses = {key: Counter(str(entry.get(key)) for entry in entries) for key in ("id", "file_name")}
    folders = _picture_folders(file, images)
    for entry in entries:
        annotations = by_picture.pop(str(entry.get("id")), [])
        try:
            if "file_name" not in entry:
                raise BadLabel(f"picture {entry.get('id')} has no file_name")
            for key, count in uses.items():
                if count[str(entry.get(key))] > 1:
                    raise BadLabel(f"several pictures have the {key} {entry.get(key)}")
            name = str(entry["file_name"]).replace("\\", "/")
            picture = _picture(name, folders)
            size = size_of(picture)
            check_stated(entry.get("width"), entry.get("height"), size, name)
            chosen = [a for a in annotations if wanted.take(str(a.get("category_id")))]
            samples.append(_sample(name, picture, size, chosen, five, box_scale, unannotated, file, problems))
        except BadLabel as error:
            problems.note(file, f"{error}; the picture is left out", error.kind)
    for image_id, orphans in by_picture.items():
        problems.note(
            file,
            f"{len(orphans)} boxes belong to picture {image_id}, which is not listed; left out",
            "orphan",
        )
    wanted.check()
    if not samples:
        raise nothing_found(path, "COCO pictures", problems)
    return Dataset(path.name, samples, tuple(problems))


def _json_file(path: Path) -> Path:
    if path.is_file():
        return path
    found = label_files(path, "*.json", "*/*.json")
    if len(found) != 1:
        listed = f": {', '.join(str(f.relative_to(path)) for f in found[:5])}" if found else ""
        raise DataError(
            f"{path}: holds {len(found)} JSON files{listed}; give the path of the one that is wanted"
        )
    return found[0]


def _content(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_text(encoding="utf-8-sig"))
    except ValueError as error:  # of bad JSON and of bad UTF-8
        raise DataError(f"{file}: not readable as JSON ({error}); mend or export it anew") from error
    keys = ("images", "annotations")
    if not isinstance(content, dict) or not all(_is_list_of_dicts(content.get(key)) for key in keys):
        raise DataError(f"{file}: not a COCO file (no lists `images` and `annotations`); check the format")
    return content


def _is_list_of_dicts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)


def _names(categories: Any) -> dict[str, str]:
    """Category id -> name."""
    listed = categories if _is_list_of_dicts(categories) else []
    return {str(category.get("id")): str(category.get("name")) for category in listed}


def _with_five_landmarks(categories: Any, file: Path, problems: Problems) -> set[str]:
    """The category ids whose key points are the five landmarks, in their order. Five others are a problem, as
    they may be the same by other names."""
    listed = categories if _is_list_of_dicts(categories) else []
    found = {str(category.get("id")) for category in listed if category.get("keypoints") == list(LANDMARKS)}
    for category in listed:
        points = category.get("keypoints")
        if (
            isinstance(points, list)
            and len(points) == len(LANDMARKS)
            and str(category.get("id")) not in found
        ):
            problems.note(
                file,
                f"the key points of {category.get('name')}, {', '.join(map(str, points))}, are left out; if "
                f"they are these, call them {', '.join(LANDMARKS)}, left as the viewer sees it",
            )
    return found


def _picture_folders(file: Path, images: str) -> list[Path]:
    here = file.parent
    if images:
        folder = here / images
        if not folder.is_dir():
            raise DataError(f"{folder}: no such folder; images= is relative to the JSON file")
        return [folder]
    split = file.stem.rpartition("_")[2]  # instances_val2017.json -> val2017
    below = ("", "images", split, f"images/{split}")
    return [place / name for place in (here, here.parent) for name in below]


def _picture(name: str, folders: list[Path]) -> Path:
    """Where a picture lies. Of a path on somebody's computer the longest tail counts that exists here."""
    path = PurePosixPath(name)
    foreign = path.is_absolute() or PureWindowsPath(name).is_absolute()
    tails = [Path(*path.parts[start:]) for start in range(len(path.parts) if foreign else 1)]
    places = (folder / tail for tail in tails for folder in folders)
    return next((place for place in places if is_file(place)), folders[0] / name)


def _sample(
    name: str,
    picture: Path,
    size: tuple[int, int],
    annotations: list[dict[str, Any]],
    five: set[str],
    scale: float,
    unannotated: bool,
    file: Path,
    problems: Problems,
) -> Sample:
    boxes: list[Floats] = []
    ignore: list[Floats] = []
    landmarks: list[Floats] = []
    known: list[dict[str, bool]] = []
    for annotation in annotations:
        what = f"box {annotation.get('id')} of {name}"
        try:
            box, remark = usable_box(_corners(annotation), size, scale)
        except BadLabel as error:
            problems.note(file, f"{what}: {error}; the box is left out", error.kind)
            continue
        if remark:
            problems.note(file, f"{what}: {remark}", "overhanging")
        if annotation.get("iscrowd"):
            ignore.append(box)
            continue
        boxes.append(box)
        points = no_landmarks(1)[0]
        try:
            if str(annotation.get("category_id")) in five:
                points = _landmarks(annotation.get("keypoints"))
        except BadLabel as error:
            problems.note(file, f"{what}: {error}; its landmarks are left out")  # the box is kept
        landmarks.append(points)
        given = annotation.get("attributes")
        known.append(_said(given) if isinstance(given, dict) else {})
    return sample(
        name,
        picture,
        boxes,
        landmarks=landmarks,
        attributes={
            attribute: np.array([face.get(attribute, -1) for face in known], np.int8)
            for attribute in dict.fromkeys(attribute for face in known for attribute in face)
        },
        ignore=ignore,
        size=size,
        unannotated=unannotated,
    )


def _corners(annotation: dict[str, Any]) -> tuple[float, float, float, float]:
    """x0, y0, x1, y1 of the box; where there is none, of that around the polygons."""
    if annotation.get("bbox") in (None, []) and annotation.get("segmentation"):
        return _around(annotation["segmentation"])
    x, y, width, height = _numbers("bbox", annotation.get("bbox"), 4)
    return x, y, x + width, y + height


def _around(polygons: Any) -> tuple[float, float, float, float]:
    """Of a list of polygons, each a list x, y, x, y, ...; of one that is not in a list, too."""
    if isinstance(polygons, dict):
        raise BadLabel("it has no bbox, and its segmentation is a mask (RLE), which is not read")
    parts = polygons if isinstance(polygons, list) and isinstance(polygons[0], list) else [polygons]
    if not all(isinstance(part, list) and len(part) >= 6 and len(part) % 2 == 0 for part in parts):
        raise BadLabel("it has no bbox, and its segmentation is no list of polygons, each x, y, x, y, ...")
    numbers = [_numbers("segmentation", part, len(part)) for part in parts]
    xs, ys = ([number for part in numbers for number in part[axis::2]] for axis in (0, 1))
    return min(xs), min(ys), max(xs), max(ys)


def _landmarks(value: Any) -> Floats:
    """(5, 2) of COCO's x, y, v, x, y, v, ...; NaN unless all five are labelled (v of 1 or 2)."""
    if value is None:
        return no_landmarks(1)[0]
    points = np.reshape(_numbers("keypoints", value, 15), (5, 3))
    return usable_landmarks(points[:, :2]) if points[:, 2].all() else no_landmarks(1)[0]


def _said(attributes: dict[str, Any]) -> dict[str, bool]:
    return {str(name): value for name, value in attributes.items() if isinstance(value, bool)}


def _numbers(what: str, value: Any, count: int) -> list[float]:
    numeric = isinstance(value, list) and all(type(v) in (int, float) and abs(v) < 1e9 for v in value)
    if not numeric or len(value) != count:
        raise BadLabel(f"{what} {reprlib.repr(value)} is not {'four' if count == 4 else count} numbers")
    return [float(v) for v in value]
