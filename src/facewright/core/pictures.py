"""Reading and writing pictures: whatever comes in, an upright uint8 RGB array (H, W, 3) goes out.

Everything that differs between files is settled here and nowhere else: EXIF orientation (applied exactly
once), CMYK, palettes, 16 bit, transparency (laid on white), animations (first frame), the pixel limit. Colour
profiles are not applied. Pillow's global settings are left alone, for the sake of threads and host programs.
"""

import io
import os
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from facewright.core.arguments import whole_number
from facewright.core.errors import PictureError, UsageError
from facewright.core.opening import Undecoded, explained, opened
from facewright.core.pixels import Pixels, grey_or_colour
from facewright.core.upright import orientation, to_rgb, upright
from facewright.core.whole import whole_file

PictureSource = Undecoded | NDArray[Any]
Colour = tuple[int, int, int]

MAX_PIXELS = 200_000_000
"""Default pixel limit: the largest phone cameras pass, a decompression bomb does not."""

PICTURE_SUFFIXES = frozenset(
    (".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".webp", ".avif", ".gif", ".tif", ".tiff", ".bmp",
     ".dib", ".heic", ".heif", ".hif", ".jp2", ".j2k", ".ppm", ".pgm", ".pbm", ".pnm", ".tga", ".qoi")
)  # fmt: skip
"""Endings that `find_pictures` takes for pictures; reading a file never depends on its ending."""
VIDEO_SUFFIXES = frozenset(
    (".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".ts", ".mts", ".m2ts", ".3gp", ".wmv",
     ".flv", ".ogv", ".vob", ".mxf")
)  # fmt: skip
"""Endings by which a file is taken for a video."""

_WRITERS: dict[str, tuple[str, dict[str, Any]]] = {
    ".jpg": ("JPEG", {"subsampling": 0}),  # full colour resolution: drawn lines stay crisp
    ".jpeg": ("JPEG", {"subsampling": 0}),
    ".png": ("PNG", {}),
    ".webp": ("WEBP", {}),
}


@dataclass(frozen=True, eq=False)
class Picture:
    """A decoded picture and the size of the full one, which it may be a smaller copy of."""

    array: Pixels
    """(H, W, 3) upright RGB; smaller than the full one when `size` let a JPEG be decoded at a lower scale"""
    width: int
    """of the full upright picture"""
    height: int


def read_picture(
    source: PictureSource, *, size: int | None = None, bgr: bool = False, max_pixels: int | None = MAX_PIXELS
) -> Pixels:
    """The upright picture as a contiguous uint8 RGB array (H, W, 3); see `load_picture`."""
    return load_picture(source, size=size, bgr=bgr, max_pixels=max_pixels).array


def load_picture(
    source: PictureSource, *, size: int | None = None, bgr: bool = False, max_pixels: int | None = MAX_PIXELS
) -> Picture:
    """The upright picture as RGB together with the full picture's width and height.

    source: a path, encoded bytes, a binary file object (read from where it stands), a PIL image, or a uint8
        array (H, W), (H, W, 3) or (H, W, 4); one that is RGB and contiguous is returned itself, not a copy.
    size: the long side that is needed. A JPEG is then decoded at 1/2, 1/4 or 1/8, whichever is the smallest
        that is still at least `size` long. The result may be larger than `size`; nothing is ever enlarged.
    bgr: the channels of the array given are in OpenCV's order.
    max_pixels: refuse a file whose header promises more, before anything is decoded; None for no limit.

    Raises PictureError, one sentence that names the file, when it is missing, empty, not a picture, damaged
    or too large; UsageError for a wrong argument.
    """
    if size is not None:
        size = whole_number(size, "size is the long side in pixels, a whole number of at least 1")
    if isinstance(source, np.ndarray):
        array = _from_array(source, bgr)
        return Picture(array, array.shape[1], array.shape[0])
    if bgr:
        raise UsageError("bgr=True is for arrays only: files and PIL images know the order of their channels")
    with opened(source, max_pixels) as (image, name), explained(name):
        full = image.size
        drafted = size is not None and not isinstance(source, Image.Image) and _draft(image, size)
        image.load()
        # Read after loading: PNG may hold it behind the pixels, and Pillow turns TIFF upright while loading.
        turned = orientation(image) >= 5
        array = np.array(upright(to_rgb(image), orientation(image)))
        if not drafted:
            full = (array.shape[1], array.shape[0])
        elif turned:
            full = (full[1], full[0])
    return Picture(array, *full)


def picture_size(source: PictureSource, *, max_pixels: int | None = None) -> tuple[int, int]:
    """(width, height) of the upright picture, from the file's header alone wherever that tells."""
    if isinstance(source, np.ndarray):
        return grey_or_colour(source).shape[1::-1]
    with opened(source, max_pixels) as (image, name), explained(name):
        width, height = image.size
        # Pillow gives the size of a TIFF upright already, and of a PNG finds orientation behind the pixels.
        turned = image.format != "TIFF" and orientation(image) >= 5
        return (height, width) if turned else (width, height)


def find_pictures(
    path: str | Path,
    recursive: bool = False,
    *,
    suffixes: Collection[str] = PICTURE_SUFFIXES,
    on_error: Callable[[Path, str], object] | None = None,
) -> list[Path]:
    """Picture files of a folder by their endings, sorted; hidden ones left out. A file gives itself.

    A link that leads nowhere is among them, so that whoever reads it says so.

    suffixes: endings, in small letters, of the files that are meant.
    on_error: told of each folder inside that may not be listed, and why; the rest is found all the same.

    Raises PictureError when `path` does not exist or may not be listed, and without `on_error` for a folder
    inside too.
    """
    path = Path(path)
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise PictureError(f"{path}: no such file or folder")

    def unlisted(error: OSError) -> None:
        folder, why = Path(error.filename or path), f"the folder cannot be listed ({error.strerror})"
        if on_error is None or folder == path:
            raise PictureError(f"{folder}: {why}") from error
        on_error(folder, why)

    found: list[Path] = []
    for folder, inside, files in os.walk(path, onerror=unlisted):  # rglob passes over such folders silently
        inside[:] = [name for name in inside if recursive and not name.startswith(".")]
        found += [Path(folder, name) for name in files if not name.startswith(".")]
    return sorted(file for file in found if file.suffix.lower() in suffixes and _may_be_read(file))


def write_picture(array: Pixels, path: str | Path, *, quality: int = 92) -> Path:
    """Write uint8 RGB (H, W, 3) or grey (H, W) as JPEG, PNG or WebP by the path's ending; returns the path.

    The file appears complete or not at all: it is written beside its place, then renamed.
    Raises PictureError when the array is no picture, the ending is none of these or the folder is missing or
    read-only.
    """
    image = Image.fromarray(grey_or_colour(array))
    path = Path(path)
    if path.suffix.lower() not in _WRITERS:
        raise PictureError(
            f"{path}: pictures are written as {', '.join(_WRITERS)}; choose one of these endings"
        )
    kind, options = _WRITERS[path.suffix.lower()]
    encoded = io.BytesIO()
    try:
        image.save(encoded, kind, quality=quality, **options)
    except (OSError, ValueError) as error:  # e.g. RGBA as JPEG, or more pixels a side than WebP can say
        raise PictureError(f"{path}: cannot be written as {kind} ({error})") from error
    return write_whole(encoded.getvalue(), path)


def write_whole(data: bytes, path: Path) -> Path:
    """A `whole_file` of these bytes; returns the path. Raises PictureError, as on a full disk."""
    try:
        with whole_file(path) as partial:
            partial.write_bytes(data)
    except OSError as error:
        raise PictureError(f"{path}: cannot be written ({error.strerror})") from error
    return path


def resize_picture(array: Pixels, long_side: int, *, enlarge: bool = False) -> Pixels:
    """uint8 (H, W, 3) or (H, W) scaled, antialiased, so that its long side is `long_side`; aspect ratio kept.

    A picture that is smaller already is returned itself, unless `enlarge`.
    """
    array = grey_or_colour(array)
    height, width = array.shape[:2]
    long_side = whole_number(long_side, "long_side is in pixels, a whole number of at least 1")
    factor = long_side / max(width, height)
    if factor == 1 or (factor > 1 and not enlarge):
        return array
    size = max(1, round(width * factor)), max(1, round(height * factor))
    # reducing_gap: box averages by a whole number first, then bilinear over the rest; fast on large photos.
    return np.array(Image.fromarray(array).resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0))


def _may_be_read(file: Path) -> bool:
    """Not a pipe or the like, which would be waited for; what else is wrong, its reader says."""
    try:
        return file.is_file() or not file.exists()
    except PermissionError:  # its folder may be listed but not entered
        return True


def _from_array(array: NDArray[Any], bgr: bool) -> Pixels:
    """A checked array as contiguous RGB; transparency laid on white as in files."""
    pixels = grey_or_colour(array)
    if pixels.ndim == 2:
        return np.repeat(pixels[:, :, None], 3, axis=2)
    if bgr:
        pixels = pixels[:, :, [2, 1, 0, 3][: pixels.shape[2]]]
    if pixels.shape[2] == 4:
        return np.array(to_rgb(Image.fromarray(np.ascontiguousarray(pixels))))
    return np.ascontiguousarray(pixels)


def _draft(image: Image.Image, size: int) -> bool:
    """Ask a JPEG to be decoded at the smallest of its scales that leaves the long side at least `size`."""
    if image.format not in ("JPEG", "MPO"):
        return False
    width, height = image.size
    for scale in (8, 4, 2):
        if -(-max(width, height) // scale) >= size and min(width, height) >= scale:
            return image.draft(None, (width // scale, height // scale)) is not None
    return False
