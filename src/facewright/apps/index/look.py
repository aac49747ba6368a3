"""`Looker`: one file in, all that the index keeps of it out. The same function for threads and for Ray."""

import io
import json
import re
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any

from PIL import ExifTags

from facewright.core.errors import FacewrightError, PictureError
from facewright.core.faces import Faces
from facewright.core.opening import DAMAGED, opened
from facewright.inference.attributes import Attributes, with_attributes
from facewright.inference.detector import Detector
from facewright.inference.session import Session

VERSION = 1
"""of what is looked at; a higher one makes all that was looked at before out of date"""


@dataclass(frozen=True)
class Looked:
    """What is kept of a picture that was read."""

    hash: bytes
    bytes: int
    faces: Faces
    """with the picture's width and height, and attributes where they were asked for"""
    taken: str | None
    """2026-05-01 12:00:00 in the camera's time, where its EXIF says so"""


class Looker:
    """Finds and describes faces in files. Safe to call from several threads, and picklable.

    detector, attributes: with one thread each when not given, for many pictures are looked at side by side;
    attributes=None does without.
    """

    def __init__(
        self,
        detector: Detector | None = None,
        attributes: Attributes | bool | None = True,
    ) -> None:
        self.detector = detector or Detector(threads=1)
        self.attributes = Attributes(threads=1) if attributes is True else attributes or None

    @property
    def names(self) -> tuple[str, ...]:
        """of the attributes that are told"""
        return self.attributes.names if self.attributes else ()

    def settings(self) -> str:
        """What decides how a picture is seen, as JSON: pictures seen otherwise are looked at again."""
        found = self.detector
        record: dict[str, Any] = {
            "version": VERSION,
            "detector": _model(found.session),
            "min_score": found.min_score,
            "size": found.size,
            "enlarge": found.enlarge,
            "views": asdict(found.views),
            "attributes": self.attributes and _model(self.attributes.session),
            "names": self.names,
        }
        return json.dumps(record)

    def __call__(self, path: str) -> Looked | FacewrightError:
        """What is in the file, or why it could not be read or looked at."""
        try:
            data = _read(path)
            picture = self.detector.read(_source(data, path))
            faces = self.detector.find(picture)
            if self.attributes is not None:
                picture = self.attributes.closer(picture, lambda: _source(data, path), faces)
                faces = with_attributes(faces, self.attributes.describe(picture, faces))
            return Looked(_hash(data), len(data), faces, taken(data, path))
        except FacewrightError as error:
            return error


def digest(path: str) -> bytes | FacewrightError:
    """The file's hash, by which a picture is known wherever it lies."""
    try:
        return _hash(_read(path))
    except FacewrightError as error:
        return error


def taken(data: bytes, path: str) -> str | None:
    """When the photo was taken, by the camera's clock; None where its EXIF does not say, or not sensibly."""
    try:
        with opened(_source(data, path), None) as (image, _):
            exif = image.getexif().get_ifd(ExifTags.IFD.Exif)
    except DAMAGED:
        return None
    for tag in (ExifTags.Base.DateTimeOriginal, ExifTags.Base.DateTimeDigitized):
        match = _EXIF_TIME.match(str(exif.get(tag, "")))
        if match:
            try:
                return str(datetime.fromisoformat("{}-{}-{} {}:{}:{}".format(*match.groups())))
            except ValueError:  # no such day
                continue
    return None


_EXIF_TIME = re.compile(r"(\d{4})[:\-](\d\d)[:\-](\d\d)[ T]([01]\d|2[0-3]):([0-5]\d):([0-5]\d)", re.ASCII)


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise PictureError(f"{path}: cannot be read ({error.strerror})") from error


def _source(data: bytes, path: str) -> io.BytesIO:
    file = io.BytesIO(data)
    file.name = path  # what errors call it
    return file


def _hash(data: bytes) -> bytes:
    return blake2b(data, digest_size=16).digest()


def _model(session: Session) -> dict[str, str]:
    return {"name": session.card.name, "hash": _hash(session.path.read_bytes()).hex()}
