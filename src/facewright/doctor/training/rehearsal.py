"""A few steps of a training on fresh networks, watched: what goes through, and what it changes."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import cycle, islice
from typing import Any
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from facewright.doctor.network.probe import tensors, terms, total
from facewright.doctor.seeded import seeded
from facewright.doctor.training.batches import fingerprint
from facewright.doctor.training.subject import Training

STEPS = 2
"""a layer that begins at zero lets a gradient through from the second step on"""
PATIENCE = 16
"""steps before none is said to change anything: gradients may be gathered over several, and mixed precision
skips its first ones"""


@dataclass(eq=False)
class Rehearsal:
    """What the stages of a training did to a network in `STEPS` steps each, or `PATIENCE` idle ones."""

    sizes: dict[str, int] = field(default_factory=dict)
    """parameters by name -> how many numbers each holds"""
    free: set[str] = field(default_factory=set)
    """that any stage lets learn"""
    pulled: set[str] = field(default_factory=set)
    """that got a gradient other than zero"""
    given: set[str] = field(default_factory=set)
    """that the optimiser has"""
    moved: set[str] = field(default_factory=set)
    """that the optimiser changed"""
    rate: float = 0.0
    """the highest that the optimiser had in any step"""
    steps: int = 0
    passes: int = 0
    """of an input through the network with gradients"""
    wasted: int = 0
    """of these, repeated within a step: same input, same weights"""

    def share(self, names: Iterable[str]) -> float:
        """Of the network's numbers, those of these parameters."""
        return sum(self.sizes[name] for name in names) / max(sum(self.sizes.values()), 1)


_KNOWN: WeakKeyDictionary[Training, Rehearsal] = WeakKeyDictionary()


def rehearse(training: Training) -> Rehearsal | None:
    """The first batches of epoch 0, on a fresh network for each stage; None where no step is told.

    Several checks ask for it: it is done once for a training.
    """
    if training.step is None and training.loss is None:
        return None
    if training not in _KNOWN:
        _KNOWN[training] = _rehearse(training)
    return _KNOWN[training]


def _rehearse(training: Training) -> Rehearsal:
    assert training.network is not None and training.batches is not None
    assert training.optimiser is not None
    with seeded():
        batches = list(islice(training.batches(0), STEPS))
        out = Rehearsal()
        for stage in range(training.stages):
            network = training.network()
            training.prepare(network, stage)
            _watched(training, network, training.optimiser(network), batches, out)
    return out


def _watched(
    training: Training, network: nn.Module, optimiser: Optimizer, batches: list[Any], out: Rehearsal
) -> None:
    parameters = dict(network.named_parameters())
    out.sizes |= {name: parameter.numel() for name, parameter in parameters.items()}
    before = {name: parameter.detach().clone() for name, parameter in parameters.items()}
    out.free |= {name for name, parameter in parameters.items() if parameter.requires_grad}
    held = _held(optimiser)
    out.given |= {name for name, parameter in parameters.items() if id(parameter) in held}

    def pulled(name: str, parameter: Tensor) -> None:
        if parameter.grad is not None and bool((parameter.grad != 0).any()):
            out.pulled.add(name)

    for name, parameter in parameters.items():
        if parameter.requires_grad:
            parameter.register_post_accumulate_grad_hook(lambda p, name=name: pulled(name, p))
    passes: Counter[tuple[str, ...]] = Counter()

    def passing(module: nn.Module, inputs: tuple[Any, ...], named: dict[str, Any], output: Any) -> None:
        if torch.is_grad_enabled():
            # By what comes out, too: under dropout two passes of one input are two looks.
            passes[_state((*inputs, named, output), parameters.values())] += 1

    def moved() -> set[str]:
        return {name for name, p in parameters.items() if not torch.equal(p.detach(), before[name])}

    hook = network.register_forward_hook(passing, with_kwargs=True)
    step = training.step or _plain_step(training)
    for number, batch in enumerate(islice(cycle(batches), PATIENCE)):
        if number >= len(batches) and moved():
            break
        passes.clear()
        out.rate = max(out.rate, *(float(group["lr"]) for group in optimiser.param_groups))
        step(network, optimiser, batch)
        out.steps += 1
        out.passes += passes.total()
        out.wasted += passes.total() - len(passes)
    hook.remove()
    out.moved |= moved()


def _state(inputs: tuple[Any, ...], parameters: Iterable[Tensor]) -> tuple[str, ...]:
    """The same for the same inputs and weights. Weights by their sums: any optimiser moves these."""
    sums = torch.stack([p.detach().double().sum() for p in parameters])
    return (*(fingerprint(tensor) for tensor in tensors(inputs)), fingerprint(sums))


def _plain_step(training: Training) -> Callable[[nn.Module, Optimizer, Any], object]:
    loss = training.loss
    assert loss is not None

    def step(network: nn.Module, optimiser: Optimizer, batch: Any) -> None:
        optimiser.zero_grad()
        value = total(loss(network, batch))
        if value.requires_grad:  # else nothing moves, which is what is looked for
            value.backward()
        optimiser.step()

    return step


def pulls(training: Training) -> dict[str, float]:
    """Term of the loss -> norm of its gradient by a fresh network's weights, the mean of a few batches.

    A term that a batch has nothing to say of (no face in it) counts in the others only.
    """
    assert training.network is not None and training.batches is not None and training.loss is not None
    norms: dict[str, list[float]] = {}
    with seeded():
        network = training.network()
        training.prepare(network, 0)
        weights = [p for p in network.parameters() if p.requires_grad]
        for batch in islice(training.batches(0), STEPS):
            named = terms(training.loss(network, batch))
            for name, term in named.items():
                if not term.requires_grad:
                    continue
                gradients = torch.autograd.grad(term, weights, retain_graph=True, allow_unused=True)
                norm = sum(float(g.square().sum()) for g in gradients if g is not None) ** 0.5
                if norm > 0:
                    norms.setdefault(name, []).append(norm)
    return {name: sum(each) / len(each) for name, each in norms.items()}


def hidden(training: Training) -> list[Tensor]:
    """What the loss of the first batch learns from, and neither the network nor the optimiser holds."""
    assert training.network is not None and training.batches is not None
    assert training.loss is not None and training.optimiser is not None
    with seeded():
        network = training.network()
        training.prepare(network, 0)
        held = _held(training.optimiser(network)) | {id(parameter) for parameter in network.parameters()}
        loss = total(training.loss(network, next(iter(training.batches(0)))))
    return [leaf for leaf in _leaves(loss) if id(leaf) not in held]


def _held(optimiser: Optimizer) -> set[int]:
    """`id` of every tensor that it moves."""
    return {id(parameter) for group in optimiser.param_groups for parameter in group["params"]}


def _leaves(value: Tensor) -> list[Tensor]:
    """The tensors that a gradient of `value` ends in."""
    waiting, known, leaves = [value.grad_fn], set(), []
    while waiting:
        node = waiting.pop()
        if node is None or node in known:
            continue
        known.add(node)
        if isinstance(leaf := getattr(node, "variable", None), Tensor):
            leaves.append(leaf)
        waiting += [before for before, _ in node.next_functions]
    return leaves
