"""A file that one process at a time holds."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from facewright.core.errors import FacewrightError

if sys.platform == "win32":
    import msvcrt

    def _hold(file: IO[str]) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _hold(file: IO[str]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def locked(path: Path, held: FacewrightError) -> Iterator[None]:
    """Hold the file `path`, which is made; the system lets go of it however this process ends.

    Raises `held` where another process has it.
    """
    with path.open("a") as file:
        try:
            _hold(file)
        except (BlockingIOError, PermissionError) as error:  # the second on Windows
            raise held from error
        yield
