"""Arrays of crops in one .npz file: `faces` and / or `non_faces`, or `images` with `target`.

Beside `images`, `groups` (N,) may name the group of each: what must not be divided.
"""

import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facewright.core.errors import DataError
from facewright.core.whole import whole_file
from facewright.datasets.sample import Dataset, Sample, no_landmarks, source_root


def read(path: Path, *, target: str = "face", order: str = "rgb") -> Dataset:
    """Crops (N, H, W) or (N, H, W, 3), uint8 or floats from 0 to 1, held in memory.

    A face's crop is one face from edge to edge; any other is a sample without faces. `target="face"` takes
    the numbers (N,) or (N, 1) beside `images` as 1 face, 0 none; `target="person"` as the person shown, the
    group. `order="bgr"`: blue comes first, as OpenCV has it; nothing in a file tells.
    Raises DataError when the file is missing, damaged or holds other arrays than these.
    """
    if target not in ("face", "person"):
        raise DataError(f"target={target}: takes face (1 or 0) or person (a number each)")
    if order not in ("rgb", "bgr"):
        raise DataError(f"order={order}: takes rgb or bgr")
    arrays = _arrays(source_root(path, "npz"))
    if "images" in arrays and "target" in arrays:
        crops = _crops(path, "images", arrays["images"], order)
        marks = arrays["target"]
        if marks.shape == (len(crops), 1):
            marks = marks[:, 0]
        if marks.shape != (len(crops),):
            raise DataError(
                f"{path}: {len(crops)} images but target has the shape {marks.shape}; mend the file"
            )
        if target == "person":
            samples = [_sample(f"{i}", crop, True, f"{path.stem}-{marks[i]}") for i, crop in enumerate(crops)]
        elif set(np.unique(marks).tolist()) <= {0, 1}:
            groups = _groups(path, arrays, len(crops))
            samples = [
                _sample(f"{i}", crop, bool(marks[i]), group)
                for i, (crop, group) in enumerate(zip(crops, groups, strict=True))
            ]
        else:
            raise DataError(
                f"{path}: target holds more than 0 and 1; if it numbers people, say target=person"
            )
    elif "faces" in arrays or "non_faces" in arrays:
        samples = [
            _sample(f"{key}/{i}", crop, key == "faces")
            for key in ("faces", "non_faces")
            if key in arrays
            for i, crop in enumerate(_crops(path, key, arrays[key], order))
        ]
    else:
        held = ", ".join(arrays) or "nothing"
        raise DataError(f"{path}: holds {held}; wanted are faces and / or non_faces, or images and target")
    return Dataset(path.name, samples)


def write(path: Path, crops: NDArray[np.uint8], target: NDArray[np.uint8]) -> Path:
    """Crops (N, S, S, 3), uint8 RGB, and target (N,), 1 face or 0 none; `read(path, order="bgr")` reads them.

    The file holds `images`, uint8 (N, S, S, 3) in BGR order, and `target`, uint8 (N, 1); it appears complete
    or not at all. Returns the path.
    """
    with whole_file(path) as partial, partial.open("wb") as file:
        np.savez_compressed(file, images=crops[..., ::-1], target=target.astype(np.uint8)[:, None])
    return path


def _arrays(path: Path) -> dict[str, NDArray[Any]]:
    try:
        with path.open("rb") as file:
            loaded = np.load(file, allow_pickle=False)
            if isinstance(loaded, np.ndarray):
                raise DataError(f"{path}: one bare array; wanted is an .npz file with named arrays")
            return {name: loaded[name] for name in loaded.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise DataError(f"{path}: not readable as .npz ({error}); write it with numpy.savez") from error


def _groups(path: Path, arrays: dict[str, NDArray[Any]], count: int) -> list[str]:
    """A name each, empty where none is known."""
    groups = arrays.get("groups", np.zeros(count, "U1"))
    if groups.shape != (count,) or groups.dtype.kind not in "Ui":
        raise DataError(f"{path}: groups is no list of {count} names or numbers; mend the file")
    return [str(group) for group in groups.tolist()]


def _crops(path: Path, key: str, array: NDArray[Any], order: str) -> NDArray[np.uint8]:
    """uint8 and RGB; raises DataError for what are no pictures."""
    if array.ndim not in (3, 4) or (array.ndim == 4 and array.shape[3] != 3) or array.size == 0:
        raise DataError(f"{path}: {key} has the shape {array.shape}; wanted is (N, H, W) or (N, H, W, 3)")
    if order == "bgr" and array.ndim == 4:
        array = np.ascontiguousarray(array[..., ::-1])
    if array.dtype == np.uint8:
        return array
    if array.dtype.kind == "f" and np.isfinite(array).all() and array.min() >= 0 and array.max() <= 1:
        return np.round(array * 255).astype(np.uint8)
    raise DataError(f"{path}: {key} is {array.dtype}; wanted is uint8, or floats from 0 to 1")


def _sample(name: str, crop: NDArray[np.uint8], face: bool, group: str = "") -> Sample:
    height, width = crop.shape[:2]
    boxes = np.array([(0, 0, width, height)] if face else np.zeros((0, 4)), np.float32)
    return Sample(
        name=name, picture=crop, boxes=boxes, landmarks=no_landmarks(len(boxes)), group=group or name
    )
