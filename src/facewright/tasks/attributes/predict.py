"""Logits of a network for many crops, resized just as the exported file does it, and their probabilities."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from facewright.tasks.fixed_input import squash

BATCH = 64


class Probabilities(nn.Module):
    """Logits (B, A) -> sigmoid(slope * logit + offset), slope and offset of each attribute."""

    slope: Tensor
    offset: Tensor

    def __init__(self, slope: Sequence[float], offset: Sequence[float]) -> None:
        super().__init__()
        self.register_buffer("slope", torch.tensor(slope, dtype=torch.float32))
        self.register_buffer("offset", torch.tensor(offset, dtype=torch.float32))

    def forward(self, logits: Tensor) -> Tensor:
        return torch.sigmoid(logits * self.slope + self.offset)


@torch.inference_mode()
def predict(
    network: nn.Module, pictures: Iterable[NDArray[np.uint8]], side: int, *, bfloat16: bool = False
) -> NDArray[np.float32]:
    """(N, A) logits of N pictures, each uint8 RGB (H, W, 3) of any size, taken whole: squashed to the square.

    The network is in evaluation mode. bfloat16: compute in half the digits, for networks that are slow.
    """
    device = next(network.parameters()).device
    found: list[Tensor] = []
    for batch in _batches(pictures):
        pixels = torch.cat([squash(torch.from_numpy(picture.copy()), side).pixels for picture in batch])
        pixels = pixels.to(device).contiguous(memory_format=torch.channels_last)
        with torch.autocast(device.type, torch.bfloat16, enabled=bfloat16):
            found.append(network(pixels).float().cpu())
    return torch.cat(found).numpy() if found else np.zeros((0, 0), np.float32)


def _batches(pictures: Iterable[NDArray[np.uint8]]) -> Iterator[list[NDArray[np.uint8]]]:
    waiting = iter(pictures)
    while batch := list(islice(waiting, BATCH)):
        yield batch
