"""`facewright evaluate MODEL DATA`: how good a detector is, and by which rules."""

import contextlib
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, Literal, TextIO

from cyclopts import Parameter, validators

from facewright.cli.outputs import STDOUT, Given, check_writable, write_json
from facewright.core.errors import DataError, FacewrightError, PictureError
from facewright.core.faces import Faces
from facewright.core.pictures import PictureSource
from facewright.datasets.open import open_dataset
from facewright.datasets.sample import Problem, Sample
from facewright.inference.detector import Detector
from facewright.metrics.average_precision import MAX_DETECTIONS
from facewright.metrics.evaluation import EVALUATION_MIN_SCORE, Evaluation, protocol
from facewright.metrics.evaluation import evaluate as judge
from facewright.metrics.matching import check_boxes
from facewright.reports.text import evaluation_lines

MOST_PROBLEMS = 5
"""printed one by one; the rest is counted"""


def evaluate(
    model: str,
    data: str,
    /,
    *,
    size: int | Literal["full"] = 640,
    json: Annotated[str | None, Parameter(allow_leading_hyphen=True)] = None,
    html: Annotated[Path | None, Given] = None,
    limit: Annotated[int | None, Parameter(validator=validators.Number(gte=1))] = None,
    threads: int | None = None,
) -> int:
    """Judge a detector on labelled pictures: precision, recall, false alarms, landmarks; by face size.

    Exit status 1 when some picture could not be read; the others are judged all the same.

    Parameters
    ----------
    model:
        A shipped model's name, such as detector-nano, or an ONNX file.
    data:
        FORMAT:PATH, or a named set such as street-masks/val.
    size:
        Upper limit of the long side that the network sees, or full.
    json:
        Write all figures, unrounded, to this file; - for standard output (the table then goes to standard
        error).
    html:
        Write a page with curves and the worst mistakes as pictures to this file.
    limit:
        Judge only so many pictures, spread evenly over the data.
    threads:
        For the network.
    """
    check_writable("--json", json)
    check_writable("--html", html)
    detector = Detector(
        model, threads=threads, min_score=EVALUATION_MIN_SCORE, size=None if size == "full" else size
    )
    dataset = open_dataset(data)
    if not len(dataset):
        raise DataError(f"{data}: holds no picture to judge by; check the path")
    check_boxes(dataset[:1])  # a set that has none is refused now rather than after all the work
    everything, dataset = len(dataset), dataset.spread(limit)
    found = find_all(detector, dataset, len(dataset))
    problems = (*dataset.problems, *found.unread)
    threshold = detector.card.score_threshold
    result = judge(found.samples, found.faces, threshold=threshold)
    title = f"{detector.card.name} on {data}"
    rules = protocol(threshold, detector.size)
    if len(dataset) < everything:
        rules.insert(0, f"Pictures: {len(dataset)} of {everything}, spread evenly.")
    out = sys.stderr if json == STDOUT else sys.stdout
    print_result(out, title, result, rules, problems)
    if html is not None:
        from facewright.reports.detection import detection_page
        from facewright.reports.html import write_page

        page = detection_page(
            result,
            found.samples,
            found.faces,
            whole=dataset.subset(found.places),
            title=title,
            protocol=rules,
            problems=problems,
        )
        print(f"\npage: {write_page(page, html)}", file=out)
    if json is not None:
        write_json(json, record(detector, data, result, rules, problems))
    return 1 if found.unread else 0


@dataclass
class Found:
    """What a detector found in samples; the first three have one entry for each picture that was read."""

    places: list[int] = field(default_factory=list)
    """which of the samples it was"""
    samples: list[Sample] = field(default_factory=list)
    """without their pictures, which may be arrays and would fill the memory"""
    faces: list[Faces] = field(default_factory=list)
    unread: list[Problem] = field(default_factory=list)
    """the pictures that could not be read"""


def find_all(detector: Detector, samples: Iterable[Sample], count: int) -> Found:
    """Look at all `count` samples, in one pass."""
    from rich.console import Console
    from rich.progress import track

    waiting: deque[Sample] = deque()  # the detector takes pictures some time before their turn

    def pictures() -> Iterator[PictureSource]:
        for sample in samples:
            waiting.append(replace(sample, picture=b""))
            yield sample.picture

    found = Found()
    results = detector.batch(pictures(), on_error="return")
    console = Console(stderr=True)
    bar = track(results, "judging", count, console=console, transient=True, disable=not console.is_terminal)
    for place, result in enumerate(bar):
        sample = waiting.popleft()
        if isinstance(result, PictureError):
            found.unread.append(Problem(sample.name, str(result)))
        elif isinstance(result, FacewrightError):  # the model's fault, not the picture's
            raise result
        else:
            found.places.append(place)
            found.samples.append(sample)
            found.faces.append(result)
    return found


def record(
    detector: Detector, data: str, result: Evaluation, rules: Sequence[str], problems: Sequence[Problem]
) -> dict[str, Any]:
    """What `--json` writes."""
    return {
        "model": detector.card.name,
        "version": detector.card.version,
        "precision": detector.card.precision,
        "data": data,
        "size": detector.size,
        "max_detections": MAX_DETECTIONS,
        "min_score": EVALUATION_MIN_SCORE,
        "protocol": list(rules),
        "problems": [str(problem) for problem in problems],
        **result.to_dict(),
    }


def print_result(
    out: TextIO, title: str, result: Evaluation, rules: Sequence[str], problems: Sequence[Problem]
) -> None:
    with contextlib.redirect_stdout(out):
        print(title)
        print(*evaluation_lines(result), "", "Protocol", *(f"  {rule}" for rule in rules), sep="\n")
    tell_problems(problems)


def tell_problems(problems: Sequence[Problem]) -> None:
    """The first few on standard error, and how many more there are."""
    if problems:
        print(f"\n{len(problems)} problems in the data, left out:", file=sys.stderr)
        for problem in problems[:MOST_PROBLEMS]:
            print(f"  {problem}", file=sys.stderr)
        if len(problems) > MOST_PROBLEMS:
            print(f"  and {len(problems) - MOST_PROBLEMS} more (all of them: --json FILE)", file=sys.stderr)
