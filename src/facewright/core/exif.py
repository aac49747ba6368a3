"""EXIF as bytes, cleaned: what shows the picture as it was goes, everything else stays byte for byte.

EXIF is a small TIFF file: a header, and tables (IFDs) of entries tag, type, count, value. The first one
describes the picture and points to three more (Exif, GPS, interoperability); the one linked behind it is the
thumbnail's. They are read and written here, as a library that turns entries into Python's values and back
changes some of them.
"""

import struct
from collections.abc import Mapping
from typing import NamedTuple

PREFIX = b"Exif\x00\x00"
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
"""bytes of one value of each type"""
_SHORT, _LONG = 3, 4
_POINTERS = (0x8769, 0x8825, 0xA005)  # Exif, GPS, interoperability
_ORIENTATION = 0x0112
_WIDTHS, _HEIGHTS = (0x0100, 0xA002), (0x0101, 0xA003)  # TIFF's, which some cameras write too, and EXIF's
_LEFT_OUT = frozenset((
    0x0111, 0x0117, 0x0144, 0x0145,  # where a TIFF's pixels lie
    0x014A, 0x0201, 0x0202,  # further pictures, thumbnails
    0x02BC, 0x83BB, 0x8649,  # XMP, IPTC, Photoshop's: kept or cleaned elsewhere, or thumbnails again
    0x927C, 0xC634,  # the maker's notes: many hold previews, and none outlives being moved
))  # fmt: skip
JPEG = b"\xff\xd8\xff"
"""what every JPEG begins with: a thumbnail, wherever it is found within metadata"""


class _Entry(NamedTuple):
    kind: int
    number: int
    value: memoryview | bytes


Table = dict[int, "_Entry | Table"]
"""tag -> its entry, or the table that it points to"""


def clean_exif(data: bytes, width: int, height: int) -> bytes | None:
    """EXIF without thumbnails and maker's notes, for upright pixels (width, height); None if it is damaged.

    data: with or without the leading `Exif\\0\\0`, which what is returned has. GPS stays. An orientation tag
    becomes 1, as the pixels are upright already, and the tags of the picture's size get the new one.
    """
    data = data.removeprefix(PREFIX)
    order = {b"II*\x00": "<", b"MM\x00*": ">"}.get(data[:4])
    if order is None or len(data) < 8:
        return None
    table = _read(data, struct.unpack_from(order + "I", data, 4)[0], order)
    if not table or _length(table) > 2 * len(data):  # overlapping, a small file's values unfold to gigabytes
        return None
    sizes = dict.fromkeys(_WIDTHS, width) | dict.fromkeys(_HEIGHTS, height)
    _replace(table, {_ORIENTATION: 1} | sizes, order)
    return PREFIX + data[:4] + struct.pack(order + "I", 8) + _write(table, 8, order)


def _read(data: bytes, offset: int, order: str, depth: int = 0) -> Table:
    """The table at an offset; entries that lead out of the data are passed over."""
    table: Table = {}
    if offset + 2 > len(data):
        return table
    (count,) = struct.unpack_from(order + "H", data, offset)
    for at in range(offset + 2, min(offset + 2 + 12 * count, len(data) - 11), 12):
        tag, kind, number = struct.unpack_from(order + "HHI", data, at)
        size = _SIZES.get(kind, 0) * number
        (far,) = struct.unpack_from(order + "I", data, at + 8)
        start = at + 8 if size <= 4 else far
        if not size or start + size > len(data) or tag in _LEFT_OUT or tag in table:
            continue
        if tag in _POINTERS:
            if depth < 2 and size == 4 and (inner := _read(data, far, order, depth + 1)):
                table[tag] = inner
        elif data.find(JPEG, start, start + size) < 0:
            table[tag] = _Entry(kind, number, memoryview(data)[start : start + size])
    return table


def _length(table: Table) -> int:
    return sum(_length(entry) if isinstance(entry, dict) else len(entry.value) for entry in table.values())


def _replace(table: Table, numbers: Mapping[int, int], order: str) -> None:
    """Those of the tags that are there, in their own type."""
    for tag, entry in table.items():
        if isinstance(entry, dict):
            _replace(entry, numbers, order)
        elif tag in numbers:
            wide = entry.kind == _LONG or numbers[tag] > 0xFFFF
            kind, code = (_LONG, "I") if wide else (_SHORT, "H")
            table[tag] = _Entry(kind, 1, struct.pack(order + code, numbers[tag]))


def _write(table: Table, offset: int, order: str) -> bytes:
    """A table to stand at an offset, its long values and inner tables behind it."""
    entries, behind = bytearray(), bytearray()
    start = offset + 2 + 12 * len(table) + 4
    for tag, entry in sorted(table.items()):
        place = struct.pack(order + "I", start + len(behind))
        if isinstance(entry, dict):
            kind, number = _LONG, 1
            behind += _write(entry, start + len(behind), order)
        else:
            kind, number = entry.kind, entry.number
            if len(entry.value) <= 4:
                place = bytes(entry.value).ljust(4, b"\x00")
            else:
                behind += entry.value
        behind += b"\x00" * (len(behind) % 2)  # offsets are even
        entries += struct.pack(order + "HHI", tag, kind, number) + place
    return struct.pack(order + "H", len(table)) + bytes(entries) + bytes(4) + bytes(behind)
