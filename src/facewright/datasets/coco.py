"""COCO JSON: `images`, `annotations` with `bbox` [x, y, width, height] in pixels, `categories`."""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from facewright.core.boxes import Floats
from facewright.core.errors import DataError
from facewright.core.faces import LANDMARKS
from facewright.core.suggest import nearest
from facewright.datasets.labels import (
    BadLabel,
    Problems,
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

    Pictures are looked for in `images` (relative to the JSON file) or, without it, beside the JSON file and
    in the folder `images` or one named as the split, there or one level up. Every annotation is a face unless
    `classes` (names or ids of categories, divided by commas) says which are. `iscrowd` makes an ignore
    region. Key points are read where those of the category are the five of core.faces.LANDMARKS, and of
    `attributes` (as annotation tools write them beside the box) those that are true or false.
    A picture that `images` lists and no annotation mentions is one without faces.
    Raises DataError when the file is missing, not COCO's, or nothing in it can be used.
    """
    file = _json_file(source_root(path, "coco"))
    content = _content(file)
    wanted = _wanted(classes, content.get("categories"), file)
    five = _with_five_landmarks(content.get("categories"))
    problems, samples = Problems(), []
    by_picture: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for annotation in content["annotations"]:
        by_picture[str(annotation.get("image_id"))].append(annotation)
    folders = _picture_folders(file, images)
    for entry in content["images"]:
        annotations = by_picture.pop(str(entry.get("id")), [])
        try:
            name = str(entry["file_name"]).replace("\\", "/")
            picture = next((f / name for f in folders if (f / name).is_file()), folders[0] / name)
            size = size_of(picture)
            stated = (entry.get("width"), entry.get("height"))
            if all(stated) and stated != size:
                raise BadLabel(
                    f"says {stated[0]}x{stated[1]} pixels for {name}, which has {size[0]}x{size[1]} "
                    "the right way up; label it anew or mend the size",
                    "size",
                )
            chosen = [a for a in annotations if not wanted or str(a.get("category_id")) in wanted]
            samples.append(_sample(name, picture, size, chosen, five, box_scale, unannotated, file, problems))
        except KeyError:
            problems.note(file, f"picture {entry.get('id')} has no file_name; left out")
        except BadLabel as error:
            problems.note(file, f"{error}; the picture is left out", error.kind)
    for image_id, orphans in by_picture.items():
        problems.note(
            file,
            f"{len(orphans)} boxes belong to picture {image_id}, which is not listed; left out",
            "orphan",
        )
    if not samples:
        raise nothing_found(path, "COCO pictures", problems)
    return Dataset(path.name, samples, tuple(problems))


def _json_file(path: Path) -> Path:
    if path.is_file():
        return path
    found = sorted([*path.glob("*.json"), *path.glob("*/*.json")])
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


def _wanted(classes: str, categories: Any, file: Path) -> set[str]:
    """The category ids that are faces; an empty set means all."""
    listed = categories if _is_list_of_dicts(categories) else []
    ids = {str(category.get("name")): str(category.get("id")) for category in listed}
    wanted = set()
    for word in filter(None, (word.strip() for word in classes.split(","))):
        if word in ids:
            wanted.add(ids[word])
        elif word.isdecimal():
            wanted.add(word)
        else:
            raise DataError(f"classes={word}: no category of this name in {file}{nearest(word, ids)}")
    return wanted


def _with_five_landmarks(categories: Any) -> set[str]:
    """The category ids whose key points are the five landmarks, in their order."""
    listed = categories if _is_list_of_dicts(categories) else []
    return {str(category.get("id")) for category in listed if category.get("keypoints") == list(LANDMARKS)}


def _picture_folders(file: Path, images: str) -> list[Path]:
    here = file.parent
    if images:
        folder = here / images
        if not folder.is_dir():
            raise DataError(f"{folder}: no such folder; images= is relative to the JSON file")
        return [folder]
    split = file.stem.rpartition("_")[2]  # instances_val2017.json -> val2017
    return [here, here / "images", here / split, here.parent / "images", here.parent / split, here.parent]


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
            x, y, width, height = _numbers("bbox", annotation.get("bbox"), 4)
            box, remark = usable_box((x, y, x + width, y + height), size, scale)
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
            problems.note(file, f"{what}: {error}; its landmarks are left out", error.kind)
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
        raise BadLabel(f"{what} {value!r} is not {'four' if count == 4 else count} numbers")
    return [float(v) for v in value]
