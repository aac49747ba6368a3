"""The network of training against the same network as it is used afterwards."""

import copy
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from facewright.doctor.checking import check
from facewright.doctor.finding import Evidence
from facewright.doctor.network.probe import flat
from facewright.doctor.network.subject import Network

APART = 1e-4
"""of the outputs' size. Two orders of one sum differ by 1e-6; a batch norm's epsilon of 1e-3 for 1e-5 by 5e-4
a layer where the variance is 1, and by more where it is less"""


@check(
    "network-differs-in-use",
    "error",
    Network,
    about="The network that is used is not the one that was trained: same weights, other settings (such as "
    "the epsilon of the batch norms, 1e-3 in one framework and 1e-5 in the next) or weights not loaded. It "
    "answers differently from what was measured.",
    cure="Build both by one function, and compare their outputs before anything is shipped.",
    needs=("deployed",),
)
def differs_in_use(subject: Network) -> Iterator[Evidence]:
    assert subject.deployed is not None
    trained = copy.deepcopy(subject.network).eval()
    used = copy.deepcopy(subject.deployed).eval()
    with torch.no_grad():
        one, other = flat(trained(subject.inputs)), flat(used(subject.inputs))
    if one.shape != other.shape:
        yield Evidence(
            f"The outputs have {one.shape[1]} numbers in training and {other.shape[1]} in use.",
            {"training": one.shape[1], "use": other.shape[1]},
        )
        return
    apart = float((one - other).abs().max() / one.abs().max().clamp(min=1e-12))
    if apart <= APART:
        return
    settings = _settings_apart(trained, used)
    weights = _weights_apart(trained, used)
    reasons = [f"{name} is {a} in training and {b} in use" for name, (a, b) in settings.items()]
    if weights:
        reasons.append(f"{weights} of its tensors of weights differ")
    yield Evidence(
        f"The same pictures give outputs that differ by {apart:.2%} of their size"
        + (
            f": {'; '.join(reasons[:5])}."
            if reasons
            else "; weights and settings of the layers are the same."
        ),
        {"apart": apart, "settings": settings, "weights": weights},
    )


def _settings_apart(one: nn.Module, other: nn.Module) -> dict[str, tuple[Any, Any]]:
    """`BatchNorm2d.eps` -> its two values, of layers paired in their order by class."""
    out: dict[str, tuple[Any, Any]] = {}
    for kind in {type(module) for module in _leaves(one)}:
        pairs = zip(
            [module for module in _leaves(one) if type(module) is kind],
            [module for module in _leaves(other) if type(module) is kind],
            strict=False,
        )
        for a, b in pairs:
            for name in vars(a).keys() & vars(b).keys():
                x, y = getattr(a, name), getattr(b, name)
                if not name.startswith("_") and isinstance(x, int | float | str | tuple) and x != y:
                    out.setdefault(f"{kind.__name__}.{name}", (x, y))
    return dict(sorted(out.items()))


def _leaves(network: nn.Module) -> list[nn.Module]:
    return [module for module in network.modules() if not list(module.children())]


def _weights_apart(one: nn.Module, other: nn.Module) -> int:
    """Tensors that differ, paired in their order; those that one has more than the other differ."""
    mine, theirs = _states(one), _states(other)
    same = sum(torch.equal(a, b) for a, b in zip(mine, theirs, strict=False))
    return max(len(mine), len(theirs)) - same


def _states(network: nn.Module) -> list[Tensor]:
    return [tensor for tensor in network.state_dict().values() if tensor.ndim]
