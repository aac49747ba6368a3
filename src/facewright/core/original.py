"""A picture file with all that is to stay when its pixels change; `core.rewrite` writes it again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, JpegImagePlugin

from facewright.core.errors import PictureError
from facewright.core.opening import Undecoded, explained, opened
from facewright.core.pictures import MAX_PIXELS, Picture
from facewright.core.pixels import Pixels
from facewright.core.upright import orientation, to_rgb, upright

PAGED = ("GIF", "PNG", "WEBP", "TIFF", "AVIF")
"""formats that are written again with all their pages"""
_TEXTS = (270, 271, 272, 305, 306, 315, 316, 33432)
"""TIFF's tags of description, maker, model, software, date, artist, host and copyright"""
_TABLES = (0x8769, 0x8825)  # Exif, GPS


@dataclass(frozen=True, eq=False)
class Page:
    """One picture of a file: the only one, a page of a TIFF or a frame of an animation; upright."""

    rgb: Pixels
    """(H, W, 3), as every reader of facewright sees it"""
    rgba: Pixels | None = None
    """(H, W, 4), None where nothing shows through"""
    deep: NDArray[np.uint16] | None = None
    """(H, W) of a grey picture of 16 bits"""
    duration: float | None = None
    """milliseconds, of a frame of an animation"""

    @property
    def picture(self) -> Picture:
        """As a Detector takes it."""
        return Picture(self.rgb, self.rgb.shape[1], self.rgb.shape[0])


@dataclass(frozen=True, eq=False)
class Original:
    """A decoded picture file."""

    name: str
    format: str
    """Pillow's name of it, such as JPEG"""
    pages: tuple[Page, ...]
    """at least one"""
    mode: str
    """Pillow's mode of the first page"""
    info: Mapping[str, Any] = field(default_factory=dict)
    """Pillow's metadata of the first page, EXIF and XMP as bytes"""
    texts: Mapping[Any, Any] = field(default_factory=dict)
    """of a PNG by keyword, of a TIFF by number of the tag"""
    encoding: Mapping[str, Any] = field(default_factory=dict)
    """what the pixels were written with, as arguments for Pillow"""
    notes: tuple[str, ...] = ()
    """what reading it already loses, each a sentence of which the file is the subject"""

    @property
    def animated(self) -> bool:
        return len(self.pages) > 1 and self.format != "TIFF"


def read_original(
    source: Undecoded,
    *,
    max_pixels: int | None = MAX_PIXELS,
    max_pages: int | None = None,
    first: bool = False,
) -> Original:
    """The pages of a picture file, upright and at full resolution, and what else is in it.

    source: a path, encoded bytes, a binary file object or a PIL image. max_pixels: of all pages together.
    max_pages: a file with more is refused, not counted: a small one may hold millions. first: the first page
    only, and a note where there are more.
    Raises PictureError as `load_picture`.
    """
    with opened(source, max_pixels) as (image, name), explained(name):
        kind = image.format or "PNG"  # a PIL image that was never a file
        notes, encoding = _notes(image, kind), _encoding(image, kind)
        if kind in PAGED and not first:
            pages = _pages(image, name, max_pixels, max_pages)
        else:
            notes += _further(image, kind)
            pages = [_page(image)]
        if len(pages) > 1:
            image.seek(0)
            image.load()
        info = {key: value for key, value in image.info.items() if isinstance(key, str)}
        if kind == "TIFF":
            info["exif"] = _exif_of_tiff(image)
        return Original(name, kind, tuple(pages), image.mode, info, _texts(image), encoding, tuple(notes))


def has_several_pages(source: Undecoded) -> bool:
    """Whether `read_original` gives more than one page. Raises PictureError."""
    with opened(source, None) as (image, name), explained(name):
        return image.format in PAGED and _goes_to(image, 1)


def _pages(image: Image.Image, name: str, max_pixels: int | None, max_pages: int | None) -> list[Page]:
    pages: list[Page] = []
    pixels = 0
    while _goes_to(image, len(pages)):
        if max_pages is not None and len(pages) == max_pages:
            raise PictureError(f"{name}: has more frames or pages than the limit of {max_pages}")
        pixels += image.width * image.height
        if max_pixels is not None and pixels > max_pixels:
            raise PictureError(
                f"{name}: its frames or pages have more pixels than the limit of {max_pixels:,}; raise "
                "max_pixels (--max-pixels on the command line; None or 0: no limit) if it may be trusted"
            )
        pages.append(_page(image))
    return pages


def _goes_to(image: Image.Image, number: int) -> bool:
    """Goes to this page; False where there is none. Of GIF and TIFF that is tried, as counting their pages
    looks through the whole file; the others say how many they have, and one of these that is not there is
    damage."""
    if image.tell() == number:
        return True
    if image.format not in ("GIF", "TIFF"):
        there = number < getattr(image, "n_frames", 1)
        if there:
            image.seek(number)
        return there
    try:
        image.seek(number)
    except EOFError:
        return False
    return True


def _page(image: Image.Image) -> Page:
    image.load()
    turn = orientation(image)  # read after loading, see `load_picture`
    rgba = np.array(upright(image.convert("RGBA"), turn)) if image.has_transparency_data else None
    return Page(
        np.array(upright(to_rgb(image), turn)),
        None if rgba is None or rgba[..., 3].min() == 255 else rgba,
        np.array(upright(image, turn), np.uint16) if image.mode.startswith("I;16") else None,
        image.info.get("duration"),
    )


def _encoding(image: Image.Image, kind: str) -> dict[str, Any]:
    """Asked before the pixels are decoded: some of it is forgotten then."""
    if isinstance(image, JpegImagePlugin.JpegImageFile) and image.mode in ("RGB", "L"):
        sampling = JpegImagePlugin.get_sampling(image) if image.mode == "RGB" else -1
        return {
            "qtables": image.quantization,
            "subsampling": max(0, sampling),  # full colour resolution where Pillow has no word for what it is
            "progressive": bool(image.info.get("progressive")),
        }
    if kind == "TIFF":
        return {"compression": image.info.get("compression", "raw")}
    return {"lossless": _is_lossless(image)} if kind == "WEBP" else {}


def _is_lossless(image: Image.Image) -> bool:
    """Whether a WebP's pixels lie in a VP8L chunk, not in a VP8 one."""
    file = getattr(image, "fp", None)
    if file is None:
        return False
    place = file.tell()
    file.seek(12)
    kind = b""
    while len(head := file.read(8)) == 8:
        kind, size = head[:4], int.from_bytes(head[4:], "little")
        if kind in (b"VP8 ", b"VP8L"):
            break
        file.seek(16 if kind == b"ANMF" else size + size % 2, 1)  # a frame: chunks again, behind 16 bytes
    file.seek(place)
    return kind == b"VP8L"


def _further(image: Image.Image, kind: str) -> list[str]:
    """A note where only the first of several pictures is kept."""
    if kind in PAGED:
        several = _goes_to(image, 1)
        image.seek(0)
        return ["holds several frames or pages, of which the first is kept"] if several else []
    count = getattr(image, "n_frames", 1)
    what = "pictures (HDR gain map, depth, layers)"
    return [f"holds {count} {what}, of which the first is kept"] if count > 1 else []


def _notes(image: Image.Image, kind: str) -> list[str]:
    notes = []
    tiles = getattr(image, "tile", None)
    depths = getattr(image, "tag_v2", {}).get(258, (8,)) if kind == "TIFF" else (8,)
    bits = 16 if tiles and "16" in str(tiles[0][3]) else 32 if image.mode in ("I", "F") else max(depths)
    if bits > 8 and not image.mode.startswith("I;16"):
        notes.append(f"has {bits} bits a channel, of which 8 are kept")
    if image.mode in ("CMYK", "LAB", "HSV"):
        notes.append(f"has {image.mode} colours; it is written as RGB, without its colour profile")
    return notes


def _texts(image: Image.Image) -> Mapping[Any, Any]:
    if image.format == "PNG":
        return dict(getattr(image, "text", {}))
    tags = getattr(image, "tag_v2", {}) if image.format == "TIFF" else {}
    return {tag: tags[tag] for tag in _TEXTS if tag in tags}


def _exif_of_tiff(image: Image.Image) -> bytes:
    """Its Exif and GPS tables as EXIF has them in other formats; empty without any."""
    exif, given = Image.Exif(), image.getexif()
    for table in _TABLES:
        if inner := given.get_ifd(table):
            exif[table] = dict(inner)
    return exif.tobytes() if len(exif) else b""
