"""The repository's own heads and losses are healthy; the one that is wrong on purpose is found out."""

import pytest
import torch
from torch import nn

from facewright.doctor.examination import examine
from facewright.doctor.targets.coding import Coding
from facewright.tasks.detection.anchors import AnchorHead
from facewright.tasks.detection.coding import decode
from facewright.tasks.detection.grid import GridHead
from facewright.tasks.detection.loss import Truth, detection_loss
from facewright.tasks.detection.points import points
from facewright.tasks.detection.ssd import SsdHead
from facewright.tasks.localisation.coding import CellDecode, CornerDecode
from facewright.tasks.localisation.loss import Truth as OneFace
from facewright.tasks.localisation.loss import localisation_loss

SIDE, CELLS = 160, 10
NONE = torch.zeros(0, 4)


def of_head(head, raw_shape, network=None):
    return Coding(
        type(head).__name__,
        SIDE,
        SIDE,
        raw_shape,
        lambda boxes: head.targets([boxes], [NONE]),
        head.loss,
        head.decode,
        network=network,
    )


def of_points():
    where = points(SIDE, SIDE)

    def read(raw):
        return torch.cat([decode(raw[..., 1:], where)[0], raw[..., :1].sigmoid()], dim=-1)

    def truth(boxes):
        return [Truth(boxes, torch.full((len(boxes), 5, 2), torch.nan), NONE)]

    return Coding(
        "points",
        SIDE,
        SIDE,
        (len(where), 15),
        truth,
        lambda raw, truths: detection_loss(raw, truths, where),
        read,
    )


def of_localiser(decoding, raw_shape, terms):
    def truth(boxes):
        there = boxes if len(boxes) else torch.zeros(1, 4)
        return OneFace(there, torch.tensor([len(boxes)], dtype=torch.int8))

    return Coding(
        type(decoding).__name__,
        SIDE,
        SIDE,
        raw_shape,
        truth,
        lambda raw, one: localisation_loss(raw, decoding, one, terms),
        decoding,
        most_faces=1,
    )


def rows_and_columns():
    torch.manual_seed(0)
    layers = [nn.Conv2d(3, 8, 16, 16), nn.ReLU(), nn.Conv2d(8, 5, 3, padding=1), nn.Flatten(2)]
    return nn.Sequential(*layers).eval()


@pytest.mark.parametrize(
    "coding",
    [
        of_head(GridHead(SIDE, CELLS), (5, CELLS**2), rows_and_columns()),
        of_head(SsdHead(SIDE, (20, 10, 5, 3)), (5, 400 + 100 + 25 + 9)),
        of_head(AnchorHead(SIDE, CELLS, [(16, 20), (50, 60)]), (10, CELLS**2)),
        of_points(),
        of_localiser(CellDecode(SIDE, 16), (6, 100), ("box", "presence", "where")),
    ],
    ids=lambda coding: coding.name,
)
def test_the_repositorys_heads_are_healthy(coding):
    assert [f.message for f in examine([coding]).findings] == []


def test_the_described_faults_are_named():
    head = GridHead(SIDE, CELLS, described_faults=True)
    found = examine([of_head(head, (5, CELLS**2), rows_and_columns())]).findings
    assert {f.id for f in found} == {"targets-transposed", "targets-offsets-swapped"}


def test_the_described_box_loss_pulls_at_faceless_pictures():
    found = examine([of_localiser(CornerDecode(SIDE), (5,), ("squared",))]).findings
    assert [f.id for f in found] == ["loss-box-without-face"]
