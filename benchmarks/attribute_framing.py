"""How much around a face should attribute models be shown? Framings beside one another, through a detector.

    python benchmarks/attribute_framing.py attributes-nano attributes-small

Each face's aligned crop (`inference.align`) made wider and taller about its middle, and moved; CelebA's
validation parts. What came of it: ABOVE and BELOW there.
"""

from collections.abc import Sequence
from typing import Annotated, NamedTuple

import cyclopts
import numpy as np
from numpy.typing import NDArray

from facewright.core.attributes import CELEBA
from facewright.datasets.attribute_table import attribute_table
from facewright.datasets.open import open_dataset
from facewright.inference.align import Frame, frame
from facewright.inference.attributes import Attributes
from facewright.inference.detector import Detector
from facewright.metrics.attributes import evaluate_attributes
from facewright.reports.text import share
from through import largest


class Framing(NamedTuple):
    """Of a crop, in shares of the aligned one's width and height."""

    width: float = 1.0
    height: float = 1.0
    up: float = 0.0
    """by how much its middle lies higher"""

    def __call__(self, placed: Frame) -> Frame:
        x, y = 0.5 - 0.5 / self.width, 0.5 - (0.5 - self.up) / self.height
        larger = np.array([[1 / self.width, 0, x], [0, 1 / self.height, y]])
        return placed._replace(matrix=larger @ np.vstack([placed.matrix, (0, 0, 1)]))


FRAMINGS = {
    "aligned": Framing(),
    "a tenth larger": Framing(1.1, 1.1),
    "an eighth larger, higher": Framing(1.12, 1.12, 0.03),
    "a fifth larger": Framing(1.2, 1.2),
    "taller by .12, higher": Framing(1, 1.12, 0.02),
    "a quarter of the way to whole pictures": Framing(1.03, 1.09, 0.02),
    "half of it": Framing(1.06, 1.18, 0.04),
    "as wide and tall, not higher": Framing(1.06, 1.18),
    "three quarters of it": Framing(1.095, 1.27, 0.06),
    "wide as half of it, taller": Framing(1.06, 1.3),
    "as large as whole pictures, not higher": Framing(1.127, 1.3625),
}


def main(
    models: Annotated[Sequence[str], cyclopts.Parameter(consume_multiple=True)],
    *,
    detector: str = "detector-nano",
    data: Annotated[Sequence[str], cyclopts.Parameter(consume_multiple=True, negative="")] = (
        "celeba-aligned/val",
        "celeba-loose/val",
    ),
) -> None:
    """Print accuracy, F1 and AP over the 40 and over S1's 15 of each model and framing.

    Parameters
    ----------
    models:
        Names of shipped models of all 40 attributes, or model files.
    detector:
        Of whose finds the largest in a picture is described.
    data:
        Sets with attributes.
    """
    finder = Detector(detector, threads=1)
    describers = [Attributes(model, threads=1, every=True) for model in models]
    labels: list[NDArray[np.int8]] = []
    said: dict[tuple[str, str], list[list[float]]] = {}
    for name in data:
        dataset = open_dataset(name)
        table = attribute_table(dataset, CELEBA)
        for sample, row in zip(dataset, table, strict=True):
            picture = finder.read(sample.picture)
            faces = finder.find(picture)
            if not len(faces):
                continue
            (face,) = largest(faces)
            placed = frame(face.box, face.landmarks)
            labels.append(row)
            for describer in describers:
                crops = describer.cut(picture, [framing(placed) for framing in FRAMINGS.values()])
                for framing, told in zip(FRAMINGS, describer.crops(crops), strict=True):
                    answers = said.setdefault((describer.card.name, framing), [])
                    answers.append([told[attribute] for attribute in CELEBA])
    print(f"{len(labels)} faces found by {finder.card.name}\n")
    print("| | shown | accuracy, 40 / 15 | F1 | AP |\n|---|---|--:|--:|--:|")
    for (model, framing), answers in said.items():
        result = evaluate_attributes(np.array(answers, np.float32), np.array(labels), CELEBA)
        means, of_s1 = result.means(), result.s1 or {}
        cells = [f"{share(means[figure])} / {share(of_s1[figure])}" for figure in ("accuracy", "f1", "ap")]
        print(f"| {model} | {framing} | {' | '.join(cells)} |")


if __name__ == "__main__":
    cyclopts.run(main)
