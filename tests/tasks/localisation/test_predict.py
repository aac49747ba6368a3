import numpy as np
import pytest
import torch
from torch import nn

from facewright.tasks.localisation.coding import CellDecode
from facewright.tasks.localisation.predict import predict

SIDE = 64
DECODE = CellDecode(SIDE, 8)


class Always(nn.Module):
    """Says the same box of the square whatever it sees."""

    def __init__(self, box, present=1):
        super().__init__()
        self.raw = nn.Parameter(DECODE.encode(torch.tensor([box]), torch.tensor([present])))

    def forward(self, x):
        assert x.shape == (1, 3, SIDE, SIDE)
        return self.raw


def found(box, height, width, framing, present=1, threshold=0.5):
    picture = np.zeros((height, width, 3), np.uint8)
    return predict(
        Always(box, present), DECODE, picture, side=SIDE, framing=framing, score_threshold=threshold
    )


def test_boxes_come_back_in_pixels_of_the_picture():
    faces = found([8.0, 4.0, 24.0, 20.0], 100, 200, "letterbox")
    assert faces.boxes[0].tolist() == pytest.approx([25, 12.5, 75, 62.5], abs=1e-3)
    assert (faces.width, faces.height) == (200, 100)
    squashed = found([8.0, 4.0, 24.0, 20.0], 100, 200, "squash")
    assert squashed.boxes[0].tolist() == pytest.approx([25, 6.25, 75, 31.25], abs=1e-3)


def test_what_reaches_into_the_padding_is_cut_and_what_lies_there_is_nothing():
    assert found([0.0, 20.0, 32.0, 60.0], 100, 200, "letterbox").boxes[0, 3] == 100
    assert len(found([0.0, 40.0, 32.0, 60.0], 100, 200, "letterbox")) == 0


def test_no_face_below_the_threshold():
    assert len(found([8.0, 4.0, 24.0, 20.0], 50, 50, "squash", present=0)) == 0
    assert len(found([8.0, 4.0, 24.0, 20.0], 50, 50, "squash", present=0, threshold=0.0)) == 1
