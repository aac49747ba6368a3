"""Words in type at any angle, alone or on signs. The fonts are those that matplotlib brings along."""

from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from facewright.core.boxes import Floats
from facewright.transforms.blend import Window, blend, is_grey, without_colour
from facewright.transforms.place import Pixels

FONTS = (
    "DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSans-Oblique.ttf", "DejaVuSansMono.ttf",
    "DejaVuSerif.ttf", "DejaVuSerif-Bold.ttf", "DejaVuSerif-Italic.ttf", "STIXGeneralBol.ttf",
    "cmr10.ttf", "cmtt10.ttf",
)  # fmt: skip
LETTERS = "EEETTAAOOIINSSHRDLUCMWFGYPBVKJXQZeetaoinshrdlucmwfgypbvkjxqz0123456789"
ODD = "0Oo8&@%:;.!?()-+#*"
DRAWN = 48
"""pixels of type as it is drawn; a warp makes any size of it"""


def draw_text(canvas: Pixels, rng: np.random.Generator) -> None:
    """Lines of words in type of one colour, from 8 pixels high to half the canvas, in place."""
    side = min(canvas.shape[:2])
    for _ in range(int(rng.integers(1, 5))):
        mask = _lines(rng, int(rng.integers(1, 4)))
        colour = rng.integers(0, 256, 3).astype(np.float32)
        _lay(canvas, np.broadcast_to(colour, (*mask.shape, 3)), mask, _size(side, rng), rng)


def draw_sign(canvas: Pixels, rng: np.random.Generator) -> None:
    """A coloured panel with a frame and words on it, seen from any side, in place."""
    mask = _lines(rng, int(rng.integers(1, 4)))
    margin = int(rng.integers(8, DRAWN))
    mask = np.pad(mask, margin)
    paper, ink, frame = rng.integers(0, 256, (3, 3)).astype(np.float32)
    panel = paper + (ink - paper) * (mask[..., None] / 255)
    alpha = np.full(mask.shape, 255, np.uint8)
    height, width = mask.shape
    if rng.random() < 0.3:  # a round one
        alpha[:] = 0
        cv2.ellipse(alpha, (width // 2, height // 2), (width // 2, height // 2), 0, 0, 360, 255, -1)
        frame_at, thick = (width // 2, height // 2), max(2, margin // 3)
        axes = (width // 2 - thick, height // 2 - thick)
        if min(axes) > 0:
            cv2.ellipse(panel, frame_at, axes, 0, 0, 360, frame.tolist(), thick, cv2.LINE_AA)
    elif rng.random() < 0.8:
        inset, thick = int(rng.integers(0, margin // 2 + 1)), int(rng.integers(2, max(3, margin // 3)))
        cv2.rectangle(panel, (inset, inset), (width - 1 - inset, height - 1 - inset), frame.tolist(), thick)
    lines = height / DRAWN
    _lay(canvas, panel, alpha, _size(min(canvas.shape[:2]), rng) * lines, rng, tilt=0.25)


def _size(side: int, rng: np.random.Generator) -> float:
    """Height of a line, pixels."""
    return float(np.exp(rng.uniform(np.log(8), np.log(max(0.5 * side, 9)))))


def _lines(rng: np.random.Generator, count: int) -> Pixels:
    """(H, W) of 255 where `count` lines of words have ink."""
    font = _font(FONTS[int(rng.integers(len(FONTS)))])
    lines = []
    for _ in range(count):
        letters = list(LETTERS if rng.random() < 0.8 else ODD)
        words = [
            "".join(rng.choice(letters, int(rng.integers(1, 9)))) for _ in range(int(rng.integers(1, 3)))
        ]
        line = " ".join(words)
        lines.append((str.upper, str.lower, str)[int(rng.integers(3))](line))
    boxes = [font.getbbox(line) for line in lines]
    width = max(max(int(box[2]) for box in boxes), 1)
    step = round(DRAWN * 1.2)
    image = Image.new("L", (width, step * count))
    pen = ImageDraw.Draw(image)
    for i, (line, box) in enumerate(zip(lines, boxes, strict=True)):
        pen.text(((width - box[2]) / 2, i * step), line, 255, font)
    return np.asarray(image)


@lru_cache(None)
def _font(name: str) -> ImageFont.FreeTypeFont:
    import matplotlib  # by whoever draws type only

    return ImageFont.truetype(str(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / name), DRAWN)


def _lay(
    canvas: Pixels, colours: Floats, mask: Pixels, size: float, rng: np.random.Generator, tilt: float = 0.1
) -> None:
    """Lay `colours` (h, w, 3) where `mask` (h, w) says onto the canvas, `size` high, turned and tilted."""
    height, width = mask.shape
    scale = size / height
    turn = np.radians(rng.normal(0, 12) if rng.random() < 0.6 else rng.uniform(0, 360))
    linear = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) * scale
    linear = linear @ (np.eye(2) + rng.uniform(-tilt, tilt, (2, 2)))  # from aside, nearly
    to = rng.uniform(0, 1, 2) * canvas.shape[1::-1]
    matrix = np.column_stack([linear, to - linear @ (width / 2, height / 2)])
    shrink = max(int(1 / scale), 1)
    if shrink > 1:  # average before the warp, which would skip pixels
        small = (max(width // shrink, 1), max(height // shrink, 1))
        factors = np.array([width, height]) / small
        mask = np.asarray(cv2.resize(mask, small, interpolation=cv2.INTER_AREA), np.uint8)
        smaller = cv2.resize(np.ascontiguousarray(colours), small, interpolation=cv2.INTER_AREA)
        colours = np.asarray(smaller, np.float32)
        matrix[:, :2] *= factors
    # Only the part of the canvas that is reached.
    corners = np.array([[0, 0], [mask.shape[1], 0], [0, mask.shape[0]], mask.shape[1::-1]])
    window = Window.around(corners @ matrix[:, :2].T + matrix[:, 2], canvas.shape)
    if window is None:
        return
    matrix[:, 2] -= window[:2]
    view = window.of(canvas)
    target = view.shape[1::-1]
    ink = cv2.warpAffine(mask, matrix, target, flags=cv2.INTER_LINEAR)
    alpha = np.asarray(ink / np.float32(255), np.float32)
    over = np.asarray(
        cv2.warpAffine(np.ascontiguousarray(colours), matrix, target, borderMode=cv2.BORDER_REPLICATE),
        np.float32,
    )
    blend(view, without_colour(over) if is_grey(view) else over, alpha)
