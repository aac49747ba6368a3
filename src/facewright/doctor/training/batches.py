"""What is in a batch of any make: its tensors, how many examples, and what tells these apart."""

import hashlib
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from facewright.doctor.network.probe import tensors

MOST = 512
"""examples of an epoch that are looked at"""


def fingerprint(tensor: Tensor) -> str:
    """The same for the same numbers in the same shape."""
    array = tensor.detach().cpu().contiguous()
    digest = hashlib.blake2b(repr((tuple(array.shape), array.dtype)).encode(), digest_size=12)
    digest.update(array.reshape(-1).view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()


def examples(batch: Any) -> list[str]:
    """A fingerprint of each example: of its row in the batch's largest tensor, the network's input."""
    return [fingerprint(row) for row in max(tensors(batch), key=torch.numel)]


@dataclass(frozen=True, eq=False)
class Epoch:
    """What was seen of one epoch, all of it or its beginning."""

    seen: list[str]
    sources: list[Hashable] | None
    batches: int
    whole: bool
    """nothing of the epoch was left out"""


def look_at(
    batches: Iterable[Any],
    sources_of: Callable[[Any], Sequence[Hashable]] | None = None,
    most: int | None = MOST,
) -> Epoch:
    """Fingerprints, and sources where they are told, of the first `most` examples; None: of all."""
    seen: list[str] = []
    sources: list[Hashable] | None = None if sources_of is None else []
    count = 0
    for batch in batches:
        if most is not None and len(seen) >= most:
            return Epoch(seen, sources, count, whole=False)
        count += 1
        seen += examples(batch)
        if sources is not None and sources_of is not None:
            sources += sources_of(batch)
    return Epoch(seen, sources, count, whole=True)
