"""A folder or file that appears complete or not at all: it is made beside its place, then renamed."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from facewright.core.errors import UsageError
from facewright.core.whole import beside


@contextmanager
def staged(path: Path, *, is_file: bool = False) -> Iterator[Path]:
    """Where to write what shall be at `path`, and is there when the block ends without an error.

    Raises UsageError when something is there already, but for an empty folder where a folder is to be.
    """
    place = path.resolve()
    if place.is_dir() and not is_file:
        if any(place.iterdir()):
            raise UsageError(f"{path}: is not empty; give a folder that is, or that does not exist yet")
        if place == Path.cwd() or os.path.ismount(place):  # which nothing can be renamed onto
            what = "the current folder" if place == Path.cwd() else "where another disk is mounted"
            raise UsageError(f"{path}: is {what}; give the name of a folder to be made in it")
    elif place.exists():
        raise UsageError(f"{path}: exists already; give another name, or take it away first")
    made = beside(place)
    missing = [parent for parent in place.parents if not parent.exists()]
    try:
        _make(made, path, is_file)
        try:
            yield made
            if place.is_dir():  # empty; not every system renames onto it
                place.rmdir()
            made.rename(place)
        finally:  # also on Ctrl-C
            if is_file:
                made.unlink(missing_ok=True)
            else:
                shutil.rmtree(made, ignore_errors=True)
    finally:
        for parent in missing:  # of what failed nothing is left; one that is not empty stays
            with suppress(OSError):
                parent.rmdir()


def _make(made: Path, path: Path, is_file: bool) -> None:
    try:
        made.parent.mkdir(parents=True, exist_ok=True)
        if not is_file:
            made.mkdir()
    except OSError as error:
        raise UsageError(f"{path}: cannot be made ({error.strerror}); check the folder it is in") from error
