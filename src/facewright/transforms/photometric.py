"""Colour, blur, noise and compression: what changes the pixels of a canvas and leaves its labels alone."""

import random

import albumentations as A
import numpy as np

from facewright.transforms.place import Pixels


class Photometric:
    """Random changes of a uint8 RGB canvas, of a strength from 0 (none) to 1 (as strong as faces survive)."""

    def __init__(self, strength: float, grey: float) -> None:
        """`grey` is the share of canvases that lose their colour: several real sets have none."""
        s = strength
        self._pipeline = A.Compose(
            [
                A.ToGray(p=grey),
                A.RandomBrightnessContrast(0.3 * s, 0.35 * s, p=0.7),
                A.RandomGamma((int(100 - 40 * s), int(100 + 60 * s)), p=0.3 * s),
                A.HueSaturationValue(int(12 * s), int(40 * s), 0, p=0.4),
                A.OneOf(
                    [
                        A.GaussianBlur(sigma_limit=(0.3, 0.3 + 1.7 * s), blur_limit=0),
                        A.MotionBlur(blur_limit=(3, 3 + 2 * round(2 * s))),
                    ],
                    p=0.2 * s,
                ),
                A.GaussNoise(std_range=(0.01, 0.01 + 0.07 * s), p=0.15 * s),
                A.ImageCompression(quality_range=(int(90 - 60 * s), 95), p=0.3 * s),
            ]
        )

    def __call__(self, canvas: Pixels, rng: np.random.Generator) -> Pixels:
        # Seeded a canvas: what is drawn depends on its number alone, so that training resumes exactly. One
        # state for all steps: set_random_seed gives each the same draws, and what is grey would be blurred.
        seed = int(rng.integers(2**31))
        self._pipeline.set_random_state(np.random.default_rng(seed), random.Random(seed))
        return self._pipeline(image=canvas)["image"]
