"""Faces and boxes drawn on pictures, and contact sheets of many pictures. Arrays in, new arrays out."""

import io
import math
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np
from numpy.typing import ArrayLike
from PIL import Image, ImageDraw, ImageFont

from facewright.core.boxes import Floats, area, as_boxes
from facewright.core.faces import Face, Faces
from facewright.core.pictures import Colour, Pixels, read_picture, resize_picture

FACE: Colour = (64, 224, 120)
TRUTH: Colour = (70, 170, 255)
IGNORED: Colour = (255, 150, 40)
WRONG: Colour = (255, 84, 84)
POINTS: tuple[Colour, ...] = ((80, 190, 255), (255, 215, 70), (255, 90, 120), (190, 130, 255), (255, 150, 60))
"""One colour a landmark, in the order of core.faces.LANDMARKS, so that swapped sides are seen."""
_DARK: Colour = (20, 20, 20)
_PAPER: Colour = (246, 246, 244)


def draw_faces(
    array: Pixels,
    faces: Faces,
    *,
    labels: bool | Sequence[str] = True,
    width: int | None = None,
    boxes: bool = True,
    colour: Colour = FACE,
) -> Pixels:
    """A copy of the RGB picture with each face's box, label and landmark dots.

    faces: in the picture's pixels. labels: True for the scores, False for none, or a text of one or more
    lines a face. width: of the lines in pixels, by the picture's size when None. boxes: False draws none.
    colour: of boxes and labels.
    """
    if not isinstance(labels, bool) and len(labels) != len(faces):
        raise ValueError(f"{len(labels)} labels do not fit {len(faces)} faces")
    image = Image.fromarray(read_picture(array))
    line = width or _line_width(image)
    pen = ImageDraw.Draw(image)
    for i in np.argsort(
        -area(faces.boxes), kind="stable"
    ):  # small ones last: no large box's label hides them
        face: Face = faces[i]
        own = _fitting(line, face.box)
        if boxes:
            _outline(pen, face.box, colour, own)
        if face.landmarks is not None:
            _dots(pen, face.landmarks, face.box, own)
        if labels:
            text = f"{face.score:.2f}" if labels is True else labels[i]
            _label(pen, face.box, text, own, line, image.size, colour)
    return np.array(image)


def shown(array: Pixels, faces: Faces, long_side: int = 800) -> bytes:
    """The picture with its faces drawn in, as a JPEG no longer than that, so that notebooks stay small."""
    small = resize_picture(array, long_side)
    scale = small.shape[1] / array.shape[1]
    landmarks = None if faces.landmarks is None else faces.landmarks * scale
    drawn = draw_faces(small, replace(faces, boxes=faces.boxes * scale, landmarks=landmarks))
    file = io.BytesIO()
    Image.fromarray(drawn).save(file, "JPEG", quality=85)
    return file.getvalue()


def draw_boxes(
    array: Pixels,
    boxes: ArrayLike,
    colour: Colour = TRUTH,
    *,
    landmarks: ArrayLike | None = None,
    dashed: bool = False,
    width: int | None = None,
) -> Pixels:
    """A copy of the RGB picture with (N, 4) boxes and, where given, (N, K, 2) landmarks; NaN is not drawn.

    boxes: between two corners, in any order, so that wrong ones can be shown.
    `dashed` (with `IGNORED` as the colour) is the way to show regions in which nothing is known.
    """
    image = Image.fromarray(read_picture(array))
    line = width or _line_width(image)
    pen = ImageDraw.Draw(image)
    corners = as_boxes(boxes).reshape(-1, 2, 2)
    for i, box in enumerate(np.concatenate([corners.min(axis=1), corners.max(axis=1)], axis=1)):
        if not np.isfinite(box).all():
            continue
        own = _fitting(line, box)
        _outline(pen, box, colour, own, dashed)
        if landmarks is not None:
            _dots(pen, np.asarray(landmarks, np.float32)[i], box, own)
    return np.array(image)


def contact_sheet(
    tiles: Sequence[Pixels],
    *,
    columns: int | None = None,
    tile: int = 192,
    captions: Sequence[str] | None = None,
    title: str | None = None,
) -> Pixels:
    """Pictures of any sizes in a grid of square cells of `tile` pixels, each fitted whole; uint8 (H, W, 3).

    columns: as many as make the sheet about 4:3 when None. captions: one a picture, cut to the cell's width.
    Raises ValueError when captions and tiles differ in number.
    """
    if captions is not None and len(captions) != len(tiles):
        raise ValueError(f"{len(captions)} captions do not fit {len(tiles)} tiles")
    gap = max(4, tile // 24)
    small, large = _font(max(10, tile // 18)), _font(max(14, tile // 9))
    below = 0 if captions is None else _line_height(small) + 2
    top = gap if title is None else _line_height(large) + 2 * gap
    columns = columns or max(1, round(math.sqrt(len(tiles) * 4 / 3)))
    columns = max(1, min(columns, len(tiles)))
    rows = math.ceil(len(tiles) / columns)
    size = (gap + columns * (tile + gap), top + rows * (tile + below + gap))
    sheet = Image.new("RGB", size, _PAPER)
    pen = ImageDraw.Draw(sheet)
    if title is not None:
        pen.text((gap, gap), _cut(title, large, size[0] - 2 * gap), _DARK, large)
    for i, array in enumerate(tiles):
        x, y = gap + i % columns * (tile + gap), top + i // columns * (tile + below + gap)
        # Small pictures are enlarged too: a sheet is there to be looked at.
        picture = Image.fromarray(resize_picture(read_picture(array), tile, enlarge=True))
        sheet.paste(picture, (x + (tile - picture.width) // 2, y + (tile - picture.height) // 2))
        if captions is not None:
            pen.text((x, y + tile + 1), _cut(captions[i], small, tile), _DARK, small)
    return np.array(sheet)


def _line_width(image: Image.Image) -> int:
    return max(2, round(max(image.size) / 240))


def _fitting(line: int, box: Floats) -> int:
    """A line width that leaves a small face visible inside its box."""
    side = float(min(box[2] - box[0], box[3] - box[1]))
    return max(1, min(line, round(side / 12)))


def _outline(pen: ImageDraw.ImageDraw, box: Floats, colour: Colour, width: int, dashed: bool = False) -> None:
    """A rectangle just outside the box, between two thin dark ones so that it shows on any background."""
    x0, y0, x1, y1 = (float(v) for v in box)
    rim = max(1, width // 4)
    outer = (x0 - width - rim, y0 - width - rim, x1 + width + rim - 1, y1 + width + rim - 1)
    if dashed:
        _dashes(pen, outer, colour, width, rim)
        return
    pen.rectangle(outer, outline=_DARK, width=width + 2 * rim)
    pen.rectangle((x0 - width, y0 - width, x1 + width - 1, y1 + width - 1), outline=colour, width=width)


def _dashes(
    pen: ImageDraw.ImageDraw, box: tuple[float, float, float, float], colour: Colour, width: int, rim: int
) -> None:
    x0, y0, x1, y1 = box
    thick = width + 2 * rim
    dash = 4 * thick
    for start in np.arange(x0, x1, 2 * dash):
        end = min(start + dash, x1)
        for y in (y0, y1 - thick):
            pen.rectangle((start, y, end, y + thick), fill=colour, outline=_DARK, width=rim)
    for start in np.arange(y0, y1, 2 * dash):
        end = min(start + dash, y1)
        for x in (x0, x1 - thick):
            pen.rectangle((x, start, x + thick, end), fill=colour, outline=_DARK, width=rim)


def _dots(pen: ImageDraw.ImageDraw, landmarks: Floats, box: Floats, line: int) -> None:
    radius = max(1.0, float(min(box[2] - box[0], box[3] - box[1])) / 45 + line / 4)
    rim = max(0.75, radius / 3)
    for (x, y), colour in zip(landmarks.tolist(), POINTS * (len(landmarks) // len(POINTS) + 1), strict=False):
        if not math.isnan(x + y):
            pen.ellipse((x - radius - rim, y - radius - rim, x + radius + rim, y + radius + rim), fill=_DARK)
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)


def _label(
    pen: ImageDraw.ImageDraw,
    box: Floats,
    text: str,
    own: int,
    line: int,
    size: tuple[int, int],
    colour: Colour,
) -> None:
    """The text on a plate above the box, below it where there is no room above."""
    longest = max(4, *map(len, text.splitlines()))  # a score has four letters
    wanted = min(9 + 3 * line, float(box[2] - box[0]) * 1.8 / longest)
    if wanted < 8:  # a plate that hides the face says less than the box alone
        return
    font = _font(round(wanted))
    left, upper, right, lower = pen.multiline_textbbox((0, 0), text, font)
    pad = max(1, own)
    width, height = right - left + 2 * pad, lower - upper + 2 * pad
    edge = own + max(1, own // 4)
    x = min(max(float(box[0]) - edge, 0), max(size[0] - width, 0))
    y = float(box[1]) - edge - height
    if y < 0:
        y = min(float(box[3]) + edge, size[1] - height)
    pen.rectangle((x, y, x + width, y + height), fill=_DARK)
    pen.multiline_text((x + pad - left, y + pad - upper), text, colour, font)


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """The font that Pillow carries."""
    return ImageFont.load_default(size)


def _line_height(font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> int:
    return math.ceil(font.getbbox("Ågjpq")[3])


def _cut(text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, width: float) -> str:
    """The text, its middle left out when it is wider than `width`."""
    kept = len(text)
    shown = text
    while font.getlength(shown) > width and kept > 2:
        kept -= 1
        shown = text[: (kept + 1) // 2] + "…" + text[len(text) - kept // 2 :]
    return shown
