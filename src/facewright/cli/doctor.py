"""`facewright doctor SUBJECT...`: what is wrong with data, recipes, runs and models, and what mends it."""

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter
from cyclopts.validators import Number

from facewright.cli.outputs import STDOUT, Given, check_writable, write_json
from facewright.cli.say import printable
from facewright.core.errors import UsageError

if TYPE_CHECKING:
    from rich.progress import Progress

    from facewright.doctor.checking import Check
    from facewright.doctor.examination import Examination
    from facewright.doctor.subject import Subject

WIDEST = 110
"""letters a line at most: longer ones are hard to read"""


def doctor(
    *subjects: Annotated[str, Parameter(name="SUBJECT")],
    explain: Annotated[bool, Parameter(name="--list", negative="")] = False,
    json: Annotated[str | None, Parameter(allow_leading_hyphen=True)] = None,
    html: Annotated[Path | None, Given] = None,
    limit: Annotated[int, Parameter(validator=Number(gte=1))] = 1000,
    quick: Annotated[bool, Parameter(negative="")] = False,
    cache: Annotated[Path, Given] = Path("data/cache"),
) -> int:
    """Examine data, recipes, runs and models; say in plain words what is wrong, and what mends it.

    Exit status: 0 healthy (there may be warnings); 1 findings of severity error, or what could not be read;
    2 wrong usage.

    Parameters
    ----------
    subjects:
        Any number and mix of DATA (FORMAT:PATH, such as yolo:pictures, or a named set), recipes, run folders
        and model files. Of a name that is a recipe's and a model's both are examined; recipe:NAME, model:NAME
        mean one.
    explain:
        Explain all checks, and examine nothing.
    json:
        Write the list of findings to this file; - for standard output (the table then goes to standard
        error).
    html:
        Write a page with the findings and the pictures that show them to this file.
    limit:
        Pictures of each set that are looked at, spread evenly over it.
    quick:
        Ask only what takes seconds, as facewright train does before it begins.
    cache:
        Folder for the packed pictures of recipes.
    """
    from facewright.doctor.sources.open import meanings

    if explain and subjects:
        raise UsageError("--list explains the checks and examines nothing; leave the subjects away")
    if not (explain or subjects):
        raise UsageError("give what to examine: DATA, a recipe, a run folder or a model; --list explains all")
    for word in subjects:
        meanings(word)  # a misspelt one is told before PyTorch is loaded, which takes seconds
    check_writable("--json", json)
    check_writable("--html", html)

    from facewright.doctor.checks import CHECKS
    from facewright.reports.doctor import check_lines, doctor_page, examination_lines, summary, unasked_line

    width = min(shutil.get_terminal_size().columns, WIDEST)
    if explain:
        print("\n".join(check_lines(CHECKS, width)))
        return 0
    result = _examine(subjects, limit, cache, quick)
    out = sys.stderr if json == STDOUT else sys.stdout
    lines = examination_lines(result, width)
    told = [*lines, ""] if lines else []
    told += [summary(result), *filter(None, [unasked_line(result)])]
    print(*map(printable, told), sep="\n", file=out)
    if html is not None:
        from facewright.reports.html import write_page

        print(f"page: {write_page(doctor_page(result, title=' · '.join(subjects)), html)}", file=out)
    if json is not None:
        write_json(json, [finding.to_dict() for finding in result.findings])
    return 0 if result.healthy else 1


def _examine(words: Sequence[str], limit: int, cache: Path, quick: bool) -> "Examination":
    from facewright.doctor.checks import CHECKS
    from facewright.doctor.examination import examine
    from facewright.doctor.sources.looking import Looking
    from facewright.doctor.sources.open import open_subjects

    with _bar() as bar:
        look, ask = bar.add_task("", total=None, visible=False), bar.add_task("opening", total=None)

        def looked(done: int, total: int) -> None:
            bar.update(
                look, description="looking at pictures", completed=done, total=total, visible=done < total
            )

        def watch(check: "Check[Any]", subject: "Subject") -> None:
            bar.update(ask, description=printable(f"{subject.name}: {check.id}"), advance=1)

        looking = Looking(limit, cache, looked)
        found = [subject for word in words for subject in open_subjects(word, looking)]
        bar.update(ask, total=_questions(found, CHECKS, quick))
        return examine(found, cheap=quick, checks=CHECKS, watch=watch)


def _questions(subjects: "Sequence[Subject]", checks: "Sequence[Check[Any]]", quick: bool) -> int:
    return sum(
        isinstance(subject, check.kind) and not (quick and not check.cheap) and not check.lacks(subject)
        for subject in subjects
        for check in checks
    )


def _bar() -> "Progress":
    """On a terminal: which question is being asked of what, and how many pictures of a set have been seen."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    what = TextColumn("{task.description}", markup=False)
    columns = (what, BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
