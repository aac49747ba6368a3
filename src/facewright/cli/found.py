"""What `facewright find` writes of each picture that it finds."""

import csv
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from facewright.cli.outputs import text_file
from facewright.cli.say import printable
from facewright.core.counted import counted

if TYPE_CHECKING:
    from facewright.apps.index.results import Result

Writer = Callable[["Result"], object]
COLUMNS = ("path", "width", "height", "taken", "faces", "score", "size")


@contextmanager
def csv_rows(target: str, inputs: Sequence[str]) -> Iterator[Writer]:
    """A row a picture, to a file or (`-`) standard output; what is missing is empty."""
    with text_file("--csv", target, inputs) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        yield lambda found: writer.writerow(
            (
                _text(found.path), found.width, found.height, found.taken, found.count, found.score,
                found.size,
            )
        )  # fmt: skip


def linked(folder: Path, indexed: Sequence[Path]) -> Writer:
    """A link a picture."""
    from facewright.apps.index.links import Links

    links = Links(folder, indexed)
    return lambda found: links.add(found.path)


def path_only(end: bytes) -> Writer:
    """The bytes of the file's name, whatever they are, so that other programs find it and take none for an
    option."""

    def write(found: "Result") -> None:
        before = "./" if found.path.startswith("-") else ""
        sys.stdout.buffer.write(os.fsencode(before + found.path) + end)

    return write


@contextmanager
def table() -> Iterator[Writer]:
    """A line a picture, as it is found, and how many there were; never cut when piped."""
    from rich.console import Console

    console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
    pictures = faces = 0
    line = "{:>7}  {:>7}  {:<16}  {:<11}  {}".format

    def write(found: "Result") -> None:
        nonlocal pictures, faces
        pictures += 1
        faces += found.count
        largest = "" if found.size is None else f"{found.size:.1%}"
        taken = (found.taken or "")[:16]
        console.print(
            line(found.count, largest, taken, f"{found.width}x{found.height}", printable(found.path))
        )

    console.print(line("faces", "largest", "taken", "size", "picture"), style="bold")
    yield write
    console.print(f"{counted(faces, 'face')} in {counted(pictures, 'picture')}", style="bold")


def _text(path: str) -> str:
    """A path as Unicode: what of its bytes is none is written as \\udc80."""
    return path.encode("utf-8", "backslashreplace").decode("utf-8")
