"""`facewright data fetch`: the only command that talks to the network, and only when it is told to."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from facewright.cli.options import flag
from facewright.cli.outputs import Given
from facewright.cli.say import complain, printable
from facewright.core.errors import UsageError

if TYPE_CHECKING:
    from facewright.datasets.fetch.download import Watcher
    from facewright.datasets.fetch.sources import Source


def fetch(
    name: str | None = None,
    /,
    *,
    output: Annotated[Path | None, Given] = None,
    accept_terms: Annotated[bool, flag("You have read the set's terms and accept them.")] = False,
    mirror: Annotated[list[str] | None, Parameter(negative="")] = None,
    keep_archive: Annotated[bool, flag("Keep the archives when they are unpacked.")] = False,
) -> None:
    """Fetch a public data set from its official place; without NAME list those that can be fetched.

    It goes on where it stopped, checks every file against the checksum that is known of it, and does nothing
    where all is there. The exit status is 2 as long as the set's terms are not accepted.

    Parameters
    ----------
    name
        celeba, wider, fddb or lfw.
    output
        Folder to put it in; NAME in the data folder (FACEWRIGHT_DATA, or ./data) when not given.
    mirror
        Address of a folder that holds the same files under the same names, to use instead; given again, the
        next one to try.
    """
    from facewright.datasets.fetch.fetch import fetch as run
    from facewright.datasets.fetch.fetch import is_accepted, missing
    from facewright.datasets.fetch.sources import find_source, read_sources
    from facewright.datasets.sets import data_root

    if name is None:
        if output or accept_terms or mirror or keep_archive:
            raise UsageError(f"say which set to fetch: {', '.join(read_sources())}")
        _list(read_sources())
        return
    source = find_source(name)
    folder = output or data_root() / name
    if not missing(source, folder):
        print(f"{name}: all of it is there, in {printable(str(folder))}")
    else:
        if not is_accepted(source, folder):
            _ask(name, source, accept_terms)
        with _watched() as watcher:
            run(source, folder, mirrors=mirror or (), keep_archives=keep_archive, watcher=watcher)
        print(f"{name}: complete, in {printable(str(folder))}")
    data = source.data.format(folder=folder)
    print(f"it is opened as {printable(data)}; look at it first: facewright data show {printable(data)}")


def _list(sources: "dict[str, Source]") -> None:
    for name, source in sources.items():
        size = f"{source.size / 1e9:.2f} GB" if source.size else "size not known"
        print(f"{name}\n  {source.title}\n  {size}; {source.home}\n  files: {_files(source)}")
        print(f"  terms: {source.terms}")
        if source.note:
            print(f"  places: {source.note}")


def _files(source: "Source") -> str:
    return ", ".join(file.name for file in source.files)


def _ask(name: str, source: "Source", accepted: bool) -> None:
    """Show the terms. Raises UsageError where they are not accepted."""
    print(f"{source.title}\n{source.home}\n\nTerms, in short: {source.terms}\n", file=sys.stderr)
    if source.note:
        print(f"Places: {source.note}\n", file=sys.stderr)
    if accepted:
        return
    if not sys.stdin.isatty():
        raise UsageError(f"{name}: its terms must be accepted first: read them and give --accept-terms")
    print("Do you accept these terms? Type yes: ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() != "yes":
        raise UsageError(f"{name}: its terms were not accepted; nothing was fetched")


@contextmanager
def _watched() -> "Iterator[Watcher]":
    """Bars on a terminal; elsewhere a line when a file begins."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    from facewright.datasets.fetch.download import Watcher

    console = Console(stderr=True, highlight=False)
    title = TextColumn("{task.description}", markup=False)
    columns = (title, BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    bars = Progress(*columns, console=console, disable=not console.is_terminal)
    tasks = {}

    def progress(name: str, done: int, total: int | None) -> None:
        if name not in tasks:
            tasks[name] = bars.add_task(name, total=total)
            if not console.is_terminal:
                print(name if total is None else f"{name}, {total / 1e6:.1f} MB", file=sys.stderr, flush=True)
        bars.update(tasks[name], completed=done, total=total)

    with bars:
        yield Watcher(progress, complain)
