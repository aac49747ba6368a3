"""What is in a data set, in numbers; pictures are measured by their headers, nothing is decoded."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from facewright.core.boxes import area
from facewright.core.errors import PictureError
from facewright.core.pictures import picture_size
from facewright.datasets.sample import Dataset, Problem, Sample

PERCENTILES = (0, 5, 25, 50, 75, 95, 100)
LONG_SIDE = 640
"""of the picture that face sizes in pixels are stated for: what a detector sees by default"""


@dataclass(frozen=True, slots=True)
class Counts:
    """Of one attribute, over all faces."""

    yes: int
    no: int
    unknown: int
    """unknown, or of a picture whose labels lack the attribute"""


@dataclass(frozen=True, slots=True)
class Statistics:
    """Counts and sizes of a data set. A list of sizes has one number for each of PERCENTILES, or none."""

    name: str
    pictures: int
    """that can be read"""
    faces: int
    unplaced: int
    """faces whose box is not known; the sizes are those of the others"""
    faceless: int
    """pictures without a face"""
    most_faces: int
    """in one picture"""
    ignored: int
    """regions in which nothing is known"""
    groups: int
    """persons, clips or pictures that must not be divided"""
    largest_group: int
    with_landmarks: int
    """faces with all five"""
    widths: list[float]
    heights: list[float]
    """of pictures, pixels"""
    face_shares: list[float]
    """a face's size, the square root of its area, as a share of the picture's long side"""
    face_pixels: list[float]
    """the same in pixels when the long side is LONG_SIDE"""
    attributes: dict[str, Counts]
    problems: list[str]

    def to_dict(self) -> dict[str, Any]:
        """For JSON; plain numbers and text, with the percentiles that the lists of sizes are for."""
        return {"percentiles": list(PERCENTILES), "long_side": LONG_SIDE, **asdict(self)}


def statistics(dataset: Dataset, samples: Iterable[Sample] | None = None) -> Statistics:
    """Count and measure a set; `samples` may be its samples wrapped, for example in a progress bar.

    A picture whose size cannot be read is a problem and counts for nothing else.
    """
    problems = list(dataset.problems)
    sizes: list[tuple[int, int]] = []
    faces: list[int] = []
    shares: list[float] = []
    ignored = with_landmarks = 0
    groups: dict[str, int] = {}
    known: dict[str, list[int]] = {}
    for sample in dataset if samples is None else samples:
        try:
            width, height = picture_size(sample.picture)
        except PictureError as error:
            problems.append(Problem(sample.name, str(error), "unreadable"))
            continue
        sizes.append((width, height))
        faces.append(len(sample.boxes))
        placed = sample.boxes[np.isfinite(sample.boxes).all(axis=1)]
        shares += (np.sqrt(area(placed)) / max(width, height)).tolist()
        ignored += len(sample.ignore)
        with_landmarks += int(np.isfinite(sample.landmarks).all(axis=(1, 2)).sum())
        groups[sample.group] = groups.get(sample.group, 0) + 1
        for name, values in sample.attributes.items():
            counts = known.setdefault(name, [0, 0])
            counts[0] += int((values == 1).sum())
            counts[1] += int((values == 0).sum())
    total = sum(faces)
    # No group (empty) means that the picture is one of its own.
    alone = groups.pop("", 0)
    return Statistics(
        name=dataset.name,
        pictures=len(sizes),
        faces=total,
        unplaced=total - len(shares),
        faceless=faces.count(0),
        most_faces=max(faces, default=0),
        ignored=ignored,
        groups=len(groups) + alone,
        largest_group=max([*groups.values(), min(alone, 1)]),
        with_landmarks=with_landmarks,
        widths=_percentiles([width for width, _ in sizes]),
        heights=_percentiles([height for _, height in sizes]),
        face_shares=_percentiles(shares),
        face_pixels=_percentiles([share * LONG_SIDE for share in shares]),
        attributes={name: Counts(yes, no, total - yes - no) for name, (yes, no) in sorted(known.items())},
        problems=[str(problem) for problem in problems],
    )


def _percentiles(values: list[int] | list[float]) -> list[float]:
    return np.percentile(values, PERCENTILES).tolist() if values else []
