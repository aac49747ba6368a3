"""The official ground truth of WIDER FACE, val: the four .mat files of its evaluation tools.

wider_face_val.mat holds the events, the pictures' names and every face's box; wider_easy_val.mat and its like
say by index, from 1, which of a picture's faces belong to the subset.
"""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from struct import error as StructError
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facewright.core.errors import DataError

Doubles = NDArray[np.float64]

SUBSETS = ("easy", "medium", "hard")
FACES_FILE = "wider_face_val.mat"
PLACES = ("", "wider_face_split", "ground_truth", "eval_tools/ground_truth")
"""where they are unpacked"""
_DAMAGED = (
    OSError, ValueError, TypeError, LookupError, ArithmeticError, NotImplementedError, EOFError,
    AttributeError, MemoryError, StructError, zlib.error,
)  # fmt: skip
"""what scipy raises on a file that is damaged or of another kind"""


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
    """Where the .mat files lie: in the folder itself or in one of `PLACES` below it."""
    return next((folder / place for place in PLACES if (folder / place / FACES_FILE).is_file()), None)


def read(path: Path) -> WiderTruth:
    """The ground truth in a folder (see `find`). Needs scipy, which reads .mat files.

    Raises DataError when files are missing, damaged, or do not fit together.
    """
    if not path.exists():
        raise DataError(f"{path}: no such folder (wanted as WIDER FACE's ground truth); check the path")
    folder = find(path)
    if folder is None:
        raise DataError(f"{path}: holds no {FACES_FILE}; give the folder with the official .mat files")
    names, boxes = _load(folder / FACES_FILE, _faces)
    truth: dict[str, list[NDArray[np.bool_]]] = {}
    for subset in SUBSETS:
        file = folder / f"wider_{subset}_val.mat"
        if not file.is_file():
            raise DataError(f"{folder}: holds {FACES_FILE} but no {file.name}; the protocol needs all four")
        truth[subset] = _load(file, lambda content: _chosen(content, names, boxes))
    return WiderTruth(names, boxes, truth)


def _load(file: Path, take: Any) -> Any:
    from scipy.io import loadmat

    try:
        return take(loadmat(str(file)))
    except _DAMAGED as error:
        raise DataError(
            f"{file}: is damaged, or none of WIDER FACE's official .mat files ({error})"
        ) from error


def _faces(content: Mapping[str, Any]) -> tuple[list[str], list[Doubles]]:
    names: list[str] = []
    boxes: list[Doubles] = []
    lists = (content["event_list"], content["file_list"], content["face_bbx_list"])
    for (event,), (files,), (faces,) in zip(*lists, strict=True):
        for (file,), (rows,) in zip(files, faces, strict=True):
            names.append(f"{event.item()}/{file.item()}")
            boxes.append(np.asarray(rows, np.float64).reshape(-1, 4))
    return names, boxes


def _chosen(
    content: Mapping[str, Any], names: Sequence[str], boxes: Sequence[Doubles]
) -> list[NDArray[np.bool_]]:
    """Which faces of each picture a subset holds. ValueError when it tells of other pictures."""
    lists = [rows for (event,) in content["gt_list"] for (rows,) in event]
    if len(lists) != len(names):
        raise ValueError(f"{len(lists)} pictures where {FACES_FILE} has {len(names)}")
    chosen = []
    for name, rows, faces in zip(names, lists, boxes, strict=True):
        places = np.asarray(rows, np.int64).reshape(-1) - 1
        if len(places) and not 0 <= places.min() <= places.max() < len(faces):
            raise ValueError(f"{name} has {len(faces)} faces, and one beyond them is named")
        keep = np.zeros(len(faces), bool)
        keep[places] = True
        chosen.append(keep)
    return chosen
