"""Judging a detector's model file: precision, recall, false alarms and landmarks, by face size."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from facewright.cli.judging import find_all, open_judged, tell
from facewright.cli.outputs import check_writable
from facewright.datasets.sample import Problem
from facewright.inference.detector import Detector
from facewright.metrics.average_precision import MAX_DETECTIONS
from facewright.metrics.evaluation import EVALUATION_MIN_SCORE, Evaluation, protocol
from facewright.metrics.evaluation import evaluate as measure
from facewright.metrics.matching import check_boxes
from facewright.reports.text import evaluation_lines


def judge(
    model: str,
    data: str,
    *,
    size: int | Literal["full"] = 640,
    json: str | None = None,
    html: Path | None = None,
    limit: int | None = None,
    threads: int | None = None,
) -> int:
    """Judge a detector on labelled pictures; exit status 1 when some could not be read.

    model: name or path; data: a DATA string; size: upper limit of the long side that the network sees; json,
    html: files to write (`-`: standard output, the table then goes to standard error); limit: at most so many
    pictures, spread evenly. Raises FacewrightError subclasses for all that a user can mend.
    """
    check_writable("--json", json)
    check_writable("--html", html)
    detector = detector_of(model, size, threads)
    dataset, thinned = open_judged(data, limit)
    check_boxes(dataset[:1])  # a set that has none is refused now rather than after all the work
    found = find_all(detector, dataset, len(dataset))
    problems = (*dataset.problems, *found.unread)
    threshold = detector.card.score_threshold
    result = measure(found.samples, found.faces, threshold=threshold)
    title = f"{detector.card.name} on {data}"
    rules = thinned + protocol(threshold, detector.size)

    def page() -> str:
        from facewright.reports.detection import detection_page

        return detection_page(
            result,
            found.samples,
            found.faces,
            whole=dataset.subset(found.places),
            title=title,
            protocol=rules,
            problems=problems,
        )

    tell(
        title,
        evaluation_lines(result),
        rules,
        problems,
        record(detector, data, result, rules, problems),
        page,
        json=json,
        html=html,
    )
    return 1 if found.unread else 0


def detector_of(model: str | Path, size: int | Literal["full"], threads: int | None) -> Detector:
    """A detector that gives all that it is judged by."""
    return Detector(
        model, threads=threads, min_score=EVALUATION_MIN_SCORE, size=None if size == "full" else size
    )


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
