"""What `facewright evaluate` does with a face-or-not model: accuracy and ROC, in colour and in grey."""

from collections.abc import Sequence
from pathlib import Path

from facewright.cli.judging import record_of, tell
from facewright.core.errors import DataError
from facewright.datasets.open import open_dataset
from facewright.datasets.sample import Problem
from facewright.inference.classifier import FaceClassifier
from facewright.metrics.classification import Judged
from facewright.metrics.classification import judge as judged
from facewright.reports.classification import classification_lines, classification_page, protocol
from facewright.transforms.crops import CropStyle
from facewright.transforms.windows import sources_of, still_windows

WINDOWS = 1000
"""of each kind from each set, at most"""
SEED = 1
"""of the windows without a face; recipes choose weights on those of seed 0"""


def judge(
    model: str,
    data: Sequence[str],
    *,
    json: str | None = None,
    html: Path | None = None,
    limit: int | None = None,
    threads: int | None = None,
) -> int:
    """Judge a face-or-not model's file; exit status 1 when some pictures could not be read.

    model: name or path; data: DATA strings, which together hold faces and windows without; json, html: files
    to write (`-`: standard output, the table then goes to standard error); limit: at most so many windows of
    either kind from each set. Raises FacewrightError subclasses for all that a user can mend.
    """
    classifier = FaceClassifier(model, threads=threads)
    card, style = classifier.card, CropStyle(side=classifier.side)
    parts, problems, unread = windows_of_data(data, style, limit or WINDOWS)
    result = judged(parts, classifier)
    title = f"{card.name} on {' '.join(data)}"
    rules = protocol(style.side, style.margin, SEED)
    told = [*problems, *unread]
    tell(
        title,
        classification_lines(result),
        rules,
        told,
        record_of(card, list(data), rules, told, seed=SEED) | result.to_dict(),
        lambda: classification_page(result, parts, title=title, rules=rules, problems=told),
        json=json,
        html=html,
    )
    return 1 if unread else 0


def windows_of_data(
    data: Sequence[str], style: CropStyle, limit: int
) -> tuple[list[Judged], list[Problem], list[Problem]]:
    """Windows to judge by, problems of the sets' files, and pictures that could not be read.

    A set gives its faces, and windows without one where all its faces are annotated. Raises DataError where
    all sets together do not hold both.
    """
    parts: list[Judged] = []
    problems: list[Problem] = []
    unread: list[Problem] = []
    for name in data:
        dataset = open_dataset(name)
        problems += dataset.problems
        for source in sources_of(dataset, crops=name.startswith("npz:")):
            windows = still_windows(source, style.still, SEED, limit, unread)
            if len(windows):
                parts.append(Judged(name, source.face, windows))
    if {part.face for part in parts} != {True, False}:
        missing = "windows without a face" if any(part.face for part in parts) else "faces"
        raise DataError(
            f"{' '.join(data)}: holds no {missing}; name several sets, "
            "such as celeba-loose/test negatives-imagenet/val"
        )
    return parts, problems, unread
