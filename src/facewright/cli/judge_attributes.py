"""What `facewright evaluate` does with an attribute model: each attribute's figures, and their means."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from facewright.cli.judging import open_judged, record_of, tell
from facewright.core.errors import DataError, PictureError
from facewright.core.pictures import Pixels
from facewright.datasets.attribute_table import attribute_table
from facewright.datasets.sample import Dataset, Problem
from facewright.inference.attributes import Attributes
from facewright.metrics.attributes import evaluate_attributes
from facewright.reports.attributes import attributes_lines, attributes_page, protocol

BATCH = 64


class Answers(NamedTuple):
    """What a model said of the pictures of a set that could be read, and what is true of them."""

    dataset: Dataset
    places: list[int]
    """which of the set's pictures they are"""
    probabilities: NDArray[np.float32]
    """(N, A)"""
    labels: NDArray[np.int8]
    """(N, A): 1 yes, 0 no, -1 unknown"""
    unread: list[Problem]


def judge(
    model: str,
    data: str,
    *,
    json: str | None = None,
    html: Path | None = None,
    limit: int | None = None,
    threads: int | None = None,
) -> int:
    """Judge an attribute model's file on crops of one face each; exit status 1 when some could not be read.

    model: name or path; data: a DATA string; json, html: files to write (`-`: standard output, the table then
    goes to standard error); limit: at most so many pictures, spread evenly. Raises FacewrightError subclasses
    for all that a user can mend.
    """
    describer = Attributes(model, threads=threads, every=True)
    dataset, thinned = open_judged(data, limit)
    answers = ask(describer, dataset)
    problems = (*dataset.problems, *answers.unread)
    result = evaluate_attributes(answers.probabilities, answers.labels, describer.names)
    card = describer.card
    title = f"{card.name} on {data}"
    rules = thinned + protocol(card.calibration, describer.side)
    tell(
        title,
        attributes_lines(result),
        rules,
        problems,
        record_of(card, data, rules, problems) | result.to_dict(),
        lambda: attributes_page(
            result,
            answers.dataset,
            answers.probabilities,
            answers.labels,
            title=title,
            rules=rules,
            problems=problems,
        ),
        json=json,
        html=html,
    )
    return 1 if answers.unread else 0


def ask(describer: Attributes, dataset: Dataset) -> Answers:
    """Describe every picture of a set, each taken whole.

    Raises DataError where pictures hold no or several faces, or none of the model's attributes is known.
    """
    labels = attribute_table(dataset, describer.names)
    if (labels < 0).all():
        raise DataError(f"{dataset.name}: says nothing of the model's attributes ({describer.names[0]}, ...)")
    places: list[int] = []
    unread: list[Problem] = []

    def pictures() -> Iterator[Pixels]:
        for i, sample in enumerate(dataset):
            try:
                picture = sample.read()
            except PictureError as error:
                unread.append(Problem(sample.name, str(error)))
                continue
            places.append(i)
            yield picture

    found: list[dict[str, float]] = []
    waiting = pictures()
    while batch := list(islice(waiting, BATCH)):
        found += describer.crops(batch)
    if not found:
        raise DataError(f"{dataset.name}: none of its {len(dataset)} pictures can be read ({unread[0]})")
    said = np.array([list(one.values()) for one in found], np.float32)
    return Answers(dataset.subset(places), places, said, labels[places], unread)
