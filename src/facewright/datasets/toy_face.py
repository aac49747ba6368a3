"""A toy face: how it looks, where its parts are, and what is true about it.

Face units: the origin is the middle of the face, y points down, hairline y = -1, chin y = 1; the skull goes
on up to -1.3. `Pose.place` turns units into pixels; the same numbers give the drawing and the labels.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Colour = tuple[int, int, int]
Place = Callable[[Points], Points]
"""Face units -> pixels"""

SKINS: tuple[Colour, ...] = (
    (255, 224, 204), (250, 212, 184), (241, 194, 160), (230, 178, 138), (214, 158, 116),
    (190, 132, 92), (160, 106, 72), (132, 86, 60), (104, 66, 47), (78, 50, 38),
)  # fmt: skip
HAIR: dict[str, tuple[Colour, ...]] = {
    "Black_Hair": ((28, 24, 26), (44, 38, 42), (20, 20, 32)),
    "Brown_Hair": ((96, 60, 36), (122, 78, 48), (74, 46, 32), (140, 94, 60)),
    "Blond_Hair": ((226, 188, 112), (242, 212, 142), (206, 164, 92)),
    "Gray_Hair": ((168, 168, 172), (200, 200, 204), (222, 222, 226)),
    "": ((176, 74, 38), (150, 56, 36), (226, 110, 150), (92, 120, 196)),  # red and dyed: none of the four
}
STYLES = ("short", "side", "fringe", "long", "curly", "bun", "bob", "spiky", "bald")
HATS = ("beanie", "cap", "brim", "party")
MOUTHS = ("smile", "grin", "laugh", "neutral", "frown", "oh")
BEARDS = ("full", "moustache", "goatee")
GLASSES = ("round", "square", "sun")
CLOTHES: tuple[Colour, ...] = (
    (214, 84, 76), (70, 120, 190), (76, 156, 112), (240, 180, 70), (120, 92, 160), (60, 66, 84),
    (236, 236, 230), (232, 142, 120), (64, 150, 160), (150, 110, 80),
)  # fmt: skip
ATTRIBUTES = (
    "Bald", "Bangs", "Black_Hair", "Blond_Hair", "Brown_Hair", "Eyeglasses", "Goatee", "Gray_Hair",
    "Mouth_Slightly_Open", "Mustache", "No_Beard", "Rosy_Cheeks", "Smiling", "Wearing_Hat",
    "Wearing_Lipstick",
)  # fmt: skip
"""CelebA's names for what is drawn."""


@dataclass(frozen=True, slots=True)
class Look:
    """Everything that is drawn of a person, apart from where. Lengths in face units."""

    skin: Colour
    hair: Colour
    hair_name: str
    clothes: Colour
    accent: Colour
    iris: Colour
    half_width: float
    taper: float
    """how much narrower the jaw is"""
    eye_gap: float
    eye_size: float
    eye_y: float
    nose_y: float
    nose_kind: int
    mouth_y: float
    mouth_width: float
    mouth: str
    brow_angle: float
    brow_weight: float
    style: str
    part: int
    """-1 or 1: the side of the parting, the light and other lopsided things"""
    beard: str
    glasses: str
    hat: str
    gaze: float
    wink: bool
    dot_eyes: bool
    rosy: bool
    freckles: bool
    lipstick: bool
    occluder: str
    pattern: int
    """of the clothes"""


@dataclass(frozen=True, slots=True)
class Pose:
    """Where a face is: the middle in pixels, half its height in pixels, roll and yaw in radians."""

    x: float
    y: float
    unit: float
    roll: float
    yaw: float

    def place(self, points: Points) -> Points:
        """Face units (N, 2) -> pixels, turned by the roll."""
        c, s = math.cos(self.roll), math.sin(self.roll)
        return points @ (self.unit * np.array([[c, s], [-s, c]])) + (self.x, self.y)

    def turn(self, points: Points, half_width: float) -> Points:
        """Points on the front of the face moved round the head by the yaw, still in face units."""
        radius = 1.15 * half_width
        sine = np.clip(points[:, 0] / radius, -1, 1)
        turned = points.copy()
        turned[:, 0] = radius * (sine * math.cos(self.yaw) + np.sqrt(1 - sine**2) * math.sin(self.yaw))
        return turned


def random_look(rng: np.random.Generator) -> Look:
    """Any person."""

    def pick(options, chances=None):  # type: ignore[no-untyped-def]
        return options[
            int(rng.choice(len(options), p=chances)) if chances else int(rng.integers(len(options)))
        ]

    def jitter(colour: Colour, by: float = 10) -> Colour:
        r, g, b = np.clip(np.array(colour) + rng.normal(0, by, 3), 0, 255).astype(int).tolist()
        return r, g, b

    yes = rng.random(8)
    hair_name = pick(tuple(HAIR), [0.28, 0.3, 0.18, 0.14, 0.1])
    beard = pick(BEARDS, [0.5, 0.25, 0.25]) if yes[0] < 0.22 else ""
    return Look(
        skin=jitter(pick(SKINS), 5),
        hair=jitter(pick(HAIR[hair_name]), 5),
        hair_name=hair_name,
        clothes=jitter(pick(CLOTHES)),
        accent=pick(CLOTHES),
        iris=pick(((84, 56, 36), (60, 96, 150), (76, 120, 80), (40, 32, 28))),
        half_width=rng.uniform(0.78, 0.94),
        taper=rng.uniform(0.06, 0.3),
        eye_gap=rng.uniform(0.33, 0.4),
        eye_size=rng.uniform(0.11, 0.17),
        eye_y=rng.uniform(-0.24, -0.1),
        nose_y=rng.uniform(0.14, 0.26),
        nose_kind=int(rng.integers(4)),
        mouth_y=rng.uniform(0.5, 0.6),
        mouth_width=rng.uniform(0.24, 0.36),
        mouth=pick(MOUTHS, [0.26, 0.2, 0.12, 0.24, 0.1, 0.08]),
        brow_angle=rng.normal(0, 0.12),
        brow_weight=rng.uniform(0.05, 0.1),
        style=pick(STYLES, [0.15, 0.13, 0.12, 0.15, 0.12, 0.08, 0.1, 0.07, 0.08]),
        part=int(pick((-1, 1))),
        beard=beard,
        glasses=pick(GLASSES, [0.4, 0.4, 0.2]) if yes[1] < 0.22 else "",
        hat=pick(HATS, [0.35, 0.3, 0.25, 0.1]) if yes[2] < 0.16 else "",
        gaze=rng.uniform(-0.35, 0.35),
        wink=bool(yes[3] < 0.05),
        dot_eyes=bool(yes[4] < 0.3),
        rosy=bool(yes[5] < 0.4),
        freckles=bool(yes[6] < 0.12),
        lipstick=bool(yes[7] < 0.2) and not beard,
        occluder=pick(("mask", "scarf", "cup", "hand"), [0.4, 0.2, 0.2, 0.2]) if rng.random() < 0.08 else "",
        pattern=int(rng.integers(6)),
    )


def head_outline(look: Look, grow: float = 1.0, start: float = 0.0, stop: float = 2 * math.pi) -> Points:
    """The head's edge clockwise from the top of the skull, (N, 2) in face units; angles in radians."""
    count = max(8, round(56 * (stop - start) / (2 * math.pi)))
    angle = np.linspace(start, stop, count)
    y = -0.15 - 1.15 * np.cos(angle)
    x = look.half_width * np.sin(angle)
    x = (
        np.sign(x) * look.half_width * (np.abs(x) / look.half_width) ** 0.86
    )  # a little squarer than an ellipse
    x = x * (1 - look.taper * np.clip(y, 0, 1) ** 1.5)
    return np.stack([x * grow, (y + 0.15) * grow - 0.15], axis=1)


HAIRLINE = math.acos(0.85 / 1.15)
"""Angle of the outline at which y is -1."""


def face_box(look: Look, pose: Pose) -> Points:
    """(4,) x0, y0, x1, y1 in pixels: the exact bounds of the face from the hairline to the chin."""
    face = pose.place(head_outline(look, 1.0, HAIRLINE, 2 * math.pi - HAIRLINE))
    return np.concatenate([face.min(axis=0), face.max(axis=0)])


def landmark_units(look: Look) -> Points:
    """Eyes, nose tip, mouth corners (5, 2) in face units, before the head turns."""
    lift = MOUTH_LIFT[look.mouth]
    return np.array(
        [
            [-look.eye_gap, look.eye_y],
            [look.eye_gap, look.eye_y],
            [0, look.nose_y],
            [-look.mouth_width, look.mouth_y - lift],
            [look.mouth_width, look.mouth_y - lift],
        ]
    )


MOUTH_LIFT = {"smile": 0.07, "grin": 0.08, "laugh": 0.08, "neutral": 0.0, "frown": -0.06, "oh": 0.0}
"""How much higher the corners are than the mouth's height."""


def landmarks(look: Look, pose: Pose) -> Points:
    """(5, 2) in pixels, in the order of core.faces.LANDMARKS."""
    points = landmark_units(look)
    if look.mouth == "oh":
        points[3:, 0] *= OH_WIDTH
    return pose.place(pose.turn(points, look.half_width))


OH_WIDTH = 0.5
"""A round mouth is this much narrower."""


def attributes(look: Look, *, grey: bool) -> dict[str, int]:
    """CelebA's name -> 1 yes, 0 no, -1 cannot be seen."""
    bald = look.style == "bald"
    # A hat hides the top of the head; a grey picture, the colours.
    out = {name: -1 if grey else int(look.hair_name == name and not bald) for name in HAIR if name}
    covered = look.occluder in ("mask", "scarf")
    out["Bald"] = -1 if look.hat else int(bald)
    out["Bangs"] = -1 if look.hat else int(look.style == "fringe")
    out["Eyeglasses"] = int(bool(look.glasses))
    out["Wearing_Hat"] = int(bool(look.hat))
    out["Rosy_Cheeks"] = -1 if grey or covered else int(look.rosy)
    mouth = {
        "Smiling": look.mouth in ("smile", "grin", "laugh"),
        "Mouth_Slightly_Open": look.mouth in ("grin", "laugh", "oh"),
        "Wearing_Lipstick": look.lipstick,
        "Mustache": look.beard == "moustache",
        "Goatee": look.beard == "goatee",
        "No_Beard": look.beard in ("", "moustache"),
    }
    hidden = covered or look.occluder in ("cup", "hand")
    return out | {name: -1 if hidden else int(value) for name, value in mouth.items()}
