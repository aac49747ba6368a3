import numpy as np
import torch

from facewright.tasks.detection.batch import collate
from facewright.transforms.canvas import Canvas
from facewright.transforms.place import Labels


def test_canvases_are_stacked_channels_last_and_their_labels_kept_apart():
    rng = np.random.default_rng(0)
    faces = Labels(
        np.ones((2, 4), np.float32), np.full((2, 5, 2), np.nan, np.float32), np.zeros((1, 4), np.float32)
    )
    pixels = rng.integers(0, 256, (2, 64, 64, 3), np.uint8)
    batch = collate([Canvas(pixels[0], faces), Canvas(pixels[1], Labels.none())])
    assert batch.pixels.shape == (2, 3, 64, 64)
    assert batch.pixels.dtype == torch.uint8
    assert batch.pixels.is_contiguous(memory_format=torch.channels_last)
    assert int(batch.pixels[1, 2, 5, 9]) == pixels[1, 5, 9, 2]
    assert [len(truth.boxes) for truth in batch.truths] == [2, 0]
    assert batch.truths[0].landmarks.isnan().all()
    assert batch.truths[0].ignore.shape == (1, 4)
