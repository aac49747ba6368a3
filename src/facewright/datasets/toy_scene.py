"""Where toy people are: rooms, open air, papered walls, and things in them that are not faces."""

import math

import numpy as np

from facewright.datasets.toy_face import SKINS
from facewright.datasets.toy_pen import Colour, Pen, ellipse, shade, smooth

PAPERS: tuple[Colour, ...] = (
    (238, 226, 206), (206, 220, 226), (222, 206, 214), (214, 226, 204), (196, 190, 210), (242, 236, 226),
    (120, 140, 156), (172, 120, 98), (92, 110, 104), (70, 78, 100),
)  # fmt: skip
BRIGHT: tuple[Colour, ...] = (
    (224, 92, 80), (246, 190, 76), (84, 160, 196), (110, 172, 112), (160, 112, 176), (240, 236, 228),
    (64, 66, 78),
)  # fmt: skip
WOOD: tuple[Colour, ...] = ((156, 108, 70), (190, 142, 96), (110, 74, 50), (222, 190, 150))


def draw_scene(pen: Pen, rng: np.random.Generator) -> None:
    """Any background with some things in it."""
    scene = int(rng.choice(4, p=[0.38, 0.27, 0.2, 0.15]))
    (_room, _outdoors, _pattern, _blur)[scene](pen, rng)
    for _ in range(int(rng.integers(0, 5))):
        _thing(pen, rng)


def _any(rng: np.random.Generator, colours: tuple[Colour, ...]) -> Colour:
    return colours[int(rng.integers(len(colours)))]


def _field(rng: np.random.Generator, colours: list[Colour], spread: float) -> np.ndarray:
    """Rows of colours, each place a little different."""
    rows = np.array(colours, float)[:, None, :] + rng.normal(0, spread, (len(colours), 3, 1))
    return np.clip(rows, 0, 255).astype(np.uint8)


def _room(pen: Pen, rng: np.random.Generator) -> None:
    w, h = pen.width, pen.height
    wall, wood = _any(rng, PAPERS), _any(rng, WOOD)
    pen.backdrop(_field(rng, [shade(wall, 1.08), wall, shade(wall, 0.86)], 8))
    floor = h * rng.uniform(0.66, 0.88)
    if rng.random() < 0.35:
        step = w * rng.uniform(0.05, 0.12)
        for x in np.arange(0, w, step * 2):
            pen.rectangle(x, 0, x + step, floor, (*shade(wall, 0.94), 130))
    pen.rectangle(0, floor, w, h, shade(wood, 0.9))
    pen.rectangle(0, floor - h * 0.012, w, floor, shade(wood, 0.66))
    for furniture in (_window, _picture, _shelf, _lamp, _sofa):
        if rng.random() < 0.42:
            furniture(pen, rng, floor)


def _window(pen: Pen, rng: np.random.Generator, floor: float) -> None:
    size = pen.width * rng.uniform(0.2, 0.34)
    x, y = rng.uniform(0, pen.width - size), pen.height * rng.uniform(0.04, 0.15)
    frame = size * 0.06
    pen.rectangle(x - frame, y - frame, x + size + frame, y + size * 1.2 + frame, (248, 246, 240))
    pen.rectangle(x, y, x + size, y + size * 1.2, (172, 212, 236))
    pen.polygon(
        ellipse(x + size * 0.5, y + size * 1.2, size * 0.5, size * 0.4, math.pi, 2 * math.pi), (124, 176, 120)
    )
    pen.rectangle(x + size / 2 - frame / 3, y, x + size / 2 + frame / 3, y + size * 1.2, (248, 246, 240))
    pen.rectangle(x, y + size * 0.6 - frame / 3, x + size, y + size * 0.6 + frame / 3, (248, 246, 240))


def _picture(pen: Pen, rng: np.random.Generator, floor: float) -> None:
    size = pen.width * rng.uniform(0.1, 0.2)
    x, y = rng.uniform(0, pen.width - size), pen.height * rng.uniform(0.05, 0.3)
    pen.rectangle(x - 2, y - 2, x + size + 2, y + size * 0.8 + 2, _any(rng, WOOD))
    pen.rectangle(x, y, x + size, y + size * 0.8, shade(_any(rng, BRIGHT), 1.3))
    pen.polygon(
        np.array([[x, y + size * 0.8], [x + size * 0.4, y + size * 0.3], [x + size * 0.8, y + size * 0.8]]),
        _any(rng, BRIGHT),
    )
    pen.polygon(ellipse(x + size * 0.75, y + size * 0.25, size * 0.1, size * 0.1), _any(rng, BRIGHT))


def _shelf(pen: Pen, rng: np.random.Generator, floor: float) -> None:
    width, wood = pen.width * rng.uniform(0.2, 0.36), _any(rng, WOOD)
    x, top = rng.uniform(-0.1 * width, pen.width - 0.9 * width), pen.height * rng.uniform(0.1, 0.4)
    pen.rectangle(x, top, x + width, floor, wood)
    step = (floor - top) / 3
    for row in range(3):
        y0, y1 = top + row * step + step * 0.1, top + (row + 1) * step
        pen.rectangle(x + width * 0.04, y0, x + width * 0.96, y1, shade(wood, 0.6))
        left = x + width * 0.06
        while left < x + width * 0.86:
            thick = width * rng.uniform(0.04, 0.1)
            pen.rectangle(
                left,
                y1 - step * rng.uniform(0.5, 0.8),
                left + thick,
                y1,
                shade(_any(rng, BRIGHT), rng.uniform(0.7, 1.1)),
            )
            left += thick * rng.choice([1.05, 1.05, 2.0])


def _lamp(pen: Pen, rng: np.random.Generator, floor: float) -> None:
    x, size = pen.width * rng.uniform(0.05, 0.95), pen.width * rng.uniform(0.08, 0.13)
    top = floor - pen.height * rng.uniform(0.4, 0.55)
    pen.polygon(ellipse(x, top + size * 0.5, size * 2.2, size * 2.2), (255, 240, 190, 40))
    pen.rectangle(x - size * 0.06, top, x + size * 0.06, floor, (80, 70, 66))
    pen.polygon(
        np.array(
            [
                [x - size * 0.5, top],
                [x + size * 0.5, top],
                [x + size, top + size * 1.2],
                [x - size, top + size * 1.2],
            ]
        ),
        (250, 226, 160),
    )


def _sofa(pen: Pen, rng: np.random.Generator, floor: float) -> None:
    width, colour = pen.width * rng.uniform(0.4, 0.7), shade(_any(rng, BRIGHT), 0.85)
    x, height = rng.uniform(-0.2 * width, pen.width - 0.8 * width), pen.height * rng.uniform(0.18, 0.28)
    y = floor + height * 0.1 - height
    back = np.array([[0.02, 0.0], [0.98, 0.0], [0.98, 1.0], [0.02, 1.0]])
    pen.polygon(smooth(back * [width, height] + [x, y]), colour)
    pen.rectangle(x, y + height * 0.55, x + width, y + height * 1.05, shade(colour, 0.85))
    for side in (0.0, 0.9):
        pen.polygon(
            ellipse(x + width * (side + 0.05), y + height * 0.75, width * 0.07, height * 0.35),
            shade(colour, 0.72),
        )


def _outdoors(pen: Pen, rng: np.random.Generator) -> None:
    w, h = pen.width, pen.height
    sky = _any(rng, ((120, 182, 230), (168, 204, 228), (250, 190, 140), (70, 80, 120), (196, 204, 212)))
    pen.backdrop(_field(rng, [shade(sky, 0.9), sky, shade(sky, 1.45)], 6))
    pen.polygon(
        ellipse(w * rng.uniform(0.05, 0.95), h * rng.uniform(0.08, 0.25), w * 0.06, w * 0.06), (255, 240, 180)
    )
    for _ in range(int(rng.integers(0, 4))):
        x, y, s = w * rng.uniform(0, 1), h * rng.uniform(0.05, 0.35), w * rng.uniform(0.05, 0.1)
        for dx, r in ((-1.0, 0.7), (0.0, 1.0), (1.0, 0.75)):
            pen.polygon(ellipse(x + dx * s, y - (r - 0.7) * s, s * r, s * r * 0.7), (255, 255, 255, 200))
    horizon = h * rng.uniform(0.5, 0.75)
    green = _any(rng, ((124, 176, 106), (150, 170, 96), (100, 150, 118), (206, 190, 140)))
    for layer in (0.75, 1.0):
        across = np.linspace(0, w, 33)
        waves = np.sin(across / w * rng.uniform(4, 9) + rng.uniform(0, 6))
        hills = horizon + h * 0.05 * waves - h * 0.12 * (1 - layer) * 4
        pen.polygon(np.concatenate([np.stack([across, hills], 1), [[w, h], [0, h]]]), shade(green, layer))
        for _ in range(int(rng.integers(0, 4))):
            i = int(rng.integers(0, 33))
            draw = _tree if rng.random() < 0.6 else _house
            draw(pen, rng, across[i], hills[i], h * rng.uniform(0.08, 0.2))


def _tree(pen: Pen, rng: np.random.Generator, x: float, y: float, size: float) -> None:
    leaf = _any(rng, ((70, 130, 84), (104, 150, 78), (200, 130, 60), (50, 104, 86)))
    pen.rectangle(x - size * 0.08, y - size * 0.5, x + size * 0.08, y + size * 0.15, (104, 74, 54))
    if rng.random() < 0.5:
        pen.polygon(ellipse(x, y - size * 0.9, size * 0.45, size * 0.55), leaf)
    else:
        pen.polygon(
            np.array(
                [[x, y - size * 1.6], [x + size * 0.45, y - size * 0.3], [x - size * 0.45, y - size * 0.3]]
            ),
            leaf,
        )


def _house(pen: Pen, rng: np.random.Generator, x: float, y: float, size: float) -> None:
    pen.rectangle(
        x - size * 0.6, y - size * 0.8, x + size * 0.6, y + size * 0.2, shade(_any(rng, PAPERS), 1.1)
    )
    pen.polygon(
        np.array([[x - size * 0.75, y - size * 0.8], [x, y - size * 1.4], [x + size * 0.75, y - size * 0.8]]),
        (186, 90, 74),
    )
    for side in (-0.3, 0.3):  # two windows and a door: nearly a face, and none
        pen.rectangle(
            x + size * (side - 0.12),
            y - size * 0.6,
            x + size * (side + 0.12),
            y - size * 0.36,
            (96, 120, 146),
        )
    pen.rectangle(x - size * 0.12, y - size * 0.22, x + size * 0.12, y + size * 0.2, (120, 82, 58))


def _pattern(pen: Pen, rng: np.random.Generator) -> None:
    w, h = pen.width, pen.height
    paper, ink = _any(rng, PAPERS), _any(rng, BRIGHT)
    pen.backdrop(_field(rng, [paper, shade(paper, 0.9)], 6))
    step = w * rng.uniform(0.06, 0.16)
    kind = int(rng.integers(4))
    for i, y in enumerate(np.arange(0, h + step, step)):
        if kind == 0:
            pen.rectangle(0, y, w, y + step * 0.5, (*ink, 90))
            continue
        for j, x in enumerate(np.arange(0, w + step, step)):
            if kind == 1:
                pen.polygon(ellipse(x + (i % 2) * step / 2, y, step * 0.25, step * 0.25), (*ink, 140))
            elif kind == 2 and (i + j) % 2:
                pen.rectangle(x, y, x + step, y + step, (*ink, 80))
            elif kind == 3:
                s = step * 0.4
                pen.polygon(np.array([[x, y - s], [x + s, y], [x, y + s], [x - s, y]]), (*ink, 90))


def _blur(pen: Pen, rng: np.random.Generator) -> None:
    """Out of focus: a few colours that run into each other."""
    base = np.array(_any(rng, PAPERS + BRIGHT), float)
    pen.backdrop(np.clip(base + rng.normal(0, 24, (4, 4, 3)), 0, 255).astype(np.uint8))


def _thing(pen: Pen, rng: np.random.Generator) -> None:
    """A ball, a clock, a letter, a plant, a balloon, or an oval of the colour of skin without a face."""
    s = pen.width * math.exp(rng.uniform(math.log(0.02), math.log(0.11)))
    x, y = rng.uniform(0, pen.width), rng.uniform(0, pen.height)
    colour, kind = _any(rng, BRIGHT), int(rng.integers(6))
    if kind == 0:
        pen.polygon(ellipse(x, y, s, s), colour)
        pen.polygon(ellipse(x, y, s, s * 0.35), shade(colour, 1.5))
        pen.polygon(ellipse(x - s * 0.4, y - s * 0.6, s * 0.15, s * 0.12), (255, 255, 255, 180))
    elif kind == 1:
        pen.polygon(ellipse(x, y, s, s), shade(colour, 0.7))
        pen.polygon(ellipse(x, y, s * 0.84, s * 0.84), (250, 248, 240))
        for angle in np.arange(12) * math.pi / 6:
            pen.polygon(
                ellipse(x + s * 0.68 * math.cos(angle), y + s * 0.68 * math.sin(angle), s * 0.05, s * 0.05),
                (50, 50, 60),
            )
        for reach in (0.4, 0.6):
            angle = rng.uniform(0, 2 * math.pi)
            end = [x + s * reach * math.cos(angle), y + s * reach * math.sin(angle)]
            pen.line(np.array([[x, y], end]), (50, 50, 60), s * 0.09)
    elif kind == 2:
        pen.text(x, y, "ABDEGKMOQRS35680&@%?"[int(rng.integers(20))], colour, s * 2)
    elif kind == 3:
        for angle in np.linspace(-2.4, -0.7, 5):
            tip = np.array([x + s * 1.5 * math.cos(angle), y + s * 1.5 * math.sin(angle)])
            pen.line(np.array([[x, y], tip]), (84, 144, 92), s * 0.26)
        pen.polygon(
            np.array([[x - s * 0.6, y], [x + s * 0.6, y], [x + s * 0.42, y + s], [x - s * 0.42, y + s]]),
            (190, 106, 74),
        )
    elif kind == 4:
        pen.line(np.array([[x, y + s], [x + s * 0.2, y + s * 2], [x, y + s * 3]]), (120, 110, 110), s * 0.06)
        pen.polygon(ellipse(x, y, s * 0.8, s), colour)
        pen.polygon(ellipse(x - s * 0.3, y - s * 0.4, s * 0.14, s * 0.22), (255, 255, 255, 150))
    else:
        pen.polygon(ellipse(x, y, s * rng.uniform(0.65, 0.95), s), _any(rng, SKINS))
