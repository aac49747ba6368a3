"""MATLAB's .mat files, version 5 (what `save` writes without -v7.3): numbers, text and cells, and no more.

    header: 116 bytes of text, 8 of offset, version, byte order     then elements, one a variable
    element: type, how many bytes, the bytes, filled up to a multiple of 8; small ones lie in their tag's 8
    matrix: an element of elements: flags (with the class), sides, name, then cells or numbers

scipy reads them too, but a damaged file brings its reader, and with it the whole program, down.
"""

import math
import struct
import zlib
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import numpy as np

HEADER = 128
MOST_BYTES = 512 * 2**20
"""of a variable, unpacked"""
DEEPEST = 8
"""cells in cells"""
_MATRIX, _COMPRESSED = 14, 15
_CELL, _CHAR, _FIRST_NUMBER = 1, 4, 6
_NUMBERS = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8"}
_TEXTS = {16: "utf-8", 17: "utf-16", 18: "utf-32", 2: "utf-8", 4: "utf-16"}


def read(path: Path, names: Collection[str]) -> dict[str, Any]:
    """The variables of these names: numbers as arrays, text as str, cells as lists in MATLAB's order.

    Others are passed over. Raises ValueError for what is no such file, is damaged, or holds in these
    variables anything else (structures, sparse or complex numbers); OSError when it cannot be read.
    """
    data = path.read_bytes()
    order = {b"IM": "<", b"MI": ">"}.get(data[126:128])
    if order is None or len(data) < HEADER:
        raise ValueError("it has no header of MATLAB 5")
    found: dict[str, Any] = {}
    for kind, content in _elements(data[HEADER:], order):
        if kind == _COMPRESSED:
            kind, content = next(_elements(_unpacked(content), order), (0, b""))
        if kind == _MATRIX and (name := _name(content, order)) in names:
            found[name] = _value(content, order, 0)
    return found


def _unpacked(data: bytes) -> bytes:
    try:
        stream = zlib.decompressobj()
        whole = stream.decompress(data, MOST_BYTES)
    except zlib.error as error:
        raise ValueError(f"a variable cannot be unpacked, {error}") from error
    if not stream.eof:
        raise ValueError("a variable is cut off, or beyond reason")
    return whole


def _elements(data: bytes, order: str) -> Iterator[tuple[int, bytes]]:
    """Type and content of each element that follows the other."""
    at = 0
    while at < len(data):
        if at + 8 > len(data):
            raise ValueError("the file is cut off")
        kind, size = struct.unpack_from(f"{order}II", data, at)
        if kind >> 16:  # a small one: type and size share the first four bytes
            kind, size, start = kind & 0xFFFF, kind >> 16, at + 4
            end = at + 8
            if size > 4:
                raise ValueError("a small element is too large")
        else:
            start = at + 8
            end = start + size if kind == _COMPRESSED else start + -(-size // 8) * 8
        if start + size > len(data):
            raise ValueError("the file is cut off")
        yield kind, data[start : start + size]
        at = end


def _name(content: bytes, order: str) -> str:
    parts = _elements(content, order)
    for _ in range(2):
        next(parts, None)
    return next(parts, (0, b""))[1].decode("latin-1")


def _value(content: bytes, order: str, depth: int) -> Any:
    parts = list(_elements(content, order))
    if len(parts) < 3 or len(parts[0][1]) != 8 or len(parts[1][1]) % 4:
        raise ValueError("a matrix is damaged")
    word = struct.unpack(f"{order}I4x", parts[0][1])[0]
    kind, flags = word & 0xFF, word >> 8 & 0xFF
    sides = struct.unpack(f"{order}{len(parts[1][1]) // 4}i", parts[1][1])
    count = math.prod(sides)
    if min(sides, default=0) < 0 or count > MOST_BYTES:
        raise ValueError(f"a matrix of {sides} values is damaged")
    values = parts[3:]
    if kind == _CELL:
        if len(values) != count or any(type_ != _MATRIX for type_, _ in values) or depth == DEEPEST:
            raise ValueError("cells are damaged")
        return [_value(cell, order, depth + 1) for _, cell in values]
    if kind not in (_CHAR, *range(_FIRST_NUMBER, 16)) or flags & 8 or len(values) > 1:
        raise ValueError(f"holds a matrix of class {kind}, and only numbers, text and cells are read")
    type_, raw = values[0] if values else (2, b"")
    if kind == _CHAR:
        return _text(type_, raw, order)
    if type_ not in _NUMBERS:
        raise ValueError(f"numbers of an unknown type, {type_}")
    numbers = np.frombuffer(raw, order + _NUMBERS[type_])
    if len(numbers) != count:
        raise ValueError(f"{len(numbers)} numbers where {count} are said")
    return numbers.reshape(sides, order="F")


def _text(kind: int, raw: bytes, order: str) -> str:
    encoding = _TEXTS.get(kind)
    if encoding is None:
        raise ValueError(f"text of an unknown type, {kind}")
    return raw.decode(encoding if encoding == "utf-8" else encoding + ("-le" if order == "<" else "-be"))
