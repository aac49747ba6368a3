"""What `facewright evaluate` does with a localiser: mean IoU, false faces, and the lean to the middle."""

from pathlib import Path

from facewright.cli.judging import find_all, open_judged, record_of, tell
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
    detector = localiser_of(model, threads)
    dataset, thinned = open_judged(data, limit)
    check_boxes(dataset[:1])  # a set that has none is refused now rather than after all the work
    found = find_all(detector, dataset, len(dataset))
    check_single(found.samples, data)
    problems = (*dataset.problems, *found.unread)
    card = detector.card
    result = judged(found.samples, found.faces, threshold=card.score_threshold)
    title = f"{card.name} on {data}"
    rules = thinned + protocol(card.score_threshold, card.side, card.framing)
    tell(
        title,
        localisation_lines(result, card.score_threshold),
        rules,
        problems,
        record_of(card, data, rules, problems, threshold=card.score_threshold) | result.to_dict(),
        lambda: localisation_page(
            result, title=title, threshold=card.score_threshold, rules=rules, problems=problems
        ),
        json=json,
        html=html,
    )
    return 1 if found.unread else 0


def localiser_of(model: str | Path, threads: int | None) -> Detector:
    """A localiser that gives its box however unsure it is."""
    return Detector(model, threads=threads, min_score=0.0, size=None)
