"""One box a cell, written small, with each fault that was found in the five systems; and without."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
import torch
from torch import Tensor, nn

from facewright.doctor.examination import examine
from facewright.doctor.targets.coding import Coding
from facewright.tasks.detection.overlap import box_loss, pairwise_iou

SIDE, CELLS = 160, 10
STRIDE = SIDE // CELLS


@dataclass
class Grid:
    """Targets (5, S, S): is there a face, its place in the cell, its size; all behind a sigmoid. A fault a
    flag."""

    transposed: bool = False
    transposed_reader: bool = False
    swapped_offsets: bool = False
    last_wins: bool = False
    first_cell: int = 0
    places_in_cell: bool = True
    read_side: float = SIDE
    swapped_sizes: bool = False
    corners: bool = False
    mirrored: bool = False
    box_everywhere: bool = False
    twice: bool = False
    hides_nan: bool = False
    sigmoids: int = 1
    weights: Mapping[str, float] = field(default_factory=lambda: {"box": 3.0, "face": 1.0})

    def encode(self, boxes: Tensor) -> Tensor:
        target = torch.zeros(5, CELLS, CELLS)
        size = boxes[:, 2:] - boxes[:, :2]
        order = range(len(boxes)) if self.last_wins else size.prod(1).argsort().tolist()
        for i in order:
            centre = boxes[i, :2] if self.corners else (boxes[i, :2] + boxes[i, 2:]) / 2
            centre = centre / STRIDE
            cell = centre.floor().clamp(0, CELLS - 1).long()
            offset = centre - cell
            x, y = cell.tolist()
            if self.mirrored:
                x = CELLS - 1 - x
            place = (x, y) if self.transposed else (y, x)
            if self.swapped_offsets:
                offset = offset.flip(0)
            shares = size[i].flip(0) / SIDE if self.swapped_sizes else size[i] / SIDE
            target[:, place[0], place[1]] = torch.cat([torch.ones(1), offset, shares])
        return target

    def terms(self, raw: Tensor, target: Tensor) -> dict[str, Tensor]:
        said = raw[0]
        for _ in range(self.sigmoids):
            said = said.sigmoid()
        face = target[0]
        taught = torch.ones_like(face) if self.box_everywhere else face
        if self.hides_nan:
            said = torch.where(said.isnan(), 0.1, said)
        error = (said - target).square()
        return {"box": (error[1:] * taught).sum(), "face": error[0].sum()}

    def weighted(self, raw: Tensor, target: Tensor, weights: Mapping[str, float]) -> Tensor:
        terms = self.terms(raw, target)
        if self.twice:
            terms["box"] = terms["box"] * weights["box"]
        return weights["box"] * terms["box"] + weights["face"] * terms["face"]

    def decode(self, raw: Tensor) -> Tensor:
        said = raw[0].sigmoid()
        row, column = torch.meshgrid(torch.arange(CELLS), torch.arange(CELLS), indexing="ij")
        corner = torch.stack([row, column] if self.transposed_reader else [column, row]) + self.first_cell
        centre = (corner + (said[1:3] if self.places_in_cell else 0.5)) * STRIDE
        half = said[3:5] * self.read_side / 2
        return torch.cat([centre - half, centre + half, said[:1]]).flatten(1).T

    def coding(self, network: nn.Module | None = None) -> Coding:
        return Coding(
            "grid",
            SIDE,
            SIDE,
            (5, CELLS, CELLS),
            self.encode,
            lambda raw, target: self.weighted(raw, target, self.weights),
            self.decode,
            network=network,
            weights=self.weights,
            weighted=self.weighted,
        )


def convolution() -> nn.Module:
    """A network whose map lies as the picture does: [y][x]."""
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(3, 8, 16, 16), nn.ReLU(), nn.Conv2d(8, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 5, 1)
    ).eval()


def errors(coding: Coding) -> set[str]:
    return {finding.id for finding in examine([coding]).findings if finding.severity == "error"}


def test_a_healthy_grid_has_no_finding():
    assert examine([Grid().coding(convolution())]).findings == []


def test_s2_grid_is_indexed_x_y():
    assert errors(Grid(transposed=True).coding(convolution())) == {"targets-transposed"}


def test_s2_grid_is_indexed_x_y_and_its_reader_knows():
    coding = Grid(transposed=True, transposed_reader=True).coding(convolution())
    assert errors(coding) == {"targets-transposed"}
    # Without a network nothing is wrong: targets and reader agree.
    assert errors(Grid(transposed=True, transposed_reader=True).coding()) == set()


def test_s2_offsets_are_swapped():
    found = examine([Grid(swapped_offsets=True).coding(convolution())]).findings
    assert [f.id for f in found] == ["targets-offsets-swapped"]
    assert "10 x 10 cells" in found[0].message
    assert found[0].picture is not None


def test_s2_the_last_face_in_a_cell_wins():
    assert errors(Grid(last_wins=True).coding()) == {"targets-order-decides"}


def test_s2_nan_is_replaced():
    assert errors(Grid(hides_nan=True).coding()) == {"loss-hides-nan"}


def test_s0_the_box_is_taught_on_faceless_pictures():
    assert errors(Grid(box_everywhere=True).coding()) == {"loss-box-without-face"}


def test_s4_the_weight_of_coordinates_is_applied_twice():
    found = examine([Grid(twice=True).coding()]).findings
    assert [f.id for f in found] == ["loss-weight-not-linear"]
    assert "squared" in found[0].message and "box" in found[0].message


def test_s4_an_activation_is_applied_twice():
    assert "loss-floor" in {f.id for f in examine([Grid(sigmoids=2).coding()]).findings}


@pytest.mark.parametrize(
    ("fault", "id"),
    [
        ({"first_cell": 1}, "targets-shifted"),
        ({"places_in_cell": False}, "targets-offsets-lost"),
        ({"read_side": SIDE / 2}, "targets-scaled"),
        ({"swapped_sizes": True}, "targets-sizes-swapped"),
        ({"corners": True}, "targets-corners"),
    ],
)
def test_what_else_may_lie_between_targets_and_reader(fault, id):
    assert errors(Grid(**fault).coding()) == {id}


def test_cells_mirrored_against_the_network():
    assert "targets-mirrored" in errors(Grid(mirrored=True).coding(convolution()))


def test_targets_that_do_not_hold_the_faces():
    grid = Grid()
    coding = Coding(
        "empty",
        SIDE,
        SIDE,
        (5, CELLS, CELLS),
        lambda boxes: grid.encode(boxes[:0]),
        lambda raw, target: grid.weighted(raw, target, grid.weights),
        grid.decode,
    )
    assert "targets-lost" in errors(coding)


@pytest.mark.parametrize("seed", range(4))
def test_a_network_whose_outputs_all_see_everything_is_not_said_to_transpose(seed):
    torch.manual_seed(seed)
    network = nn.Sequential(nn.Flatten(), nn.Linear(3 * SIDE * SIDE, 5 * CELLS * CELLS))
    whole = nn.Sequential(network, nn.Unflatten(1, (5, CELLS, CELLS)))
    assert errors(Grid().coding(whole.eval())) == set()


def test_faces_lost_to_cells_are_counted():
    coding = Grid().coding()
    near = torch.tensor([[40.0, 40, 60, 62], [41, 42, 57, 58], [100, 100, 130, 140]])
    apart = torch.tensor([[10.0, 10, 30, 35]])
    crowded = examine([with_examples(coding, [near, apart])]).findings
    assert [(f.id, f.severity) for f in crowded] == [("targets-faces-lost", "warning")]
    assert crowded[0].evidence == {"faces": 4, "lost": 1}
    assert examine([with_examples(coding, [apart, torch.zeros(0, 4)])]).findings == []


def with_examples(coding: Coding, examples: list[Tensor]) -> Coding:
    return Coding(
        coding.name,
        SIDE,
        SIDE,
        coding.raw_shape,
        coding.encode,
        coding.loss,
        coding.decode,
        examples=examples,
    )


@dataclass
class Anchors:
    """One anchor a cell, its box taught by overlap: S4's has 1 - IoU alone."""

    iou_alone: bool

    def encode(self, boxes: Tensor) -> Tensor:
        return boxes

    def loss(self, raw: Tensor, boxes: Tensor) -> Tensor:
        read = self.decode(raw)
        wanted = torch.zeros(len(read))
        total = raw.new_zeros(())
        order = (boxes[:, 2:] - boxes[:, :2]).prod(1).argsort().tolist()
        for i in order:
            x, y = ((boxes[i, :2] + boxes[i, 2:]) / 2 / STRIDE).long().clamp(0, CELLS - 1).tolist()
            place = y * CELLS + x
            wanted[place] = 1.0
            if self.iou_alone:
                term = 1 - pairwise_iou(read[place : place + 1, :4], boxes[i : i + 1]).sum()
            else:
                term = box_loss(read[place : place + 1, :4], boxes[i : i + 1])[0].sum()
            total = total + term
        return total + nn.functional.binary_cross_entropy(read[:, 4], wanted, reduction="sum")

    def decode(self, raw: Tensor) -> Tensor:
        said = raw[0].flatten(1)
        row, column = torch.meshgrid(torch.arange(CELLS), torch.arange(CELLS), indexing="ij")
        corner = torch.stack([column, row]).flatten(1)
        centre = (said[1:3].sigmoid() + corner) * STRIDE
        half = said[3:5].clamp(max=4).exp() * STRIDE
        return torch.cat([centre - half, centre + half, said[:1].sigmoid()]).T


@pytest.mark.parametrize(("iou_alone", "wanted"), [(True, {"loss-blind-apart"}), (False, set())])
def test_s4_boxes_that_do_not_overlap_get_no_gradient(iou_alone, wanted):
    anchors = Anchors(iou_alone)
    coding = Coding("anchors", SIDE, SIDE, (5, CELLS, CELLS), anchors.encode, anchors.loss, anchors.decode)
    assert errors(coding) == wanted
