"""Attribute models beside one another, on the same pictures of several sets: tables of results/attributes.md.

python benchmarks/attributes.py attributes-nano runs/attributes-resnet15/attributes-resnet15.onnx --each
python benchmarks/attributes.py --curve ours=runs/attributes-nano --curve described=runs/attributes-resnet15
  --plot curves.png
python benchmarks/attributes.py attributes-small --through detector-nano --limit 300

Pictures are taken whole. Sets are judged together, each picture once, and the means over attributes follow.
With --through the same pictures are also described as users do it: found by a detector, cut out by landmarks.
"""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from facewright.cli.judge_attributes import ask
from facewright.core.attributes import S1
from facewright.datasets.open import open_dataset
from facewright.inference.attributes import Attributes
from facewright.inference.detector import Detector
from facewright.inference.timing import interleaved, summary
from facewright.metrics.attributes import AttributesEvaluation, evaluate_attributes
from facewright.reports.html import plot_style
from facewright.reports.plots import save_plot
from facewright.reports.run_curves import curves_figure
from facewright.reports.text import share
from through import through

COLUMNS = {
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced",
    "precision": "precision",
    "recall": "recall",
    "f1": "F1",
    "ap": "AP",
    "ece": "ECE",
}
RUNS = 300
"""timed calls of each model"""


@dataclass(frozen=True)
class Judged:
    describer: Attributes
    result: AttributesEvaluation

    @property
    def name(self) -> str:
        return self.describer.card.name


def judged(model: str, data: Sequence[str]) -> Judged:
    """All of `data` judged together. Raises FacewrightError subclasses for a wrong model or data."""
    describer = Attributes(model, threads=1, every=True)
    answers = [ask(describer, open_dataset(name)) for name in data]
    result = evaluate_attributes(
        np.concatenate([found.probabilities for found in answers]),
        np.concatenate([found.labels for found in answers]),
        describer.names,
    )
    return Judged(describer, result)


def milliseconds(describers: Sequence[Attributes]) -> list[float]:
    """Of each for one crop, on one thread: medians, the models in turns."""
    crops = [
        np.random.default_rng(0).integers(0, 256, (1, one.side, one.side, 3), np.uint8) for one in describers
    ]
    calls = {
        str(i): partial(one.crops, crop) for i, (one, crop) in enumerate(zip(describers, crops, strict=True))
    }
    return [timing.ms for timing in summary(interleaved(calls, RUNS)).values()]


def print_means(models: Sequence[Judged], took: Sequence[float], names: Sequence[str], title: str) -> None:
    """One line a model that knows all of `names`, and one for always giving the commoner answer."""
    known = [
        (model, ms)
        for model, ms in zip(models, took, strict=True)
        if set(names) <= set(model.result.attributes)
    ]
    if not known:
        return
    first = known[0][0].result
    print(f"\n{title}, {first.pictures} pictures\n")
    print("| model | parameters | ms | " + " | ".join(COLUMNS.values()) + " |")
    print("|---|--:|--:|" + "--:|" * len(COLUMNS))
    always = share(first.means(names)["majority"])
    print(f"| majority class | | | {always} | 0.500 |" + " |" * (len(COLUMNS) - 2))
    for model, ms in known:
        means = model.result.means(names)
        figures = " | ".join(share(means[column]) for column in COLUMNS)
        print(f"| {model.name} | {model.describer.card.parameters:,} | {ms:.2f} | {figures} |")


def print_each(models: Sequence[Judged]) -> None:
    """Accuracy, F1 and AP of each attribute, a column a model."""
    names = max((model.result.attributes for model in models), key=len)
    print("\nEach attribute: accuracy / F1 / AP\n")
    print("| attribute | yes | always | " + " | ".join(model.name for model in models) + " |")
    print("|---|--:|--:|" + "--:|" * len(models))
    for name, one in names.items():
        cells = [
            " / ".join(share(getattr(found, column)) for column in ("accuracy", "f1", "ap"))
            if (found := model.result.attributes.get(name))
            else ""
            for model in models
        ]
        print(f"| {name} | {share(one.prevalence)} | {share(one.majority)} | " + " | ".join(cells) + " |")


def print_through(model: str, detector: str, data: Sequence[str], limit: int | None) -> None:
    """Each set, taken whole and by way of a detector: means of all attributes and of S1's, in shares."""
    describer, finder = Attributes(model, threads=1, every=True), Detector(detector, threads=1)
    print(f"\n{describer.card.name} on pictures taken whole and through {finder.card.name}\n")
    print("| data | face found | by landmarks | answers that change | means of | accuracy: whole | through | "
          "points | F1: whole | through | points |")  # fmt: skip
    print("|---|--:|--:|--:|---|" + "--:|" * 6)
    sets = [open_dataset(name).spread(limit) for name in data]
    parts = [(one.name, [one]) for one in sets] + [("all", sets)]
    for name, several in parts if len(sets) > 1 else parts[:1]:
        seen = through(describer, finder, several)
        faces = f"{seen.found.pictures} of {seen.asked} | {share(seen.by_landmarks)} | {share(seen.changed)}"
        for names in (describer.names, S1) if set(S1) < set(describer.names) else (describer.names,):
            whole, found = seen.whole.means(names), seen.found.means(names)
            pairs = [(whole[figure], found[figure]) for figure in ("accuracy", "f1")]
            cells = [f"{share(a)} | {share(b)} | {100 * (b - a):+.1f}" for a, b in pairs]
            print(f"| {name} | {faces} | {len(names)} | {' | '.join(cells)} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("models", nargs="*", help="names of shipped models, or model files")
    parser.add_argument("--data", action="append", help="DATA; default: both test parts of CelebA")
    parser.add_argument("--each", action="store_true", help="a table of the single attributes too")
    parser.add_argument("--through", metavar="DETECTOR", help="name or path: describe what it finds, too")
    parser.add_argument(
        "--limit", type=int, help="--through: at most so many pictures of each set, spread evenly"
    )
    parser.add_argument("--curve", action="append", default=[], help="NAME=RUN: a run's learning curve")
    parser.add_argument("--figure", default="ap", help="of the curves: ap, f1 or accuracy")
    parser.add_argument("--plot", type=Path, help="picture of the curves to write")
    given = parser.parse_args()
    if bool(given.curve) != (given.plot is not None):
        parser.error("--curve and --plot go together")
    data = given.data or ["celeba-aligned/test", "celeba-loose/test"]
    models = [] if given.through else [judged(model, data) for model in given.models]
    if models:
        print(f"data: {', '.join(data)}")
        took = milliseconds([model.describer for model in models])
        everything = max((list(model.result.attributes) for model in models), key=len)
        print_means(models, took, everything, f"All {len(everything)} attributes")
        if set(S1) < set(everything):
            print_means(models, took, S1, "The 15 attributes of S1")
        if given.each:
            print_each(models)
    if given.through:
        for model in given.models:
            print_through(model, given.through, data, given.limit)
    if given.plot:
        runs: Mapping[str, Path] = {
            name: Path(folder) for name, _, folder in (curve.partition("=") for curve in given.curve)
        }
        with plot_style():
            print(save_plot(curves_figure(runs, given.figure), given.plot))


if __name__ == "__main__":
    main()
