"""What a step of training does: something, to all weights, once, and for all terms of the loss."""

from collections.abc import Iterable, Iterator

from facewright.doctor.checking import check
from facewright.doctor.finding import Evidence
from facewright.doctor.training.rehearsal import Rehearsal, hidden, pulls, rehearse
from facewright.doctor.training.subject import Training

SMALL = 0.01
"""share of a network's numbers that may stand still: a bias before a norm, the part that marks landmarks in
batches without any, are no faults"""
APART = 1000.0
"""times that one term may pull more at a fresh network's weights than another. The recipes of facewright that
learn all their terms: up to 200."""
# Not cheap: the largest networks take seconds for each of these steps.
NEEDS = ("network", "batches", "optimiser")


@check(
    "training-steps-idle",
    "error",
    Training,
    about="Steps of the optimiser change nothing: no weight moves, and the training is all for nothing.",
    cure="Give the optimiser the weights of the network that is trained, call backward and step, and a rate "
    "above zero.",
    needs=NEEDS,
    cheap=False,
)
def steps_idle(training: Training) -> Iterator[Evidence]:
    seen = rehearse(training)
    if seen is not None and seen.steps and not seen.moved:
        why = "" if seen.pulled else "; no gradient reached any"
        if seen.rate == 0:
            why = "; the optimiser's rate was 0. Where a warm-up begins there, give `step`, which moves it on"
        yield Evidence(
            f"{seen.steps} steps changed none of the network's {len(seen.sizes)} tensors of weights{why}.",
            {"steps": seen.steps, "gradients": len(seen.pulled)},
        )


@check(
    "training-passes-wasted",
    "warning",
    Training,
    about="Within one step the same batch goes through the same weights more than once: an optimiser that "
    "should look elsewhere (such as SAM) looks at the same place again, and the time is wasted.",
    cure="Move the weights between the passes, as the optimiser's closure should, or leave the second pass "
    "out.",
    needs=NEEDS,
    cheap=False,
)
def passes_wasted(training: Training) -> Iterator[Evidence]:
    seen = rehearse(training)
    if seen is not None and seen.wasted:
        yield Evidence(
            f"{seen.wasted} of {seen.passes} passes in {seen.steps} steps repeated one of the same step: "
            f"same batch, same weights.",
            {"steps": seen.steps, "passes": seen.passes, "wasted": seen.wasted},
        )


@check(
    "training-never-freed",
    "warning",
    Training,
    about="A part of the network is frozen in every stage of the training: it stays as it began, which is "
    "right only where it began with weights that suit.",
    cure="Free it in a later stage, at a lower rate.",
    needs=NEEDS,
    cheap=False,
)
def never_freed(training: Training) -> Iterator[Evidence]:
    seen = rehearse(training)
    if seen is not None:
        frozen = seen.sizes.keys() - seen.free
        yield from _still(seen, frozen, "are frozen in all of the training")


@check(
    "training-without-gradient",
    "warning",
    Training,
    about="A part of the network is free to learn, but no gradient reaches it: it is not used, or cut off "
    "(`detach`, `no_grad`, a dead activation).",
    cure="Use it in the loss, or take it out.",
    needs=NEEDS,
    cheap=False,
)
def without_gradient(training: Training) -> Iterator[Evidence]:
    seen = rehearse(training)
    if seen is not None and seen.pulled:
        yield from _still(seen, seen.free - seen.pulled, "got no gradient")


@check(
    "training-forgets-weights",
    "warning",
    Training,
    about="A part of the network gets gradients, but the optimiser does not move it: it was not given to the "
    "optimiser, or its rate is too small for the weights' digits.",
    cure="Make the optimiser of `network.parameters()`, after all parts are there; raise the rate.",
    needs=NEEDS,
    cheap=False,
)
def forgets_weights(training: Training) -> Iterator[Evidence]:
    seen = rehearse(training)
    if seen is not None and seen.moved:
        still = seen.pulled - seen.moved
        yield from _still(seen, still - seen.given, "got gradients and were not given to the optimiser")
        yield from _still(
            seen, still & seen.given, "got gradients, and no step moved them: the rate is too small"
        )


@check(
    "training-hides-weights",
    "error",
    Training,
    about="The loss depends on weights that the network does not know as its own, such as layers in a plain "
    "list: no optimiser moves them, and no checkpoint holds them.",
    cure="Keep layers in nn.ModuleList or nn.Sequential, and tensors as nn.Parameter.",
    needs=("network", "batches", "loss", "optimiser"),
    cheap=False,
)
def hides_weights(training: Training) -> Iterator[Evidence]:
    found = hidden(training)
    if found:
        shapes = ", ".join(str(tuple(tensor.shape)) for tensor in found[:5])
        yield Evidence(
            f"The loss learns from {len(found)} tensors that neither the network nor the optimiser holds, of "
            f"shapes {shapes}{' and others' if len(found) > 5 else ''}.",
            {"tensors": len(found), "numbers": sum(tensor.numel() for tensor in found)},
        )


@check(
    "training-terms-apart",
    "warning",
    Training,
    about="The terms of the loss pull at the weights with forces that are orders of magnitude apart: the "
    "weak ones are not learned until the strong one is.",
    cure="Weigh the terms so that their gradients are of one order at the beginning.",
    needs=("network", "batches", "loss"),
    cheap=False,
)
def terms_apart(training: Training) -> Iterator[Evidence]:
    found = pulls(training)
    if len(found) < 2:
        return
    weak, strong = min(found, key=found.__getitem__), max(found, key=found.__getitem__)
    times = found[strong] / found[weak]
    if times > APART:
        yield Evidence(
            f"On a fresh network {strong} pulls {times:.0f} times as much at the weights as {weak}.",
            {"pulls": found},
        )


def _still(seen: Rehearsal, names: Iterable[str], what: str) -> Iterator[Evidence]:
    still = sorted(names)
    share = seen.share(still)
    if share > SMALL:
        more = f" and {len(still) - 5} more" if len(still) > 5 else ""
        yield Evidence(
            f"{share:.0%} of the network's numbers {what}: {', '.join(still[:5])}{more}.",
            {"share": share, "parameters": still[:20]},
        )
