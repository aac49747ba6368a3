"""Faces hidden and cut out, done by one thread: encoded picture in, encoded pictures out."""

import io
import zipfile
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from facewright.apps.blur import BlurStyle
from facewright.apps.careful import careful_score
from facewright.apps.choose import choose
from facewright.apps.crop import CropStyle, crop_faces, pixels_of
from facewright.apps.hide import hide_faces, missed, surely
from facewright.apps.serve.answers import Choice, Crop, Hide
from facewright.apps.serve.looking import Looker, unreadable
from facewright.apps.serve.problems import Refused
from facewright.core.boxes import Floats, area, as_boxes, clip
from facewright.core.errors import PictureError
from facewright.core.faces import Face, Faces
from facewright.core.original import Original, read_original
from facewright.core.rewrite import SUFFIXES, Encoded, encode
from facewright.inference.detector import Detector, shrunk

ZIP = "application/zip"
MOST_BOXES = 100
"""that a request may add by hand"""
COVERED = 2
"""times that these may cover the picture: hiding costs as much as what is hidden is large"""
FRAMES = 300
"""of an animation, at most: a small file may hold millions, and each takes a look"""
CROPPED = 2
"""pictures as large as they may be: as many pixels may all crops of a request have together"""


class File(NamedTuple):
    """An answer that is a file, in memory."""

    data: bytes
    media_type: str
    faces: int
    """hidden in it, or cut out"""
    still_found: int = 0
    """of those hidden"""
    notes: Sequence[str] = ()
    """what is not as it was, each a sentence of which the file is the subject"""


def hide(looker: Looker, data: bytes, asked: Hide) -> File:
    """The picture with its faces hidden. Raises Refused, UsageError."""
    style = BlurStyle(asked.how, asked.shape, asked.grow, asked.feather, asked.strength)
    careful = careful_score(looker.detector.card)
    finder = looker.tuned(careful if asked.min_score is None else asked.min_score, asked.size)
    seen = looker.read(data, finder)  # first: it refuses what is too large
    original = _original(data, looker, max_pages=FRAMES)
    if len(original.pages) > 1:
        return _all_hidden(original, finder, style, asked)
    faces = finder.find(seen).sorted("left")
    given = _boxes(asked.boxes, faces)
    chosen = _chosen(faces, asked.faces, "faces", default=True)
    kept = _chosen(faces, asked.keep, "keep", default=False)
    result = hide_faces(
        original.pages[0].rgb,
        np.concatenate([faces.boxes[chosen & ~kept], given]),
        surely(finder),
        style,
        keep=faces.boxes[kept | ~chosen],
        others=asked.faces is None,
    )
    return _file(encode(original, [result.picture], strip=asked.strip), len(result.boxes), len(result.found))


def crop(looker: Looker, data: bytes, asked: Crop) -> File:
    """The crop of the one face that was chosen, or a ZIP of several. Raises Refused, UsageError."""
    style = CropStyle(asked.framing, asked.height, asked.margin, asked.roll)
    faces = looker.find(data, asked.min_score, asked.size)
    given = _boxes(asked.boxes, faces)
    whole = Faces(given, np.ones(len(given), np.float32), None, {}, faces.width, faces.height)
    original = _original(data, looker, first=True)
    picture = original.pages[0].rgb
    chosen = faces[_chosen(faces, asked.faces, "faces", default=True)]
    _check_size([*chosen, *whole], style, faces, looker.max_pixels)
    cuts = crop_faces(picture, chosen, style) + crop_faces(picture, whole, style)
    if not cuts:
        raise Refused(422, "there is no face to cut out")
    crops = [encode(original, [pixels], strip=asked.strip, flat=True) for pixels in cuts]
    if len(crops) == 1:
        return _file(crops[0], 1)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as pack:  # stored: pictures are compressed already
        for number, one in enumerate(crops, 1):
            pack.writestr(f"face-{number}{SUFFIXES[one.format]}", one.data)
    return File(archive.getvalue(), ZIP, len(crops), notes=crops[0].notes)


def _check_size(faces: Sequence[Face], style: CropStyle, picture: Faces, max_pixels: int) -> None:
    """A few words may ask for many and large crops of a small picture. Raises Refused."""
    pixels = sum(pixels_of(face, style, picture.width, picture.height) for face in faces)
    if pixels > CROPPED * max_pixels:
        raise Refused(
            422,
            f"these crops take {pixels:,} pixels, more than the limit of {CROPPED * max_pixels:,}; "
            "ask for fewer faces, or a smaller height or margin",
        )


def _all_hidden(original: Original, finder: Detector, style: BlurStyle, asked: Hide) -> File:
    """Every face in every frame or page."""
    if asked.faces is not None or asked.keep is not None or asked.boxes is not None:
        raise Refused(
            422,
            f"of a picture with {len(original.pages)} frames all faces are hidden: "
            "leave out faces, keep and boxes",
        )
    found = [
        finder.find(page.picture if finder.size is None else shrunk(page.picture, finder.size)).boxes
        for page in original.pages
    ]
    gaps = missed(found) if original.animated else [as_boxes([])] * len(found)
    results = [
        hide_faces(page.rgb, np.concatenate([boxes, more]), surely(finder), style)
        for page, boxes, more in zip(original.pages, found, gaps, strict=True)
    ]
    hidden, still = sum(len(r.boxes) for r in results), sum(len(r.found) for r in results)
    return _file(encode(original, [r.picture for r in results], strip=asked.strip), hidden, still)


def _file(encoded: Encoded, faces: int, still_found: int = 0) -> File:
    media_type = Image.MIME.get(encoded.format, f"image/{encoded.format.lower()}")
    return File(encoded.data, media_type, faces, still_found, encoded.notes)


def _original(data: bytes, looker: Looker, *, max_pages: int | None = None, first: bool = False) -> Original:
    try:
        return read_original(data, max_pixels=looker.max_pixels, max_pages=max_pages, first=first)
    except PictureError as error:  # many frames, each of them within the limit
        raise unreadable(error) from error


def _chosen(faces: Faces, text: Choice, name: str, *, default: bool) -> NDArray[np.bool_]:
    if text is None:
        return np.full(len(faces), default)
    chosen, unmet = choose(faces, [part.strip() for part in text.split(";") if part.strip()])
    if unmet:
        raise Refused(422, f"{name}: there is no face {unmet[0]} among the {len(faces)} found")
    return chosen


def _boxes(text: Choice, picture: Faces) -> Floats:
    """(N, 4), cut to the picture; those that lie outside are gone."""
    rows = [part.split(",") for part in (text or "").split(";") if part.strip()]
    if len(rows) > MOST_BOXES:
        raise Refused(422, f"boxes: at most {MOST_BOXES}, not {len(rows)}")
    try:
        boxes = np.array([[float(number) for number in row] for row in rows], np.float64)
        fits = not rows or (boxes.shape[1] == 4 and np.isfinite(boxes).all())
    except (ValueError, IndexError):
        fits = False
    if not fits or (rows and not (boxes[:, :2] < boxes[:, 2:]).all()):
        raise Refused(422, f"boxes: each is X0,Y0,X1,Y1 with X0 < X1 and Y0 < Y1, not {text!r}")
    cut = clip(boxes.clip(-1e9, 1e9), picture.width, picture.height) if rows else as_boxes([])
    if area(cut).sum() > COVERED * picture.width * picture.height:
        raise Refused(422, f"boxes: together they cover the picture more than {COVERED} times")
    return cut[(cut[:, :2] < cut[:, 2:]).all(axis=1)]
