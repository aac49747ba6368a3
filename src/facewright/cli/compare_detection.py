"""What `facewright compare` does with detectors: the figures of `evaluate` side by side, and their spread."""

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np

from facewright.cli.compare_finders import Together, look_together
from facewright.cli.judge_detection import detector_of
from facewright.core.errors import DataError
from facewright.core.faces import Faces
from facewright.datasets.labels import Problems
from facewright.datasets.sample import Sample
from facewright.metrics.average_precision import COCO_THRESHOLDS, ap50
from facewright.metrics.benchmarks import open_benchmark
from facewright.metrics.bootstrap import Counts, Doubles, ratio
from facewright.metrics.comparison import Measure, Section, measure
from facewright.metrics.curves import curve
from facewright.metrics.disagreement import Differing, differing_pictures
from facewright.metrics.evaluation import FALSE_ALARM_RATES, Evaluation, evaluate, protocol
from facewright.metrics.landmarks import face_errors
from facewright.metrics.matching import PictureMatch, match_all
from facewright.metrics.resampled_detection import average_precisions, figures_in_use, recalls_at
from facewright.metrics.scale import SIZES
from facewright.metrics.sized import match_sized
from facewright.reports.compared import Compared
from facewright.reports.comparison import MOST_PICTURES, Disagreement, Judgement
from facewright.reports.curves_overlaid import detection_plots
from facewright.reports.official import official_of
from facewright.reports.verdicts import detection_verdicts

RATE = FALSE_ALARM_RATES[0]
RANKED_BY = "number of faces that some find and others miss and of false alarms that not all give, in use"


def compare(
    models: Sequence[Compared],
    data: Sequence[str],
    *,
    size: int | Literal["full"],
    limit: int | None,
    threads: int | None,
) -> Judgement:
    """Judge detectors on the same pictures of one or more sets, taken together and each by itself."""
    detectors = [detector_of(one.path, size, threads) for one in models]
    seen = look_together(detectors, data, limit)
    if not any(len(sample.boxes) for sample in seen.samples):
        raise DataError(f"{' '.join(data)}: holds no face that could be found; add a set with faces")
    thresholds = [one.card.score_threshold for one in models]
    results = [
        evaluate(seen.samples, faces, threshold=threshold)
        for faces, threshold in zip(seen.faces, thresholds, strict=True)
    ]
    counts = seen.resamples()
    sections = [Section("All pictures" if len(data) > 1 else data[0], _all(seen, results, counts))]
    if len(data) > 1:
        sections += _by_set(seen, results, counts)
    sections += [Section("By face size", _by_size(seen, results, counts)), *_published(seen)]
    matches = [one.matches for one in results]
    differing = differing_pictures(seen.samples, seen.faces, matches, thresholds)[:MOST_PICTURES]

    def told(one: Differing) -> Disagreement:
        return Disagreement(
            seen.samples[one.picture].name,
            len(one.places),
            tuple(map(str, one.verdicts)),
            lambda: detection_verdicts(
                seen.sample(one.picture),
                one.places,
                [faces[one.picture] for faces in seen.faces],
                [match[one.picture] for match in matches],
                thresholds,
            ),
        )

    first = results[0]
    names = [one.name for one in models]
    return Judgement(
        f"{first.pictures} pictures, {first.faces} faces, {first.ignore_regions} ignore regions",
        sections,
        lambda: detection_plots(dict(zip(names, results, strict=True))),
        [told(one) for one in differing],
        RANKED_BY,
        [*seen.rules, *_rules(detectors[0].size, any(one.views.close_ups for one in detectors))],
        seen.problems,
        seen.unread,
        boxes=True,
    )


def _all(seen: Together, results: Sequence[Evaluation], counts: Counts) -> tuple[Measure, ...]:
    precisions = [_precisions(seen.samples, faces, counts) for faces in seen.faces]
    in_use = [figures_in_use(one.matches, counts, one.in_use.threshold) for one in results]

    def used(name: str) -> list[Doubles]:
        return [figures[name] for figures in in_use]

    uses = [one.in_use for one in results]
    return (
        measure("AP@.5", [one.ap50 for one in results], [drawn[0] for drawn in precisions]),
        measure("AP@.75", [one.ap75 for one in results], [drawn[5] for drawn in precisions]),
        measure("AP@.5:.95", [one.ap for one in results], [drawn.mean(axis=0) for drawn in precisions]),
        measure(
            f"recall at {RATE:g} false alarms a picture",
            [one.at_false_alarms[RATE].recall for one in results],
            [recalls_at(one.matches, counts, RATE) for one in results],
        ),
        measure("recall in use", [use.recall for use in uses], used("recall")),
        measure("precision in use", [use.precision for use in uses], used("precision")),
        measure(
            "false alarms a picture in use",
            [use.false_alarms for use in uses],
            used("false_alarms"),
            better=-1,
        ),
        measure(
            "landmark NME",
            [one.landmarks.nme for one in results],
            [
                _landmarks(seen.samples, faces, one.matches, counts)
                for faces, one in zip(seen.faces, results, strict=True)
            ],
            better=-1,
            form=".4f",
        ),
    )


def _landmarks(
    samples: Sequence[Sample], faces: Sequence[Faces], matches: Sequence[PictureMatch], counts: Counts
) -> Doubles:
    errors = face_errors(samples, faces, matches)
    return ratio([sum(own) for own in errors], [len(own) for own in errors], counts)


def _precisions(samples: Sequence[Sample], faces: Sequence[Faces], counts: Counts) -> Doubles:
    """AP at COCO's ten IoU thresholds in each resample, (10, R)."""
    return np.stack([average_precisions(match_all(samples, faces, iou), counts) for iou in COCO_THRESHOLDS])


def _by_set(seen: Together, results: Sequence[Evaluation], counts: Counts) -> list[Section]:
    """AP of each set with faces, false alarms of each without."""
    found, alarms = [], []
    for name in dict.fromkeys(seen.sets):
        here = [i for i, own in enumerate(seen.sets) if own == name]
        samples = [seen.samples[i] for i in here]
        matches = [[one.matches[i] for i in here] for one in results]
        thresholds = [one.in_use.threshold for one in results]
        title = f"{name} ({len(here)})"
        if any(len(sample.boxes) for sample in samples):
            values = [ap50(samples, [faces[i] for i in here]) for faces in seen.faces]
            found.append(
                measure(title, values, [average_precisions(own, counts[:, here]) for own in matches])
            )
        else:
            pairs = list(zip(matches, thresholds, strict=True))
            values = [curve(own).at_threshold(threshold).false_alarms for own, threshold in pairs]
            drawn = [figures_in_use(own, counts[:, here], at)["false_alarms"] for own, at in pairs]
            alarms.append(measure(title, values, drawn, better=-1))
    parts = (("AP@.5 of each set (pictures)", found), ("False alarms a picture, faceless sets", alarms))
    return [Section(title, tuple(rows)) for title, rows in parts if rows]


def _by_size(seen: Together, results: Sequence[Evaluation], counts: Counts) -> tuple[Measure, ...]:
    rows = []
    for size, (low, high) in SIZES.items():
        drawn = [
            average_precisions(match_sized(seen.samples, faces, one.scales, low, high), counts)
            for faces, one in zip(seen.faces, results, strict=True)
        ]
        count = results[0].sizes[size].faces
        if count:
            rows.append(
                measure(f"AP@.5 {size} ({count} faces)", [one.sizes[size].ap50 for one in results], drawn)
            )
    return tuple(rows)


def _published(seen: Together) -> list[Section]:
    """The chief figures of WIDER FACE and FDDB by their own protocols, of sets that were shown whole."""
    sections = []
    for name in seen.whole_sets:
        benchmark = open_benchmark(name)
        if benchmark is None:
            continue
        here = [i for i, own in enumerate(seen.sets) if own == name]
        told, problems = [], Problems()
        for faces in seen.faces:
            found = {seen.samples[i].name: faces[i] for i in here}
            told.append(official_of(benchmark, benchmark.judge(benchmark.of_faces(found, problems))))
        rows = [
            measure(
                key,
                [math.nan if one.numbers[key] == "-" else float(one.numbers[key]) for one in told],
                form=".4f",
            )
            for key in told[0].numbers
        ]
        sections.append(Section(f"{benchmark.title}, its own protocol", tuple(rows)))
        seen.rules += told[0].rules
        seen.problems += {
            problem.path: problem for problem in problems
        }.values()  # each once, not once a model
    return sections


def _rules(size: int | None, close_ups: bool) -> list[str]:
    """Those of `evaluate`; the threshold is each model's own."""
    own = "In use: each at the threshold of its own card."
    return [own if rule.startswith("In use:") else rule for rule in protocol(0.0, size, close_ups=close_ups)]
