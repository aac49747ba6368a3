"""Thinning out trained networks: the channels inside residual blocks that say least are left out."""

import copy
from typing import TypeVar

from torch import nn

from facewright.models.blocks import LeakyResidual

N = TypeVar("N", bound=nn.Module)


def prune(network: N, keep: float) -> N:
    """A copy whose `LeakyResidual` blocks keep the share `keep` (0 < keep <= 1) of the channels inside each.

    Kept are the filters of largest L1 norm (Li et al., "Pruning filters for efficient ConvNets", 2017); what
    flows from block to block stays as wide as it was. Fine-tune it: a recipe with `network.inner` as
    `inner_widths` gives them, beginning with these weights. Raises ValueError for a `keep` out of range.
    """
    if not 0 < keep <= 1:
        raise ValueError(f"keep must be above 0 and at most 1, not {keep}")
    thin = copy.deepcopy(network)
    for block in _blocks(thin):
        strength = block.first.weight.detach().abs().sum((1, 2, 3))
        count = max(round(keep * len(strength)), 1)
        kept = strength.argsort(descending=True, stable=True)[:count].sort().values
        bias = block.first.bias
        assert bias is not None
        first = nn.Conv2d(block.first.in_channels, count, 3, padding=1)
        second = nn.Conv2d(count, block.second.out_channels, 3, padding=1)
        first.load_state_dict({"weight": block.first.weight[kept], "bias": bias[kept]})
        second.load_state_dict(block.second.state_dict() | {"weight": block.second.weight[:, kept]})
        block.first, block.second = (part.to(bias.device) for part in (first, second))
    return thin


def inner_widths(network: nn.Module) -> list[int]:
    """Channels inside each `LeakyResidual` block, in order."""
    return [block.first.out_channels for block in _blocks(network)]


def _blocks(network: nn.Module) -> list[LeakyResidual]:
    return [module for module in network.modules() if isinstance(module, LeakyResidual)]
