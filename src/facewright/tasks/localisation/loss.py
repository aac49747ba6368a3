"""What a localiser is taught: as described, and with the faults put right."""

from collections.abc import Collection
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from facewright.core.errors import RecipeError
from facewright.tasks.detection.overlap import box_loss
from facewright.tasks.localisation.coding import CellDecode, Decode
from facewright.tasks.normaliser import normaliser

TERMS = ("squared", "box", "presence", "where")


class Truth(NamedTuple):
    """What is in a batch of pictures, in pixels of the network's square."""

    boxes: Tensor
    """float (B, 4), zeros where no face is"""
    present: Tensor
    """int8 (B,): 1 a face, 0 none, -1 not known (one that is only half in the picture)"""


def localisation_loss(
    raw: Tensor, decode: Decode, truth: Truth, terms: Collection[str] = TERMS
) -> dict[str, Tensor]:
    """Those of `TERMS` that are asked for, scalars.

    squared: mean squared error of the five encoded numbers of every picture, as described; where there is no
    face all five shall be 0. box: EIoU, where there is a face. presence: binary cross-entropy, where it is
    known. where: cross-entropy of the cell that the centre lies in, where there is a face. Raises RecipeError
    for a term that the network's code does not have.
    """
    raw = raw.float()
    decoded = decode(raw)[:, 0]
    face = truth.present == 1
    faces = normaliser(face.sum(), raw)
    out: dict[str, Tensor] = {}
    if "squared" in terms:
        if isinstance(decode, CellDecode):
            raise RecipeError("loss.squared is for networks with five outputs; set it to 0 for box-localiser")
        out["squared"] = functional.mse_loss(raw, decode.encode(truth.boxes, truth.present.clamp(min=0)))
    if "box" in terms:
        losses, _ = box_loss(decoded[face, :4], truth.boxes[face])
        out["box"] = losses.sum() / faces
    if "presence" in terms:
        known = truth.present >= 0
        targets = truth.present[known].to(raw.dtype)
        if isinstance(decode, CellDecode):  # of the logit: a sure and wrong answer has a gradient, too
            losses = functional.binary_cross_entropy_with_logits(
                decode.seen(raw)[known, 0], targets, reduction="sum"
            )
        else:
            with torch.autocast(raw.device.type, enabled=False):  # in which PyTorch refuses it on a GPU
                losses = functional.binary_cross_entropy(decoded[known, 4], targets, reduction="sum")
        out["presence"] = losses / normaliser(known.sum(), raw)
    if "where" in terms:
        if not isinstance(decode, CellDecode):
            raise RecipeError("loss.where is for networks with cells; set it to 0 for this network")
        cells = decode.cell_of(truth.boxes[face])
        out["where"] = functional.cross_entropy(raw[face, 0], cells, reduction="sum") / faces
    return out
