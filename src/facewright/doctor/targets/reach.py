"""Which boxes a loss moves, seen by doing what it asks and reading the boxes again.

No gradient of the decoder is wanted, as most run in NumPy or without one. A few of the raw numbers are moved
at a time, in many choices: sooner or later a box is moved without its score, if any number can do that.
"""

from collections.abc import Iterator
from typing import Protocol

import torch
from torch import Tensor

STEP = 2.0
"""of raw numbers of spread 1 to 4: large, so that boxes of whole pixels are moved too"""
ROUNDS, HALVINGS = 8, 10
"""choices of a half, a quarter, ... of the numbers, so often: halves where a place's score is one number, few
where it is made of hundreds"""


class Read(Protocol):
    """As much of a `Coding` as is needed here."""

    def places(self, raw: Tensor) -> Tensor: ...


def moves(coding: Read, raw: Tensor, pull: Tensor, random: torch.Generator) -> Iterator[Tensor]:
    """(P,) bool, of one choice after another: the places whose box, but not score, moves as `pull` asks.

    raw: (1, *raw_shape). pull: of its shape, the loss's gradient, of which only the signs count.
    """
    if not pull.any():
        return
    before = coding.places(raw)
    for _ in range(ROUNDS):
        for halvings in range(1, HALVINGS + 1):
            chosen = torch.rand(raw.shape, generator=random) < 0.5**halvings
            after = coding.places(raw - STEP * pull.sign() * chosen)
            box, score = (after[:, :4] != before[:, :4]).any(1), after[:, 4] != before[:, 4]
            # What scores exactly 0 a decoder has struck out, and may have put into any order.
            yield box & ~score & (before[:, 4] != 0)
