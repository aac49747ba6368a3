"""Colours and typology angles against published numbers, and faces drawn in known colours."""

import math

import cv2
import numpy as np
import pytest

from facewright.core.skin import CHEEKS, LIMITS, lab, typology_angle

TONES = ("dark", "tan", "intermediate", "light")


@pytest.mark.parametrize(
    ("rgb", "expected"),
    [  # as colour calculators give them for sRGB and D65
        ((255, 255, 255), (100, 0, 0)),
        ((0, 0, 0), (0, 0, 0)),
        ((119, 119, 119), (50.03, 0, 0)),
        ((255, 0, 0), (53.24, 80.09, 67.20)),
        ((0, 0, 255), (32.30, 79.19, -107.86)),
    ],
)
def test_lab_is_that_of_colour_calculators(rgb, expected):
    assert lab(rgb) == pytest.approx(expected, abs=0.03)


def test_lab_is_that_of_opencv():
    colours = np.random.default_rng(0).integers(0, 256, (1, 500, 3))
    theirs = cv2.cvtColor(colours.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    assert lab(colours) == pytest.approx(theirs, abs=0.3)


def face(colour, side=80):
    """A crop whose cheeks are of one colour, and everything else blue."""
    crop = np.full((side, side, 3), (20, 30, 200), np.uint8)
    for x0, y0, x1, y1 in np.round(CHEEKS * side).astype(int):
        crop[y0:y1, x0:x1] = colour
    return crop


@pytest.mark.parametrize(
    ("colour", "expected"),
    [((246, 218, 197), "light"), ((216, 175, 145), "light"), ((196, 152, 122), "intermediate"),
     ((170, 122, 90), "tan"), ((110, 70, 48), "dark"), ((60, 40, 30), "dark")],
)  # fmt: skip
def test_drawn_skins_have_the_tone_of_their_colour(colour, expected):
    angle = typology_angle(face(colour))
    lightness, _, yellow = lab(colour)
    assert angle == pytest.approx(math.degrees(math.atan2(lightness - 50, yellow)))
    assert TONES[np.searchsorted(LIMITS, angle)] == expected


def test_a_few_pixels_of_beard_or_light_do_not_matter_and_sizes_neither():
    plain = typology_angle(face((196, 152, 122)))
    speckled = face((196, 152, 122))
    speckled[48:50] = 255
    assert typology_angle(speckled) == pytest.approx(plain)
    assert typology_angle(face((196, 152, 122), side=33)) == pytest.approx(plain)


@pytest.mark.parametrize("colour", [(120, 120, 120), (80, 90, 160), (0, 0, 0)])
def test_no_colour_of_skin_has_no_angle(colour):
    assert math.isnan(typology_angle(face(colour)))
