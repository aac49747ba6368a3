"""The labels of many samples as a few long columns: no object a picture, nothing for a worker to copy."""

import struct
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from facewright.core.boxes import Floats
from facewright.datasets.sample import AttributeTable, Sample

_ROW = struct.Struct("<qiiiiiii")
_FIELDS = np.dtype(
    [("start", "<i8")]
    + [(name, "<i4") for name in ("height", "width", "faces", "ignored", "name", "group", "kind")]
)
"""of one sample: where its pixels begin, its size, how many faces and ignored regions, how many bytes its
name and its group take, and which of the lists of attribute names holds"""


class Label(NamedTuple):
    """What is known of one sample, and where its pixels are."""

    start: int
    height: int
    width: int
    name: str
    group: str
    boxes: Floats
    landmarks: Floats
    ignore: Floats
    attributes: AttributeTable


class Writer:
    """Takes samples one by one; `columns` are all of them, by name, and `attributes` the lists of names."""

    def __init__(self) -> None:
        self.attributes: list[list[str]] = []
        self._kinds: dict[tuple[str, ...], int] = {}
        self._columns = {name: bytearray() for name in ("rows", "texts", "places", "ignored", "values")}

    def add(self, sample: Sample, size: tuple[int, int], scale: tuple[float, float], start: int) -> None:
        """size: (height, width) as packed; scale: factors along x and y from the sample's pixels to those."""
        names = tuple(sorted(sample.attributes))
        if names not in self._kinds:
            self._kinds[names] = len(self.attributes)
            self.attributes.append(list(names))
        # Names of files need not be UTF-8.
        name, group = (text.encode(errors="surrogateescape") for text in (sample.name, sample.group))
        counts = len(sample.boxes), len(sample.ignore), len(name), len(group), self._kinds[names]
        self._columns["rows"] += _ROW.pack(start, *size, *counts)
        self._columns["texts"] += name + group
        places = np.concatenate([sample.boxes.reshape(-1, 2, 2), sample.landmarks], axis=1)
        self._columns["places"] += _scaled(places, scale)
        self._columns["ignored"] += _scaled(sample.ignore.reshape(-1, 2, 2), scale)
        for attribute in names:
            self._columns["values"] += np.asarray(sample.attributes[attribute], np.int8).tobytes()

    def columns(self) -> Mapping[str, bytearray]:
        return self._columns


class Columns:
    """The labels of samples by number, from what `Writer` made."""

    def __init__(self, columns: Mapping[str, bytes], attributes: Sequence[Sequence[str]]) -> None:
        self._rows = np.frombuffer(columns["rows"], _FIELDS)
        self._texts = columns["texts"]
        self._places = np.frombuffer(columns["places"], "<f4").reshape(-1, 7, 2)
        self._ignored = np.frombuffer(columns["ignored"], "<f4").reshape(-1, 4)
        self._values = np.frombuffer(columns["values"], np.int8)
        self._names = [{name: i for i, name in enumerate(names)} for names in attributes]
        widths = np.array([len(names) for names in attributes] or [0])
        per_sample = {
            "text": self._rows["name"] + self._rows["group"],
            "face": self._rows["faces"],
            "ignored": self._rows["ignored"],
            "value": widths[self._rows["kind"]] * self._rows["faces"],
        }
        self._first = {
            what: np.concatenate([[0], np.cumsum(n, dtype=np.int64)]) for what, n in per_sample.items()
        }

    def __len__(self) -> int:
        return len(self._rows)

    def of(self, number: int) -> Label:
        """The label of one sample, in arrays of its own."""
        start, height, width, faces, _, name, _, kind = self._rows[number].item()
        text = self._texts[self._span("text", number)]
        places = self._places[self._span("face", number)]
        values: NDArray[np.int8] = self._values[self._span("value", number)]
        return Label(
            start,
            height,
            width,
            text[:name].decode(errors="surrogateescape"),
            text[name:].decode(errors="surrogateescape"),
            places[:, :2].reshape(-1, 4).copy(),
            places[:, 2:].copy(),
            self._ignored[self._span("ignored", number)].copy(),
            AttributeTable(self._names[kind], values.reshape(len(self._names[kind]), faces).copy()),
        )

    def _span(self, what: str, number: int) -> slice:
        first = self._first[what]
        return slice(int(first[number]), int(first[number + 1]))


def _scaled(points: NDArray[np.float32], scale: tuple[float, float]) -> bytes:
    return (points * np.array(scale)).astype("<f4").tobytes()
