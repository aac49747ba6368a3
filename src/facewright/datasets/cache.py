"""A packed cache: all pictures of a set, decoded and shrunk once, in one memory-mapped file.

    pixels: uint8 RGB, one picture after the other | labels: columns.py | index: JSON | trailer: where that is

One file means that one rename makes the whole cache appear or be replaced: nobody ever sees half of one.
"""

import json
import logging
import os
import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from facewright.core.errors import DataError, PictureError
from facewright.core.pictures import load_picture, resize_picture
from facewright.core.whole import whole_file
from facewright.datasets.columns import Columns, Writer
from facewright.datasets.fingerprint import LAYOUT, file_name, fingerprint_of
from facewright.datasets.sample import Dataset, Problem, Sample

log = logging.getLogger(__name__)

_TRAILER = struct.Struct("<QQI8s")  # index offset, index length, index crc32, magic
_CHUNK = 1 << 24


def cached(
    dataset: Dataset, folder: Path, *, max_side: int = 640, progress: bool = False, verify: bool = False
) -> Dataset:
    """The same samples with decoded pictures from one file in `folder`, built now if it is missing or stale.

    Pictures whose long side exceeds `max_side` pixels are shrunk to it, and their labels with them; a picture
    that cannot be read is left out and becomes a `Problem`. The file is rebuilt when a picture, a label, the
    choice of samples or `max_side` changed, or when it is damaged (`verify` reads all pixels to find that out
    too).

    `dataset.samples` may have a string attribute `fingerprint`; then that stands for its contents, which need
    not be read just to see whether they changed.
    """
    fingerprint = fingerprint_of(dataset, max_side)
    path = folder / file_name(dataset, max_side)
    if path.exists():
        try:
            found = open_cache(path, verify=verify)
            if found.fingerprint == fingerprint:
                return Dataset(dataset.name, found, dataset.problems + found.problems)
        except DataError as error:
            log.warning("%s; building it again", error)
    _build(dataset, path, max_side, fingerprint, progress)
    built = open_cache(path)
    return Dataset(dataset.name, built, dataset.problems + built.problems)


def open_cache(path: Path, *, verify: bool = False) -> "CachedSamples":
    """The samples in a cache file. Its index and labels are always checked, its pixels with `verify`.

    Raises DataError when the file is damaged or is not a cache.
    """
    checksum, index, columns = _read(path)
    if verify:
        found = 0
        with path.open("rb") as file:
            for start in range(0, index["pixels"], _CHUNK):
                found = zlib.crc32(file.read(min(_CHUNK, index["pixels"] - start)), found)
        if found != index["pixels_crc32"]:
            raise DataError(f"{path}: the pixels of this cache are damaged; delete the file")
    problems = tuple(Problem(name, why, "unreadable") for name, why in index["problems"])
    # Pixels and labels, by their checksums, whatever files on whatever machine they come from.
    facts = {name: value for name, value in index.items() if name != "fingerprint"}
    content = sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:16]
    return CachedSamples(
        path, checksum, index["fingerprint"], problems, columns, range(len(columns)), content
    )


class CachedSamples(Sequence[Sample]):
    """Samples of a cache file; pictures are read-only views (H, W, 3) of the file, mapped on first use.

    Pickles as path and choice, never pixels nor labels, so that data loader workers cost nothing, forked or
    spawned: labels lie in a few arrays, which no reading ever writes a reference count into.
    """

    def __init__(
        self,
        path: Path,
        checksum: int,
        fingerprint: str,
        problems: tuple[Problem, ...],
        columns: Columns,
        chosen: range | NDArray[np.int64],
        content: str,
    ) -> None:
        self.path = path
        self.fingerprint = fingerprint
        self.content = content
        """the same for the same pixels and labels, wherever their files lie"""
        self.problems = problems
        self._checksum = checksum
        self._columns: Columns | None = columns
        self._chosen = chosen
        self._pixels: NDArray[np.uint8] | None = None

    def __len__(self) -> int:
        return len(self._chosen)

    def __getitem__(self, index):  # type: ignore[no-untyped-def]
        if isinstance(index, slice):
            return self.take(range(*index.indices(len(self))))
        label = self._labels().of(int(self._chosen[index]))
        size = label.height * label.width * 3
        picture = self._open()[label.start : label.start + size].reshape(label.height, label.width, 3)
        return Sample(
            label.name, picture, label.boxes, label.landmarks, label.attributes, label.ignore, label.group
        )

    def take(self, indices: Iterable[int]) -> "CachedSamples":
        """The samples at `indices`, in that order, still as path and choice."""
        chosen = np.array([self._chosen[i] for i in indices], np.int64)
        # The fingerprint tells a set's content to `cached`, so another choice must have another one.
        choice = sha256(chosen.tobytes()).hexdigest()
        return CachedSamples(
            self.path,
            self._checksum,
            f"{self.fingerprint}/{choice}",
            self.problems,
            self._labels(),
            chosen,
            sha256(f"{self.content}/{choice}".encode()).hexdigest()[:16],
        )

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_pixels": None, "_columns": None}

    def _labels(self) -> Columns:
        if self._columns is None:
            _, self._columns = self._read()
        return self._columns

    def _open(self) -> NDArray[np.uint8]:
        if self._pixels is None:
            index, _ = self._read()
            shape = (index["pixels"],) if index["pixels"] else (1,)  # nothing cannot be mapped
            self._pixels = np.memmap(self.path, np.uint8, "r", shape=shape).view(np.ndarray)
        return self._pixels

    def _read(self) -> tuple[dict[str, Any], Columns]:
        checksum, index, columns = _read(self.path)
        if checksum != self._checksum:  # another process may have replaced the file since it was opened here
            raise DataError(f"{self.path}: this cache was rebuilt by another run; start again")
        return index, columns


def _build(dataset: Dataset, path: Path, max_side: int, fingerprint: str, progress: bool) -> None:
    """Write the cache beside its place, then rename it; constant memory but for the index."""
    from rich.console import Console
    from rich.progress import track

    path.parent.mkdir(parents=True, exist_ok=True)
    labels = Writer()
    problems: list[tuple[str, str]] = []
    position = checksum = 0
    # Two runs may build at once: the last rename wins, and both are right.
    with whole_file(path) as partial, partial.open("wb") as file:
        for sample, loaded in track(
            _load_all(dataset, max_side),
            description=f"Caching {dataset.name}",
            total=len(dataset),
            console=Console(stderr=True),
            disable=not progress,
        ):
            if isinstance(loaded, str):
                problems.append((sample.name, loaded))
                continue
            pixels, scale = loaded
            labels.add(sample, pixels.shape[:2], scale, position)
            file.write(pixels.data)
            checksum = zlib.crc32(pixels.data, checksum)
            position += pixels.size
        columns = labels.columns()
        for column in columns.values():
            file.write(column)
        index = {
            "fingerprint": fingerprint,
            "pixels": position,
            "pixels_crc32": checksum,
            "problems": problems,
            "attributes": labels.attributes,
            "columns": {name: [len(column), zlib.crc32(column)] for name, column in columns.items()},
        }
        text = json.dumps(index, separators=(",", ":"), allow_nan=False).encode()
        file.write(text + _TRAILER.pack(file.tell(), len(text), zlib.crc32(text), LAYOUT))


_Loaded = tuple[NDArray[np.uint8], tuple[float, float]] | str


def _load_all(dataset: Dataset, max_side: int) -> Iterator[tuple[Sample, _Loaded]]:
    """Every sample with its pixels and scale, or what was wrong; a few threads decode small batches."""

    def load(sample: Sample) -> tuple[Sample, _Loaded]:
        try:
            picture = load_picture(sample.picture, size=max_side)
        except PictureError as error:
            return sample, str(error)
        pixels = picture.array
        if max(pixels.shape[:2]) > max_side:
            pixels = resize_picture(pixels, max_side)
        height, width = pixels.shape[:2]
        # Each side is rounded to whole pixels on its own, so each has its own exact factor.
        return sample, (np.ascontiguousarray(pixels), (width / picture.width, height / picture.height))

    samples = iter(dataset)
    with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
        while batch := list(islice(samples, 32)):
            yield from pool.map(load, batch)


def _read(path: Path) -> tuple[int, dict[str, Any], Columns]:
    """The index's checksum, the index, and the labels. Raises DataError where anything of it is damaged."""
    with path.open("rb") as file:
        offset, length, checksum = _read_trailer(file, path, path.stat().st_size)
        file.seek(offset)
        text = file.read(length)
        if zlib.crc32(text) != checksum:
            raise DataError(f"{path}: the index of this cache is damaged; delete the file")
        index = json.loads(text)
        file.seek(index["pixels"])
        columns = {}
        for name, (size, expected) in index["columns"].items():
            columns[name] = file.read(size)
            if zlib.crc32(columns[name]) != expected:
                raise DataError(f"{path}: the labels of this cache are damaged; delete the file")
    return checksum, index, Columns(columns, index["attributes"])


def _read_trailer(file: BinaryIO, path: Path, size: int) -> tuple[int, int, int]:
    """Offset, length and checksum of the index."""
    if size >= _TRAILER.size:
        file.seek(size - _TRAILER.size)
        offset, length, checksum, magic = _TRAILER.unpack(file.read(_TRAILER.size))
        if magic == LAYOUT and offset + length + _TRAILER.size == size:
            return offset, length, checksum
    raise DataError(f"{path}: this is not a whole facewright cache; delete the file")
