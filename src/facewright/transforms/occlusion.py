"""Faces partly covered: drawn face masks and glasses, and things that stand before a face.

The box stays that of the whole face, and landmarks stay where they are under what covers them: whoever looks
at such a face knows both. Masks and glasses are drawn by the landmarks, so only on faces that have some.
"""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from facewright.core.boxes import Floats, coverage
from facewright.transforms.blend import Window, blend, is_grey, without_colour
from facewright.transforms.place import Labels, Pixels

LEAST = 16.0
"""size of the smallest face that is covered, pixels (square root of its area): less shows nothing"""
COVERS = 0.4
"""what stands before a face hides at most this share of its box"""
NEIGHBOUR = 0.1
"""and at most this share of another face's"""
PROFILE = 0.5
"""eyes nearer to each other than this share of their distance to the mouth: the head is turned too far"""
CLOTH = ((126, 172, 208), (236, 240, 242), (24, 24, 28), (150, 200, 190), (70, 84, 120), (222, 170, 180))
"""usual colours of face masks"""

Draw = Callable[[np.random.Generator], Pixels]
"""gives a picture to cut things out of"""


def occlude_faces(canvas: Pixels, labels: Labels, share: float, draw: Draw, rng: np.random.Generator) -> None:
    """Cover part of about this share of a canvas's faces, in place."""
    for i, (box, marks) in enumerate(zip(labels.boxes, labels.landmarks, strict=True)):
        size = float(np.sqrt(np.prod(box[2:] - box[:2])))
        if rng.random() >= share or size < LEAST:
            continue
        others = np.delete(labels.boxes, i, axis=0)
        kind = int(rng.integers(3)) if _frontal(marks) else 2
        if kind == 0:
            draw_mask(canvas, marks, rng)
        elif kind == 1:
            draw_glasses(canvas, marks, rng)
        else:
            cover(canvas, box, others, draw(rng), rng)


def draw_mask(canvas: Pixels, marks: Floats, rng: np.random.Generator) -> None:
    """A face mask from the bridge of the nose to under the chin, at times with loops to the ears."""
    eyes, mouth, across, down = _frame(marks)
    aside = (marks[2] - eyes) @ across / (across @ across)  # of the nose: the head is turned that way
    left, right = (float(np.clip(1.75 + sign * 0.6 * aside, 1.1, 2.2)) for sign in (1, -1))
    bridge = eyes + rng.uniform(0.3, 0.6) * (marks[2] - eyes)
    high, low = rng.uniform(0.35, 0.6), rng.uniform(0.1, 0.3)
    chin = mouth + rng.uniform(0.62, 0.8) * down
    corners = np.array(
        [
            bridge,
            eyes + right * across + high * down,
            mouth + 0.8 * right * across + low * down,
            chin + 0.35 * across,
            chin - 0.35 * across,
            mouth - 0.8 * left * across + low * down,
            eyes - left * across + high * down,
        ]
    )
    window = Window.around(corners, canvas.shape)
    if window is None:
        return
    colour = _colour(window.of(canvas), rng)
    thick = max(1, round(0.06 * float(np.linalg.norm(across))))
    if rng.random() < 0.6:
        for side, corner in ((right, corners[1]), (-left, corners[6])):
            ear = eyes + 1.2 * side * across + 0.1 * down
            _line(canvas, corner, ear, colour, thick)
    view = window.of(canvas)
    alpha = window.filled(_rounded(corners))
    blend(view, _cloth(view, window, colour, down, rng), alpha)


def draw_glasses(canvas: Pixels, marks: Floats, rng: np.random.Generator) -> None:
    """Sunglasses, or frames through which the eyes are seen."""
    across = (marks[1] - marks[0]) / 2
    reach = float(np.linalg.norm(across))  # half the distance between the eyes
    wide, high = rng.uniform(0.6, 0.85) * reach, rng.uniform(0.42, 0.75) * reach
    square = rng.uniform(2, 5)  # power of the superellipse: 2 is round
    round_x, round_y = (_superellipse(np.linspace(0, 2 * np.pi, 40, endpoint=False), square) * (wide, high)).T
    along = across / reach
    aside = np.array([-along[1], along[0]])
    rims = [
        eye + 0.15 * high * aside + round_x[:, None] * along + round_y[:, None] * aside for eye in marks[:2]
    ]
    window = Window.around(np.concatenate(rims), canvas.shape)
    if window is None:
        return
    frame = _colour(window.of(canvas), rng) * rng.uniform(0.1, 0.6)
    thick = max(1, round(rng.uniform(0.05, 0.18) * reach))
    dark = rng.random() < 0.7
    if dark:
        lens = _colour(window.of(canvas), rng) * rng.uniform(0, 0.35)
        alpha = np.maximum(window.filled(rims[0]), window.filled(rims[1])) * np.float32(rng.uniform(0.75, 1))
        view = window.of(canvas)
        # A lens mirrors the light from above.
        shade = np.linspace(rng.uniform(1, 2.2), 1, len(view), dtype=np.float32)[:, None, None]
        blend(view, np.clip(lens * shade + 12 * (shade - 1), 0, 255), alpha)
    for rim in rims:
        _outline(canvas, rim, frame, thick)
    _line(canvas, marks[0] + wide * along, marks[1] - wide * along, frame, thick)
    for eye, sign in ((marks[0], -1), (marks[1], 1)):
        start = eye + sign * wide * along
        _line(canvas, start, start + sign * 0.55 * reach * along, frame, thick)


def cover(canvas: Pixels, box: Floats, others: Floats, picture: Pixels, rng: np.random.Generator) -> None:
    """Something cut out of `picture` before a face: hides at most COVERS of its box, little of others'."""
    size = box[2:] - box[:2]
    for _ in range(4):
        centre = box[:2] + rng.uniform(0, 1, 2) * size
        radii = np.sqrt(np.prod(size)) * np.exp(rng.uniform(np.log(0.15), np.log(0.6), 2))
        polygon = centre + _blob(radii, rng)
        window = Window.around(polygon, canvas.shape)
        if window is None:
            continue
        soft = max(0.04 * float(radii.min()), 0.6)
        alpha = cv2.GaussianBlur(window.filled(polygon), (0, 0), soft).astype(np.float32)
        if _hidden(box, window, alpha) <= COVERS and coverage(others, window.box).max(initial=0) <= NEIGHBOUR:
            break
    else:
        return
    view = window.of(canvas)
    high, wide = (min(n, m) for n, m in zip(view.shape[:2], picture.shape[:2], strict=True))
    top, left = int(rng.integers(picture.shape[0] - high + 1)), int(rng.integers(picture.shape[1] - wide + 1))
    piece = cv2.resize(picture[top : top + high, left : left + wide], view.shape[1::-1])
    blend(view, without_colour(piece) if is_grey(view) else piece, alpha)


def _hidden(box: Floats, window: Window, alpha: Floats) -> float:
    """Share of a box that `alpha` in its window hides."""
    x, y = window.centres()[0, :, 0], window.centres()[:, 0, 1]
    inside = ((y > box[1]) & (y < box[3]))[:, None] & ((x > box[0]) & (x < box[2]))
    return float(alpha[inside].sum() / np.prod(box[2:] - box[:2]))


def _superellipse(angle: NDArray[np.float64], power: float) -> NDArray[np.float64]:
    """(N, 2) about (0, 0), radii 1: of power 2 round, of a higher one nearer to a box."""
    cos, sin = np.cos(angle), np.sin(angle)
    return np.stack([np.sign(x) * np.abs(x) ** (2 / power) for x in (cos, sin)], axis=1)


def _blob(radii: Floats, rng: np.random.Generator) -> Floats:
    """(N, 2) outline about (0, 0): anything between an ellipse and a box, turned, a little uneven."""
    angle = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    outline = _superellipse(angle, rng.uniform(2, 8))
    waves = rng.uniform(0, 0.1) * np.sin(rng.integers(2, 6) * angle + rng.uniform(0, 6))
    outline = outline * (1 + waves)[:, None] * radii
    turn = rng.uniform(0, np.pi)
    return outline @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])


def _frontal(marks: Floats) -> bool:
    """Whether masks and glasses can be drawn by these landmarks (5, 2): known, and not in profile."""
    if not np.isfinite(marks).all():
        return False
    _, _, across, down = _frame(marks)
    return bool(2 * np.linalg.norm(across) >= PROFILE * np.linalg.norm(down) > 0)


def _frame(marks: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Middle of the eyes, middle of the mouth, half the way from eye to eye, the way from eyes to mouth."""
    eyes, mouth = marks[:2].mean(axis=0), marks[3:].mean(axis=0)
    return eyes, mouth, (marks[1] - marks[0]) / 2, mouth - eyes


def _rounded(corners: Floats) -> Floats:
    """Corners cut twice (Chaikin): a smooth outline that stays inside."""
    for _ in range(2):
        following = np.roll(corners, -1, axis=0)
        corners = np.stack([0.75 * corners + 0.25 * following, 0.25 * corners + 0.75 * following], 1)
        corners = corners.reshape(-1, 2)
    return corners


def _colour(view: Pixels, rng: np.random.Generator) -> Floats:
    """A usual one or any; a grey one where the picture has no colours."""
    usual = CLOTH[int(rng.integers(len(CLOTH)))]
    colour = np.asarray(usual if rng.random() < 0.6 else rng.integers(0, 256, 3), np.float32)
    return without_colour(colour) if is_grey(view) else colour


def _cloth(view: Pixels, window: Window, colour: Floats, down: Floats, rng: np.random.Generator) -> Floats:
    """(H, W, 3): plain, pleated, striped, spotted or noisy cloth in the light that falls on the face."""
    length = float(np.linalg.norm(down))
    grey = view.astype(np.float32).mean(axis=2)
    light = cv2.GaussianBlur(grey, (0, 0), max(length / 4, 1)) + 20
    light = np.clip(light / light.mean(), 0.6, 1.4)
    places = window.centres() @ (np.stack([down, [-down[1], down[0]]], axis=1) / length**2)
    pattern = int(rng.integers(6))
    if pattern == 1:  # pleats
        light = light * (1 - 0.25 * (np.sin(places[..., 0] * rng.uniform(14, 26)) > 0.8))
    cloth = colour * light[..., None]
    if pattern >= 3:
        pitch = rng.uniform(12, 50)
        wave = np.sin(places * pitch)
        where = (wave[..., 0] > 0.2, wave.prod(axis=2) > 0.2, rng.random(grey.shape) < 0.2)[pattern - 3]
        second = _colour(view, rng) * light[..., None]
        cloth = np.where(where[..., None], second, cloth)
    return np.clip(cloth, 0, 255).astype(np.float32)


def _fixed(points: Floats) -> "np.ndarray[tuple[int, ...], np.dtype[np.int32]]":
    """Sixteenths of a pixel as cv2 counts them."""
    return np.round((np.asarray(points) - 0.5) * 16).astype(np.int32)


def _line(canvas: Pixels, start: Floats, end: Floats, colour: Floats, thick: int) -> None:
    _outline(canvas, np.stack([start, end]), colour, thick, closed=False)


def _outline(canvas: Pixels, points: Floats, colour: Floats, thick: int, *, closed: bool = True) -> None:
    r, g, b = colour.tolist()
    cv2.polylines(canvas, [_fixed(points)], closed, (r, g, b), thick, cv2.LINE_AA, 4)
