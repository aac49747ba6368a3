"""What comes out of a network: something at all, within reach of its loss, and never finite for NaN."""

import copy
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from facewright.core.errors import FacewrightError
from facewright.doctor.checking import check
from facewright.doctor.finding import Evidence
from facewright.doctor.network.probe import (
    at_rest,
    flat,
    looked_at,
    mapped,
    resting_answer,
    tensors,
    total,
)
from facewright.doctor.network.squash import Squash, bounded, last_activation, last_activations
from facewright.doctor.network.subject import Loss, Network
from facewright.doctor.seeded import seeded

FLOOR = 0.1
"""share of the loss of undecided outputs that no output gets below. Softmax of a softmax: .45 (.3133 of
.6931); a loss whose best output can be said: 1e-4."""
SATURATED = 0.9
"""share of the outputs at one of their ends at which next to no gradient gets through"""


@check(
    "network-ignores-input",
    "error",
    Network,
    about="Whatever is put in, the same comes out: nothing was learned, or can be.",
    cure="Look for the layer whose outputs are all the same (dead ReLU, inputs not brought to scale, weights "
    "of zero, a rate that was too high).",
)
def ignores_input(subject: Network) -> Iterator[Evidence]:
    network = at_rest(subject)
    inputs = looked_at(subject)[:2]
    with seeded(), torch.no_grad():
        noise = torch.randn_like(inputs[:1]) * inputs.std() + inputs.mean()
        answers = torch.cat([flat(network(inputs)), flat(network(noise))])
        if subject.trained and 1 - 1e-6 <= answers.max() <= 1:  # sure of all of it, perhaps rightly
            loud = [flat(network(sign * 1e4 * noise)) for sign in (1, -1)]
            answers = torch.cat([answers, *loud])
    differ = (answers - answers[:1]).abs().max()
    # Trained ones may answer nearly the same for anything; only what rounding alone explains is sure.
    if differ <= 1e-6 * answers.abs().max():
        yield Evidence(
            f"{len(answers)} different inputs, noise among them, gave the same output to within "
            f"{differ:.0e}.",
            {"inputs": len(answers), "largest_difference": float(differ)},
        )


@check(
    "network-activated-twice",
    "error",
    Network,
    about="The network ends in a softmax or sigmoid, and the loss applies it again: the best answer it can "
    "give still costs much, so that the loss stops falling early and its gradient fades.",
    cure="Leave out the network's last activation, or take the loss that expects probabilities.",
    needs=("loss",),
)
def activated_twice(subject: Network) -> Iterator[Evidence]:
    assert subject.loss is not None
    squashes = last_activations(subject)
    if not any(squashes):
        return
    output = resting_answer(subject)
    loss = _of_parts(subject.loss, output)
    floor, best = _floor(loss, tensors(output), squashes)
    for i, squash in enumerate(squashes):
        if squash is None:
            continue

        def of_part(part: Tensor, i: int = i) -> Mapping[str, Tensor] | Tensor:
            return loss([*best[:i], part, *best[i + 1 :]])

        with torch.no_grad():
            undecided = float(total(of_part(bounded(torch.zeros_like(best[i]), squash))))
        if floor > FLOOR * undecided and _wants_more(of_part, best[i], squash, floor):
            which = "The outputs" if len(best) == 1 else f"The numbers of output {i + 1} of {len(best)}"
            yield Evidence(
                f"{which} lie between 0 and 1 ({squash}), and the loss cannot fall below {floor:.4f} with "
                f"any of them; undecided ones cost {undecided:.4f}.",
                {"activation": squash, "loss_floor": floor, "loss_undecided": undecided},
            )


@check(
    "network-saturated",
    "warning",
    Network,
    about="A fresh network's outputs lie at the ends of their sigmoid or softmax, where next to no "
    "gradient gets through; it learns slowly or not at all.",
    cure="Bring the inputs to about -1 .. 1 (or normalise inside), and begin with smaller weights.",
)
def saturated(subject: Network) -> Iterator[Evidence]:
    if subject.trained:
        return
    if last_activation(subject) is None:
        return
    network = copy.deepcopy(subject.network).eval()
    with torch.no_grad():
        answers = flat(network(subject.inputs))
    share = float(((answers < 1e-3) | (answers > 1 - 1e-3)).float().mean())
    if share > SATURATED:
        yield Evidence(
            f"{share:.0%} of a fresh network's outputs are within .001 of 0 or 1.", {"share": share}
        )


@check(
    "network-hides-nan",
    "error",
    Network,
    about="What is not a number (NaN) goes in, and a usual number comes out: a broken picture or a diverging "
    "training is hidden instead of stopping the run.",
    cure="Take out what replaces NaN (nan_to_num, comparisons, masks), and find where it comes from.",
)
def hides_nan(subject: Network) -> Iterator[Evidence]:
    network, output = at_rest(subject), resting_answer(subject)
    with torch.no_grad():
        inputs = torch.full_like(looked_at(subject)[:1], torch.nan)
        answers = None if _refuses(lambda: network(inputs)) else flat(network(inputs))
    if answers is not None and torch.isfinite(answers).all():
        yield Evidence("Inputs that are all NaN give finite outputs.", {"finite": answers.numel()})
    if subject.loss is not None and (loss := _loss_of_nan(subject.loss, output)) is not None:
        yield Evidence(f"Outputs that are all NaN give a loss of {loss:.4g}.", {"loss": loss})


def _loss_of_nan(loss: Loss, output: Any) -> float | None:
    """The loss of outputs that are all NaN, if it is finite and outputs matter to it at all."""
    broken = mapped(output, lambda part: torch.full_like(part, torch.nan))
    if _refuses(lambda: loss(broken)):
        return None
    with seeded(), torch.no_grad():
        # Between 0 and 1 where the output is, for losses that take probabilities.
        other = mapped(output, lambda part: part * (0.4 + 0.5 * torch.rand_like(part)))
        usual, changed, hidden = (float(total(loss(each))) for each in (output, other, broken))
    return hidden if math.isfinite(hidden) and usual != changed else None


def _refuses(act: Callable[[], object]) -> bool:
    """An error that says so is as good an answer to NaN as NaN is."""
    try:
        with torch.no_grad():
            act()
    except (ValueError, RuntimeError, ArithmeticError, IndexError, AssertionError, FacewrightError):
        return True
    return False


def _of_parts(loss: Loss, output: Any) -> Loss:
    """The loss of an output's tensors, put together as they were."""

    def of_parts(parts: Sequence[Tensor]) -> Mapping[str, Tensor] | Tensor:
        left = iter([part for part in parts if part.is_floating_point()])
        return loss(mapped(output, lambda part: next(left)))

    return of_parts


def _floor(
    loss: Loss, start: Sequence[Tensor], squashes: Sequence[Squash | None]
) -> tuple[float, list[Tensor]]:
    """The least loss of any output that is bounded where the network's is, and that output."""
    free = [torch.zeros_like(part).requires_grad_(part.is_floating_point()) for part in start]
    optimiser = torch.optim.Adam([part for part in free if part.requires_grad], lr=0.3)
    least, best = math.inf, list(start)
    for _ in range(150):
        output = [
            part if squash is None else bounded(part, squash)
            for part, squash in zip(free, squashes, strict=True)
        ]
        value = total(loss(output))
        if not value.requires_grad:  # another check's matter
            return -math.inf, best
        if value.item() < least:
            least, best = value.item(), [part.detach().clone() for part in output]
        optimiser.zero_grad()
        value.backward()
        optimiser.step()
    return least, best


def _wants_more(loss: Loss, best: Tensor, squash: Squash, floor: float) -> bool:
    """Whether outputs more decided than any bounded one would bring the loss well below its floor, and to
    rest.

    So does a loss of logits. One of probabilities has nothing there, is worse there, or falls without end.
    """
    middle = 1 / best.shape[1] if squash == "softmax" else 0.5
    further = [middle + times * (best - middle) for times in (20, 100)]
    if _refuses(lambda: [loss(output) for output in further]):
        return False
    with torch.no_grad():
        near, far = (float(total(loss(output))) for output in further)
    return math.isfinite(far) and far < floor / 2 and abs(near - far) < floor / 10
