"""`Question`: what is asked of an index and in which order, understood; and its SQL."""

from collections.abc import Iterator, Sequence

from facewright.apps.index.query.compile import compiled
from facewright.apps.index.query.names import names
from facewright.apps.index.query.parse import parse
from facewright.core.errors import UsageError
from facewright.core.suggest import nearest

_MOST = 2**63 - 1
"""that SQLite counts to"""


class Question:
    """A question and an order, for an index with these attributes; "" asks for all, in the order of paths.

    Raises QueryError, which points at the mistake; UsageError for a wrong order.
    """

    def __init__(self, where: str, order: str, attributes: Sequence[str]) -> None:
        self._names = names(attributes)
        self._where: tuple[str, list[object]] = ("TRUE", [])
        if where.strip():
            self._where = compiled(parse(where), where, self._names)
        self._order = ", ".join([*self._ordering(order), "file.root, file.folder, file.name"])

    def sql(self, columns: str, limit: int | None) -> tuple[str, list[object]]:
        """A query for `columns` of the tables root, file and picture, and its parameters."""
        where, parameters = self._where
        return (
            f"SELECT {columns} FROM file JOIN picture ON picture.id = file.picture "
            f"JOIN root ON root.id = file.root WHERE {where} ORDER BY {self._order} LIMIT ?",
            [*parameters, -1 if limit is None else min(limit, _MOST)],
        )

    def _ordering(self, order: str) -> Iterator[str]:
        for word in order.split(",") if order.strip() else []:
            name = word.strip().removeprefix("-").strip().lower()
            if name not in self._names:
                raise UsageError(f"order: there is no name {name!r}{nearest(name, self._names)}")
            column = self._names[name]
            sql = column.picture or f"(SELECT MAX({column.face}) FROM face WHERE face.picture = picture.id)"
            yield f"{sql} {'DESC' if word.strip().startswith('-') else 'ASC'} NULLS LAST"
