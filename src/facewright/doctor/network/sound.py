"""What networks and losses keep to: answers that are numbers, each example's by itself; a gradient."""

from collections.abc import Iterator

import torch

from facewright.doctor.checking import check
from facewright.doctor.finding import Evidence
from facewright.doctor.network.probe import at_rest, flat, mapped, resting_answer, tensors, total
from facewright.doctor.network.subject import Network

MIXED = 0.01
"""share of the largest answer by which an example's own may change with its neighbours: rounding makes 1e-6,
half precision 1e-3"""


@check(
    "network-not-finite",
    "error",
    Network,
    about="Usual inputs give outputs that are not numbers (NaN): some weight is none, or the network divides "
    "zero by zero.",
    cure="Look which weights are not finite, and go back to a checkpoint from before they were; look for "
    "divisions, roots and logarithms of zero.",
)
def not_finite(subject: Network) -> Iterator[Evidence]:
    if not all(torch.isfinite(part).all() for part in tensors(subject.inputs)):
        return
    parts = [part for part in tensors(resting_answer(subject)) if part.is_floating_point()]
    broken = sum(int(torch.isnan(part).sum()) for part in parts)  # infinite is what masks are made of
    if broken:
        named = subject.network.state_dict().items()
        weights = [name for name, value in named if value.is_floating_point() and bool(value.isnan().any())]
        where = f"; the first weights that are none either: {', '.join(weights[:3])}" if weights else ""
        yield Evidence(
            f"{broken} of {sum(part.numel() for part in parts)} outputs are not numbers{where}.",
            {"outputs": broken, "weights": weights[:20]},
        )


@check(
    "network-mixes-examples",
    "error",
    Network,
    about="What the network says of an example depends on the others in its batch, in evaluation mode, too: "
    "a softmax over the wrong dimension, a reshape that takes one for the other.",
    cure="Look at every softmax, mean, reshape, permute and flatten: dimension 0 is the batch's.",
)
def mixes_examples(subject: Network) -> Iterator[Evidence]:
    network, inputs = at_rest(subject), subject.inputs
    with torch.no_grad():
        together = flat(resting_answer(subject))[:1]
        # Two of the same, as some networks take no batch of one, and none can be told from its twin.
        twice = flat(network(torch.cat([inputs[:1], inputs[:1]])))
    if together.shape != twice[:1].shape:
        return
    differ = float((together - twice[:1]).abs().max())
    if differ > MIXED * float(together.abs().max()):
        yield Evidence(
            f"The first example's answer changes by up to {differ:.2g} when the others in its batch do.",
            {"largest_difference": differ},
        )


@check(
    "network-loss-without-gradient",
    "error",
    Network,
    about="No gradient comes out of the loss: it was detached, or made of comparisons, so that no step of "
    "training changes anything.",
    cure="Leave out detach, item, numpy, argmax and thresholds between the network's output and the loss.",
    needs=("loss",),
)
def without_gradient(subject: Network) -> Iterator[Evidence]:
    assert subject.loss is not None
    output = mapped(resting_answer(subject), lambda part: part.detach().clone().requires_grad_())
    if not total(subject.loss(output)).requires_grad:
        yield Evidence("The loss does not depend on what the network gives, as far as gradients tell.", {})


@check(
    "network-loss-negative",
    "warning",
    Network,
    about="The loss of classes is below zero, which no cross-entropy is: often nll_loss of probabilities or "
    "logits, where it wants their logarithms. It then falls without teaching anything.",
    cure="Take cross_entropy of logits, or nll_loss of log_softmax.",
    needs=("loss",),
)
def negative(subject: Network) -> Iterator[Evidence]:
    assert subject.loss is not None
    if subject.output != "class":
        return
    with torch.no_grad():
        loss = float(total(subject.loss(resting_answer(subject))))
    if loss < 0:
        yield Evidence(f"The loss is {loss:.4g}.", {"loss": loss})
