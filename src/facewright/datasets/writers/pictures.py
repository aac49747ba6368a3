"""A set's pictures put beside their labels: linked or copied as they are, or written anew where they must be.

Labels are in pixels of the upright picture, but not every tool turns a photo as its EXIF says. So a turned
one is written anew, upright, and the labels are right for everybody: a JPEG is encoded again by its own
tables, its metadata kept (see core.rewrite).
"""

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np

from facewright.core.errors import FacewrightError, PictureError, UsageError
from facewright.core.opening import explained, opened
from facewright.core.original import read_original
from facewright.core.pictures import PictureSource, picture_size, read_picture, write_picture, write_whole
from facewright.core.rewrite import SUFFIXES, encode
from facewright.core.upright import orientation

How = Literal["copy", "link", "hardlink"]
Made = Literal["as it is", "turned upright", "PNG"]


class Placed(NamedTuple):
    """A picture in its place."""

    name: str
    """of its file"""
    made: Made
    notes: tuple[str, ...] = ()
    """what is not as it was, each a sentence of which the file is the subject (see core.rewrite)"""


class Measured(NamedTuple):
    """What a picture's header says."""

    width: int
    """of the upright picture"""
    height: int
    turned: bool
    """whether EXIF wants it shown another way round"""

    @property
    def size(self) -> tuple[int, int]:
        return self.width, self.height


def measure(source: PictureSource) -> Measured:
    """Raises PictureError."""
    if isinstance(source, np.ndarray):
        return Measured(*picture_size(source), False)
    with opened(source, None) as (image, name), explained(name):
        turn = orientation(image)
        width, height = image.size
        swapped = image.format != "TIFF" and turn >= 5  # see `picture_size`
        return Measured(*((height, width) if swapped else (width, height)), turn != 1)


def put(source: PictureSource, place: Path, turned: bool, ending: Callable[[str], str], how: How) -> Placed:
    """The picture at `place`, a path without an ending.

    ending: as `Writer.ending`. Raises PictureError for a picture that cannot be read, UsageError for a
    link that cannot be made, OSError for a full disk.
    """
    if not isinstance(source, str | Path) or not (suffix := ending(Path(source).suffix)):
        return _written_as_png(source, place)
    if not turned:
        file = place.with_name(place.name + suffix)
        _WAYS[how](Path(source).resolve(), file)
        return Placed(file.name, "as it is")
    original = read_original(source)
    encoded = encode(original, [page.rgb for page in original.pages])
    if encoded.format not in (original.format, "JPEG"):  # of the latter kind are MPO files
        suffix = ending(SUFFIXES[encoded.format])
    if not suffix:
        return _written_as_png(source, place)
    file = place.with_name(place.name + suffix)
    _wrote(write_whole, encoded.data, file)
    return Placed(file.name, "turned upright", encoded.notes)


def _written_as_png(source: PictureSource, place: Path) -> Placed:
    file = place.with_name(place.name + ".png")
    _wrote(write_picture, read_picture(source), file)
    return Placed(file.name, "PNG")


def _wrote(write: Callable[..., object], content: object, file: Path) -> None:
    """A picture of ours that cannot be written is no damaged picture of the set's."""
    try:
        write(content, file)
    except PictureError as error:
        raise FacewrightError(str(error)) from error


def _copy(source: Path, file: Path) -> None:
    try:
        shutil.copyfile(source, file)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS):
            raise
        raise PictureError(f"{source}: cannot be copied ({error.strerror})") from error


def _link(source: Path, file: Path) -> None:
    try:
        file.symlink_to(source)
    except (OSError, NotImplementedError) as error:
        why = getattr(error, "strerror", None) or error
        raise UsageError(
            f"{source}: no symbolic link can be made to it ({why}); give --pictures copy"
        ) from error


def _hardlink(source: Path, file: Path) -> None:
    try:
        os.link(source, file)
    except (OSError, NotImplementedError) as error:
        why = getattr(error, "strerror", None) or error
        raise UsageError(f"{source}: no hard link can be made to it ({why}); give --pictures copy") from error


_WAYS: dict[str, Callable[[Path, Path], None]] = {"copy": _copy, "link": _link, "hardlink": _hardlink}
