"""Quantisation-aware training: convolutions that round as an int8 model file does (`export.quantise`).

Jacob et al., "Quantization and training of neural networks for efficient integer-arithmetic-only inference",
2018: the forward pass rounds, the backward pass takes no notice. Weights stay float; what is learnt is to
bear their rounding.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

WEIGHT_STEPS = 64
"""from nothing to a filter's largest weight, either way: seven bits with the sign"""
VALUE_STEPS = 255
"""from the smallest to the largest of a layer's inputs"""
LEAST_STEP = 1e-12
"""where all is nought"""


def rounding(wanted: bool) -> AbstractContextManager[object]:
    """Within it, convolutions that learn see inputs and weights rounded, if that is wanted; no teacher does.

    The last layer's weights are rounded, too, though the file leaves them in float: it learns more than it
    needs.
    """
    return _Rounding() if wanted else nullcontext()


class _Rounding(TorchFunctionMode):
    def __torch_function__(
        self,
        function: Callable[..., Any],
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        if function is torch.conv2d and torch.is_grad_enabled():
            values, weights, *others = args  # as `nn.Conv2d` gives them
            args = (rounded_values(values), rounded_weights(weights), *others)
        return function(*args, **(kwargs or {}))


def rounded_weights(weights: Tensor) -> Tensor:
    """(O, ...) in 64 steps either way, those of each output by its own largest weight."""
    largest = weights.detach().abs().amax(tuple(range(1, weights.ndim)), keepdim=True)
    step = (largest / WEIGHT_STEPS).clamp(min=LEAST_STEP)
    most = torch.full_like(step, WEIGHT_STEPS)
    return _in_steps(weights, step, -most, most)


def rounded_values(values: Tensor) -> Tensor:
    """(B, ...) in 255 steps of the mean of the examples' ranges, which hold nought, as files' do."""
    one = tuple(range(1, values.ndim))
    low = values.detach().amin(one).mean().clamp(max=0)
    high = values.detach().amax(one).mean().clamp(min=0)
    step = ((high - low) / VALUE_STEPS).clamp(min=LEAST_STEP)
    least = (low / step).round()
    return _in_steps(values, step, least, least + VALUE_STEPS)


def _in_steps(values: Tensor, step: Tensor, least: Tensor, most: Tensor) -> Tensor:
    """The nearest whole numbers of steps from `least` to `most`."""
    rounded: Tensor = _StraightThrough.apply(values.float(), step.float(), least, most)
    return rounded


class _StraightThrough(torch.autograd.Function):
    """PyTorch's fake_quantize functions do this in ten times the time on a CPU."""

    @staticmethod
    def forward(ctx: Any, values: Tensor, step: Tensor, least: Tensor, most: Tensor) -> Tensor:
        return (values / step).round_().clamp_(least, most).mul_(step)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Any:
        return *gradients, None, None, None
