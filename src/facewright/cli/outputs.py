"""What a command over pictures leaves behind: JSON Lines, and files named after their pictures."""

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from cyclopts import Parameter, Token

from facewright.core.errors import UsageError
from facewright.core.whole import beside, whole_file

STDOUT = "-"
WRITTEN_SUFFIXES = frozenset((".jpg", ".jpeg", ".png", ".webp"))
"""endings that a copy keeps; any other picture is written as .png"""


def _given(_: Any, tokens: Sequence[Token]) -> Path:
    if not tokens[0].value:  # Path("") is the current folder
        raise UsageError(f"{tokens[0].keyword or 'a PATH'} is empty; give a path, . for the current folder")
    return Path(tokens[0].value)


Given = Parameter(converter=_given)
"""for options that are paths: an empty one, as an unset variable of the shell gives it, is wrong usage"""


def check_writable(option: str, target: str | Path | None, inputs: Iterable[str] = ()) -> None:
    """Raise UsageError when the file of `option` cannot be written: to be known before the work is done.

    It must not be one of `inputs`. None (not given) and standard output (`-`) are fine. Asked is also whether
    another file can be made in its folder, beside which it will be written (`core.whole`).
    """
    if target is None or target == STDOUT:
        return
    path = Path(target)
    if path.is_dir():
        raise UsageError(f"{option} {path}: is a folder; give the name of a file")
    if path.resolve() in {Path(name).resolve() for name in inputs}:
        raise UsageError(f"{option} {path}: is one of the inputs; give another name")
    if path.exists() and not path.is_file():  # a pipe, /dev/null; a pipe opened twice would end after once
        return
    trial = beside(Path(os.path.realpath(path)))
    try:
        if path.exists():
            path.open("a").close()
        trial.open("x").close()
        trial.unlink()
    except OSError as error:
        raise UsageError(
            f"{option} {path}: cannot be written ({error.strerror}); check its folder"
        ) from error


def check_picture(option: str, path: Path) -> None:
    """As `check_writable`, for a file whose ending says which kind of picture is written."""
    if path.suffix.lower() not in WRITTEN_SUFFIXES:
        raise UsageError(f"{option} {path}: its ending must be one of {', '.join(sorted(WRITTEN_SUFFIXES))}")
    check_writable(option, path)


@contextmanager
def json_lines(target: str, inputs: Iterable[str]) -> Iterator[Callable[[Mapping[str, Any]], None]]:
    """A function that writes one record a line to standard output (`-`, at once) or to a file.

    As `text_file`, which also says what is raised.
    """
    with text_file("--json", target, inputs) as file:
        yield lambda record: print(_line(record), file=file, flush=target == STDOUT)


@contextmanager
def text_file(option: str, target: str, inputs: Iterable[str]) -> Iterator[TextIO]:
    """A file to write text to: standard output (`-`), or what the option's `target` names.

    The file is there when all is done, and never half. Raises UsageError before anything is done when it is
    one of `inputs` or cannot be created.
    """
    if target == STDOUT:
        yield sys.stdout
        return
    path = Path(target)
    check_writable(option, path, inputs)
    with whole_file(path, follow=True) as partial, partial.open("w", encoding="utf-8", newline="") as file:
        yield file


def write_json(target: str, values: Mapping[str, Any] | Sequence[Any]) -> None:
    """One indented value to standard output (`-`) or to a file. UsageError when it cannot be written."""
    text = json.dumps(values, indent=1, allow_nan=False)  # ASCII, for the same reason as `_line`
    if target == STDOUT:
        print(text)
        return
    try:
        with whole_file(Path(target), follow=True) as partial:
            partial.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{target}: cannot be written ({error.strerror}); choose another place") from error


def _line(record: Mapping[str, Any]) -> str:
    # ASCII, whatever the encoding of the terminal or the file names
    return json.dumps(record, allow_nan=False)


class Names:
    """Free names in a folder for copies of pictures: no two the same, none that of an input.

    A file left there by an earlier run is written over. Raises UsageError when the folder cannot be made.
    """

    def __init__(self, folder: Path, inputs: Iterable[str], option: str = "--save") -> None:
        make_folder(option, folder)
        self.folder = folder
        self._free = Free(inputs)

    def take(self, path: str, suffix: str | None = None) -> Path:
        """Where the copy of the picture `path` goes: its name, with -2, -3 ... when that is taken.

        suffix: of the copy; by default the picture's own, if pictures are written so.
        """
        given = Path(path) if path != STDOUT else Path("stdin.png")
        suffix = suffix or (given.suffix if given.suffix.lower() in WRITTEN_SUFFIXES else ".png")
        return self._free.take(self.folder / f"{given.stem}{suffix}")


class Free:
    """Paths that are neither an input's nor taken already."""

    def __init__(self, inputs: Iterable[str]) -> None:
        self._taken = {_key(Path(name)) for name in inputs}

    def take(self, path: Path) -> Path:
        """This path, with -2, -3 ... behind its name when it is taken."""
        number, free = 1, path
        while (key := _key(free)) in self._taken:
            number += 1
            free = path.with_name(f"{path.stem}-{number}{path.suffix}")
        self._taken.add(key)
        return free


def make_folder(option: str, folder: Path) -> None:
    """Raises UsageError when it cannot be made."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{option} {folder}: cannot be made a folder ({error.strerror})") from error


def _key(path: Path) -> str:
    """The same for names that some file system takes for the same."""
    return str(path.resolve()).casefold()
