"""What `facewright compare` does with face-or-not models: ROC of the same windows, in colour and in grey."""

from collections.abc import Sequence

import numpy as np

from facewright.cli.judge_classification import SEED, WINDOWS, windows_of_data
from facewright.core.pictures import resize_picture
from facewright.inference.classifier import FaceClassifier
from facewright.metrics.bootstrap import Doubles, drawn, ratio
from facewright.metrics.classification import THRESHOLD, Classification, judge
from facewright.metrics.comparison import Section, measure
from facewright.metrics.disagreement import largest_ranges
from facewright.metrics.resampled_answers import auc_figures
from facewright.metrics.roc import RATES, Roc
from facewright.reports.attributes import TILE
from facewright.reports.classification import protocol
from facewright.reports.compared import Compared
from facewright.reports.comparison import MOST_PICTURES, Disagreement, Judgement
from facewright.reports.curves_overlaid import classification_plots
from facewright.reports.text import share
from facewright.transforms.crops import CropStyle

RATE = RATES[1]
RANKED_BY = "range of the probability of a face, in colour"


def compare(
    models: Sequence[Compared], data: Sequence[str], *, limit: int | None, threads: int | None
) -> Judgement:
    """Judge face-or-not models on the same windows of all sets; each sees them at its own size."""
    classifiers = [FaceClassifier(one.path, threads=threads) for one in models]
    styles = {one.side: CropStyle(side=one.side) for one in classifiers}
    windows = {side: windows_of_data(data, style, limit or WINDOWS) for side, style in styles.items()}
    results = [judge(windows[one.side][0], one) for one in classifiers]
    parts, problems, unread = windows[max(windows)]
    labels = results[0].labels
    counts = drawn(range(len(labels)), labels.tolist())
    resampled = [_resampled(one, counts) for one in results]
    curves = {"in colour": [one.colour for one in results], "in grey": [one.grey for one in results]}
    rows = [
        measure(
            "accuracy", [one.accuracy for one in results], [one["accuracy"] for one in resampled], form=".4f"
        )
    ]
    for kind, both in curves.items():
        rows += [
            measure(
                f"AUC {kind}",
                [one.auc for one in both],
                [one[f"auc {kind}"] for one in resampled],
                form=".4f",
            ),
            measure(
                f"faces found at {RATE:g} false alarms, {kind}",
                [one.at_fpr(RATE).tpr for one in both],
                [one[f"tpr {kind}"] for one in resampled],
                form=".4f",
            ),
        ]
    crops = [(part, window) for part in parts for window in part.windows]

    def told(place: int, gap: float) -> Disagreement:
        part, window = crops[place]
        return Disagreement(
            f"{part.name} {place}: {'a face' if part.face else 'none'}",
            gap,
            tuple(share(float(one.probabilities[0][place])) for one in results),
            lambda: [resize_picture(window, TILE, enlarge=True)],
        )

    named: dict[str, Roc] = dict(zip([one.name for one in models], curves["in colour"], strict=True))
    style = next(iter(styles.values()))
    return Judgement(
        f"{results[0].colour.faces} faces, {results[0].colour.others} windows without one",
        [Section(" ".join(data), tuple(rows))],
        lambda: classification_plots(named),
        [
            told(*one)
            for one in largest_ranges(np.stack([one.probabilities[0] for one in results]), MOST_PICTURES)
        ],
        RANKED_BY,
        _rules([one.side for one in classifiers], style.margin),
        [*problems, *unread],
        len(unread),
        redrawn="faces and other windows, each drawn anew by themselves as if each came from another picture",
    )


def _rules(sides: Sequence[int], margin: float) -> list[str]:
    """Those of `evaluate`; of sides that differ each is told."""
    seen, *shared = protocol(sides[0], margin, SEED)
    return [*dict.fromkeys([seen, *(protocol(side, margin, SEED)[0] for side in sides)]), *shared]


def _resampled(result: Classification, counts: np.ndarray) -> dict[str, Doubles]:
    face = result.labels
    out: dict[str, Doubles] = {}
    accuracies: list[Doubles] = []
    for kind, found in zip(("in colour", "in grey"), result.probabilities, strict=True):
        figures = auc_figures(np.asarray(found, np.float64), face, counts, RATE)
        out |= {f"{name} {kind}": values for name, values in figures.items()}
        said = found >= THRESHOLD
        accuracies += [ratio(said & face, face, counts), ratio(~said & ~face, ~face, counts)]
    return out | {"accuracy": np.asarray(np.mean(accuracies, axis=0))}
