"""Pictures of faces turned, close, or alone in a larger frame, with their labels."""

from dataclasses import replace

import numpy as np
from PIL import Image

from facewright.core.boxes import clip
from facewright.core.pictures import Pixels, resize_picture
from facewright.datasets.sample import Sample
from facewright.transforms.place import Labels, Placement, place_labels, place_pixels

GREY = 110
"""of what no picture covers"""


def rolled(sample: Sample, degrees: int, *, expand: bool = True) -> Sample:
    """The picture turned clockwise, grey in the corners; each box that of the ellipse in the old one.

    The frame grows so that it holds all of it, or stays as large as it was.
    """
    image = Image.fromarray(sample.read())
    turned = image.rotate(-degrees, Image.Resampling.BICUBIC, expand=expand, fillcolor=(GREY,) * 3)
    (x, y), (to_x, to_y) = ((side / 2 for side in size) for size in (image.size, turned.size))
    return _placed(sample, Placement(1, x, y, to_x, to_y, degrees), np.array(turned))


def framed(sample: Sample, share: float, side: int) -> Sample:
    """The first face in the middle of a square of `side` pixels, `share` times as long as it; grey around."""
    box = sample.boxes[0]
    scale = side / share / float((box[2:] - box[:2]).max())
    x, y = ((box[:2] + box[2:]) / 2).tolist()
    placement = Placement(scale, x, y, side / 2, side / 2)
    pixels = np.full((side, side, 3), GREY, np.uint8)
    place_pixels(sample.read(), placement, pixels)
    return _placed(sample, placement, pixels)


def close(sample: Sample, share: float, side: int = 640) -> Sample:
    """The first face alone: a square of `share` times its longer side, or what the picture has of it.

    Its longer side becomes `side` pixels, as if a camera had taken it so; below 1 the face goes beyond the
    frame. It has no region to ignore.
    """
    array, box = sample.read(), sample.boxes[0]
    half = max(box[2] - box[0], box[3] - box[1]) * share / 2
    middle = (box[:2] + box[2:]) / 2
    x0, y0 = np.floor(np.maximum(middle - half, 0)).astype(int)
    x1, y1 = np.ceil(np.minimum(middle + half, array.shape[1::-1])).astype(int)
    part: Pixels = resize_picture(np.ascontiguousarray(array[y0:y1, x0:x1]), side, enlarge=True)
    scale = max(part.shape) / max(x1 - x0, y1 - y0)
    truth = clip((box - [x0, y0, x0, y0])[None] * scale, part.shape[1], part.shape[0])
    landmarks = ((sample.landmarks[:1] - [x0, y0]) * scale).astype(np.float32)
    return Sample(sample.name, part, truth, landmarks)


def _placed(sample: Sample, placement: Placement, pixels: Pixels) -> Sample:
    labels = place_labels(Labels(sample.boxes, sample.landmarks, sample.ignore), placement)
    width, height = pixels.shape[1::-1]
    return replace(
        sample,
        picture=pixels,
        boxes=clip(labels.boxes, width, height),
        landmarks=labels.landmarks,
        ignore=clip(labels.ignore, width, height),
    )
