"""`facewright index`: folders in; an index that knows their faces out, brought up to date."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from facewright.cli.options import FINDING, Common, Finding, Model, flag, told
from facewright.cli.outputs import Given
from facewright.cli.say import complain, printable
from facewright.core.counted import counted
from facewright.core.errors import FacewrightError, UsageError

if TYPE_CHECKING:  # numpy, Pillow and onnxruntime load when there is work to do, not to show the help
    from facewright.apps.index.index import Index
    from facewright.apps.index.look import Looker
    from facewright.apps.index.update import Progress, Updated


def index(
    *folders: Annotated[
        Path, Given, Parameter(name="DIR"), told("Folders; all that lies in them is indexed.")
    ],
    index: Annotated[
        Path | None,
        Given,
        told("Keep one index of all folders in this file; when not given, each has its own, .facewright.db."),
    ] = None,
    model: Model = "detector-nano",
    attributes: Annotated[
        str, told("Name or path of the model that describes the faces."), Parameter(name="--attributes-model")
    ] = "attributes-small",
    no_attributes: Annotated[bool, flag("Find faces, but do not describe them.")] = False,
    all: Annotated[
        bool, flag("Tell every attribute that the model knows, also those that are vague or judge.")
    ] = False,
    workers: Annotated[
        int | None,
        told("Pictures that are looked at side by side; as many as there are cores when not given."),
    ] = None,
    engine: Annotated[
        str,
        told("threads, or ray for a Ray cluster: the one that RAY_ADDRESS names, or one on this machine."),
    ] = "threads",
    device: Annotated[str, told("cpu, cuda, ... as far as the onnxruntime installed offers it.")] = "cpu",
    max_pixels: Annotated[
        int | None, told("Refuse pictures with more pixels; 200 million when not given, 0 for no limit.")
    ] = None,
    finding: Finding = FINDING,
) -> int:
    """Make or update an index of the faces in folders, for `facewright find` to answer from."""
    if not folders:
        raise UsageError("give at least one DIR: a folder of pictures, . for the current one")
    common = Common(threads=1, device=device, max_pixels=max_pixels)
    described = None if no_attributes else (attributes, all)
    from facewright.apps.index.index import Index

    look = _looker(finding, model, described, common)
    status = 0
    for folder in folders:
        if folder.is_file():
            raise UsageError(f"{folder}: is a file; give a folder")
        kept = Index(folder if index is None else index)
        try:
            if again := kept.outdated(look):
                complain(f"{folder}: {counted(again, 'picture')} seen with other settings: looked at again")
            with _bar(str(folder)) as progress:
                done = kept.update(folder, look, workers=workers, engine=engine, progress=progress)
        except UsageError:
            raise
        except FacewrightError as error:  # the other folders are done all the same
            if error.exit_code != 1:
                raise
            complain(error)
            status = 1
            continue
        print(f"{printable(str(folder))}: {_summary(done)}")
        status |= _unread(kept, done)
    return status


def _looker(finding: Finding, model: str, described: tuple[str, bool] | None, common: Common) -> "Looker":
    from facewright.apps.index.look import Looker
    from facewright.inference.attributes import Attributes

    describer = None
    if described is not None:
        name, every = described
        describer = Attributes(
            name, threads=common.threads, device=common.device, every=every, max_pixels=common.pixel_limit
        )
    return Looker(finding.detector(model, common), describer)


def _summary(done: "Updated") -> str:
    did = {
        "looked at": done.looked, "known from elsewhere": done.known, "unchanged": done.unchanged,
        "gone": done.removed, "unreadable": done.unreadable,
    }  # fmt: skip
    told = ", ".join(f"{number} {what}" for what, number in did.items() if number)
    seen = f"{counted(done.pictures, 'picture')}, {counted(done.faces, 'face')}"
    return f"{seen} ({told})" if told else seen


def _unread(kept: "Index", done: "Updated") -> int:
    """Tell what could not be read, and say with 1 that there was something."""
    for sentence in done.unlisted:
        complain(sentence)
    if done.unreadable:
        for _, why in kept.unreadable():
            complain(why)
    return int(bool(done.unlisted or done.unreadable))


@contextmanager
def _bar(folder: str) -> Iterator["Progress"]:
    """On a terminal: how many are done of how many, how fast, how long it will take."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    speed = TextColumn("{task.fields[speed]}")
    what = TextColumn("{task.description}", markup=False)
    columns = (what, BarColumn(), MofNCompleteColumn(), speed, TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(f"listing {printable(folder)}", total=None, speed="")

        def progress(done: int, total: int | None) -> None:
            if total is None:
                bar.update(task, completed=done)
                return
            rate = bar.tasks[0].speed
            bar.update(
                task, description=printable(folder), completed=done, total=total,
                speed=f"{rate:.1f}/s" if rate else "",
            )  # fmt: skip

        yield progress
