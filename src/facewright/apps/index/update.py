"""Bringing an index up to date with a folder: list, compare, forget, look, write; a batch at a time."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from time import monotonic

from facewright.apps.index.engines import Engine
from facewright.apps.index.look import Looker, digest
from facewright.apps.index.scan import File, scan
from facewright.apps.index.store import Outcome, Store, Todo
from facewright.core.errors import FacewrightError, IndexFileError
from facewright.inference.ahead import ahead
from facewright.inference.session import available_cores

BATCH, BATCH_SECONDS = 100, 1.0
"""files, and seconds, after which what was found is written: the most that a kill loses"""

Progress = Callable[[int, int | None], object]
"""told how many files are done, of how many; while the folder is listed, how many were seen, of None"""


@dataclass
class Updated:
    """What an update did, in files."""

    looked: int = 0
    """new, changed, or seen with another model or other settings before"""
    known: int = 0
    """moved, copied or touched: their content was known"""
    unchanged: int = 0
    removed: int = 0
    """gone from their places, moved ones too"""
    unreadable: int = 0
    """tried again each time; `Index.unreadable` tells which"""
    unlisted: list[str] = field(default_factory=list)
    """a sentence about each folder that may not be listed; what is known of it is kept"""
    pictures: int = 0
    """in the index now, of this folder"""
    faces: int = 0


def update(
    store: Store, root: str, look: Looker, engine: Engine, workers: int | None, progress: Progress
) -> Updated:
    """Make `store` say what is in the folder `root` now.

    Whatever ends it early, what was found until then is written, and the next update goes on from there.
    Raises PictureError when the folder is missing or may not be listed, IndexFileError when it is empty all
    of a sudden.
    """
    done = Updated()
    total = _compare(store, root, done, progress)
    store.start()
    done.removed = store.remove(number for number, path in store.unseen() if _is_gone(f"{root}/{path}"))
    batch = _Batch(store)

    def record(file: File, outcome: Outcome) -> None:
        batch.add(file, outcome)
        if isinstance(outcome, FacewrightError):
            done.unreadable += 1
        elif isinstance(outcome, bytes):
            done.known += 1
        else:
            done.looked += 1
        progress(done.unreadable + done.known + done.looked, total)

    try:
        for file, outcome in engine(look, _unknown(store, root, workers, record), workers):
            record(file, outcome)
    finally:  # also at Ctrl-C
        batch.write()
    store.finish()
    done.pictures, done.faces = store.counts()
    return done


def _compare(store: Store, root: str, done: Updated, progress: Progress) -> int:
    """Note in the store what is to be done, and say how many files that is."""

    def unlisted(folder: str, why: str) -> None:
        done.unlisted.append(f"{root}/{folder}: {why}")

    seen = 0
    for seen, known in enumerate(store.compare(scan(root, unlisted)), 1):
        done.unchanged += known
        progress(seen, None)
    if not seen and not done.unlisted and not store.is_empty:
        raise IndexFileError(
            f"{root}: holds no picture now, though the index knows some there; nothing was forgotten: if the "
            "disk is there and this is right, delete the index"
        )
    return seen - done.unchanged


def _unknown(
    store: Store, root: str, workers: int | None, record: Callable[[File, Outcome], None]
) -> Iterator[tuple[File, str]]:
    """Each file that must be looked at, with its path; known contents are recorded on the way."""

    def hashed(todo: Todo) -> bytes | None:
        found = digest(f"{root}/{todo.file.path}") if todo.may_be_known else None
        return found if isinstance(found, bytes) else None  # looking will say why it cannot be read

    for todo, future in ahead(hashed, store.todo(), workers or available_cores()):
        found = future.result()
        if found is not None and store.knows(found):
            record(todo.file, found)
        else:
            yield todo.file, f"{root}/{todo.file.path}"


def _is_gone(path: str) -> bool:
    """Not one that merely cannot be reached now."""
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


class _Batch:
    """What is found but not written yet."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: list[tuple[File, Outcome]] = []
        self._since = monotonic()

    def add(self, file: File, outcome: Outcome) -> None:
        self._waiting.append((file, outcome))
        if len(self._waiting) >= BATCH or monotonic() - self._since >= BATCH_SECONDS:
            self.write()

    def write(self) -> None:
        waiting, self._waiting = self._waiting, []  # a batch that cannot be written is not tried twice
        if waiting:
            self._store.write(waiting)
        self._since = monotonic()
