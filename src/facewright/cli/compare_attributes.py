"""What `facewright compare` does with attribute models: what they all know, on the same crops."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from facewright.cli.judge_attributes import ask
from facewright.cli.judging import open_judged
from facewright.core.counted import counted
from facewright.core.errors import UsageError
from facewright.core.pictures import resize_picture
from facewright.datasets.sample import Dataset, Problem
from facewright.inference.attributes import Attributes
from facewright.metrics.attributes import evaluate_attributes
from facewright.metrics.bootstrap import Counts, Doubles, drawn
from facewright.metrics.comparison import Section, measure
from facewright.metrics.resampled_answers import answer_figures
from facewright.reports.attributes import TILE, TITLES, protocol
from facewright.reports.compared import Compared
from facewright.reports.comparison import MOST_PICTURES, Disagreement, Judgement
from facewright.reports.curves_overlaid import attribute_plots
from facewright.reports.text import share

FIGURES = ("accuracy", "balanced_accuracy", "f1", "ap")
RANKED_BY = "range of an attribute's probability; of each picture the widest"
LABELS = {0: "no", 1: "yes", -1: "unknown"}


@dataclass
class Asked:
    """What several models say of the same pictures."""

    said: NDArray[np.float32]
    """(S, N, A) probabilities"""
    labels: NDArray[np.int8]
    """(N, A): 1 yes, 0 no, -1 unknown"""
    shown: list[tuple[Dataset, int]] = field(default_factory=list)
    """of each picture: where it is to be read again"""
    sets: list[str] = field(default_factory=list)
    rules: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    unread: int = 0


def compare(
    models: Sequence[Compared], data: Sequence[str], *, limit: int | None, threads: int | None
) -> Judgement:
    """Judge attribute models on the same pictures of one or more sets, by the attributes that all know."""
    describers = [Attributes(one.path, threads=threads, every=True) for one in models]
    names = [n for n in describers[0].names if all(n in one.names for one in describers)]
    if not names:
        raise UsageError("the models have no attribute in common; compare each with others of its kind")
    asked = _ask_all(describers, names, data, limit)
    results = [evaluate_attributes(one, asked.labels, names) for one in asked.said]
    means = [one.means() for one in results]
    groups = [dataset[place].group or dataset[place].name for dataset, place in asked.shown]
    counts = drawn(groups, asked.sets)
    resampled = [_resampled(one, asked.labels, counts) for one in asked.said]
    rows = [
        measure(TITLES[key], [one[key] for one in means], [_means(one[key]) for one in resampled])
        for key in FIGURES
    ]
    rows.append(measure(TITLES["ece"], [one["ece"] for one in means], better=-1))
    each = [
        measure(name, [one.attributes[name].ap for one in results], [one["ap"][i] for one in resampled])
        for i, name in enumerate(names)
    ]
    precisions = {
        model.name: [one.attributes[name].ap for name in names]
        for model, one in zip(models, results, strict=True)
    }

    def told(picture: int, column: int, gap: float) -> Disagreement:
        dataset, place = asked.shown[picture]
        label = LABELS[int(asked.labels[picture, column])]
        return Disagreement(
            f"{dataset[place].name}: {names[column]} (label: {label})",
            gap,
            tuple(share(float(one[picture, column]), 2) for one in asked.said),
            lambda: [resize_picture(dataset[place].read(), TILE, enlarge=True)],
        )

    return Judgement(
        f"{len(asked.labels)} pictures, {len(names)} attributes that all models know",
        [
            Section(f"Mean of {len(names)} attributes", tuple(rows)),
            Section("AP of each attribute", tuple(each)),
        ],
        lambda: attribute_plots(names, precisions),
        [told(*one) for one in _widest(asked.said)],
        RANKED_BY,
        [*asked.rules, *_rules(describers)],
        asked.problems,
        asked.unread,
    )


def _ask_all(
    describers: Sequence[Attributes], names: Sequence[str], data: Sequence[str], limit: int | None
) -> Asked:
    """Show every picture to every model; what one of them cannot read counts for none."""
    said: list[NDArray[np.float32]] = []
    labels: list[NDArray[np.int8]] = []
    out = Asked(np.zeros(0, np.float32), np.zeros(0, np.int8))
    for name in data:
        dataset, thinned = open_judged(name, limit)
        found = [ask(one, dataset) for one in describers]
        kept = sorted(set.intersection(*(set(one.places) for one in found)))
        rows = [np.searchsorted(one.places, kept) for one in found]
        columns = [[one.names.index(own) for own in names] for one in describers]
        said.append(
            np.stack(
                [
                    one.probabilities[own][:, chosen]
                    for one, own, chosen in zip(found, rows, columns, strict=True)
                ]
            )
        )
        labels.append(found[0].labels[rows[0]][:, columns[0]])
        out.shown += [(dataset, place) for place in kept]
        out.sets += [name] * len(kept)
        out.rules += [f"{name}: {rule}" for rule in thinned]
        out.problems += [*dataset.problems, *{p.path: p for one in found for p in one.unread}.values()]
        out.unread += len(dataset) - len(kept)
    if out.unread:
        out.rules.append(f"Left out for all: {counted(out.unread, 'picture')} that could not be read.")
    out.said, out.labels = np.concatenate(said, axis=1), np.concatenate(labels)
    return out


def _resampled(
    said: NDArray[np.float32], labels: NDArray[np.int8], counts: Counts
) -> dict[str, list[Doubles]]:
    """Figure -> (R,) of each attribute."""
    each = [
        answer_figures(said[:, i].astype(np.float64), labels[:, i] == 1, labels[:, i] >= 0, counts)
        for i in range(labels.shape[1])
    ]
    return {key: [one[key] for one in each] for key in FIGURES}


def _means(each: Sequence[Doubles]) -> Doubles:
    """(R,): over the attributes for which a figure is defined in a resample."""
    with warnings.catch_warnings():
        warnings.filterwarnings(
            "ignore", message="Mean of empty slice"
        )  # a resample without any: NaN, as told
        return np.asarray(np.nanmean(each, axis=0))


def _widest(said: NDArray[np.float32]) -> list[tuple[int, int, float]]:
    """Picture, attribute and range of its probability: of each picture its widest, the widest first."""
    ranges = np.ptp(said, axis=0)
    columns = ranges.argmax(axis=1)
    widest = ranges[np.arange(len(ranges)), columns]
    order = np.argsort(-widest, kind="stable")[:MOST_PICTURES]
    return [(int(i), int(columns[i]), float(widest[i])) for i in order if widest[i] > 0]


def _rules(describers: Sequence[Attributes]) -> list[str]:
    """Those of `evaluate`; what differs from model to model is told of each."""
    told = {one.card.name: protocol(one.card.calibration, one.side) for one in describers}
    first, *others = told.values()
    own = [
        rule if all(rule in other for other in others) else f"{name}: {rule}"
        for name, rules in told.items()
        for rule in rules[:2]
    ]
    return [*dict.fromkeys(own), "bal.: mean of the recalls of yes and of no.", *first[3:]]
