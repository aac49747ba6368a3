"""Batch norms whose means and variances are those of the whole batch, however many processes share it.

PyTorch's SyncBatchNorm is that on a GPU; on a CPU there is none.
"""

from typing import Any

import torch
from lightning.pytorch.plugins import LayerSync
from torch import Tensor, distributed, nn


class _Sum(torch.autograd.Function):
    """Of all processes' tensors, in each; a gradient of the sum is one of every summand."""

    @staticmethod
    def forward(ctx: Any, part: Tensor) -> Tensor:
        total = part.clone()
        distributed.all_reduce(total)
        return total

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        return _Sum.forward(ctx, gradient)


class SharedBatchNorm2d(nn.BatchNorm2d):
    """In training, all processes give it equal parts of one batch, at the same time."""

    def forward(self, input: Tensor) -> Tensor:
        if not self.training:
            return super().forward(input)
        x = input.float()
        count = x.numel() // x.shape[1] * distributed.get_world_size()
        mean = _Sum.apply(x.sum((0, 2, 3))) / count
        centred = x - mean[:, None, None]
        squares = _Sum.apply(centred.square().sum((0, 2, 3)))
        scale = self.weight * torch.rsqrt(squares / count + self.eps)
        with torch.no_grad():
            assert self.running_mean is not None and self.running_var is not None
            assert self.num_batches_tracked is not None and self.momentum is not None
            self.num_batches_tracked += 1
            self.running_mean.lerp_(mean, self.momentum)
            self.running_var.lerp_(squares / (count - 1), self.momentum)
        return (centred * scale[:, None, None] + self.bias[:, None, None]).to(input.dtype)


class SharedNorms(LayerSync):
    """For Lightning: batch norms become shared ones and back; weights and statistics stay where they are."""

    def apply(self, model: nn.Module) -> nn.Module:
        return _turned(model, nn.BatchNorm2d, SharedBatchNorm2d)

    def revert(self, model: nn.Module) -> nn.Module:
        return _turned(model, SharedBatchNorm2d, nn.BatchNorm2d)


def _turned(model: nn.Module, one: type[nn.Module], other: type[nn.Module]) -> nn.Module:
    for module in model.modules():
        if type(module) is one:
            module.__class__ = other
    return model
