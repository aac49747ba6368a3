"""Judging a detector's model file: precision, recall, false alarms and landmarks, by face size."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

from facewright.cli.judging import find_all, open_judged, tell
from facewright.cli.outputs import make_folder
from facewright.core.errors import UsageError
from facewright.core.faces import Faces
from facewright.core.whole import beside
from facewright.datasets.labels import Problems
from facewright.datasets.sample import Problem
from facewright.datasets.wider_truth import FILES
from facewright.inference.detector import Detector
from facewright.inference.scales import SCALES
from facewright.metrics.average_precision import MAX_DETECTIONS
from facewright.metrics.benchmarks import Benchmark, open_benchmark
from facewright.metrics.evaluation import Evaluation, lowest_score, protocol
from facewright.metrics.evaluation import evaluate as measure
from facewright.metrics.matching import check_boxes
from facewright.reports.official import official_of
from facewright.reports.text import evaluation_lines

LOOKS = {
    False: "Published figures: looked at a single scale, its close-ups apart, and not mirrored.",
    True: "Published figures: looked at several scales and mirrored (multi-scale testing).",
}
FULL_SIZE = "Detector: is given each picture at its full size."
MULTI_SCALE = (
    f"Multi-scale: not once, but at {', '.join(f'{scale:g}' for scale in SCALES)} times that size, enlarged "
    "where it must be, and mirrored too; merged by non-maximum suppression and box voting."
)


def judge(
    model: str,
    data: str,
    *,
    size: int | Literal["full"] = 640,
    json: str | None = None,
    html: Path | None = None,
    limit: int | None = None,
    threads: int | None = None,
    multi_scale: bool = False,
    save_predictions: Path | None = None,
) -> int:
    """Judge a detector on labelled pictures; exit status 1 when some could not be read.

    By the protocol of WIDER FACE or FDDB too, where `data` is one of them with all its pictures.

    model: name or path; data: a DATA string; size: upper limit of the long side that the network sees; json,
    html: files to write (`-`: standard output, the table then goes to standard error); limit: at most so many
    pictures, spread evenly; multi_scale: several sizes and mirrored, merged; save_predictions: a folder for
    what was found, in the benchmark's layout. Raises FacewrightError subclasses for all that a user can mend.
    """
    detector = detector_of(model, size, threads, multi_scale=multi_scale)
    dataset, thinned = open_judged(data, limit)
    check_boxes(dataset[:1])  # a set that has none is refused now rather than after all the work
    benchmark = open_benchmark(data)
    if save_predictions is not None:
        _check_layout(benchmark, data)
        _check_empty(save_predictions)
    found = find_all(detector, dataset, len(dataset))
    problems = Problems((*dataset.problems, *found.unread))
    threshold = detector.card.score_threshold
    result = measure(found.samples, found.faces, threshold=threshold)
    title = f"{detector.card.name} on {data}"
    rules = protocol(threshold, detector.size, close_ups=detector.views.close_ups)
    if detector.size is None:
        rules.insert(0, FULL_SIZE)
    if multi_scale:
        rules.insert(1, MULTI_SCALE)
    rules = thinned + rules
    faces = {sample.name: one for sample, one in zip(found.samples, found.faces, strict=True)}
    if benchmark is not None and save_predictions is not None:
        _write_whole(benchmark, save_predictions, faces)
    official = None
    if benchmark is not None and not thinned:
        official = official_of(benchmark, benchmark.judge(benchmark.of_faces(faces, problems)))
        rules += [*official.rules, LOOKS[multi_scale]]
    elif benchmark is not None:
        rules.append(f"{benchmark.title}: not judged by its own protocol, which takes all pictures.")
    elif data.startswith("wider:"):
        rules.append(f"WIDER FACE: its own figures, of val, need its evaluation tools' {', '.join(FILES)}.")

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
            official=official,
        )

    tell(
        title,
        [*evaluation_lines(result), *(["", *official.lines()] if official else [])],
        rules,
        problems,
        record(detector, data, result, rules, problems)
        | ({} if official is None else official.record)
        | {"multi_scale": multi_scale},
        page,
        json=json,
        html=html,
    )
    return 1 if found.unread else 0


def detector_of(
    model: str | Path, size: int | Literal["full"], threads: int | None, *, multi_scale: bool = False
) -> Detector:
    """A detector that gives all that it is judged by."""
    detector = Detector(
        model, threads=threads, size=None if size == "full" else size, multi_scale=multi_scale
    )
    detector.min_score = lowest_score(detector.card)
    return detector


def _check_layout(benchmark: Benchmark[Any, Any] | None, data: str) -> None:
    if benchmark is None:
        raise UsageError(
            "--save-predictions writes the layouts of WIDER FACE, val (with its .mat files), and FDDB; "
            f"{data} is neither"
        )


def _check_empty(folder: Path) -> None:
    """What an earlier run left would be taken for this one's."""
    make_folder("--save-predictions", folder)
    if any(folder.iterdir()):
        raise UsageError(f"--save-predictions {folder}: holds files already; give a new or empty folder")


def _write_whole(benchmark: Benchmark[Any, Any], folder: Path, faces: Mapping[str, Faces]) -> None:
    """All files or none: a part would be judged as a detector that found less."""
    part = beside(folder.resolve())
    try:
        benchmark.write(part, faces)
        for made in part.iterdir():
            made.rename(folder / made.name)
    except OSError as error:
        raise UsageError(f"--save-predictions {folder}: cannot be written ({error.strerror})") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


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
        "views": asdict(detector.views),
        "max_detections": MAX_DETECTIONS,
        "min_score": detector.min_score,
        "protocol": list(rules),
        "problems": [str(problem) for problem in problems],
        **result.to_dict(),
    }
