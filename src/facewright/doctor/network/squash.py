"""The last activation of a network, by what comes out: none that can be seen, sigmoid, or softmax."""

import copy
from collections.abc import Sequence
from typing import Any, Literal
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn

from facewright.doctor.network.probe import at_rest, flat, resting_answer, tensors
from facewright.doctor.network.subject import Network
from facewright.doctor.seeded import seeded

Squash = Literal["sigmoid", "softmax"]


_KNOWN: WeakKeyDictionary[Network, list[Squash | None]] = WeakKeyDictionary()


def last_activation(subject: Network) -> Squash | None:
    """Of a network with a single output."""
    (first, *more) = last_activations(subject)
    return None if more else first


def last_activations(subject: Network) -> list[Squash | None]:
    """`squashes_of` a network at rest; the same for all checks."""
    if subject not in _KNOWN:
        parts = tensors(resting_answer(subject))
        bounded = any(_bounded(part) for part in parts)
        _KNOWN[subject] = squashes_of(at_rest(subject), subject.inputs) if bounded else [None] * len(parts)
    return _KNOWN[subject]


def squashes_of(network: nn.Module, inputs: Tensor) -> list[Squash | None]:
    """What bounds each of a network's outputs to 0 .. 1, however large weights and inputs are, if anything.

    The network is in evaluation mode. softmax: the numbers of an example sum to 1 over dimension 1.
    """
    with seeded(), torch.no_grad():
        noise = torch.randn_like(inputs) * inputs.std().clamp(min=1.0) * 100
        wild = _wild(network)
        answers = [tensors(each(fed)) for each in (network, wild) for fed in (inputs, noise)]
    return [_squash(parts) for parts in zip(*answers, strict=True)]


def _squash(outputs: Sequence[Tensor]) -> Squash | None:
    """Of one output, of several weights and inputs."""
    if not all(output.is_floating_point() and _bounded(output) for output in outputs):
        return None
    if torch.cat([output.reshape(-1) for output in outputs]).std() < 1e-3:
        return None  # nothing comes through, so that nothing shows what bounds it
    if outputs[0].ndim > 1 and outputs[0].shape[1] > 1:
        sums = torch.cat([output.sum(1).reshape(-1) for output in outputs])
        if (sums - 1).abs().max() < 1e-4:
            return "softmax"
    return "sigmoid"


def _bounded(output: Tensor) -> bool:
    return bool(((output >= 0) & (output <= 1)).all())


def _wild(network: nn.Module) -> nn.Module:
    """A copy whose outputs are far from where they were, as far as nothing bounds them."""
    network = copy.deepcopy(network)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.mul_(4.0)
    return network


def unsquashed(output: Any, squash: Squash | None) -> Tensor | None:
    """The answer (B, K) before its last activation; None where rounding has lost it."""
    if squash is None:
        return flat(output)
    probability = flat(output).double()
    # Nearer to either end than this, single precision's rounding shows in the logarithm.
    if ((probability < 1e-3) | (probability > 1 - 1e-3)).any():
        return None
    if squash == "sigmoid":
        return torch.logit(probability)
    logarithm = tensors(output)[0].double().log()
    return (logarithm - logarithm.mean(1, keepdim=True)).flatten(1)


def bounded(free: Tensor, squash: Squash) -> Tensor:
    """Any output that a network with this last activation can give, of free numbers of its shape.

    Between .00005 and .99995: single precision has no logarithm of what is nearer.
    """
    free = 10 * torch.tanh(free / 10)
    return free.sigmoid() if squash == "sigmoid" else free.softmax(1)
