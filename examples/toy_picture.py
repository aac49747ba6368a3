"""Makes docs/toy-faces.png: drawn scenes and what detector-small, which has only seen photos, finds there."""

from pathlib import Path

import numpy as np

from facewright import Detector
from facewright.core.draw import draw_faces
from facewright.core.pictures import write_picture
from facewright.datasets.toy import ToySamples

SCENES = ((0, 36), (0, 47), (2, 19))  # seed and number of each scene

find = Detector("detector-small")
pictures = [ToySamples(number + 1, seed, 512)[number].read() for seed, number in SCENES]
write_picture(
    np.concatenate([draw_faces(picture, find(picture)) for picture in pictures], axis=1),
    Path(__file__).parents[1] / "docs" / "toy-faces.png",
)
