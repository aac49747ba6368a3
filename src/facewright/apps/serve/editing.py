"""Faces hidden and cut out, done by one thread: encoded picture in, encoded pictures out."""

import io
import zipfile
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from facewright.apps.blur import BlurStyle
from facewright.apps.choose import choose
from facewright.apps.crop import CropStyle, crop_faces
from facewright.apps.hide import hide_faces
from facewright.apps.serve.answers import Crop, Hide
from facewright.apps.serve.looking import Looker, unreadable
from facewright.apps.serve.problems import Refused
from facewright.core.errors import PictureError
from facewright.core.faces import Faces
from facewright.core.pictures import Pixels, read_picture

QUALITY = 92
KINDS = ("JPEG", "PNG", "WEBP")
"""that are written as they came; whatever else comes is answered as PNG"""


class Encoded(NamedTuple):
    """A file, in memory."""

    data: bytes
    media_type: str


class HiddenFaces(NamedTuple):
    """A picture, and how many of its faces were hidden, and are found all the same."""

    picture: Encoded
    hidden: int
    still_found: int


def hide(looker: Looker, data: bytes, asked: Hide) -> HiddenFaces:
    """The picture with its faces hidden. Raises Refused, UsageError."""
    style = BlurStyle(asked.how, asked.shape, asked.grow, asked.feather, asked.strength)
    faces = looker.find(data, asked.min_score, asked.size)
    hiding = _chosen(faces, asked.faces, "faces") if asked.faces is not None else np.ones(len(faces), bool)
    if asked.keep is not None:
        hiding &= ~_chosen(faces, asked.keep, "keep")
    picture = _whole(data, looker)
    result = hide_faces(
        picture,
        faces.boxes[hiding],
        looker.tuned(asked.min_score, asked.size),
        style,
        keep=faces.boxes[~hiding],
        others=asked.faces is None,
    )
    kind = kind_of(data)
    return HiddenFaces(encoded(result.picture, kind), len(result.boxes), len(result.found))


def crop(looker: Looker, data: bytes, asked: Crop) -> tuple[Encoded, int]:
    """The crop of the one face that was chosen, or a ZIP of several, and how many. Raises Refused, UsageError."""
    style = CropStyle(asked.framing, asked.height, asked.margin, asked.roll)
    faces = looker.find(data, asked.min_score, asked.size)
    if asked.faces is not None:
        faces = faces[_chosen(faces, asked.faces, "faces")]
    if not len(faces):
        raise Refused(422, "no face was found")
    kind = kind_of(data)
    crops = [encoded(pixels, kind) for pixels in crop_faces(_whole(data, looker), faces, style)]
    if len(crops) == 1:
        return crops[0], 1
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:  # stored: pictures are compressed already
        for number, one in enumerate(crops, 1):
            archive.writestr(f"face-{number}.{one.media_type.removeprefix('image/')}", one.data)
    return Encoded(file.getvalue(), "application/zip"), len(crops)


def encoded(pixels: Pixels, kind: str) -> Encoded:
    """As a file of that kind, one of KINDS, and nothing in it but the pixels."""
    options: dict[str, Any] = {} if kind == "PNG" else {"quality": QUALITY}
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind, **options)
    return Encoded(file.getvalue(), f"image/{kind.lower()}")


def kind_of(data: bytes) -> str:
    """The kind that an answer to this picture has."""
    if data.startswith(b"\xff\xd8"):
        return "JPEG"
    return "WEBP" if data[:4] == b"RIFF" and data[8:12] == b"WEBP" else "PNG"


def _chosen(faces: Faces, text: str, name: str) -> NDArray[np.bool_]:
    chosen, unmet = choose(faces, [part.strip() for part in text.split(";")])
    if unmet:
        raise Refused(422, f"{name}: there is no face {unmet[0]} among the {len(faces)} found")
    return chosen


def _whole(data: bytes, looker: Looker) -> Pixels:
    try:
        return read_picture(data, max_pixels=looker.max_pixels)
    except PictureError as error:
        raise unreadable(error) from error
