"""What the tests of writing share: samples."""

import numpy as np

from facewright.datasets.sample import Sample, no_landmarks


def sample(name="a.png", boxes=((10, 10, 40, 50),), picture=None, **more) -> Sample:
    found = np.array(boxes, np.float32).reshape(-1, 4)
    pixels = np.full((60, 80, 3), 90, np.uint8) if picture is None else picture
    return Sample(name, pixels, found, no_landmarks(len(found)), **more)
