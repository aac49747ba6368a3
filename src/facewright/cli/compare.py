"""`facewright compare MODEL MODEL...`: which is better, by how much, and how much of that is chance."""

import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter, validators

from facewright.cli.options import WHOLE_SIZE, OneOrMore
from facewright.cli.outputs import STDOUT, Given, check_writable, write_json
from facewright.cli.say import printable
from facewright.core.errors import DataError, UsageError

if TYPE_CHECKING:
    from facewright.reports.compared import Compared
    from facewright.reports.comparison import Comparison, Judgement

DEFAULT_DATA = (
    "Data: the validation sets of the models' recipes, which chose their best weights; --data names others."
)
AtLeastOne = Parameter(validator=validators.Number(gte=1))


def compare(
    *models: Annotated[str, Parameter(name="MODEL")],
    data: Annotated[list[str] | None, OneOrMore] = None,
    size: int | Literal["full"] | None = None,
    limit: Annotated[int | None, AtLeastOne] = None,
    no_latency: Annotated[bool, Parameter(negative="")] = False,
    rounds: Annotated[int, AtLeastOne] = 30,
    threads: Annotated[int, AtLeastOne] = 1,
    json: Annotated[str | None, Parameter(allow_leading_hyphen=True)] = None,
    html: Annotated[Path | None, Given] = None,
    cache: Annotated[Path, Given] = Path("data/cache"),
) -> int:
    """Compare models of one task on the same data: accuracy, latency, size, recipes, and where they differ.

    All are compared with the first. A difference has an interval, in which it lies in 95 % of a thousand sets
    of pictures drawn anew from these; better or worse is said only where that leaves out zero. Exit status 1
    when some picture could not be read; it is left out for all.

    Parameters
    ----------
    models:
        Two or more: run folders, ONNX files, names of shipped models. Of a run its exported file is taken, or
        one made for this comparison.
    data:
        FORMAT:PATH, or named sets such as street-masks/val; the validation sets of the models' recipes when
        not given.
    size:
        For detectors: upper limit of the long side that the network sees, or full; 640 when not given.
    limit:
        Judge by only so many pictures of each set, spread evenly over it.
    no_latency:
        Do not measure how long the models take.
    rounds:
        Of timing; the models take turns.
    threads:
        For the networks.
    json:
        Write all figures, unrounded, to this file; - for standard output (the table then goes to standard
        error).
    html:
        Write a page with curves laid over each other and the pictures on which the models disagree most.
    cache:
        Folder of packed pictures, for attribute models without a file.
    """
    check_writable("--json", json)
    check_writable("--html", html)
    from facewright.cli.subjects import opened

    with opened(models, cache) as found:
        task = found[0].card.task
        options: dict[str, Any] = {"limit": limit, "threads": threads}
        if task == "detection":
            options["size"] = WHOLE_SIZE if size is None else size
        elif size is not None:
            raise UsageError(f"--size is for detectors, whose input has any size, not for {task}")
        comparison = _compare(found, data, options, None if no_latency else rounds)
        return _tell(comparison, json, html)


def _compare(
    found: "list[Compared]", data: list[str] | None, options: dict[str, Any], rounds: int | None
) -> "Comparison":
    from facewright.cli import compare_latency
    from facewright.cli.subjects import default_data
    from facewright.inference.session import Session
    from facewright.inference.timing import machine
    from facewright.reports.compared import trained_on
    from facewright.reports.comparison import Comparison

    task = found[0].card.task
    names = data or default_data(found)
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"--data {name}: is given twice; its pictures would count twice")
    try:
        judgement = import_module(f"facewright.cli.compare_{task}").compare(found, names, **options)
    except DataError as error:
        if data:
            raise
        raise DataError(f"{error} (of the recipes' validation sets; name others with --data)") from error
    warnings = [
        f"{one.name} was trained on {name}: its figures there say how well it remembers"
        for name in names
        for one in found
        if trained_on(one.card, name)
    ]
    rules = [
        *([] if data else [DEFAULT_DATA]),
        *(f"{one.given}: {one.note}." for one in found if one.note),
        *judgement.rules,
        *_of_intervals(judgement, found[0].name),
        f"Disagreement: {judgement.ranked_by}.",
    ]
    timings = {}
    if rounds is not None:
        threads = Session(found[0].path, threads=options["threads"]).threads
        timings = compare_latency.latency(found, rounds, threads)
        rules += compare_latency.rules(task, rounds, threads)
    return Comparison(found, names, judgement, timings, machine(), rules, warnings)


def _of_intervals(judgement: "Judgement", reference: str) -> list[str]:
    from facewright.metrics.bootstrap import RESAMPLES, SEED

    figures = [measure for section in judgement.sections for measure in section.measures]
    if not any(gap for measure in figures for gap in measure.differences):
        return ["Intervals: none, as one picture or clip, drawn again and again, tells nothing of chance."]
    return [
        f"Intervals: 95 % of {RESAMPLES} resamples (seed {SEED}) of the difference to {reference}: "
        f"{judgement.redrawn}, the same for all models.",
        "Better, worse: zero lies outside the interval; so it does for one of twenty that are all chance.",
    ]


def _tell(found: "Comparison", json: str | None, html: Path | None) -> int:
    from facewright.cli.judging import tell_problems
    from facewright.reports.comparison import comparison_lines

    out = sys.stderr if json == STDOUT else sys.stdout
    machine = ", ".join(f"{what} {which}" for what, which in found.machine.items())
    told = [*comparison_lines(found), "", f"Machine: {machine}", "", "Protocol"]
    told += (f"  {rule}" for rule in found.rules)
    print(*map(printable, told), sep="\n", file=out)
    for warning in found.warnings:
        print(f"\n{printable(warning)}", file=sys.stderr)
    tell_problems(found.judgement.problems)
    if html is not None:
        from facewright.reports.compare import comparison_page
        from facewright.reports.html import write_page

        print(f"\npage: {write_page(comparison_page(found), html)}", file=out)
    if json is not None:
        write_json(json, found.to_dict())
    return 1 if found.judgement.unread else 0
