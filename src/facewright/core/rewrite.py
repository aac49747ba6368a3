"""A picture file written again with other pixels: in its format and quality, with its metadata.

Kept: format, JPEG's quantisation tables, chroma subsampling and progressive order, TIFF's compression, colour
profile, resolution, transparency, 16-bit grey, animations with their times, pages of a TIFF, EXIF, XMP,
IPTC, comments and texts. Of lossless formats what does not change stays to the bit. No WebP, AVIF or HEIC
file tells its quality: lossless WebP stays lossless, the others are written at `QUALITY`.

Left out, as it shows the picture as it was, or whom: thumbnails in EXIF, XMP and Photoshop's resources,
maker's notes, pictures behind the picture (MPO, motion photos, gain maps), names of persons in regions,
signatures that would no longer hold (C2PA). `strip` leaves only what is needed to show the picture right.
"""

import io
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from facewright.core.errors import PictureError
from facewright.core.exif import JPEG, clean_exif
from facewright.core.opening import DAMAGED
from facewright.core.original import PAGED, Original, Page
from facewright.core.pixels import Pixels
from facewright.core.xmp import clean_xmp

QUALITY = 90
"""of lossy WebP, AVIF and HEIC"""
_AS = {"MPO": "JPEG", "DIB": "BMP"}
SUFFIXES = {
    "JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp", "TIFF": ".tif", "GIF": ".gif", "BMP": ".bmp",
    "PPM": ".ppm", "AVIF": ".avif", "HEIF": ".heic", "JPEG2000": ".jp2", "TGA": ".tga", "QOI": ".qoi",
}  # fmt: skip
"""the usual ending of each format that is written"""
_FAINT = 25
"""alpha up to which a pixel's own colour hardly shows"""
_IPTC = 0x0404
_MOST_IN_JPEG = 65_000
"""bytes of one piece of metadata, a little below what a JPEG's segment holds"""
_COMPRESSIONS = frozenset(("raw", "packbits", "tiff_lzw", "tiff_adobe_deflate", "lzma", "zstd"))


@dataclass(frozen=True)
class Encoded:
    """A picture file's bytes."""

    data: bytes
    format: str
    """Pillow's name of it: the original's, JPEG for MPO, PNG where the original's cannot be written"""
    notes: tuple[str, ...] = ()
    """what is not as it was, each a sentence of which the file is the subject"""


def encode(
    original: Original, pages: Sequence[Pixels], *, strip: bool = False, flat: bool = False
) -> Encoded:
    """The file's bytes with `pages` as its pixels.

    pages: uint8 RGB, upright: (H, W, 3) each of the size of the original's pages, one for each; or, with
    `flat`, one picture of any size, such as a crop, in which nothing shows through.
    strip: leave metadata out. Raises PictureError when it cannot be encoded.
    """
    kind, notes = written_format(original), list(original.notes)
    if kind != _AS.get(original.format, original.format):
        notes.append(f"is a {original.format} picture, which cannot be written; it becomes a PNG")
    if flat:
        images = [_flat(rgb, original.mode) for rgb in pages]
    else:
        images = [_image(page, rgb, original.mode) for page, rgb in zip(original.pages, pages, strict=True)]
    if original.pages[0].deep is not None and any(image.mode != "I;16" for image in images):
        colours = "grey" if all(image.mode == "L" for image in images) else "colours"
        notes.append(f"has 16 bits of grey, which become {colours} of 8 bits")
    if kind == "GIF" and (
        flat or any((rgb != page.rgb).any() for page, rgb in zip(original.pages, pages, strict=True))
    ):
        notes.append("has at most 256 colours, which were chosen anew")
    file = io.BytesIO()
    try:
        metadata = _metadata(original, images[0].size, strip, notes)
        options = _options(kind, original, images, metadata, strip, notes)
        if len(images) > 1 and kind in PAGED:
            options |= _frames(original, images)
        if kind == "HEIF":
            _write_heif(images[0], file, options)
        else:
            images[0].save(file, kind, **options)
    except DAMAGED as error:
        raise PictureError(f"{original.name}: cannot be written as {kind} again ({error})") from error
    return Encoded(file.getvalue(), kind, tuple(notes))


def written_format(original: Original) -> str:
    """Pillow's name of what `encode` writes: the original's format, JPEG for MPO, PNG for what cannot be."""
    kind = _AS.get(original.format, original.format)
    return kind if kind in SUFFIXES and (kind == "HEIF" or kind in Image.SAVE) else "PNG"


def _flat(rgb: Pixels, mode: str) -> Image.Image:
    grey = mode[:1] in ("L", "1", "I", "F") and mode != "LAB" and _is_grey(rgb)
    return Image.fromarray(np.ascontiguousarray(rgb[..., 0]) if grey else rgb)


def _image(page: Page, rgb: Pixels, mode: str) -> Image.Image:
    """The new pixels as a picture of the original's kind."""
    if page.deep is not None and _is_grey(rgb):
        changed = (rgb != page.rgb).any(axis=2)
        return Image.fromarray(np.where(changed, rgb[..., 0].astype(np.uint16) * 257, page.deep))
    if page.rgba is not None:
        return Image.fromarray(_beneath(page.rgb, page.rgba, rgb))
    image = _flat(rgb, mode)
    return image.convert("1") if mode == "1" and image.mode == "L" and np.isin(rgb, (0, 255)).all() else image


def _beneath(before: Pixels, rgba: Pixels, after: Pixels) -> Pixels:
    """RGBA with the transparency it had that, on white, looks like `after` where `before` was something else.

    Colours are given up also where a pixel hardly shows and nothing changed: they may be those of a face.
    """
    alpha = rgba[..., 3:].astype(np.float32)
    seen = (after - (255 - alpha)) * (255 / np.maximum(alpha, 1))
    seen = np.where(alpha > 0, np.clip(np.round(seen), 0, 255), 255).astype(np.uint8)
    kept = (before == after).all(axis=2) & (rgba[..., 3] > _FAINT)
    return np.dstack([np.where(kept[..., None], rgba[..., :3], seen), rgba[..., 3]])


def _is_grey(rgb: Pixels) -> bool:
    return bool(np.array_equal(rgb[..., 0], rgb[..., 1]) and np.array_equal(rgb[..., 0], rgb[..., 2]))


def _metadata(original: Original, size: tuple[int, int], strip: bool, notes: list[str]) -> dict[str, bytes]:
    """EXIF and XMP, cleaned; empty where there is none."""
    if strip:
        return {"exif": b"", "xmp": b""}
    cleaned = {}
    for name, clean in (("exif", lambda data: clean_exif(data, *size)), ("xmp", clean_xmp)):
        data = original.info.get(name) or b""
        data = data.encode() if isinstance(data, str) else bytes(data)
        kept = clean(data) if data else b""
        if kept is None:
            notes.append(f"has damaged {name.upper()}, which is left out")
        cleaned[name] = kept or b""
    return cleaned


def _options(
    kind: str,
    original: Original,
    images: Sequence[Image.Image],
    metadata: Mapping[str, bytes],
    strip: bool,
    notes: list[str],
) -> dict[str, Any]:
    """Arguments for Pillow's writer."""
    info = original.info
    options: dict[str, Any] = {"icc_profile": _profile(original, images, notes)}
    if "dpi" in info:
        options["dpi"] = info["dpi"]
    if kind == "JPEG":
        encoding = original.encoding or {"quality": 95, "subsampling": 0}
        parts = {name: data for name, data in metadata.items() if len(data) <= _MOST_IN_JPEG}
        notes += [
            f"has more {name.upper()} than a JPEG holds; it is left out" for name in metadata.keys() - parts
        ]
        options |= {**encoding, **parts, "extra": b"" if strip else _iptc(info)}
        options["comment"] = b"" if strip else info.get("comment", b"")
    elif kind == "PNG":
        options |= {"pnginfo": _png_texts(original, metadata["xmp"], strip), "exif": metadata["exif"]}
    elif kind == "WEBP":
        lossless = original.encoding.get("lossless", False)
        options |= {
            **metadata,
            "lossless": lossless,
            "quality": 80 if lossless else QUALITY,
            "exact": lossless,
        }
    elif kind in ("AVIF", "HEIF"):
        options |= {**metadata, "quality": QUALITY}
    elif kind == "TIFF":
        compression = _compression(original, images)
        options |= {"compression": compression, "exif": _tiff_tags(original, metadata, compression, strip)}
        if compression == "jpeg":
            options["quality"] = 95
        if metadata["exif"] and compression != "raw":  # Pillow cannot, with libtiff's compression
            notes.append("is a compressed TIFF, to which EXIF and GPS cannot be written; they are left out")
    elif kind == "GIF" and not strip and "comment" in info:
        options["comment"] = info["comment"]
    return options


def _profile(original: Original, images: Sequence[Image.Image], notes: list[str]) -> bytes | None:
    """The colour profile, if it is one for what is written."""
    profile = original.info.get("icc_profile")
    if not profile or original.mode in ("CMYK", "LAB", "HSV"):  # of which `read_original` tells
        return None
    if profile[16:20] == b"GRAY" and any(image.mode in ("RGB", "RGBA") for image in images):
        notes.append("was grey and becomes coloured; its colour profile, which is one for grey, is left out")
        return None
    return bytes(profile)


def _iptc(info: Mapping[str, Any]) -> bytes:
    """A JPEG segment with the captions of Photoshop's resources, which hold a thumbnail too."""
    data = info.get("photoshop", {}).get(_IPTC)
    if not isinstance(data, bytes) or len(data) > _MOST_IN_JPEG or JPEG in data:  # IPTC, too, has a preview
        return b""
    resource = b"8BIM" + struct.pack(">HHI", _IPTC, 0, len(data)) + data + bytes(len(data) % 2)
    segment = b"Photoshop 3.0\x00" + resource
    return b"\xff\xed" + struct.pack(">H", 2 + len(segment)) + segment


def _png_texts(original: Original, xmp: bytes, strip: bool) -> PngInfo:
    """Texts, and how the numbers are to be shown as colours."""
    chunks, info = PngInfo(), original.info
    if "gamma" in info:
        chunks.add(b"gAMA", struct.pack(">I", round(info["gamma"] * 100_000)))
    if "srgb" in info:
        chunks.add(b"sRGB", bytes([info["srgb"]]))
    if len(info.get("chromaticity", ())) == 8:
        chunks.add(b"cHRM", struct.pack(">8I", *(round(value * 100_000) for value in info["chromaticity"])))
    if strip:
        return chunks
    for keyword, text in original.texts.items() if original.format == "PNG" else ():
        # ImageMagick keeps EXIF, IPTC and the like, with their thumbnails, in texts of such names
        if not keyword.startswith(("Raw profile type", "XML:com.adobe.xmp")):
            chunks.add_text(keyword, text, zip=len(text) > 1000)
    if xmp:
        chunks.add_itxt("XML:com.adobe.xmp", xmp.decode(errors="replace"))
    return chunks


def _compression(original: Original, images: Sequence[Image.Image]) -> str:
    given = original.encoding.get("compression", "raw")
    if given == "tiff_deflate":
        return "tiff_adobe_deflate"  # its newer number
    modes = {image.mode for image in images}  # one compression for all: Pillow knows no other
    if given in ("jpeg", "tiff_jpeg") and modes <= {"RGB", "L"}:
        return "jpeg"
    if given.startswith(("group", "tiff_ccitt")) and modes == {"1"}:
        return str(given)
    return str(given) if given in _COMPRESSIONS else "tiff_adobe_deflate"


def _tiff_tags(
    original: Original, metadata: Mapping[str, bytes], compression: str, strip: bool
) -> Image.Exif:
    tags = Image.Exif()
    if metadata["exif"] and compression == "raw":
        tags.load(metadata["exif"])
    if original.format == "TIFF" and not strip:
        for tag, value in original.texts.items():
            tags[tag] = value
    if metadata["xmp"]:
        tags[700] = metadata["xmp"]
    return tags


def _frames(original: Original, images: Sequence[Image.Image]) -> dict[str, Any]:
    options: dict[str, Any] = {"save_all": True, "append_images": images[1:]}
    if original.animated:
        options |= {key: original.info[key] for key in ("loop", "default_image") if key in original.info}
        shown = original.pages[1:] if options.get("default_image") else original.pages
        options["duration"] = [round(page.duration or 0) for page in shown]
        if original.format in ("GIF", "PNG"):
            options["disposal"] = (
                2 if original.format == "GIF" else 1
            )  # each frame is whole: nothing remains below
        if original.format == "PNG":
            options["blend"] = 0
    return options


def _write_heif(image: Image.Image, file: io.BytesIO, options: Mapping[str, Any]) -> None:
    from pillow_heif import from_pillow

    image.info.update({key: options[key] for key in ("exif", "xmp", "icc_profile") if options.get(key)})
    from_pillow(image).save(file, quality=options["quality"])
