"""What a sum of losses is divided by, also where several processes work on one batch.

A mean over the faces of a batch is not the mean of its parts' means, in which a part with few faces counts as
much as one with many. So each process divides by the mean of all processes' counts: the mean of their
gradients, which is what they train with, is then the gradient of the whole batch.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, distributed

_together = False


@contextmanager
def counted_together() -> Iterator[None]:
    """Within it, the processes that train together all compute the same losses, each of its part of a batch.

    Elsewhere, as where one of them looks at the data first, each counts for itself.
    """
    global _together
    _together = distributed.is_available() and distributed.is_initialized()
    try:
        yield
    finally:
        _together = False


def normaliser(count: int | Tensor, like: Tensor) -> Tensor:
    """A float32 scalar on the device of `like`: `count`, or 1 if nothing is counted."""
    total = torch.as_tensor(count, device=like.device).to(torch.float32, copy=True)
    if not _together:
        return total.clamp(min=1.0)
    distributed.all_reduce(total)
    return total.clamp(min=1.0) / distributed.get_world_size()
