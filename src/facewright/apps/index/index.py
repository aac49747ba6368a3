"""`Index`: folders of pictures, known by their faces."""

from collections.abc import Iterator
from pathlib import Path

from facewright.apps.index.database import attributes_told, reading, writing
from facewright.apps.index.engines import engine_named
from facewright.apps.index.look import Looker
from facewright.apps.index.query.question import Question
from facewright.apps.index.results import Result, results
from facewright.apps.index.store import open_store
from facewright.apps.index.update import Progress, Updated, update
from facewright.core.arguments import whole_number
from facewright.core.errors import IndexFileError, PictureError, UsageError

FILE_NAME = ".facewright.db"
"""of the index that lies in the folder it is about"""


class Index:
    """A file that knows the pictures of folders and the faces on them.

    >>> index = Index("photos")  # doctest: +SKIP
    >>> index.update()  # doctest: +SKIP
    >>> [found.path for found in index.find("faces >= 3 and smiling > .8")]  # doctest: +SKIP

    path: of the index's file, or a folder, whose index is the file `.facewright.db` in it. Nothing is opened
    or made before it is needed. Safe to use from several threads and processes.
    """

    def __init__(self, path: str | Path) -> None:
        path = Path(path)
        self._folder = path if path.is_dir() else None
        self.path = path if self._folder is None else path / FILE_NAME
        """of the file"""

    def __repr__(self) -> str:
        return f"<Index: {self.path}>"

    def update(
        self,
        folder: str | Path | None = None,
        look: Looker | None = None,
        *,
        workers: int | None = None,
        engine: str = "threads",
        progress: Progress = lambda done, total: None,
    ) -> Updated:
        """Make the index say what is in `folder` now: only what is new or changed is looked at.

        folder: with all that lies in it; None means the one that `Index` was made with. look: with the
        models to use; other ones than last time make everything be looked at again. workers: pictures that
        are looked at side by side; None means as many as there are cores (of the cluster, with Ray).
        engine: "threads", or "ray" for a Ray cluster. progress: told how many files are done, of how many,
        which is None while they are listed.

        What was found is written every second, so that an update that was stopped goes on where it was.
        Raises PictureError for a folder that is missing or may not be listed, IndexFileError for an index
        that cannot be used or written, ModelError, UsageError.
        """
        if folder is None and self._folder is None:
            raise UsageError(f"{self.path}: say which folder, as in update('photos')")
        root = Path(folder or self._folder or "")
        if not root.is_dir():
            raise PictureError(f"{root}: no such folder")
        if workers is not None:
            workers = whole_number(workers, "workers must be a whole number of at least 1")
        run = engine_named(engine)
        look = look or Looker()
        # opens the models: what is wrong with them is said before anything is written
        settings = look.settings()
        with writing(self.path) as connection:
            kept = self._kept(root)
            for (other,) in connection.execute("SELECT path FROM root"):
                self._refuse_nested(root, other, kept)
            store = open_store(connection, kept, settings, look.names)
            return update(store, str(root), look, run, workers, progress)

    def find(
        self, where: str = "", *, order: str = "", limit: int | None = None, faces: bool = True
    ) -> Iterator[Result]:
        """The pictures of which `where` is true, as the file lists them: read as they are asked for.

        where: see docs/guide/index.md; "" for all. order: names to order by, the first first, with - before a
        name for the largest first; "" for folder and name. limit: at most so many. faces: whether the results
        have them; it is faster without.
        Raises QueryError for a question that makes no sense, IndexFileError.
        """
        if limit is not None:
            limit = whole_number(limit, "limit must be a whole number of at least 0", least=0)
        question = self.question(where, order)  # here, not when the first result is asked for
        return results(self.path, question, limit, faces)

    def question(self, where: str = "", order: str = "") -> Question:
        """`where` and `order` understood, for this index. Raises QueryError, IndexFileError."""
        return Question(where, order, self.attributes())

    def attributes(self) -> list[str]:
        """Names of the attributes that can be asked for."""
        with reading(self.path) as connection:
            return attributes_told(connection)

    def outdated(self, look: Looker) -> int:
        """How many pictures an update with `look` will look at again for its models or settings."""
        if not self.path.exists():
            return 0
        with reading(self.path) as connection:
            sql = "SELECT COUNT(*) FROM picture JOIN settings ON settings.id = settings WHERE text != ?"
            return int(connection.execute(sql, (look.settings(),)).fetchone()[0])

    def unreadable(self) -> Iterator[tuple[str, str]]:
        """Path of each file that could not be read, and the sentence that says why."""
        with reading(self.path) as connection:
            for root, folder, name, error in connection.execute(
                "SELECT root.path, folder, name, error FROM file JOIN root ON root.id = root "
                "WHERE error NOT NULL ORDER BY root, folder, name"
            ):
                path = str(Path(self.path.parent, root, folder, name))
                yield path, f"{path}: {error}"

    def folders(self) -> list[Path]:
        """that are indexed"""
        with reading(self.path) as connection:
            return [
                self.path.parent / path
                for (path,) in connection.execute("SELECT path FROM root ORDER BY path")
            ]

    def unfinished(self) -> list[Path]:
        """Folders whose last update was stopped before its end."""
        with reading(self.path) as connection:
            rows = connection.execute("SELECT path FROM root WHERE NOT finished ORDER BY path")
            return [self.path.parent / path for (path,) in rows]

    def _kept(self, root: Path) -> str:
        """How the table names a folder: below the index's own, if it lies there, so that both can move."""
        here, there = self.path.parent.resolve(), root.resolve()
        return str(there.relative_to(here)) if there.is_relative_to(here) else str(there)

    def _refuse_nested(self, root: Path, other: str, kept: str) -> None:
        if other == kept:
            return
        known, there = (self.path.parent / other).resolve(), root.resolve()
        if there.is_relative_to(known) or known.is_relative_to(there):
            raise IndexFileError(
                f"{root}: lies in, or holds, {known}, which this index has as a folder of its own; index "
                "that one, or use another index"
            )
