"""The official ground truth of WIDER FACE, val: the four .mat files of its evaluation tools.

wider_face_val.mat holds the events, the pictures' names and every face's box; wider_easy_val.mat and its like
say by index, from 1, which of a picture's faces belong to the subset.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facewright.core.errors import DataError
from facewright.datasets import matlab

Doubles = NDArray[np.float64]

SUBSETS = ("easy", "medium", "hard")
FACES_FILE = "wider_face_val.mat"
FILES = (FACES_FILE, *(f"wider_{subset}_val.mat" for subset in SUBSETS))
PLACES = ("", "wider_face_split", "ground_truth", "eval_tools/ground_truth")
"""where they are unpacked"""


@dataclass(frozen=True, eq=False, slots=True)
class WiderTruth:
    """The faces of the official pictures, in the official order."""

    names: Sequence[str]
    """`event/picture`, without an ending"""
    boxes: Sequence[Doubles]
    """of each picture (T, 4): x, y, width, height, as published"""
    subsets: Mapping[str, Sequence[NDArray[np.bool_]]]
    """easy, medium, hard -> of each picture (T,): which of its faces belong to it"""

    def faces(self, subset: str) -> int:
        """How many faces a subset has."""
        return sum(int(keep.sum()) for keep in self.subsets[subset])


def find(folder: Path) -> Path | None:
    """Where all four .mat files lie: in the folder itself or in one of `PLACES` below it.

    The pictures' own wider_face_split has FACES_FILE alone; the other three come with the evaluation tools.
    """
    places = [folder / place for place in PLACES]
    return next((place for place in places if all((place / name).is_file() for name in FILES)), None)


def read(path: Path) -> WiderTruth:
    """The ground truth in a folder (see `find`).

    Raises DataError when files are missing, damaged, or do not fit together.
    """
    if not path.exists():
        raise DataError(f"{path}: no such folder (wanted as WIDER FACE's ground truth); check the path")
    folder = find(path)
    if folder is None:
        raise DataError(f"{path}: {_lacking(path)}")
    names, boxes = _load(folder / FACES_FILE, _faces, "event_list", "file_list", "face_bbx_list")
    truth: dict[str, list[NDArray[np.bool_]]] = {}
    for subset in SUBSETS:
        file = folder / f"wider_{subset}_val.mat"
        truth[subset] = _load(file, partial(_chosen, names=names, boxes=boxes), "gt_list")
    return WiderTruth(names, boxes, truth)


def _lacking(path: Path) -> str:
    for folder in (path / place for place in PLACES):
        if (folder / FACES_FILE).is_file():
            missing = next(name for name in FILES if not (folder / name).is_file())
            where = "" if folder == path else f" in {folder.relative_to(path)}"
            return f"holds {FACES_FILE}{where} but no {missing}; the protocol needs all four"
    return f"holds no {FACES_FILE}; give the folder with the official .mat files"


def _load(file: Path, take: Callable[..., Any], *variables: str) -> Any:
    try:
        content = matlab.read(file, variables)
        missing = next((name for name in variables if name not in content), None)
        if missing is not None:
            raise ValueError(f"there is no {missing} in it")
        return take(*(content[name] for name in variables))
    except (ValueError, OSError) as error:
        raise DataError(
            f"{file}: is damaged, or none of WIDER FACE's official .mat files ({error})"
        ) from error


def _faces(events: Any, files: Any, faces: Any) -> tuple[list[str], list[Doubles]]:
    names: list[str] = []
    boxes: list[Doubles] = []
    for event, pictures, lists in zip(_cells(events), _cells(files), _cells(faces), strict=True):
        for picture, rows in zip(_cells(pictures), _cells(lists), strict=True):
            names.append(f"{_text(event)}/{_text(picture)}")
            boxes.append(_numbers(rows).reshape(-1, 4))
    return names, boxes


def _chosen(events: Any, names: Sequence[str], boxes: Sequence[Doubles]) -> list[NDArray[np.bool_]]:
    """Which faces of each picture a subset holds. ValueError when it tells of other pictures."""
    lists = [rows for event in _cells(events) for rows in _cells(event)]
    if len(lists) != len(names):
        raise ValueError(f"{len(lists)} pictures where {FACES_FILE} has {len(names)}")
    chosen = []
    for name, rows, faces in zip(names, lists, boxes, strict=True):
        places = _numbers(rows).reshape(-1)
        if not np.isin(places, np.arange(1, len(faces) + 1)).all():
            raise ValueError(f"{name} has {len(faces)} faces, and another one is named")
        keep = np.zeros(len(faces), bool)
        keep[places.astype(int) - 1] = True
        chosen.append(keep)
    return chosen


def _cells(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError("a list is none")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("a name is none")
    return value


def _numbers(value: Any) -> Doubles:
    if not isinstance(value, np.ndarray) or not np.isfinite(value).all():
        raise ValueError("numbers are none")
    return value.astype(np.float64)
