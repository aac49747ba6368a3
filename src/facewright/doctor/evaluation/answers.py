"""Metrics of yes-or-no answers, asked about answers whose worth is known beforehand."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from facewright.core.boxes import Floats
from facewright.doctor.checking import check
from facewright.doctor.evaluation.kinds import AnswerMetric
from facewright.doctor.finding import Evidence

PICTURES, BATCHES = 240, (7, 16, 240)
SAME = 0.002
"""that no rounding makes"""
RARE = 0.04
"""share of yes of the rarest answer: few batches hold one"""
SAID, EARNS = 0.9, 0.85
"""probability with which right answers are given, and what they must earn: a figure that weighs probabilities
gives them .9 or more, one of yes and no everything"""


@check(
    "answers-batch-decides",
    "error",
    AnswerMetric,
    about="The score is a mean of the scores of batches: precision and recall of sixteen pictures, most of "
    "them without a single yes of a rare attribute, are no part of those of all.",
    cure="Gather all answers, or their counts, over the whole set, and divide once at the end.",
    needs=("batched",),
)
def batch_decides(metric: AnswerMetric) -> Iterator[Evidence]:
    assert metric.batched is not None
    said, truth = _answers(metric.answers)
    by_size = {size: metric.batched(said, truth, size) for size in BATCHES}
    for name, value in by_size[PICTURES].items():
        values = [figures[name] for figures in by_size.values()]
        if not max(abs(each - value) for each in values) < SAME:
            text = ", ".join(f"{each:.3f} by {size}" for size, each in zip(BATCHES, values, strict=True))
            yield Evidence(
                f"{name} of the same answers depends on how many pictures are taken at a time: {text}.",
                {"figure": name, "values": values, "batches": list(BATCHES)},
            )


@check(
    "answers-order-decides",
    "error",
    AnswerMetric,
    about="The score of the same answers depends on the order of the pictures.",
    cure="Gather all answers over the whole set, and divide once at the end.",
)
def order_decides(metric: AnswerMetric) -> Iterator[Evidence]:
    said, truth = _answers(metric.answers)
    order = np.random.default_rng(2).permutation(PICTURES)
    first, second = metric.score(said, truth), metric.score(said[order], truth[order])
    for name, value in first.items():
        if not abs(second[name] - value) < SAME:
            yield Evidence(
                f"{name} is {value:.3f}, and {second[name]:.3f} with the pictures in another order.",
                {"figure": name, "values": [value, second[name]]},
            )


@check(
    "answers-not-perfect",
    "error",
    AnswerMetric,
    about="Answers that are all right do not score 1: what the metric measures is something else, or its "
    "threshold is one of logits where probabilities are given.",
    cure="Put the truth through the metric, answer by answer, and see where it loses; a probability is a yes "
    "from .5 on, a logit from 0 on.",
)
def not_perfect(metric: AnswerMetric) -> Iterator[Evidence]:
    _, truth = _answers(metric.answers)
    figures = metric.score(truth.astype(np.float32), truth)
    wrong = {name: float(value) for name, value in figures.items() if not abs(value - 1) < SAME}
    for name, value in wrong.items():
        yield Evidence(f"The truth itself has {name} {value:.3f}.", {"figure": name, "value": value})
    if wrong:
        return
    # As many of yes as of no, so that neither can be said throughout.
    truth = np.indices(truth.shape).sum(axis=0).astype(np.int8) % 2
    figures = metric.score(np.where(truth == 1, SAID, 1 - SAID).astype(np.float32), truth)
    for name, value in figures.items():
        if not value > EARNS:
            yield Evidence(
                f"Right answers, said with {1 - SAID:.1f} and {SAID}, have {name} {value:.3f}.",
                {"figure": name, "value": float(value)},
            )


@check(
    "answers-forgives-majority",
    "warning",
    AnswerMetric,
    about="Always giving the commoner answer scores above .9 in every figure: rare attributes may never be "
    "told, and nobody sees it.",
    cure="Report balanced accuracy, F1 or average precision of each attribute beside accuracy.",
)
def forgives_majority(metric: AnswerMetric) -> Iterator[Evidence]:
    _, truth = _answers(metric.answers)
    rare = np.where(np.arange(metric.answers) == 0, truth, truth[:, :1])  # all as rare as the first
    figures = metric.score(np.full(rare.shape, 0.1, np.float32), rare)
    if figures and all(value > 0.9 for value in figures.values()):
        text = ", ".join(f"{name} {value:.3f}" for name, value in figures.items())
        yield Evidence(
            f"Of attributes that {RARE:.0%} of the pictures have, answering no throughout scores {text}.",
            {name: float(value) for name, value in figures.items()},
        )


CHECKS = (batch_decides, order_decides, not_perfect, forgives_majority)


def _answers(count: int) -> tuple[Floats, NDArray[np.int8]]:
    """Probabilities and truth (N, A): the first attribute is rare, the last has every second face."""
    random = np.random.default_rng(0)
    shares = np.linspace(RARE, 0.5, count)
    ranks = np.stack([random.permutation(PICTURES) for _ in range(count)], axis=1)
    truth = (ranks < np.round(shares * PICTURES)).astype(np.int8)
    said = np.clip(0.5 + 0.35 * (truth - 0.5) + random.normal(0, 0.2, truth.shape), 0.01, 0.99)
    return said.astype(np.float32), truth
