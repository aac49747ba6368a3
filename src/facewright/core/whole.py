"""Files that appear complete or not at all: written beside their place, then renamed."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
"""of errors of a disk"""


@contextmanager
def whole_file(path: Path, *, follow: bool = False) -> Iterator[Path]:
    """Where to write what shall be at `path`, and is there when the block ends without an error.

    Else `path` is as it was, and nothing is left beside it. A file that was there leaves its permissions to
    the new one; what is there and no ordinary file (a pipe, /dev/null) is written into, never replaced.
    follow: write to where a link at `path` leads, instead of putting the file in the link's place.
    Raises OSError, which names `path`.
    """
    place = Path(os.path.realpath(path)) if follow else path
    if path.exists() and not place.is_file():  # a pipe's link, as /dev/stdout, leads to no path
        yield path
        return
    partial = beside(place)
    try:
        yield partial
        if place.exists():
            shutil.copymode(place, partial)
        partial.replace(place)
    except OSError as error:
        # What writing into an open file raises, as on a full disk, names none.
        if (error.errno in FULL and error.filename is None) or str(error.filename) == str(partial):
            error.filename = str(path)
        raise
    finally:  # also on Ctrl-C
        with suppress(OSError):  # of a folder that may not be entered, which has been said
            partial.unlink(missing_ok=True)


def beside(path: Path) -> Path:
    """A name in the same folder that nothing else has, hidden, with the ending of `path`.

    By the ending many a library chooses the kind of file. Else nothing of the name is in it, to which nothing
    may be added if it is as long as names can be.
    """
    return path.with_name(f".{token_hex(8)}.part{path.suffix}")
