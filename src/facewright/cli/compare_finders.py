"""For `facewright compare`: the same pictures shown to several models that find faces."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from facewright.cli.judging import find_all, open_judged
from facewright.core.counted import counted
from facewright.core.faces import Faces
from facewright.datasets.sample import Dataset, Problem, Sample
from facewright.inference.detector import Detector
from facewright.metrics.bootstrap import Counts, drawn
from facewright.metrics.matching import check_boxes


@dataclass
class Together:
    """What each of several models found in the same pictures, of all sets one after the other."""

    samples: list[Sample] = field(default_factory=list)
    """without their pictures"""
    faces: list[list[Faces]] = field(default_factory=list)
    """a list a model"""
    sets: list[str] = field(default_factory=list)
    """of each picture: the DATA it comes from"""
    whole: list[tuple[Dataset, int]] = field(default_factory=list)
    """of each picture: where it is to be read again"""
    rules: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    unread: int = 0
    whole_sets: list[str] = field(default_factory=list)
    """the DATA of which every picture was shown"""

    def sample(self, i: int) -> Sample:
        """The i-th with its picture."""
        dataset, place = self.whole[i]
        return dataset[place]

    def resamples(self) -> Counts:
        """How often each picture is in each resample: groups drawn within each set."""
        groups = [sample.group or sample.name for sample in self.samples]
        return drawn(groups, self.sets)


def look_together(detectors: Sequence[Detector], data: Sequence[str], limit: int | None) -> Together:
    """Show every picture of all `data` to every detector; what one of them cannot read counts for none.

    limit: at most so many pictures of each set. Raises FacewrightError subclasses for what a user can mend.
    """
    out = Together(faces=[[] for _ in detectors])
    for name in data:
        dataset, thinned = open_judged(name, limit)
        check_boxes(dataset[:1])
        out.rules += [f"{name}: {rule}" for rule in thinned]
        out.whole_sets += [] if thinned else [name]
        found = [find_all(one, dataset, len(dataset)) for one in detectors]
        kept = sorted(set.intersection(*(set(one.places) for one in found)))
        for mine, one in zip(out.faces, found, strict=True):
            mine += [one.faces[row] for row in np.searchsorted(one.places, kept)]
        out.samples += [found[0].samples[row] for row in np.searchsorted(found[0].places, kept)]
        out.sets += [name] * len(kept)
        out.whole += [(dataset, place) for place in kept]
        unread = {problem.path: problem for one in found for problem in one.unread}
        out.problems += [*dataset.problems, *unread.values()]
        out.unread += len(dataset) - len(kept)
    if out.unread:
        out.rules.append(f"Left out for all: {counted(out.unread, 'picture')} that could not be read.")
    return out
