import numpy as np
import pytest
import torch
from torch import nn

from facewright.tasks.localisation.coding import CellDecode
from facewright.tasks.square import predict_square

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
    return predict_square(Always(box, present), DECODE, SIDE, picture, threshold, framing=framing)


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


class Cells(nn.Module):
    """Raw numbers are boxes and scores already."""

    def __init__(self, numbers):
        super().__init__()
        self.numbers = nn.Parameter(torch.tensor([numbers]))

    def forward(self, x):
        return self.numbers


def test_of_boxes_of_one_face_the_best_is_kept_and_the_best_come_first():
    network = Cells([[0, 0, 10, 10, 0.6], [0, 0, 10, 11, 0.8], [40, 40, 60, 60, 0.9], [5, 5, 5, 9, 0.99]])
    picture = np.zeros((SIDE, SIDE, 3), np.uint8)
    faces = predict_square(network, nn.Identity(), SIDE, picture)
    assert faces.scores.tolist() == pytest.approx([0.9, 0.8])
    assert len(predict_square(network, nn.Identity(), SIDE, picture, iou_threshold=1.0)) == 3
    assert len(predict_square(network, nn.Identity(), SIDE, picture, max_faces=2)) == 1
