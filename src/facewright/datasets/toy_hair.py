"""What grows or sits on a toy head: hair, beards, hats."""

import math

import numpy as np

from facewright.datasets.toy_face import Look, Place, Pose, head_outline
from facewright.datasets.toy_pen import INK, Pen, ellipse, shade, smooth


def beard(pen: Pen, look: Look, flat: Place, front: Place, pose: Pose) -> None:
    y, colour = look.mouth_y, shade(look.hair, 0.92)
    if look.beard == "full":
        outer = head_outline(look, 1.015, 1.75, 2 * math.pi - 1.75)
        edge = look.half_width
        x = np.linspace(-edge, edge, 21)
        shift = 0.2 * math.sin(pose.yaw) * (1 - (x / edge) ** 2)
        inner = np.stack([x + shift, y - 0.16 - (y - 0.2) * np.abs(x / edge) ** 4], axis=1)
        pen.polygon(flat(np.concatenate([outer, inner])), colour)
    elif look.beard == "goatee":
        pen.polygon(front(ellipse(0, 0.84, 0.24, 0.17)), colour)
    if look.beard in ("full", "moustache"):
        x = np.linspace(-1, 1, 15)
        upper = np.stack([x * look.mouth_width * 1.05, y - 0.2 + 0.13 * np.abs(x) ** 1.5], axis=1)
        lower = np.stack([x * look.mouth_width, y - 0.1 + 0.05 * np.abs(x)], axis=1)
        pen.polygon(front(np.concatenate([upper, lower[::-1]])), shade(look.hair, 0.8))


def hair_behind(pen: Pen, look: Look, flat: Place) -> None:
    w, dark = look.half_width, shade(look.hair, 0.82)
    if look.style in ("long", "bob"):
        end = 1.55 if look.style == "long" else 0.72
        half = np.array(
            [[0.0, -1.45], [0.7, -1.3], [1.12, -0.8], [1.24, -0.1], [1.26, 0.4], [1.22, end], [0.6, end]]
        )
        half[:, 0] *= w
        pen.polygon(flat(smooth(np.concatenate([half, half[::-1] * [-1, 1]]))), dark)
    elif look.style == "bun" and not look.hat:
        pen.polygon(flat(ellipse(0, -1.5, 0.36, 0.34)), dark)
    elif look.style == "curly":
        for angle in np.linspace(-2.1, 2.1, 13):
            x, y = w * 1.08 * math.sin(angle), -0.15 - 1.14 * math.cos(angle)
            pen.polygon(flat(ellipse(x, y, 0.3, 0.3)), dark)


def hair_before(pen: Pen, look: Look, flat: Place, pose: Pose) -> None:
    """A cap of hair: the skull's edge outside, the hairline inside."""
    if look.style == "bald":
        return
    w, side = look.half_width, look.part
    reach = 1.75 if look.style in ("long", "bob", "fringe") else 1.55
    outer = head_outline(look, 1.07, -reach, reach)
    if look.style == "spiky":
        outer[1::2] = (outer[1::2] - [0, -0.15]) * 1.13 + [0, -0.15]
    x = np.linspace(1, -1, 25)
    y = -0.84 + 0.66 * np.abs(x) ** 5
    if look.style in ("side", "long", "bun"):
        y = -0.92 + 0.3 * np.abs(x - 0.35 * side) ** 1.3 + 0.3 * np.abs(x) ** 5
    elif look.style in ("fringe", "bob"):
        y = -0.5 + 0.05 * np.cos(x * 14) + 0.4 * np.abs(x) ** 5
    elif look.style == "curly":
        y = -0.8 + 0.07 * np.cos(x * 16) + 0.5 * np.abs(x) ** 4
    elif look.style == "spiky":
        y = -0.8 + 0.12 * np.abs((x * 4) % 2 - 1) + 0.5 * np.abs(x) ** 5
    shift = 0.3 * math.sin(pose.yaw) * (1 - x**2)
    inner = np.stack([x * w * 0.99 + shift, y], axis=1)
    pen.polygon(flat(np.concatenate([outer, inner])), look.hair)
    if look.style not in ("curly", "spiky"):  # a shine
        band = head_outline(look, 0.95, -0.7 * side - 0.45, -0.7 * side + 0.45)
        pen.line(flat(band), (*shade(look.hair, 1.25), 110), 0.07 * pose.unit)


def hat(pen: Pen, look: Look, flat: Place, unit: float) -> None:
    w, colour, dark = look.half_width, look.accent, shade(look.accent, 0.75)
    dome = head_outline(look, 1.1, -1.15, 1.15)
    if look.hat == "beanie":
        pen.polygon(flat(ellipse(0, -1.55, 0.2, 0.2)), shade(colour, 1.4))
        pen.polygon(flat(dome), colour)
        pen.line(flat(np.array([[-w * 0.98, -0.72], [0, -0.84], [w * 0.98, -0.72]])), dark, 0.3 * unit)
    elif look.hat == "cap":
        pen.polygon(flat(dome), colour)
        brim = np.array([[-1.02 * w, -0.7], [1.02 * w, -0.7], [0.95 * w + 0.4, -0.58], [-0.1, -0.56]])
        pen.polygon(flat(brim * [look.part, 1]), dark)
    elif look.hat == "brim":
        crown = np.array([[-0.85 * w, -0.85], [-0.78 * w, -1.6], [0.78 * w, -1.6], [0.85 * w, -0.85]])
        pen.polygon(flat(ellipse(0, -0.86, 1.65 * w, 0.18)), dark)
        pen.polygon(flat(crown), colour)
        pen.line(flat(np.array([[-0.82 * w, -1.0], [0.82 * w, -1.0]])), INK, 0.16 * unit)
    else:
        pen.polygon(flat(np.array([[-0.72 * w, -0.95], [0, -2.2], [0.72 * w, -0.95]])), colour)
        pen.line(flat(np.array([[-0.45 * w, -1.25], [0.5 * w, -1.38]])), shade(colour, 1.6), 0.12 * unit)
        pen.polygon(flat(ellipse(0, -2.2, 0.16, 0.16)), shade(colour, 1.7))
