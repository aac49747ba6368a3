"""What changed of a frame's picture, put into the frame as it is stored; all else of it stays to the bit.

A frame made anew of its RGB picture would lose what 8 bits of RGB cannot hold (10 bits, transparency) and
what frames carry beside their pixels (fields, captions), and be rounded all over, unlike those beside it.
"""

import numpy as np
from numpy.typing import NDArray

from facewright.apps.clip import EXACTLY
from facewright.core.extras import optional
from facewright.core.pictures import Pixels

with optional():
    import av
    from av.video.format import VideoFormatComponent
    from av.video.plane import VideoPlane
    from av.video.reformatter import ColorRange, Colorspace

_COLOURS = {1: Colorspace.ITU709, 4: Colorspace.FCC, 5: Colorspace.ITU601, 6: Colorspace.ITU601,
            7: Colorspace.SMPTE240M, 9: Colorspace.BT2020}  # fmt: skip
_TALLEST = 4
"""rows of the picture that a pixel of a plane may stand for"""


def patched(frame: av.VideoFrame, before: Pixels, after: Pixels) -> av.VideoFrame:
    """The frame with what differs between two pictures of it, RGB (H, W, 3) as it is stored, put into it.

    It is changed itself, unless its pixels lie so that they cannot be told apart: then a new one is made.
    Transparency stays where it has a plane of its own.
    """
    new = converted(av.VideoFrame.from_ndarray(after, "rgb24"), frame.format.name, frame)
    grids = [_grid(frame.format, number) for number in range(len(frame.planes))]
    if not all(grids) or any(plane.line_size <= 0 for plane in frame.planes):  # upside down in memory
        return new
    rows = np.flatnonzero((before != after).reshape(len(before), -1).any(axis=1))
    if not len(rows):
        return frame
    frame.make_writable()
    top, bottom = int(rows[0]) // _TALLEST * _TALLEST, int(rows[-1]) + 1
    differs = before[top:bottom] != after[top:bottom]
    changed = differs[..., 0] | differs[..., 1] | differs[..., 2]
    for ours, theirs, grid in zip(frame.planes, new.planes, grids, strict=True):
        if not all(component.is_alpha for component in grid):
            down, across = -(-frame.height // grid[0].height), -(-frame.width // grid[0].width)
            there = _coarser(changed, down, across)
            place, size = slice(top // down, top // down + len(there)), _bytes(frame.format, grid)
            np.copyto(_pixels(ours, size)[place], _pixels(theirs, size)[place], where=there)
    return frame


def converted(frame: av.VideoFrame, name: str, like: av.VideoFrame) -> av.VideoFrame:
    """The frame in the pixel format of this name, in the colour space and range of another frame."""
    return frame.reformat(
        format=name,
        dst_colorspace=_COLOURS.get(like.colorspace),
        dst_color_range=ColorRange(like.color_range) if like.color_range in (1, 2) else None,
        interpolation=EXACTLY,
    )


def _grid(kind: av.VideoFormat, plane: int) -> list[VideoFormatComponent]:
    """A plane's components where each of its pixels has them all, in bytes of its own; else none."""
    here = [component for component in kind.components if component.plane == plane]
    sizes = {(component.width, component.height) for component in here}
    return here if len(sizes) == 1 and not kind.is_bit_stream and not kind.has_palette else []


def _bytes(kind: av.VideoFormat, grid: list[VideoFormatComponent]) -> int:
    """Of a pixel of a plane."""
    if len(grid) == len(kind.components):  # the only plane, which may hold more than its components
        return kind.padded_bits_per_pixel // 8
    return sum((component.bits + 7) // 8 for component in grid)


def _pixels(plane: VideoPlane, size: int) -> NDArray[np.void]:
    """(h, w), each of so many bytes, in the plane's own memory."""
    shape, strides = (plane.height, plane.width), (plane.line_size, size)
    return np.ndarray(shape, np.dtype((np.void, size)), buffer=memoryview(plane), strides=strides)


def _coarser(changed: NDArray[np.bool_], down: int, across: int) -> NDArray[np.bool_]:
    """Whether anything changed in what each pixel of a plane stands for, so many pixels high and wide."""
    height, width = changed.shape
    coarser = np.zeros((-(-height // down), -(-width // across)), bool)
    for row in range(down):
        for column in range(across):
            part = changed[row::down, column::across]
            coarser[: part.shape[0], : part.shape[1]] |= part
    return coarser
