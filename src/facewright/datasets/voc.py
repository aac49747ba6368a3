"""Pascal VOC: a folder of XML files beside a folder of pictures."""

from pathlib import Path
from xml.etree import ElementTree

from facewright.core.boxes import Floats
from facewright.core.errors import DataError
from facewright.core.pictures import find_pictures
from facewright.core.suggest import nearest
from facewright.datasets.classes import Classes
from facewright.datasets.labels import (
    BadLabel,
    Problems,
    by_place,
    check_stated,
    folder,
    is_file,
    label_files,
    nothing_found,
    numbers,
    sample,
    size_of,
    text_of,
    usable_box,
)
from facewright.datasets.sample import Dataset, Sample

LAYOUTS = (
    ("annotations", "images"),
    ("Annotations", "JPEGImages"),
    ("Annotations", "images"),  # as Label Studio writes it
    (".", "."),
)
"""folders of labels and of pictures; below them, a label lies as its picture does"""


def read(
    path: Path, *, split: str = "", box_scale: float = 1.0, unannotated: bool = False, classes: str = ""
) -> Dataset:
    """The samples of `annotations/` + `images/`, of `Annotations/` + `JPEGImages/` or `images/`, or of one
    mixed folder, with all that is below.

    `split` takes the pictures that `ImageSets/Main/SPLIT.txt` lists, a name without its ending a line.
    Every object is a face unless `classes` (names, divided by commas) says which are. Difficult objects
    become ignore regions. Numbers are taken as the edges of the box, without VOC's shift by one pixel.
    An XML file whose stated size is not that of its (upright) picture is left out and reported.
    Raises DataError when the folder or the list is missing, or holds nothing of the kind.
    """
    folder(path, "voc")
    labels, pictures = _layout(path)
    wanted = Classes(classes, path)
    problems, samples = Problems(), []
    found = by_place(find_pictures(pictures, recursive=True, on_error=problems.note), problems)
    files = {
        pictures / file.relative_to(labels).with_suffix(""): file for file in label_files(labels, "**/*.xml")
    }
    if split:
        chosen = _listed(path, split, pictures)
        for place in sorted(chosen - found.keys() - files.keys()):
            problems.note(place, f"there is no such picture, which the list {split} names", "orphan")
        found, files = ({k: v for k, v in all_.items() if k in chosen} for all_ in (found, files))
    for place, file in files.items():
        try:
            picture = found.get(place)
            if picture is None:
                raise BadLabel(f"no picture of this name in {place.parent}", "orphan")
            name = picture.relative_to(pictures).as_posix()
            samples.append(_sample(name, file, picture, box_scale, unannotated, wanted, problems))
        except BadLabel as error:
            problems.note(file, f"{error}; the picture is left out", error.kind)
    for place in sorted(found.keys() - files.keys()):
        problems.note(
            found[place],
            "has no XML file; left out (a picture without faces needs one without objects)",
            "unlabelled",
        )
    wanted.check()
    if not samples:
        raise nothing_found(path, "Pascal VOC XML files with their pictures", problems)
    return Dataset(path.name, samples, tuple(problems))


def _layout(path: Path) -> tuple[Path, Path]:
    for labels, pictures in LAYOUTS:
        if (path / labels).is_dir() and (path / pictures).is_dir():
            return path / labels, path / pictures
    raise AssertionError("the folder itself is the last layout")


def _listed(path: Path, split: str, pictures: Path) -> set[Path]:
    """Those of a list, without their endings, which CVAT puts into quotes where they hold spaces."""
    lists = path / "ImageSets/Main"
    file = lists / f"{split}.txt"
    if not is_file(file):
        known = [list_.stem for list_ in label_files(lists, "*.txt")]
        raise DataError(
            f"{path}: split={split}: there is no ImageSets/Main/{split}.txt{nearest(split, known)}"
        )
    try:
        names = text_of(file).split("\n")
    except BadLabel as error:
        raise DataError(f"{file}: {error}; a list of pictures is text, a name a line") from error
    return {pictures / name.strip().strip('"') for name in names if name.strip()}


def _sample(
    name: str, file: Path, picture: Path, scale: float, unannotated: bool, wanted: Classes, problems: Problems
) -> Sample:
    try:
        root = ElementTree.parse(file).getroot()
    except (ElementTree.ParseError, OSError, ValueError, LookupError) as error:
        raise BadLabel(f"not readable as XML ({error})") from error
    size = size_of(picture)
    check_stated(root.findtext("size/width"), root.findtext("size/height"), size, name)
    boxes: list[Floats] = []
    ignore: list[Floats] = []
    for item in root.iter("object"):
        if not wanted.take(item.findtext("name", "").strip()):
            continue
        try:
            corners = [item.findtext(f"bndbox/{key}", "") for key in ("xmin", "ymin", "xmax", "ymax")]
            if not any(corners):
                raise BadLabel("an object has no <bndbox> (polygons are not read)")
            box, remark = usable_box(numbers(corners, 4), size, scale)
        except BadLabel as error:
            problems.note(file, f"{error}; the box is left out", error.kind)
            continue
        if remark:
            problems.note(file, remark, "overhanging")
        (ignore if item.findtext("difficult", "0").strip() == "1" else boxes).append(box)
    return sample(name, picture, boxes, ignore=ignore, size=size, unannotated=unannotated)
