"""From a picture's source to Pillow's undecoded image of it, within the limit, or to a clear sentence."""

import io
import os
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from PIL import Image
from PIL.ImageFile import ImageFile

from facewright.core.arguments import whole_number
from facewright.core.errors import PictureError

Encoded = str | os.PathLike[str] | bytes | bytearray | memoryview | BinaryIO
Undecoded = Encoded | Image.Image

_NOT_MINE = (SyntaxError, IndexError, TypeError, struct.error)  # how a Pillow plugin declines a file
# What Pillow's decoders are known to raise on damaged files (the list of its own fuzzers and a little more:
# TypeError comes of a TIFF whose second page has no size, AssertionError of a GIF that lost its palette);
# Warning: under `python -W error` a warning about a file is an error about that file.
DAMAGED = (
    OSError, ValueError, TypeError, SyntaxError, EOFError, LookupError, ArithmeticError,
    NotImplementedError, RuntimeError, AssertionError, struct.error, zlib.error, Warning,
)  # fmt: skip
_HEIF_BRANDS = frozenset((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"))


def pixel_limit(limit: int | None) -> int | None:
    """A `max_pixels` as it is meant. Raises UsageError for what is no limit."""
    if limit is None:
        return None
    return whole_number(limit, "max_pixels must be a whole number of at least 1, or None for no limit")


@contextmanager
def opened(source: Undecoded, max_pixels: int | None) -> Iterator[tuple[Image.Image, str]]:
    """The undecoded image behind a source, within the limit, and the name to use in a sentence about it."""
    max_pixels = pixel_limit(max_pixels)
    if isinstance(source, Image.Image):
        name = str(getattr(source, "filename", "")) or "picture (PIL image)"
        _check_limit(source, name, max_pixels)
        yield source, name
        return
    file, name = _file(source)
    with file:
        with explained(name):
            image = _identify(file, name)
        _check_limit(image, name, max_pixels)
        yield image, name


@contextmanager
def explained(name: str) -> Iterator[None]:
    """Turns what Pillow raises on damaged files into one sentence."""
    try:
        yield
    except MemoryError as error:
        raise PictureError(f"{name}: too large for the memory of this machine") from error
    except Image.DecompressionBombError as error:  # a few formats ask Pillow's own limit, whatever ours is
        raise PictureError(
            f"{name}: Pillow's own limit, PIL.Image.MAX_IMAGE_PIXELS, refuses it ({error})"
        ) from error
    except DAMAGED as error:
        raise PictureError(f"{name}: the picture is damaged or of an unknown kind ({error})") from error


def _file(source: Encoded) -> tuple[BinaryIO, str]:
    """A seekable binary file that we may close."""
    if isinstance(source, str | os.PathLike):
        name = os.fsdecode(source)
        try:
            file = Path(name).open("rb")  # noqa: SIM115  (`opened` closes it)
            if file.seekable():
                return file, name
            with file:  # a pipe
                return io.BytesIO(file.read()), name
        except FileNotFoundError as error:
            raise PictureError(f"{name}: no such file") from error
        except IsADirectoryError as error:
            raise PictureError(f"{name}: is a folder, not a picture") from error
        except (OSError, ValueError) as error:  # ValueError: a null character in the path
            raise PictureError(f"{name!r}: cannot be opened ({error})") from error
    if isinstance(source, bytes | bytearray | memoryview):
        return io.BytesIO(source), "picture (bytes)"
    if not hasattr(source, "read"):
        kind = type(source).__name__
        raise PictureError(f"a picture is a path, bytes, binary file, PIL image or uint8 array, not {kind}")
    given = getattr(source, "name", None)  # an int for files opened by number
    name = given if isinstance(given, str) else "picture (file object)"
    data = source.read()
    if not isinstance(data, bytes):
        raise PictureError(f"{name}: the file was opened as text; open it in binary mode, 'rb'")
    return io.BytesIO(data), name


def _identify(file: BinaryIO, name: str) -> ImageFile:
    """As `Image.open`, which cannot be used: its own pixel limit is a process-wide setting and a warning.

    Left out is EPS, which is not pixels but a program that Pillow hands to Ghostscript.
    """
    prefix = file.read(16)
    if not prefix:
        raise PictureError(f"{name}: the file is empty")
    tried = {"EPS"}
    damaged = ""
    for load_plugins in (Image.preinit, Image.init):  # common formats first, the others take time to import
        load_plugins()
        for kind in [kind for kind in list(Image.OPEN) if kind not in tried]:
            tried.add(kind)
            factory, accept = Image.OPEN[kind]
            claimed = False
            try:
                if accept is not None:
                    answer = accept(prefix)
                    claimed = bool(answer) and not isinstance(answer, str)  # str: known, but not built in
                if accept is None or claimed:
                    file.seek(0)
                    return factory(file, "")
            except _NOT_MINE:
                damaged = damaged or (kind if claimed else "")
    if prefix[4:8] == b"ftyp" and prefix[8:12] in _HEIF_BRANDS:
        file.seek(0)
        return _heif_opener(name)(file, "")
    raise PictureError(f"{name}: a damaged {damaged} picture" if damaged else f"{name}: not a picture")


def _heif_opener(name: str) -> Callable[..., ImageFile]:
    try:
        from pillow_heif import HeifImageFile
    except ImportError as error:
        raise PictureError(
            f"{name}: HEIC pictures need the heic extra; in facewright's checkout: pip install '.[heic]'"
        ) from error
    return cast(Callable[..., ImageFile], HeifImageFile)


def _check_limit(image: Image.Image, name: str, max_pixels: int | None) -> None:
    width, height = image.size
    if max_pixels is not None and width * height > max_pixels:
        raise PictureError(
            f"{name}: {width} x {height} pixels are more than the limit of {max_pixels:,}; "
            "raise max_pixels (--max-pixels on the command line; None or 0: no limit) if it is to be trusted"
        )
