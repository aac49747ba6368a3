"""What the judges of `facewright evaluate` share: looking at all pictures, and telling what was left out."""

import sys
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from facewright.cli.pictures import count
from facewright.core.errors import FacewrightError, PictureError
from facewright.core.faces import Faces
from facewright.core.pictures import PictureSource
from facewright.datasets.sample import Problem, Sample
from facewright.inference.detector import Detector

MOST_PROBLEMS = 5
"""printed one by one; the rest is counted"""


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


def tell_problems(problems: Sequence[Problem]) -> None:
    """The first few on standard error, and how many more there are."""
    if problems:
        print(f"\n{count(len(problems), 'problem')} in the data, left out:", file=sys.stderr)
        for problem in problems[:MOST_PROBLEMS]:
            print(f"  {problem}", file=sys.stderr)
        if len(problems) > MOST_PROBLEMS:
            print(f"  and {len(problems) - MOST_PROBLEMS} more (all of them: --json FILE)", file=sys.stderr)
