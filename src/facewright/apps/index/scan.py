"""The pictures below a folder, one after the other, with what marks a change of them; never all at once."""

import os
from collections.abc import Callable, Iterator
from stat import S_ISREG
from typing import NamedTuple

from facewright.core.errors import PictureError
from facewright.core.pictures import PICTURE_SUFFIXES

UNKNOWN = -1
"""size and time of a link that leads nowhere, which reading it will tell"""


class File(NamedTuple):
    """A picture's place, and what marks a change of it."""

    folder: str
    """below the folder that is scanned, with /; "" for that itself"""
    name: str
    bytes: int
    mtime: int
    """nanoseconds"""

    @property
    def path(self) -> str:
        """Below the folder that is scanned."""
        return f"{self.folder}/{self.name}" if self.folder else self.name


def scan(root: str, on_error: Callable[[str, str], object]) -> Iterator[File]:
    """Files that end like pictures in `root` and the folders inside it, hidden ones left out, as they come.

    A link to a file is a picture like any other; links to folders are not followed, so that no loop is walked
    round. `on_error` is told of each folder inside that may not be listed, and why.
    Raises PictureError when `root` itself is missing or may not be listed.
    """
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(f"{root}/{folder}" if folder else root) as entries:
                for entry in entries:
                    if entry.name.startswith("."):
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(f"{folder}/{entry.name}" if folder else entry.name)
                    elif os.path.splitext(entry.name)[1].lower() in PICTURE_SUFFIXES:  # noqa: PTH122  (speed)
                        yield from _file(folder, entry)
        except OSError as error:
            if not folder:
                raise PictureError(f"{root}: the folder cannot be listed ({error.strerror})") from error
            on_error(folder, f"the folder cannot be listed ({error.strerror})")


def _file(folder: str, entry: "os.DirEntry[str]") -> Iterator[File]:
    try:
        stat = entry.stat()
    except OSError:
        yield File(folder, entry.name, UNKNOWN, UNKNOWN)
        return
    if S_ISREG(stat.st_mode):  # a pipe would be waited for
        yield File(folder, entry.name, stat.st_size, stat.st_mtime_ns)
