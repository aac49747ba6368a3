"""A toy person drawn with a `Pen`: body, head, hair, face, and what may be in front of it."""

import math

import numpy as np

from facewright.datasets.toy_face import MOUTH_LIFT, OH_WIDTH, Look, Place, Points, Pose, head_outline
from facewright.datasets.toy_hair import beard, hair_before, hair_behind, hat
from facewright.datasets.toy_pen import INK, Colour, Pen, ellipse, shade, smooth

WHITE: Colour = (252, 250, 246)


def draw_person(pen: Pen, look: Look, pose: Pose, *, figure: bool) -> None:
    """`figure`: with arms and legs, standing; otherwise a bust that goes on to the lower edge."""

    def flat(points: Points) -> Points:
        return pose.place(points)

    def front(points: Points) -> Points:
        return pose.place(pose.turn(points, look.half_width))

    hair_behind(pen, look, flat)
    _body(pen, look, pose, figure)
    _ears(pen, look, pose, flat)
    pen.polygon(flat(head_outline(look)), look.skin)
    _shadow(pen, look, flat)
    if pose.unit > 6:  # smaller than this they would only cost time
        _cheeks(pen, look, front)
    _nose(pen, look, front, pose.unit)
    beard(pen, look, flat, front, pose)
    _mouth(pen, look, front, pose.unit)
    for side in (-1, 1):
        _eye(pen, look, front, side, pose.unit)
    hair_before(pen, look, flat, pose)
    if look.glasses:
        _glasses(pen, look, front, pose)
    if look.hat:
        hat(pen, look, flat, pose.unit)
    if look.occluder:
        _occluder(pen, look, flat, front, pose.unit)


def _body(pen: Pen, look: Look, pose: Pose, figure: bool) -> None:
    """Upright below the head, however the head is turned."""
    base = pose.place(np.array([[0.0, 0.85]]))[0]
    u = pose.unit

    def up(points: Points) -> Points:
        return base + (points - np.array([0.0, 0.85])) * u

    bottom = 3.7 if figure else max(4.0, (pen.height - base[1]) / u + 2)
    if figure:
        trousers = shade(look.accent, 0.62)
        for side in (-1, 1):
            pen.line(up(np.array([[side * 0.42, 3.5], [side * 0.46, 5.6]])), trousers, 0.72 * u)
            pen.line(up(np.array([[side * 0.46, 5.85], [side * 0.72, 5.9]])), INK, 0.34 * u)
            pen.line(
                up(np.array([[side * 1.0, 1.75], [side * 1.42, 2.6], [side * 1.3, 3.3]])),
                look.clothes,
                0.5 * u,
            )
            pen.polygon(up(ellipse(side * 1.3, 3.5, 0.24, 0.26)), look.skin)
    half = np.array([[0.34, 1.14], [0.75, 1.26], [1.1, 1.42], [1.3, 1.75], [1.36, 2.3], [1.34, bottom]])
    if figure:
        half[:, 0] = np.minimum(half[:, 0], 1.12)
    torso = np.concatenate([half, half[::-1] * [-1, 1]])
    pen.polygon(up(smooth(torso)), look.clothes)
    if look.pattern == 1:
        for y in np.arange(1.75, min(bottom, 5), 0.5):
            pen.line(up(np.array([[-1.1, y], [1.1, y]])), look.accent, 0.16 * u)
    elif look.pattern == 2:
        pen.polygon(
            up(np.array([[-0.14, 1.35], [0.14, 1.35], [0.24, 2.7], [0, 3.0], [-0.24, 2.7]])), look.accent
        )
    elif look.pattern == 3:
        for y in (1.9, 2.4, 2.9):
            pen.polygon(up(ellipse(0, y, 0.08, 0.08)), shade(look.accent, 1.4))
    elif look.pattern == 4:
        pen.polygon(up(np.array([[-0.62, 2.0], [0.62, 2.0], [0.7, bottom], [-0.7, bottom]])), look.accent)
        for side in (-1, 1):
            pen.line(up(np.array([[side * 0.55, 1.25], [side * 0.5, 2.1]])), look.accent, 0.2 * u)
    neck = shade(look.skin, 0.86)
    pen.polygon(up(np.array([[-0.32, 0.5], [0.32, 0.5], [0.36, 1.2], [0, 1.42], [-0.36, 1.2]])), neck)


def _ears(pen: Pen, look: Look, pose: Pose, flat: Place) -> None:
    for side in (-1, 1):
        if pose.yaw * side > 0.25:
            continue  # turned away
        x = side * look.half_width * 0.99
        pen.polygon(flat(ellipse(x, 0.02, 0.15, 0.24)), shade(look.skin, 0.93))
        pen.polygon(flat(ellipse(x, 0.03, 0.07, 0.14)), shade(look.skin, 0.8))


def _shadow(pen: Pen, look: Look, flat: Place) -> None:
    """One cheek and the jaw a little darker: the light comes from the side of the parting."""
    edge = head_outline(look, 1.0, 0.5, math.pi + 0.5)
    inner = edge[::-1] * [0.8, 0.95] - [0.02, 0.0]
    pen.polygon(flat(np.concatenate([edge, inner]) * [-look.part, 1]), (*shade(look.skin, 0.82), 120))


def _cheeks(pen: Pen, look: Look, front: Place) -> None:
    for side in (-1, 1):
        if look.rosy:
            pen.polygon(front(ellipse(side * 0.46, 0.26, 0.15, 0.11)), (240, 96, 96, 95))
        if look.freckles:
            for x, y in ((0.3, 0.16), (0.4, 0.24), (0.5, 0.15), (0.37, 0.1)):
                pen.polygon(front(ellipse(side * x, y, 0.022, 0.022)), (*shade(look.skin, 0.66), 200))


def _nose(pen: Pen, look: Look, front: Place, unit: float) -> None:
    y, dark = look.nose_y, shade(look.skin, 0.74)
    if look.nose_kind == 0:
        points = np.array([[0.0, y - 0.26], [0.1 * look.part, y - 0.02], [-0.02 * look.part, y + 0.03]])
        pen.line(front(points), dark, 0.05 * unit)
    elif look.nose_kind == 1:
        pen.polygon(front(ellipse(0, y - 0.01, 0.12, 0.1)), shade(look.skin, 0.84))
        pen.polygon(front(ellipse(-0.02, y - 0.05, 0.05, 0.04)), shade(look.skin, 1.2))
    elif look.nose_kind == 2:
        pen.polygon(
            front(np.array([[-0.02, y - 0.24], [0.13, y + 0.05], [-0.13, y + 0.05]])), shade(look.skin, 0.84)
        )
    else:
        pen.line(front(ellipse(0, y - 0.05, 0.11, 0.1, 0.1, math.pi - 0.1)), dark, 0.05 * unit)
    if look.nose_kind in (1, 2):
        for side in (-1, 1):
            pen.polygon(front(ellipse(side * 0.06, y + 0.04, 0.025, 0.018)), dark)


def _mouth(pen: Pen, look: Look, front: Place, unit: float) -> None:
    width, lift = look.mouth_width, MOUTH_LIFT[look.mouth]
    lips = (196, 56, 72) if look.lipstick else shade(look.skin, 0.58)
    if look.beard == "full":
        lips = (206, 116, 108)  # seen on any hair
    thick = (0.09 if look.lipstick else 0.055) * unit
    x = np.linspace(-width, width, 13)
    bow = 1 - (x / width) ** 2
    corner = look.mouth_y - lift

    def curve(depth: float) -> Points:
        return np.stack([x, corner + depth * bow], axis=1)

    if look.mouth in ("grin", "laugh"):
        depth = 0.2 if look.mouth == "grin" else 0.32
        upper, lower = curve(0.04), curve(depth)
        pen.polygon(front(np.concatenate([upper, lower[::-1]])), (112, 30, 40))
        if look.mouth == "laugh":
            tongue = ellipse(0, corner + depth * 0.76, width * 0.5, 0.065)
            pen.polygon(front(tongue), (222, 104, 106))
        teeth = curve(0.13) * [0.94, 1]
        pen.polygon(front(np.concatenate([upper * [0.94, 1], teeth[::-1]])), WHITE)
        pen.line(front(np.concatenate([upper, lower[::-1], upper[:1]])), lips, thick * 0.8)
    elif look.mouth == "oh":
        pen.polygon(front(ellipse(0, look.mouth_y, width * OH_WIDTH, 0.13)), lips)
        pen.polygon(front(ellipse(0, look.mouth_y, width * OH_WIDTH * 0.76, 0.095)), (104, 30, 40))
    else:
        pen.line(front(curve({"smile": 0.17, "neutral": 0.0, "frown": -0.1}[look.mouth])), lips, thick)


def _eye(pen: Pen, look: Look, front: Place, side: int, unit: float) -> None:
    x, y, s = side * look.eye_gap, look.eye_y, look.eye_size
    if look.wink and side == look.part:
        pen.line(front(ellipse(x, y + 0.04, s, s * 0.6, math.pi, 2 * math.pi)), INK, 0.06 * unit)
    elif look.dot_eyes:
        pen.polygon(front(ellipse(x, y, s * 0.62, s * 0.74)), INK)
        pen.polygon(front(ellipse(x + s * 0.18, y - s * 0.28, s * 0.2, s * 0.2)), WHITE)
    else:
        pen.polygon(front(ellipse(x, y, s * 1.2, s * 0.9)), WHITE)
        gaze = x + look.gaze * s
        pen.polygon(front(ellipse(gaze, y + s * 0.05, s * 0.68, s * 0.72)), look.iris)
        pen.polygon(front(ellipse(gaze, y + s * 0.05, s * 0.36, s * 0.4)), (16, 12, 14))
        pen.polygon(front(ellipse(gaze + s * 0.22, y - s * 0.2, s * 0.18, s * 0.18)), WHITE)
        lid = ellipse(x, y + s * 0.1, s * 1.28, s * 1.05, math.pi * 1.04, math.pi * 1.96)
        pen.line(front(lid), shade(INK, 0.9), 0.055 * unit)
    tilt = look.brow_angle * side
    brow = ellipse(x, y - s * 1.15, s * 1.3, s * 0.75, math.pi * 1.15, math.pi * 1.85)
    brow[:, 1] += (brow[:, 0] - x) * tilt
    colour = shade(look.hair, 0.7) if look.hair_name != "Gray_Hair" else shade(look.hair, 0.8)
    pen.line(front(brow), colour, look.brow_weight * unit)


def _glasses(pen: Pen, look: Look, front: Place, pose: Pose) -> None:
    y, r, gap = look.eye_y, look.eye_gap * 0.72, look.eye_gap
    sun = look.glasses == "sun"
    frame = (24, 22, 26) if sun else shade(look.accent, 0.45)
    square = np.array([[-1, -0.7], [1, -0.7], [0.9, 0.75], [-0.9, 0.75], [-1, -0.7]])
    for side in (-1, 1):
        x = side * gap
        rim = square * r + [x, y] if look.glasses == "square" else ellipse(x, y, r, r * 0.9)
        pen.polygon(front(rim), (30, 30, 38, 235) if sun else (210, 232, 245, 60))
        pen.line(front(rim), frame, 0.065 * pose.unit)
        if pose.yaw * side < 0.12:  # the other arm is behind the face
            arm = np.array([[side * (gap + r), y - 0.06], [side * 0.97 * look.half_width, y - 0.1]])
            pen.line(front(arm), frame, 0.05 * pose.unit)
    bridge = np.array([[r - gap, y - 0.04], [0, y - 0.08], [gap - r, y - 0.04]])
    pen.line(front(bridge), frame, 0.06 * pose.unit)


def _occluder(pen: Pen, look: Look, flat: Place, front: Place, unit: float) -> None:
    """Something before the lower face; the labels stay, for the face is still there."""
    w = look.half_width
    if look.occluder == "mask":
        chin = head_outline(look, 1.02, 1.9, 2 * math.pi - 1.9)
        top = np.array([[-0.9 * w, 0.12], [-0.3, 0.0], [0, -0.02], [0.3, 0.0], [0.9 * w, 0.12]])
        pen.polygon(flat(np.concatenate([chin, top])), (196, 224, 236))
        for y in (0.3, 0.5, 0.7):
            pen.line(front(np.array([[-0.4, y], [0, y + 0.05], [0.4, y]])), (160, 194, 212), 0.035 * unit)
    elif look.occluder == "scarf":
        half = np.array([[0.0, 0.36], [0.5, 0.32], [1.05, 0.3], [1.14, 0.8], [1.0, 1.3], [0.0, 1.42]])
        pen.polygon(flat(smooth(np.concatenate([half, half[::-1] * [-1, 1]])) * [w, 1]), look.accent)
        for y in (0.6, 0.95):
            pen.line(flat(np.array([[-w, y], [0, y + 0.1], [w, y]])), shade(look.accent, 0.75), 0.06 * unit)
    elif look.occluder == "cup":
        x = 0.12 * look.part
        pen.line(flat(ellipse(x + 0.42 * look.part, 0.82, 0.16, 0.18)), shade(look.accent, 0.8), 0.08 * unit)
        pen.polygon(
            flat(np.array([[x - 0.38, 0.48], [x + 0.38, 0.48], [x + 0.33, 1.2], [x - 0.33, 1.2]])),
            look.accent,
        )
        pen.polygon(flat(ellipse(x, 0.48, 0.38, 0.08)), shade(look.accent, 0.6))
    else:
        side = look.part
        for i in range(4):
            finger = np.array([[side * 0.75, 0.98 - 0.12 * i], [side * (0.14 + 0.04 * i), 0.72 - 0.14 * i]])
            pen.line(flat(finger), shade(look.skin, 0.9 if i % 2 else 0.84), 0.16 * unit)
        pen.polygon(flat(ellipse(side * 0.82, 0.95, 0.3, 0.38)), shade(look.skin, 0.88))
