"""What `facewright evaluate` does with a localiser: mean IoU, false faces, and the lean to the middle."""

import contextlib
import sys
from pathlib import Path

from facewright.cli.judging import find_all, tell_problems
from facewright.cli.outputs import STDOUT, check_writable, write_json
from facewright.core.errors import DataError
from facewright.datasets.open import open_dataset
from facewright.inference.detector import Detector
from facewright.metrics.localisation import check_single
from facewright.metrics.localisation import judge as judged
from facewright.metrics.matching import check_boxes
from facewright.reports.localisation import localisation_lines, localisation_page, protocol


def judge(
    model: str,
    data: str,
    *,
    json: str | None = None,
    html: Path | None = None,
    limit: int | None = None,
    threads: int | None = None,
) -> int:
    """Judge a localiser's model file on labelled pictures; exit status 1 when some could not be read.

    model: name or path; data: a DATA string; json, html: files to write (`-`: standard output, the table then
    goes to standard error); limit: at most so many pictures, spread evenly. Raises FacewrightError subclasses
    for all that a user can mend.
    """
    check_writable("--json", json)
    check_writable("--html", html)
    detector = Detector(model, threads=threads, min_score=0.0, size=None)
    dataset = open_dataset(data)
    if not len(dataset):
        raise DataError(f"{data}: holds no picture to judge by; check the path")
    check_boxes(dataset[:1])  # a set that has none is refused now rather than after all the work
    everything, dataset = len(dataset), dataset.spread(limit)
    found = find_all(detector, dataset, len(dataset))
    check_single(found.samples, data)
    problems = (*dataset.problems, *found.unread)
    card = detector.card
    result = judged(found.samples, found.faces, threshold=card.score_threshold)
    title = f"{card.name} on {data}"
    rules = protocol(card.score_threshold, card.side, card.framing)
    if len(dataset) < everything:
        rules.insert(0, f"Pictures: {len(dataset)} of {everything}, spread evenly.")
    out = sys.stderr if json == STDOUT else sys.stdout
    with contextlib.redirect_stdout(out):
        print(title, *localisation_lines(result, card.score_threshold), "", "Protocol", sep="\n")
        print(*(f"  {rule}" for rule in rules), sep="\n")
    tell_problems(problems)
    if html is not None:
        from facewright.reports.html import write_page

        page = localisation_page(
            result, title=title, threshold=card.score_threshold, rules=rules, problems=problems
        )
        print(f"\npage: {write_page(page, html)}", file=out)
    if json is not None:
        record = {
            "model": card.name,
            "version": card.version,
            "task": card.task,
            "parameters": card.parameters,
            "data": data,
            "threshold": card.score_threshold,
            "protocol": rules,
            "problems": [str(problem) for problem in problems],
        }
        write_json(json, record | result.to_dict())
    return 1 if found.unread else 0
