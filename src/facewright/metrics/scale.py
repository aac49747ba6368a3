"""How large a face is, said in one way for all pictures: as it appears at a long side of 640 pixels."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from facewright.core.boxes import area
from facewright.core.faces import Faces
from facewright.core.pictures import picture_size
from facewright.datasets.sample import Sample

LONG_SIDE = 640
"""pictures whose long side is larger are thought of as shrunk to this; smaller ones stay as they are"""
SIZES = {"small": (0.0, 32.0), "medium": (32.0, 96.0), "large": (96.0, 1e5)}
"""name -> range of sqrt(width * height) in pixels on that scale (COCO's borders)"""


def scale_of(sample: Sample, faces: Faces) -> float:
    """The factor (at most 1) that brings the sample's picture to `LONG_SIDE`.

    The picture's size is what the detector said (`faces.width`), else it is read from the picture's header.
    """
    width, height = (faces.width, faces.height) if faces.width else picture_size(sample.picture)
    return min(1.0, LONG_SIDE / max(width, height))


def face_sizes(boxes: ArrayLike, scale: float = 1.0) -> NDArray[np.float32]:
    """sqrt(width * height) of each box times `scale`, shape (N,)."""
    return np.sqrt(area(boxes)) * np.float32(scale)
