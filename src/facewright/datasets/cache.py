"""A packed cache: all pictures of a set, decoded and shrunk once, in one memory-mapped file.

    pixels: uint8 RGB, one picture after the other | index: JSON | trailer: where the index is, its checksum

One file means that one rename makes the whole cache appear or be replaced: nobody ever sees half of one.
"""

import json
import logging
import os
import re
import struct
import tempfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from facewright.core.errors import DataError, PictureError
from facewright.core.pictures import load_picture, read_picture, resize_picture
from facewright.datasets.sample import Dataset, Problem, Sample

log = logging.getLogger(__name__)

_MAGIC = b"facewrt1"
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
    fingerprint = _fingerprint(dataset, max_side)
    path = folder / _file_name(dataset, max_side)
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
    """The samples in a cache file. Its index is always checked, its pixels with `verify`.

    Raises DataError when the file is damaged or is not a cache.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        offset, length, checksum = _read_trailer(file, path, size)
        file.seek(offset)
        text = file.read(length)
        if zlib.crc32(text) != checksum:
            raise DataError(f"{path}: the index of this cache is damaged; delete the file")
        index = json.loads(text)
        if verify:
            file.seek(0)
            found = 0
            for start in range(0, offset, _CHUNK):
                found = zlib.crc32(file.read(min(_CHUNK, offset - start)), found)
            if found != index["pixels_crc32"]:
                raise DataError(f"{path}: the pixels of this cache are damaged; delete the file")
    problems = tuple(Problem(name, why, "unreadable") for name, why in index["problems"])
    # Pixels (by their checksum) and labels, whatever files on whatever machine they come from.
    content = sha256(text.replace(index["fingerprint"].encode(), b"", 1)).hexdigest()[:16]
    return CachedSamples(
        path, checksum, index["fingerprint"], problems, index["attributes"], index["samples"], content
    )


class CachedSamples(Sequence[Sample]):
    """Samples of a cache file; pictures are read-only views (H, W, 3) of the file, mapped on first use.

    Pickles as path and index, never pixels, so that data loader workers cost nothing, forked or spawned.
    """

    def __init__(
        self,
        path: Path,
        checksum: int,
        fingerprint: str,
        problems: tuple[Problem, ...],
        attributes: list[list[str]],
        records: list[dict[str, Any]],
        content: str,
    ) -> None:
        self.path = path
        self.fingerprint = fingerprint
        self.content = content
        """the same for the same pixels and labels, wherever their files lie"""
        self.problems = problems
        self._checksum = checksum
        self._attributes = attributes
        self._records = records
        self._pixels: NDArray[np.uint8] | None = None

    def __len__(self) -> int:
        return len(self._records)

    def __getitem__(self, index):  # type: ignore[no-untyped-def]
        if isinstance(index, slice):
            return self.take(range(*index.indices(len(self))))
        record = self._records[index]
        height, width, start = record["height"], record["width"], record["start"]
        picture = self._open()[start : start + height * width * 3].reshape(height, width, 3)
        return Sample(record["name"], picture, group=record["group"], **_labels(record, self._attributes))

    def take(self, indices: Iterable[int]) -> "CachedSamples":
        """The samples at `indices`, in that order, still as path and index."""
        records = [self._records[i] for i in indices]
        # The fingerprint tells a set's content to `cached`, so another choice must have another one.
        names = sha256("\n".join(record["name"] for record in records).encode()).hexdigest()
        return CachedSamples(
            self.path,
            self._checksum,
            f"{self.fingerprint}/{names}",
            self.problems,
            self._attributes,
            records,
            sha256(f"{self.content}/{names}".encode()).hexdigest()[:16],
        )

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_pixels": None}

    def _open(self) -> NDArray[np.uint8]:
        if self._pixels is None:
            # Another process may have replaced the file since its index was read here.
            with self.path.open("rb") as file:
                offset, _, checksum = _read_trailer(file, self.path, self.path.stat().st_size)
            if checksum != self._checksum:
                raise DataError(f"{self.path}: this cache was rebuilt by another run; start again")
            shape = (offset,) if offset else (1,)  # nothing cannot be mapped
            self._pixels = np.memmap(self.path, np.uint8, "r", shape=shape).view(np.ndarray)
        return self._pixels


def _build(dataset: Dataset, path: Path, max_side: int, fingerprint: str, progress: bool) -> None:
    """Write the cache beside its place, then rename it; constant memory but for the index."""
    from rich.console import Console
    from rich.progress import track

    path.parent.mkdir(parents=True, exist_ok=True)
    attributes: list[list[str]] = []
    records: list[dict[str, Any]] = []
    problems: list[tuple[str, str]] = []
    position = checksum = 0
    # pid and random name: two runs may build at once, the last rename wins and both are right.
    handle, name = tempfile.mkstemp(prefix=path.name, suffix=".partial", dir=path.parent)
    partial = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
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
                records.append(_record(sample, pixels, scale, position, attributes))
                file.write(pixels.data)
                checksum = zlib.crc32(pixels.data, checksum)
                position += pixels.size
            index = {
                "fingerprint": fingerprint,
                "pixels_crc32": checksum,
                "problems": problems,
                "attributes": attributes,
                "samples": records,
            }
            text = json.dumps(index, separators=(",", ":"), allow_nan=False).encode()
            file.write(text + _TRAILER.pack(position, len(text), zlib.crc32(text), _MAGIC))
        partial.chmod(0o644)  # mkstemp makes it private; other users may share a cache folder
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


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


def _record(
    sample: Sample,
    pixels: NDArray[np.uint8],
    scale: tuple[float, float],
    start: int,
    attributes: list[list[str]],
) -> dict[str, Any]:
    """One sample as JSON; arrays are flat lists, attribute names are an index into the list of name lists."""
    names = sorted(sample.attributes)
    if names not in attributes:
        attributes.append(names)
    return {
        "name": sample.name,
        "group": sample.group,
        "height": pixels.shape[0],
        "width": pixels.shape[1],
        "start": start,
        "boxes": _flat(sample.boxes, scale),
        "landmarks": _flat(sample.landmarks, scale),
        "ignore": _flat(sample.ignore, scale),
        "names": attributes.index(names),
        "values": [int(value) for name in names for value in sample.attributes[name]],
    }


def _flat(coordinates: NDArray[np.float32], scale: tuple[float, float]) -> list[float | None]:
    """Alternating x and y, scaled; null for NaN, which JSON lacks. float32 to decimal and back is exact."""
    scaled = (coordinates.reshape(-1, 2) * np.array(scale)).astype(np.float32)
    return [None if value != value else value for value in scaled.ravel().tolist()]


def _labels(record: Mapping[str, Any], attributes: list[list[str]]) -> dict[str, Any]:
    boxes = np.array(record["boxes"], np.float32).reshape(-1, 4)
    names = attributes[record["names"]]
    values = np.array(record["values"], np.int8).reshape(len(names), len(boxes))
    return {
        "boxes": boxes,
        "landmarks": np.array(record["landmarks"], np.float32).reshape(-1, 5, 2),
        "ignore": np.array(record["ignore"], np.float32).reshape(-1, 4),
        "attributes": dict(zip(names, values, strict=True)),
    }


def _read_trailer(file: BinaryIO, path: Path, size: int) -> tuple[int, int, int]:
    """Offset, length and checksum of the index."""
    if size >= _TRAILER.size:
        file.seek(size - _TRAILER.size)
        offset, length, checksum, magic = _TRAILER.unpack(file.read(_TRAILER.size))
        if magic == _MAGIC and offset + length + _TRAILER.size == size:
            return offset, length, checksum
    raise DataError(f"{path}: this is not a whole facewright cache; delete the file")


def _file_name(dataset: Dataset, max_side: int) -> str:
    """Readable, and one for each choice of samples: training and validation must not replace each other."""
    samples = dataset.samples
    own = getattr(samples, "fingerprint", None)
    names = [own] if isinstance(own, str) else [sample.name for sample in samples]
    digest = sha256("\n".join([dataset.name, *names]).encode()).hexdigest()[:8]
    readable = re.sub(r"[^A-Za-z0-9]+", "-", dataset.name).strip("-")[-60:]
    return f"{readable}-{max_side}-{digest}.cache"


def _fingerprint(dataset: Dataset, max_side: int) -> str:
    """Changes whenever a picture file, a label or the choice of samples does."""
    digest = sha256(f"{_MAGIC!r} {dataset.name} {max_side}".encode())
    own = getattr(dataset.samples, "fingerprint", None)
    if isinstance(own, str):
        digest.update(own.encode())
        return digest.hexdigest()
    for sample in dataset:
        digest.update(f"\n{sample.name}\t{sample.group}\t{_picture_state(sample)}\t".encode())
        for labels in (sample.boxes, sample.landmarks, sample.ignore):
            digest.update(f"{labels.shape}".encode() + labels.tobytes())
        for name in sorted(sample.attributes):
            digest.update(name.encode() + np.asarray(sample.attributes[name]).tobytes())
    return digest.hexdigest()


def _picture_state(sample: Sample) -> str:
    """What changes when the picture does: a file's size and time, anything else's content."""
    source = sample.picture
    if isinstance(source, str | Path):
        path = Path(source)
        if not path.is_file():
            return f"{path} missing"
        state = path.stat()
        return f"{path} {state.st_size} {state.st_mtime_ns}"
    if isinstance(source, bytes):
        return sha256(source).hexdigest()
    try:
        pixels = read_picture(source)
    except PictureError as error:
        return str(error)
    return f"{pixels.shape} {sha256(pixels.tobytes()).hexdigest()}"
