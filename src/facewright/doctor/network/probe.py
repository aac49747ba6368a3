"""Looking at a network without touching it: copies, outputs as plain numbers, fresh weights to scale."""

import copy
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn
from torch.nn import functional

from facewright.core.errors import UsageError
from facewright.doctor.network.subject import Network
from facewright.doctor.seeded import seeded


def tensors(output: Any) -> list[Tensor]:
    """The tensors of what a network gave: itself a tensor, or any nest of tuples, lists and dicts of them."""
    if isinstance(output, Tensor):
        return [output]
    if isinstance(output, Mapping):
        return [tensor for part in output.values() for tensor in tensors(part)]
    if isinstance(output, tuple | list):
        return [tensor for part in output for tensor in tensors(part)]
    return []


def mapped(output: Any, change: Callable[[Tensor], Tensor]) -> Any:
    """An output of the same make with each of its floating tensors changed."""
    if isinstance(output, Tensor):
        return change(output) if output.is_floating_point() else output
    if isinstance(output, Mapping):
        changed = {name: mapped(part, change) for name, part in output.items()}
        if not isinstance(output, MutableMapping):
            return changed
        kept = copy.copy(output)  # a dictionary of its own class, whose parts may be attributes as well
        for name, part in changed.items():
            kept[name] = part
        return kept
    parts = [mapped(part, change) for part in output]
    return type(output)(*parts) if hasattr(output, "_fields") else type(output)(parts)


def flat(output: Any) -> Tensor:
    """All numbers of an output, (B, K)."""
    parts = tensors(output)
    return torch.cat([part.float().reshape(len(part), -1) for part in parts], dim=1)


def terms(loss: Mapping[str, Tensor] | Tensor) -> dict[str, Tensor]:
    """A loss by its terms, each a scalar; one without names is called loss.

    Raises UsageError where a term is something else.
    """
    named = dict(loss) if isinstance(loss, Mapping) else {"loss": loss}
    for name, term in named.items():
        if not isinstance(term, Tensor):
            raise UsageError(
                f"the loss's term {name} is a {type(term).__name__}, not a tensor: leave out item()"
            )
        if term.numel() != 1:
            raise UsageError(
                f"the loss's term {name} has shape {tuple(term.shape)}: take its mean or its sum"
            )
    return {name: term.reshape(()) for name, term in named.items()}


def total(loss: Mapping[str, Tensor] | Tensor) -> Tensor:
    """The scalar that is minimised. Raises UsageError as `terms`."""
    return torch.stack([term.float() for term in terms(loss).values()]).sum()


LARGE, STRIDE = 320, 32
"""Shorter side of pictures that are looked at in half of their size, and what the halves are a multiple of"""


_AT_REST: WeakKeyDictionary[Network, tuple[nn.Module, Tensor]] = WeakKeyDictionary()


def at_rest(subject: Network) -> nn.Module:
    """A copy in evaluation mode that shows what its *structure* can do; the same for all checks.

    Trained weights are left alone. Fresh ones may be anything: nineteen layers of the usual random weights
    without statistics let nothing through but biases, and last layers often begin at zero. So each
    convolution and dense layer of a fresh copy gets weights whose outputs have spread 1 on the inputs
    (Mishkin and Matas, "All you need is a good init", 2016), and each batch norm the statistics of these.
    What is added to each place of a transformer, small or zero when fresh, gets spread 1 as well.
    """
    return _rested(subject)[0]


def looked_at(subject: Network) -> Tensor:
    """The inputs as checks look at them that need no truth: large pictures in half of their size.

    Of a fresh network that answers by places and takes such pictures: what a place can say does not depend on
    how many there are, and a quarter of the pixels takes a quarter of the time. Else the inputs themselves.
    """
    return _rested(subject)[1]


def _rested(subject: Network) -> tuple[nn.Module, Tensor]:
    if subject not in _AT_REST:
        _AT_REST[subject] = _settled(subject)
    return _AT_REST[subject]


_ANSWERS: WeakKeyDictionary[Network, Any] = WeakKeyDictionary()


def resting_answer(subject: Network) -> Any:
    """What `at_rest` gives for the inputs, without gradients: large networks take seconds for it."""
    if subject not in _ANSWERS:
        with torch.no_grad():
            _ANSWERS[subject] = at_rest(subject)(subject.inputs)
    return _ANSWERS[subject]


def _settled(subject: Network) -> tuple[nn.Module, Tensor]:
    inputs = subject.inputs
    if subject.trained:
        return _still(subject.network), inputs
    if subject.output == "map" and inputs.ndim == 4 and min(inputs.shape[2:]) >= LARGE:
        sides = [-(-side // (2 * STRIDE)) * STRIDE for side in inputs.shape[2:]]
        smaller = functional.interpolate(inputs, sides, mode="area")
        try:
            return _scaled(subject.network, smaller), smaller
        except Exception:  # noqa: BLE001 - whatever a network says to pictures of another size
            pass
    return _scaled(subject.network, inputs), inputs


def _still(network: nn.Module) -> nn.Module:
    network = copy.deepcopy(network).eval()
    return network.requires_grad_(False)


def _scaled(network: nn.Module, inputs: Tensor) -> nn.Module:
    places = [p.requires_grad and p.ndim == 3 and len(p) == 1 for p in network.parameters()]
    network = _still(network)
    layers = [
        module for module in network.modules() if isinstance(module, nn.modules.conv._ConvNd | nn.Linear)
    ]
    norms = [module for module in network.modules() if isinstance(module, nn.modules.batchnorm._BatchNorm)]
    hooks = [layer.register_forward_hook(_to_scale) for layer in layers]
    hooks += [norm.register_forward_pre_hook(_to_statistics) for norm in norms]
    with seeded(), torch.no_grad():
        for table, added in zip(network.parameters(), places, strict=True):
            if added:
                table.normal_()
        network(inputs)
    for hook in hooks:
        hook.remove()
    return network


def _to_scale(layer: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> Tensor:
    """Spread 1 over all, and mean 0 of each channel as far as there are biases."""
    weight, bias = layer._parameters.get("weight"), layer.bias
    if weight is None:
        return output  # made of others anew each time, as by weight_norm
    axis = -1 if isinstance(layer, nn.Linear) else 1
    for _ in range(2):
        mean = output.transpose(axis, -1).flatten(0, -2).mean(0)
        shaped = mean if axis == -1 else mean.reshape(-1, *[1] * (output.ndim - 2))
        spread = (output - shaped).std()
        if spread > 1e-6:
            break
        weight.normal_(std=weight[0].numel() ** -0.5)  # it began at zero
        output = layer.forward(*inputs)
    else:
        return output  # its inputs are all the same
    weight.div_(spread)
    if not isinstance(bias, Tensor):
        return output / spread
    bias.sub_(mean).div_(spread)
    return (output - shaped) / spread


def _to_statistics(norm: nn.Module, inputs: tuple[Tensor, ...]) -> None:
    if not isinstance(norm.running_mean, Tensor) or not isinstance(norm.running_var, Tensor):
        return
    places = inputs[0].transpose(0, 1).flatten(1)
    norm.running_mean.copy_(places.mean(1))
    norm.running_var.copy_(places.var(1, correction=0).clamp(min=1e-6))
