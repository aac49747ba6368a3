"""One form of a box read as another, and numbers that are large."""

import pytest
import torch

from facewright.doctor.examination import examine
from facewright.doctor.targets import coding as module
from facewright.doctor.targets.coding import Coding
from facewright.doctor.targets.diagnose import read_back

SIDE = 128


def corners(box):
    return box


def corner_and_size(box):
    return torch.cat([box[:2], box[2:] - box[:2]])


def centre_and_size(box):
    return torch.cat([(box[:2] + box[2:]) / 2, box[2:] - box[:2]])


def from_corner_and_size(box):
    return torch.cat([box[:2], box[:2] + box[2:]])


def from_centre_and_size(box):
    return torch.cat([box[:2] - box[2:] / 2, box[:2] + box[2:] / 2])


def localiser(taught, read, unit=SIDE):
    """The box as shares of the side behind a sigmoid, or in so many pixels without one."""

    def encode(boxes):
        return taught(boxes[0]) / unit if len(boxes) else None

    def say(raw):
        return raw[0].sigmoid() if unit == SIDE else raw[0]

    def loss(raw, target):
        return raw.sum() * 0 if target is None else (say(raw) - target).abs().sum()

    def decode(raw):
        return torch.cat([read(say(raw) * unit), torch.ones(1)])[None]

    return Coding("one", SIDE, SIDE, (4,), encode, loss, decode, most_faces=1)


@pytest.mark.parametrize(
    ("taught", "read", "said"),
    [
        (centre_and_size, corners, "as if centre and size were two corners"),
        (corner_and_size, corners, "as if corner and size (x, y, w, h) were two corners"),
        (corners, from_corner_and_size, "as if two corners were corner and size (x, y, w, h)"),
        (corners, from_centre_and_size, "with their centres where their upper left corners are"),
        (corner_and_size, from_centre_and_size, "with their centres where their upper left corners are"),
        (centre_and_size, from_corner_and_size, "with their upper left corners where their centres are"),
        (corners, lambda box: box[[2, 3, 0, 1]], "with their corners exchanged: the lower right one first"),
    ],
)
def test_a_form_that_is_read_as_another_is_named(taught, read, said):
    (finding,) = examine([localiser(taught, read)]).findings
    assert finding.id == "targets-corners"
    assert finding.message.endswith(f"read back {said}.")


@pytest.mark.parametrize("unit", [SIDE, 1, 8])
@pytest.mark.parametrize(
    ("taught", "read"),
    [
        (corners, corners),
        (corner_and_size, from_corner_and_size),
        (centre_and_size, from_centre_and_size),
    ],
)
def test_the_same_form_is_healthy_in_pixels_too(taught, read, unit):
    assert examine([localiser(taught, read, unit)]).findings == []


def test_boxes_are_read_back_once_for_all_checks(monkeypatch):
    calls = []
    monkeypatch.setattr(module, "read_back", lambda *given: calls.append(1) or read_back(*given))
    examine([localiser(corners, corners)])
    assert len(calls) == 1
