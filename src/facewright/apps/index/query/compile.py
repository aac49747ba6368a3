"""From a question's tree to SQL. Whatever a person wrote goes into parameters, never into the SQL itself.

A comparison with something that is missing (the date of a photo without one) is not true, and its `not` is.
"""

import os
from collections.abc import Mapping, Sequence

from facewright.apps.index.query.dates import period
from facewright.apps.index.query.names import OF_ALL, Column, Kind, plain
from facewright.apps.index.query.tokens import QueryError
from facewright.apps.index.query.tree import (
    Comparison,
    Condition,
    Contains,
    Count,
    Date,
    Faces,
    Holds,
    In,
    Junction,
    Name,
    Not,
    Number,
    Operator,
    Text,
    Value,
)
from facewright.core.attributes import CELEBA
from facewright.core.suggest import nearest

FACE = "FROM face WHERE face.picture = picture.id AND"
_TURNED: dict[Operator, Operator] = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def compiled(tree: Condition, text: str, names: Mapping[str, Column]) -> tuple[str, list[object]]:
    """An SQL expression over `picture` and `file`, and its parameters.

    text: what `tree` was parsed from, for errors to point into. Raises QueryError.
    """
    compiler = _Compiler(text, names)
    return compiler.condition(tree), compiler.parameters


class _Compiler:
    def __init__(self, text: str, names: Mapping[str, Column]) -> None:
        self.parameters: list[object] = []
        """in the order in which the SQL has places for them"""
        self._text = text
        self._names = names
        self._in_face: str | None = None
        """the word that opened the bracket in which faces are spoken of"""

    def condition(self, it: Condition) -> str:
        match it:
            case Junction(word, conditions):
                return "(" + f" {word.upper()} ".join(map(self.condition, conditions)) + ")"
            case Not(condition):
                return f"({self.condition(condition)} IS NOT TRUE)"
            case Faces(which, condition):
                inner = self._of_face(which, condition, it.at)
                if which == "any":
                    return f"EXISTS (SELECT 1 {FACE} {inner})"
                return f"(picture.faces > 0 AND NOT EXISTS (SELECT 1 {FACE} ({inner} IS NOT TRUE)))"
            case Holds(name):
                return self._test((name,), it)
            case Contains(name, _):
                return self._test((name,), it)
            case Comparison(left, _, right):
                return self._test((left, right), it)
            case In(name, values):
                return self._test((name, *values), it)

    def _parameter(self, value: float | str) -> str:
        """A place for `value` in the SQL."""
        self.parameters.append(os.fsencode(value) if isinstance(value, str) else value)
        return "CAST(? AS TEXT)" if isinstance(value, str) else "?"

    def _test(self, values: Sequence[Value], it: Holds | Comparison | Contains | In) -> str:
        """Of an attribute outside any( ): whether it is true of any face."""
        columns = [self._column(value) for value in values if isinstance(value, Name)]
        if self._in_face is None and any(column.picture is None for column in columns):
            return f"EXISTS (SELECT 1 {FACE} {self._plain_test(it)})"
        return self._plain_test(it)

    def _plain_test(self, it: Holds | Comparison | Contains | In) -> str:
        match it:
            case Holds(name):
                return self._holds(name)
            case Contains(name, text):
                if self._column(name).kind != "text":
                    raise self._error(f"contains asks about a text, and {name} is none", name)
                self.parameters.append(os.fsencode(text.value))
                return f"contains(CAST({self._sql(name)} AS BLOB), ?)"
            case In(name, values):
                return self._among(name, values)
            case Comparison(left, operator, right):
                if _rank(left) < _rank(right):
                    return self._compared(right, _TURNED[operator], left)
                return self._compared(left, operator, right)

    def _holds(self, name: Name) -> str:
        column = self._column(name)
        if column.kind == "date":
            return f"({self._sql(name)} IS NOT NULL)"
        if name.name in OF_ALL:
            example = f'{name} contains "holiday"' if column.kind == "text" else f"{name} >= 3"
            raise self._error(f"{name} is neither true nor false; compare it, as in: {example}", name)
        return f"({self._sql(name)} >= 0.5)"

    def _compared(self, left: Value, operator: Operator, right: Value) -> str:
        if not isinstance(left, Name | Count):
            raise self._error("a comparison needs a name, as in: faces >= 3", left)
        if self._kind(left) == "date":
            return self._dated(left, operator, right)
        if self._kind(left) == "text" and operator not in ("==", "!="):
            raise self._error(f"{left} is a text: it has ==, !=, in and contains, but not {operator}", left)
        self._check_alike(left, right)
        return f"({self._sql(left)} {operator} {self._sql(right)})"

    def _among(self, name: Name, values: Sequence[Value]) -> str:
        if self._kind(name) == "date":
            return "(" + " OR ".join(self._dated(name, "==", value) for value in values) + ")"
        for value in values:
            self._check_alike(name, value)
        return f"({self._sql(name)} IN ({', '.join(map(self._sql, values))}))"

    def _check_alike(self, left: Value, right: Value) -> None:
        kind = self._kind(left)
        if kind == "text" and not isinstance(right, Text):
            raise self._error(f"{left} is a text: compare it with one, in quotes", right)
        if kind == "number" and self._kind(right) != "number":
            raise self._error(f"{left} is a number, and {right} is none", right)

    def _kind(self, value: Value) -> Kind:
        match value:
            case Name():
                return self._column(value).kind
            case Text():
                return "text"
            case Date():
                return "date"
            case Number() | Count():
                return "number"

    def _dated(self, left: Value, operator: Operator, right: Value) -> str:
        """2026 is all of that year: == within it, > after its end, <= before its end."""
        if isinstance(right, Name | Count):
            raise self._error(f"{left} is compared with a date, as in: taken >= 2026-05-01", right)
        found = period(str(right) if isinstance(right, Number) else right.value)
        if found is None:
            raise self._error(
                f"{right} is no date; write 2026, 2026-05, 2026-05-01 or '2026-05-01 12:30'", right
            )
        start, end = found
        sql = self._sql(left)
        bound = self._parameter
        if operator == "==":
            return f"({sql} >= {bound(start)} AND {sql} < {bound(end)})"
        if operator == "!=":
            return f"({sql} < {bound(start)} OR {sql} >= {bound(end)})"
        sign, value = {"<": ("<", start), ">=": (">=", start), "<=": ("<", end), ">": (">=", end)}[operator]
        return f"({sql} {sign} {bound(value)})"

    def _sql(self, value: Value) -> str:
        match value:
            case Name():
                column = self._column(value)
                return str(column.face if self._in_face or column.picture is None else column.picture)
            case Count(condition):
                inner = self._of_face("count", condition, value.at)
                return f"(SELECT COUNT(*) {FACE} {inner})"
            case Number(number):
                return self._parameter(number)
            case Text(text) | Date(text):
                return self._parameter(text)

    def _of_face(self, word: str, condition: Condition, at: int) -> str:
        if self._in_face is not None:
            message = f"{word}(...) cannot stand in {self._in_face}(...), which speaks of one face already"
            raise QueryError(message, self._text, at)
        self._in_face = word
        sql = self.condition(condition)
        self._in_face = None
        return sql

    def _column(self, name: Name) -> Column:
        known = self._names
        column = known.get(name.name)
        if column is None:
            if name.name in map(plain, CELEBA):
                if len(known) == len(OF_ALL):  # one of no pictures too
                    advice = "no picture in it was looked at for attributes; index without --no-attributes"
                else:
                    advice = "index again with --all"
                raise self._error(f"this index does not know {name}; {advice}", name)
            raise self._error(f"there is no name {name.name!r}{nearest(name.name, known)}", name)
        if self._in_face is not None and column.face is None:
            word = self._in_face
            raise self._error(
                f"{name} is of the picture, not of one face; write it outside {word}(...)", name
            )
        return column

    def _error(self, message: str, value: Value) -> QueryError:
        return QueryError(message, self._text, value.at)


def _rank(value: Value) -> int:
    """What of a comparison stands on the left: a name before a count, a count before a value."""
    return 2 if isinstance(value, Name) else 1 if isinstance(value, Count) else 0
