"""`open_dataset("format:path")`: any data set by one line of text, as the command line and recipes write it.

yolo:pictures/masks                            a format and a path
yolo:pictures/masks?split=train&box_scale=.86  with options of that format's reader
toy:500?seed=3                                 drawn faces: how many instead of where
street-masks/train                             a named set and its part, see sets.py
found:faces.jsonl?of=celeba-loose/train        what our own model found, as labels
shifted:helen/val?seed=1                       another set's photos with the face anywhere in the frame
aligned:mtfl/train                             another set's faces, cut out and turned upright
"""

import importlib
import inspect
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from facewright.core.errors import UsageError
from facewright.core.suggest import nearest
from facewright.datasets.groups import grouped
from facewright.datasets.sample import Dataset

FORMATS: dict[str, str] = {
    "voc": "Pascal VOC: annotations/*.xml + images/",
    "yolo": "YOLO text labels: images/ + labels/, with or without data.yaml",
    "pts": "300-W: pictures with .pts files of 68 points",
    "mtfl": "five landmarks a line in landmarks.txt",
    "coco": "COCO JSON",
    "wider": "WIDER FACE: wider_face_split/ + WIDER_train/, WIDER_val/",
    "fddb": "FDDB's ellipse lists",
    "celeba": "CelebA, official or Kaggle's layout",
    "lfw": "LFW: a folder a person",
    "npz": "arrays of crops",
    "toy": "drawn faces: toy:COUNT",
    "folder": "a folder of pictures without faces",
    "found": "what facewright detect --json found in pictures",
    "shifted": "another set's single faces, reframed: shifted:SET",
    "aligned": "another set's faces, cut out and turned upright: aligned:SET",
}
"""Format -> what it is; its reader is `read` in the module of that name."""
FOUND = "found"
"""format of pictures that a model labelled"""
OF_A_SET = ("shifted", "aligned")
"""formats whose path is another set"""
WITHOUT_PICTURES = {"widerface-gt": "wider", "fddb-gt": "fddb"}
"""What `metrics.benchmarks` opens to judge predictions by -> the format of the same set with its pictures"""

Option = str | int | float | bool
TRUE, FALSE = ("true", "yes", "1", "on"), ("false", "no", "0", "off")


def open_dataset(
    text: str, *, root: Path | None = None, options: Mapping[str, Option] | None = None
) -> Dataset:
    """The data set that `text` names: `format:path?option=value`, or a named set.

    Paths are relative to `root`, by default the current folder (for a named set the data root). `options` are
    more of the reader's arguments and win over those in `text`. The set's `name` is `text`. Nothing is
    decoded; pictures are read when a sample is.
    Raises UsageError for an unknown format, set or option (naming the nearest right one), DataError when the
    data is not there or is of another kind.
    """
    kind, path, given = parts(text)
    given |= options or {}
    if kind is None:
        from facewright.datasets.sets import open_set  # which opens its source by this function

        return open_set(path, root=root, options=given)
    if kind not in FORMATS:
        hint = nearest(kind, FORMATS)
        if kind == "csv":
            raise UsageError(
                f"{text}: csv: holds points for a regression, and this command wants pictures; "
                f"give one of {', '.join(FORMATS)}"
            )
        if kind in WITHOUT_PICTURES:
            raise UsageError(
                f"{text}: {kind}: is ground truth without pictures, for evaluate --predictions; here "
                f"pictures are wanted: {WITHOUT_PICTURES[kind]}:PATH"
            )
        if len(kind) == 1:
            hint = f"; {text!r} looks like a Windows path: write its format before it, such as yolo:{text}"
        raise UsageError(f"{text}: no data format {kind!r}{hint}")
    if not path:
        raise UsageError(f"{text}: says no path; write {kind}:PATH")
    read = reader(kind)
    arguments = converted(read, given, f"{kind}:")
    where = Path(path).expanduser()
    if kind in ("toy", *OF_A_SET):  # toy:COUNT lies nowhere, a set where it says
        return replace(read(where, **arguments), name=text)
    where = where if root is None else root / where
    dataset = replace(read(where, **arguments), name=text)
    return grouped(dataset, where if where.is_dir() else where.parent)


def parts(text: str) -> tuple[str | None, str, dict[str, Option]]:
    """Format, path and options of a DATA text; of a named set no format, and the path is its name."""
    place, _, query = text.partition("?")
    kind, colon, path = place.partition(":")
    given: dict[str, Option] = dict(parse_qsl(query, keep_blank_values=True))
    return (kind, path, given) if colon else (None, place, given)


def pictured_set(text: str) -> str:
    """The DATA text of the set whose pictures a DATA text shows, whoever labelled, cut or moved them."""
    kind, path, options = parts(text)
    if kind in OF_A_SET:
        return pictured_set(path)
    if kind == FOUND and "of" in options:
        return pictured_set(str(options["of"]))
    return text


def reader(kind: str) -> Callable[..., Dataset]:
    """The `read` function of a format in FORMATS; its module is imported only now."""
    return importlib.import_module(f"facewright.datasets.{kind}").read


def converted(read: Callable[..., Any], given: Mapping[str, Option], what: str) -> dict[str, Any]:
    """`given` with its values as the types that `read` declares for all but the path.

    Raises UsageError for what does not fit.
    """
    options = inspect.signature(read).parameters.values()
    known = {option.name: option.annotation for option in options if option.name != "path"}
    arguments = {}
    for name, value in given.items():
        if name not in known:
            raise UsageError(f"{what} has no option {name!r}{nearest(name, known)}")
        arguments[name] = _as(known[name], value, f"{what} {name}")
    return arguments


def _as(kind: type, value: Option, what: str) -> Option:
    word = str(value).lower()
    if kind is bool:
        if word in TRUE + FALSE:
            return word in TRUE
        raise UsageError(f"{what}={value}: takes true or false")
    try:
        return kind(value)
    except ValueError:
        raise UsageError(f"{what}={value}: takes a number") from None
