"""The one face <-> the network's raw numbers; `decode(encode(truth)) == truth`.

Two codes, one for each kind of network. Both decode to (B, 1, 5): x0, y0, x1, y1 in pixels of the network's
square input and a score from 0 to 1, and can be traced by torch.fx: the exported file holds the same steps.
"""

import torch
from torch import Tensor, nn

UNITS = 4.0
"""cell codes count in units of a quarter of the square, so that they are of order one"""
MOST_GROWTH = 3.0
"""exp() of a wild number early in training must not run away: e^3 quarters are five squares"""
SURE = 12.0
"""logit that stands for certainty where a truth is encoded: a score of .999994"""


class CornerDecode(nn.Module):
    """(B, 5) shares of the square x, y, width, height and the score, all 0 .. 1 -> (B, 1, 5)."""

    def __init__(self, side: int) -> None:
        super().__init__()
        self.side = side

    def forward(self, raw: Tensor) -> Tensor:
        corner, size = raw[:, 0:2] * self.side, raw[:, 2:4] * self.side
        return torch.cat([corner, corner + size, raw[:, 4:5]], dim=1).reshape(-1, 1, 5)

    def encode(self, boxes: Tensor, present: Tensor) -> Tensor:
        """The inverse: boxes (B, 4) in pixels of the square, present (B,) 0 or 1 -> (B, 5)."""
        corner, size = boxes[:, :2], boxes[:, 2:] - boxes[:, :2]
        return torch.cat([corner / self.side, size / self.side, present[:, None].to(boxes.dtype)], dim=1)


class CellDecode(nn.Module):
    """(B, 6, N) of a map's cells -> (B, 1, 5): the cells' mean, weighted by how surely the face is there.

    A cell says: logit of where, logit of presence, centre relative to its own middle, logarithm of the size.
    The weights are the softmax of the first over all cells (soft-argmax as in Sun et al., "Integral human
    pose regression", 2018), and what they weight carries the cells' places: the answer moves with the face.
    """

    grid: Tensor

    def __init__(self, side: int, stride: int) -> None:
        super().__init__()
        self.unit = side / UNITS
        across = side // stride
        middles = (torch.arange(across) + 0.5) * stride / self.unit
        y, x = torch.meshgrid(middles, middles, indexing="ij")
        none = torch.zeros_like(x)
        # What is added to the five numbers after "where": a presence and a size have no place.
        self.register_buffer("grid", torch.stack([none, x, y, none, none]).reshape(1, 5, -1))
        self.cells = across * across

    def forward(self, raw: Tensor) -> Tensor:
        seen = self.seen(raw)
        centre = seen[:, 1:3] * self.unit
        half = torch.exp(torch.clamp(seen[:, 3:5], max=MOST_GROWTH)) * (self.unit / 2)
        score = torch.sigmoid(seen[:, 0:1])
        return torch.cat([centre - half, centre + half, score], dim=1).reshape(-1, 1, 5)

    def seen(self, raw: Tensor) -> Tensor:
        """(B, 5), the weighted means: logit of presence, centre, logarithm of the size, in units."""
        weights = torch.softmax(raw[:, 0:1], dim=2) * self.cells
        return ((raw[:, 1:6] + self.grid) * weights).mean((2,))

    def encode(self, boxes: Tensor, present: Tensor) -> Tensor:
        """Raw numbers (B, 6, N) that decode to boxes (B, 4), pixels of the square, and present (B,) 0 or 1.

        All cells tell of the same box, each from its place; the one that the centre lies in is sure of it.
        """
        centre = (boxes[:, :2] + boxes[:, 2:]) / (2 * self.unit)
        size = torch.log((boxes[:, 2:] - boxes[:, :2]) / self.unit)
        grid = self.grid.to(boxes.dtype)
        presence = (2 * present.to(boxes.dtype) - 1)[:, None] * SURE
        told = torch.cat([presence, centre, size], dim=1)[:, :, None] - grid
        where = torch.zeros_like(told[:, :1])
        where[torch.arange(len(boxes)), 0, self.cell_of(boxes)] = SURE
        return torch.cat([where, told], dim=1)

    def cell_of(self, boxes: Tensor) -> Tensor:
        """Number of the cell that each box's centre lies in: (B, 4) -> (B,)."""
        across = round(self.cells**0.5)
        step = UNITS * self.unit / across
        cell = ((boxes[:, :2] + boxes[:, 2:]) / (2 * step)).long().clamp(0, across - 1)
        return cell[:, 1] * across + cell[:, 0]


Decode = CornerDecode | CellDecode
