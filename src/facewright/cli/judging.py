"""What the judges of `facewright evaluate` share: looking at all pictures, and telling what came of it."""

import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from facewright.cli.outputs import STDOUT, write_json
from facewright.cli.say import MOST_PROBLEMS, printable
from facewright.core.counted import counted
from facewright.core.errors import DataError, FacewrightError, PictureError
from facewright.core.faces import Faces
from facewright.core.pictures import PictureSource
from facewright.datasets.open import open_dataset
from facewright.datasets.sample import Dataset, Problem, Sample
from facewright.inference.card import Card
from facewright.inference.detector import Detector


def open_judged(data: str, limit: int | None) -> tuple[Dataset, list[str]]:
    """The pictures to judge by, at most `limit` of them, and the rule that tells when that left some out.

    Raises DataError where there is none.
    """
    dataset = open_dataset(data)
    if not len(dataset):
        raise DataError(f"{data}: holds no picture to judge by; check the path")
    chosen = dataset.spread(limit)
    if len(chosen) == len(dataset):
        return chosen, []
    return chosen, [f"Pictures: {len(chosen)} of {len(dataset)}, spread evenly."]


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


def tell(
    title: str,
    lines: Sequence[str],
    rules: Sequence[str],
    problems: Sequence[Problem],
    record: Mapping[str, Any],
    page: Callable[[], str],
    *,
    json: str | None,
    html: Path | None,
) -> None:
    """Print figures and protocol, and write what was asked for: `page` to html, `record` to json."""
    out = sys.stderr if json == STDOUT else sys.stdout
    told = [title, *lines, "", "Protocol", *(f"  {rule}" for rule in rules)]
    print(*map(printable, told), sep="\n", file=out)
    tell_problems(problems)
    if html is not None:
        from facewright.reports.html import write_page

        print(f"\npage: {write_page(page(), html)}", file=out)
    if json is not None:
        write_json(json, record)


def record_of(
    card: Card, data: str | Sequence[str], rules: Sequence[str], problems: Sequence[Problem], **more: Any
) -> dict[str, Any]:
    """What `--json` tells of any judgement beside its figures; `more` of one task's."""
    return {
        "model": card.name,
        "version": card.version,
        "task": card.task,
        "parameters": card.parameters,
        "data": data,
        **more,
        "protocol": rules,
        "problems": [str(problem) for problem in problems],
    }


def tell_problems(problems: Sequence[Problem]) -> None:
    """The first few on standard error, and how many more there are."""
    if problems:
        print(f"\n{counted(len(problems), 'problem')} in the data:", file=sys.stderr)
        for problem in problems[:MOST_PROBLEMS]:
            print(f"  {printable(str(problem))}", file=sys.stderr)
        if len(problems) > MOST_PROBLEMS:
            print(f"  and {len(problems) - MOST_PROBLEMS} more (all of them: --json FILE)", file=sys.stderr)
