"""The detector's loss: a dictionary of named terms, each a mean over the faces' points."""

from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional
from torch.nn.utils.rnn import pad_sequence

from facewright.tasks.detection.assign import Assignment, assign, assign_nearest
from facewright.tasks.detection.coding import decode
from facewright.tasks.detection.overlap import BoxLoss, box_loss
from facewright.tasks.detection.score_loss import ScoreLoss, score_loss
from facewright.tasks.normaliser import normaliser

TERMS = ("score", "box", "landmarks")
KNOWN_AROUND = 1.5
"""inside an ignore region, what lies within this many box sizes of an annotated face is known all the same"""


class Truth(NamedTuple):
    """The faces of one canvas: boxes (N, 4), landmarks (N, 5, 2) with NaN where unknown, ignore (M, 4)."""

    boxes: Tensor
    landmarks: Tensor
    ignore: Tensor


def detection_loss(
    raw: Tensor,
    truths: Sequence[Truth],
    points: Tensor,
    *,
    assignment: Assignment = "dynamic",
    score_kind: ScoreLoss = "quality-focal",
    box_kind: BoxLoss = "eiou",
) -> dict[str, Tensor]:
    """raw (B, P, 15) against B truths -> {"score", "box", "landmarks"}, scalars.

    score: `score_loss`, the target of a face's point being the IoU it reaches; box: `box_loss`; landmarks:
    smooth L1 in units of the face's size, where there are some. assignment: `assign` or `assign_nearest`.
    """
    logits = raw[..., 0].float()
    boxes, landmarks = decode(raw[..., 1:].float(), points)
    if assignment == "nearest":
        answers = torch.stack([assign_nearest(truth.boxes, points) for truth in truths])
    else:
        answers = _assigned(logits.detach().sigmoid(), boxes.detach(), truths, points)
    of_a_face = answers >= 0
    batch, place = of_a_face.nonzero(as_tuple=True)
    # answers count a canvas's own faces; all canvases' faces stand one canvas after the other
    before = torch.tensor([0, *accumulate(len(truth.boxes) for truth in truths)], device=raw.device)
    face = before[batch] + answers[batch, place]
    true_boxes = torch.cat([truth.boxes for truth in truths])[face]
    true_marks = torch.cat([truth.landmarks for truth in truths])[face]
    box_terms, overlap = box_loss(boxes[batch, place], true_boxes, box_kind)
    targets, weights = torch.zeros_like(logits), torch.ones_like(logits)
    targets[batch, place] = overlap.detach()
    for i, truth in enumerate(truths):
        if len(truth.ignore):
            weights[i] = known(points, truth.boxes, truth.ignore)
    weights[batch, place] = 1.0
    count = normaliser(len(place), raw)

    score_terms = score_loss(logits, targets, of_a_face, score_kind) * weights
    return {
        "score": score_terms.sum() / count,
        "box": box_terms.sum() / count,
        "landmarks": _known_landmarks(landmarks[batch, place], true_marks, true_boxes),
    }


def _assigned(scores: Tensor, boxes: Tensor, truths: Sequence[Truth], points: Tensor) -> Tensor:
    """`assign` for a batch: all canvases at once on a GPU, whose calls cost more than its sums; on a CPU one
    by one, since a batch is as wide as its fullest canvas."""
    if not scores.is_cuda:
        pictures = zip(scores[:, None], boxes[:, None], truths, strict=True)
        return torch.cat([assign(score, box, truth.boxes[None], points) for score, box, truth in pictures])
    padded = pad_sequence([truth.boxes for truth in truths], batch_first=True, padding_value=torch.nan)
    return assign(scores, boxes, padded, points)


def known(points: Tensor, boxes: Tensor, ignore: Tensor) -> Tensor:
    """Of points (P, 2 or more), x and y first: (P,) 1 where it is known whether there is a face, 0 in ignore
    regions (M, 4) away from annotated faces (N, 4)."""
    known = torch.ones(len(points), device=points.device)
    if len(ignore) == 0:
        return known
    ignored = _inside(points, ignore)
    if len(boxes):
        centre, size = (boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]
        around = torch.cat([centre - size * KNOWN_AROUND / 2, centre + size * KNOWN_AROUND / 2], dim=1)
        ignored &= ~_inside(points, around)
    return known.masked_fill(ignored, 0.0)


def _inside(points: Tensor, boxes: Tensor) -> Tensor:
    xy = points[:, None, :2]
    return ((xy >= boxes[None, :, :2]) & (xy <= boxes[None, :, 2:])).all(-1).any(1)


def landmark_loss(marks: Tensor, truth: Tensor, boxes: Tensor) -> Tensor:
    """Smooth L1 of each number of landmarks (N, 5, 2), in units of the faces' sizes, of true boxes (N, 4)."""
    size = (boxes[:, 2:] - boxes[:, :2]).prod(-1).sqrt().clamp(min=1.0)
    error = (marks - truth) / size[:, None, None]
    return functional.smooth_l1_loss(error, torch.zeros_like(error), beta=0.05, reduction="none")


def _known_landmarks(marks: Tensor, truth: Tensor, boxes: Tensor) -> Tensor:
    has = torch.isfinite(truth).flatten(1).all(1)
    # Averaged over the faces that have landmarks; a batch without any gives 0 and no gradient.
    return landmark_loss(marks[has], truth[has], boxes[has]).sum() / normaliser(10 * has.sum(), marks)
