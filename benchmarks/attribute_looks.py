"""What a second look brings an attribute model, and where its answers should turn from no to yes.

python benchmarks/attribute_looks.py attributes-nano attributes-small

Each model looks at every picture of the sets and at its mirror image; several are asked together, too (the
mean of their probabilities). Calibrated on one half of the pictures and judged on the other, then the other
way round, for several `lean`s: 0 decides where accuracy is best, 1 where F1 is. Sets are judged together.
"""

import argparse
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from facewright.core.attributes import CELEBA, S1
from facewright.core.logits import logit, sigmoid
from facewright.core.pictures import Pixels
from facewright.datasets.attribute_table import attribute_table
from facewright.datasets.open import open_dataset
from facewright.inference.attributes import Attributes
from facewright.metrics.attributes import evaluate_attributes
from facewright.reports.text import share
from facewright.tasks.calibrate import SURE, calibrated_by_halves

LEANS = (0.0, 0.25, 0.5, 1.0)
FIGURES = ("accuracy", "f1", "ap", "ece")
BATCH = 64

Answers = NDArray[np.float64]
"""(N, A) probabilities"""


def two_looks(describer: Attributes, pictures: Sequence[Pixels]) -> tuple[Answers, Answers]:
    """What a model says of each picture as it is, and of its mirror image."""
    looks = (pictures, [np.ascontiguousarray(picture[:, ::-1]) for picture in pictures])
    said = [
        [row for i in range(0, len(look), BATCH) for row in describer.crops(look[i : i + BATCH])]
        for look in looks
    ]
    plain, mirrored = (np.array([list(one.values()) for one in rows], float) for rows in said)
    return plain, mirrored


def row(name: str, answers: Answers, labels: NDArray[np.int8], lean: float) -> str:
    """A line of the table: means over all attributes / over S1's."""
    after = calibrated_by_halves(logit(answers, within=SURE), labels, lean=lean)
    result = evaluate_attributes(sigmoid(after), labels, CELEBA)
    means, of_s1 = result.means(), result.means(S1)
    cells = [f"{share(means[figure])} / {share(of_s1[figure])}" for figure in FIGURES]
    return f"| {name} | {lean:g} | {' | '.join(cells)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("models", nargs="+", help="names of shipped models, or model files, for all 40")
    parser.add_argument("--data", action="append", help="DATA; default: both validation parts of CelebA")
    given = parser.parse_args()
    sets = [open_dataset(name) for name in given.data or ("celeba-aligned/val", "celeba-loose/val")]
    pictures = [sample.read() for dataset in sets for sample in dataset]
    describers = {model: Attributes(model, threads=1, every=True) for model in given.models}
    if any(describer.names != CELEBA for describer in describers.values()):
        parser.error("every model must know CelebA's 40 attributes, in their order")
    labels = np.concatenate([attribute_table(dataset, CELEBA) for dataset in sets])
    asked: dict[str, Answers] = {}
    both: list[Answers] = []
    for model, describer in describers.items():
        plain, mirrored = two_looks(describer, pictures)
        asked[model] = plain
        both.append((plain + mirrored) / 2)
        asked[f"{model}, and mirror images"] = both[-1]
    if len(both) > 1:
        asked["all, and mirror images"] = np.mean(both, axis=0)
    print(
        f"{', '.join(dataset.name for dataset in sets)}: {len(pictures)} pictures; 40 / S1's 15 attributes\n"
    )
    print("| asked | lean | accuracy | F1 | AP | ECE |\n|---|--:|--:|--:|--:|--:|")
    for name, answers in asked.items():
        for lean in LEANS:
            print(row(name, answers, labels, lean), flush=True)


if __name__ == "__main__":
    main()
