"""What `facewright compare` does with localisers: IoU of the same faces, and false faces."""

from collections.abc import Sequence

import numpy as np

from facewright.cli.compare_finders import look_together
from facewright.cli.judge_localisation import localiser_of
from facewright.core.errors import DataError
from facewright.metrics.bootstrap import Doubles, ratio
from facewright.metrics.comparison import Section, measure
from facewright.metrics.disagreement import largest_ranges
from facewright.metrics.localisation import best_overlaps, check_single, found_at, judge
from facewright.metrics.matching import IOU
from facewright.reports.compared import Compared
from facewright.reports.comparison import MOST_PICTURES, Disagreement, Judgement
from facewright.reports.curves_overlaid import localisation_plots
from facewright.reports.localisation import protocol, summary
from facewright.reports.text import share
from facewright.reports.verdicts import localisation_verdicts

RANKED_BY = "range of the IoU"
OWN = ("Seen:", "Faceless:")
"""rules that differ from model to model; the second becomes one for all"""


def compare(
    models: Sequence[Compared], data: Sequence[str], *, limit: int | None, threads: int | None
) -> Judgement:
    """Judge localisers on the same pictures of one or more sets, taken together."""
    seen = look_together([localiser_of(one.path, threads) for one in models], data, limit)
    check_single(seen.samples, " ".join(data))
    thresholds = [one.card.score_threshold for one in models]
    results = [
        judge(seen.samples, faces, threshold=threshold)
        for faces, threshold in zip(seen.faces, thresholds, strict=True)
    ]
    single = np.array([len(sample.boxes) == 1 for sample in seen.samples])
    none = np.array([sample.faceless for sample in seen.samples])
    if not single.any():
        raise DataError(f"{' '.join(data)}: holds no picture with one face; add a set that does")
    places = np.flatnonzero(single)
    overlaps = np.zeros((len(models), len(seen.samples)))
    said = np.zeros(overlaps.shape, bool)
    for i, (faces, threshold) in enumerate(zip(seen.faces, thresholds, strict=True)):
        overlaps[i, places] = best_overlaps([seen.samples[k] for k in places], [faces[k] for k in places])
        said[i] = [found_at(one, threshold) for one in faces]
    counts = seen.resamples()

    def shares(values: np.ndarray, of: np.ndarray) -> list[Doubles]:
        return [ratio(one * of, of, counts) for one in values]

    rows = (
        measure("mean IoU", [one.iou for one in results], shares(overlaps, single)),
        measure(f"IoU > {IOU:g}", [one.hits for one in results], shares(overlaps > IOU, single)),
        measure("AP@.5", [one.ap50 for one in results]),
        measure("faces missed in use", [one.missed for one in results], shares(~said, single), better=-1),
        measure(
            "faceless with a face in use",
            [one.false_faces for one in results],
            shares(said, none),
            better=-1,
        ),
        measure("mean IoU of the best constant box", [one.constant_iou for one in results]),
        measure("greatest difference of IoU", [one.flatness for one in results], better=-1),
    )

    def told(place: int, gap: float) -> Disagreement:
        own = [float(one[place]) for one in overlaps]
        return Disagreement(
            seen.samples[place].name,
            gap,
            tuple(f"IoU {share(one)}" for one in own),
            lambda: localisation_verdicts(seen.sample(place), [faces[place] for faces in seen.faces], own),
        )

    named = dict(zip([one.name for one in models], overlaps[:, places], strict=True))
    return Judgement(
        summary(results[0]),
        [Section(" ".join(data), rows)],
        lambda: localisation_plots(named),
        [told(*one) for one in largest_ranges(overlaps, MOST_PICTURES)],
        RANKED_BY,
        [*seen.rules, "In use: each at the threshold of its own card.", *_shared_rules()],
        seen.problems,
        seen.unread,
        boxes=True,
    )


def _shared_rules() -> list[str]:
    return [rule for rule in protocol(0.5, None, None) if not rule.startswith(OWN)]
