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


def pictures(batch: Any) -> Tensor:
    """What the network is given, as far as shapes tell: of the batch's tensors the largest that can be
    pictures, (B, channels, H, W) or (B, H, W, channels); where none can, the largest."""
    given = tensors(batch)
    likely = [part for part in given if part.ndim == 4 and {part.shape[1], part.shape[3]} & {1, 3, 4}]
    return max(likely or given, key=torch.numel)


def examples(batch: Any, inputs: Callable[[Any], Tensor] | None = None) -> list[str]:
    """A fingerprint of each example: of its row in `inputs(batch)`, else in `pictures`."""
    return [fingerprint(row) for row in (inputs or pictures)(batch)]


@dataclass(frozen=True, eq=False)
class Epoch:
    """What was seen of one epoch, all of it or its beginning."""

    seen: list[str]
    sources: list[Hashable] | None
    sizes: list[int]
    """of its batches"""
    whole: bool
    """nothing of the epoch was left out"""

    @property
    def dropped(self) -> int:
        """Examples that may have been left away for filling no batch; 0 where one was not filled."""
        return self.sizes[0] - 1 if self.whole and self.sizes and self.sizes[-1] == self.sizes[0] else 0


def look_at(
    batches: Iterable[Any],
    sources_of: Callable[[Any], Sequence[Hashable]] | None = None,
    most: int | None = MOST,
    inputs: Callable[[Any], Tensor] | None = None,
) -> Epoch:
    """Fingerprints, and sources where they are told, of the first `most` examples; None: of all.

    inputs: as `examples` takes it.
    """
    seen: list[str] = []
    sources: list[Hashable] | None = None if sources_of is None else []
    sizes: list[int] = []
    for batch in batches:
        if most is not None and len(seen) >= most:
            return Epoch(seen, sources, sizes, whole=False)
        those = examples(batch, inputs)
        seen += those
        sizes.append(len(those))
        if sources is not None and sources_of is not None:
            sources += sources_of(batch)
    return Epoch(seen, sources, sizes, whole=True)
