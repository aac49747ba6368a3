"""Losses that teach no negatives, rest too high in one of their terms, or are read without a gradient."""

import pytest
import torch
from torch.nn import functional

from facewright.core.errors import UsageError
from facewright.doctor.examination import examine
from facewright.doctor.targets.coding import Coding
from facewright.tasks.detection.overlap import pairwise_iou

SIDE, CELLS = 128, 8
STRIDE = SIDE // CELLS


def encode(boxes):
    """(5, CELLS, CELLS): score, place in the cell, size."""
    target = torch.zeros(5, CELLS, CELLS)
    size = boxes[:, 2:] - boxes[:, :2]
    for i in size.prod(1).argsort().tolist():
        centre = (boxes[i, :2] + boxes[i, 2:]) / 2 / STRIDE
        column, row = centre.long().clamp(0, CELLS - 1).tolist()
        target[:, row, column] = torch.cat([torch.ones(1), centre % 1, size[i] / SIDE])
    return target


def decode(raw):
    said = raw[0].sigmoid()
    row, column = torch.meshgrid(torch.arange(CELLS), torch.arange(CELLS), indexing="ij")
    centre, half = (torch.stack([column, row]) + said[1:3]) * STRIDE, said[3:] * SIDE / 2
    return torch.cat([centre - half, centre + half, said[:1]]).flatten(1).T


def score(raw, target):
    return (raw[0, 0].sigmoid() - target[0]).square().sum()


def box(raw, target, everywhere=False):
    error = (raw[0, 1:].sigmoid() - target[1:]).square().sum(0)
    return 5 * (error if everywhere else error * target[0]).sum()


def cells(loss, decode=decode, shape=(5, CELLS, CELLS)):
    return Coding("cells", SIDE, SIDE, shape, encode, loss, decode)


def ids(coding):
    return [finding.id for finding in examine([coding]).findings]


def healthy(raw, target):
    return {"score": score(raw, target), "box": box(raw, target)}


def no_gradient(raw):
    with torch.no_grad():
        return decode(raw)


def by_numpy(raw):
    return decode(raw).numpy()


def whole_pixels(raw):
    read = decode(raw)
    return torch.cat([read[:, :4].round(), read[:, 4:]], dim=1)


@pytest.mark.parametrize("read", [decode, no_gradient, by_numpy, whole_pixels])
def test_a_decoder_needs_no_gradient(read):
    assert ids(cells(healthy, read)) == []
    everywhere = cells(lambda raw, target: score(raw, target) + box(raw, target, True), read)
    assert ids(everywhere) == ["loss-box-without-face"]


@pytest.mark.parametrize("read", [decode, no_gradient, by_numpy])
def test_overlap_alone_is_found_without_a_gradient_of_the_decoder(read):
    def loss(raw, target):
        here = target[0].flatten() > 0
        truth = decode(torch.logit(target.clamp(1e-6, 1 - 1e-6))[None])[here, :4]
        # From a wider cell, so that a box can lie off its face.
        own = decode(raw)[here, :4] + 100 * raw[0, 1:3].flatten(1).T[here].repeat(1, 2)
        return score(raw, target) + (1 - pairwise_iou(own, truth).diagonal()).sum()

    assert "loss-blind-apart" in ids(cells(loss, read))


def test_a_decoder_that_leaves_places_out_is_told_so():
    def sure(raw):
        read = decode(raw)
        return read[read[:, 4] > 0.5]

    with pytest.raises(UsageError, match="cells: decode gives 0 places of one raw output and 4 of another"):
        ids(cells(healthy, sure))
    with pytest.raises(UsageError, match=r"cells: decode gives shape \(64, 4\), not \(P, 5\)"):
        ids(cells(healthy, lambda raw: decode(raw)[:, :4]))


@pytest.mark.parametrize(
    "loss",
    [
        lambda raw, target: {
            "score": ((raw[0, 0].sigmoid() - target[0]).square() * target[0]).sum(),
            "box": box(raw, target),
        },
        lambda raw, target: {"score": (raw[0, 0].sigmoid() - 1).square().sum(), "box": box(raw, target)},
        lambda raw, target: {"box": box(raw, target)},
        lambda raw, target: healthy(raw, target) if target[0].any() else {"score": raw.sum() * 0},
        lambda raw, target: healthy(raw, target) if target[0].any() else torch.tensor(0.0),
    ],
    ids=["at faces only", "a face everywhere", "no score", "nothing without a face", "a constant"],
)
def test_a_loss_that_does_not_teach_that_there_is_no_face(loss):
    assert set(ids(cells(loss))) == {"loss-without-negatives"}


def test_what_is_not_taught_is_named():
    only_faceless = examine([cells(lambda raw, t: healthy(raw, t) if t[0].any() else raw.sum() * 0)]).findings
    assert ["in a picture without a face" in finding.message for finding in only_faceless] == [True]

    def in_no_picture_with_a_face(raw, target):
        at = target[0] if target[0].any() else 1
        return ((raw[0, 0].sigmoid() - target[0]).square() * at).sum() + box(raw, target)

    off_faces = examine([cells(in_no_picture_with_a_face)]).findings
    assert ["far from the only face" in finding.message for finding in off_faces] == [True]


def entropy(raw, target):
    return functional.binary_cross_entropy_with_logits(raw[0, 0], target[0], reduction="none").flatten()


def hard_negatives(raw, target):
    face, costs = target[0].flatten() > 0, entropy(raw, target)
    hardest = costs[~face].topk(3 * max(int(face.sum()), 1)).values
    return {"score": costs[face].sum() + hardest.sum(), "box": box(raw, target)}


def drawn_negatives(raw, target):
    costs = entropy(raw, target)
    drawn = (torch.rand(len(costs)) < 0.3) | (target[0].flatten() > 0)
    return {"score": costs[drawn].sum(), "box": box(raw, target)}


@pytest.mark.parametrize("loss", [hard_negatives, drawn_negatives])
def test_some_negatives_are_enough(loss):
    assert ids(cells(loss)) == []


def test_a_box_that_is_always_there_needs_no_negatives():
    def loss(raw, truth):
        return (raw[0, :4].sigmoid() - truth[0] / SIDE).square().sum() if len(truth) else raw.sum() * 0

    def read(raw):
        return torch.cat([raw[0, :4].sigmoid() * SIDE, torch.ones(1)])[None]

    one = Coding("one", SIDE, SIDE, (4,), lambda boxes: boxes, loss, read, most_faces=1)
    assert ids(one) == []


def test_a_term_that_is_activated_twice_is_named_among_terms_that_fall():
    def sigmoid_twice(raw, target):
        said = raw[0, 0].sigmoid()
        return {
            "face": functional.binary_cross_entropy_with_logits(said, target[0]),
            "box": box(raw, target),
        }

    def softmax_twice(raw, target):
        said = raw[0, :2].softmax(0).flatten(1).T
        face = functional.cross_entropy(said, target[0].long().flatten())
        return {"face": face, "box": box(raw[:, 1:], target)}

    def read(raw):
        return torch.cat([decode(raw[:, 1:])[:, :4], raw[0, :2].softmax(0)[1].reshape(-1, 1)], dim=1)

    for coding in (cells(sigmoid_twice), cells(softmax_twice, read, (6, CELLS, CELLS))):
        (finding,) = examine([coding]).findings
        assert finding.id == "loss-floor" and "The least loss of face" in finding.message


def test_a_term_that_boxes_hold_up_has_no_floor():
    """As an overlap that the score is to say, which is small until the boxes are learnt."""

    def loss(raw, target):
        read = decode(raw)[:, :4].detach()
        truth = decode(torch.logit(target.clamp(1e-6, 1 - 1e-6))[None])[:, :4]
        overlap = pairwise_iou(read, truth).diagonal().reshape(CELLS, CELLS) * target[0]
        said = functional.binary_cross_entropy_with_logits(raw[0, 0], overlap, reduction="sum")
        return {"overlap": said, "box": box(raw, target), "constant": torch.tensor(3.0)}

    assert ids(cells(loss)) == []
