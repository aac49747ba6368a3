"""From a question's text to its words, each with its place; and the error that points at one."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from facewright.core.errors import UsageError

Kind = Literal["name", "number", "text", "date", "sign", "end"]
KEYWORDS = frozenset(("and", "or", "not", "in", "contains", "any", "all", "count"))
LONGEST = 10_000
"""characters of a question"""


class QueryError(UsageError):
    """A question that makes no sense, and where in its text it begins not to."""

    def __init__(self, message: str, text: str, at: int) -> None:
        super().__init__(f"{message} (at character {at + 1} of {text!r})")
        self.message = message
        self.text = text
        self.at = at


@dataclass(frozen=True)
class Token:
    kind: Kind
    text: str
    """a name in lower case, of a text what stands between its quotes"""
    at: int
    """where it begins"""

    def is_(self, *words: str) -> bool:
        """One of these keywords or signs, and not a text that says the same."""
        return self.kind in ("name", "sign") and self.text in words


_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<date>[0-9]{4}-[0-9]{2}(-[0-9]{2})?(?![\w.-]))
      | (?P<number>([0-9]+(\.[0-9]*)?|\.[0-9]+)(?![\w.]))
      | (?P<name>\w+)
      | (?P<text>"([^"]|"")*"|'([^']|'')*')
      | (?P<sign>==|!=|<=|>=|[<>(),%-])""",
    re.VERBOSE,
)
_MEANT = {"=": "==", "&": "and", "|": "or", "!": "not", "~": "contains", "≤": "<=", "≥": ">=", "≠": "!="}


def tokens(text: str) -> list[Token]:
    """The words of `text`, closed by one of kind "end". Raises QueryError."""
    if len(text) > LONGEST:
        raise QueryError(f"a question has at most {LONGEST:,} characters, not {len(text):,}", text[:50], 0)
    try:
        os.fsencode(text)
    except UnicodeEncodeError as error:
        raise QueryError("this holds half a character", text, error.start) from error
    return [*_tokens(text), Token("end", "", len(text))]


def _tokens(text: str) -> Iterator[Token]:
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise _nothing(text, at)
        kind, found = str(match.lastgroup), match[0]
        if kind == "name":
            if found[0] in "0123456789" and not re.search(r"[^\W\d]", found, re.ASCII):
                whole = re.match(r"[\w.]+", text[at:])
                raise QueryError(f"{whole and whole[0]} is no number", text, at)
            yield Token("name", found.lower(), at)
        elif kind == "text":
            yield Token("text", found[1:-1].replace(found[0] * 2, found[0]), at)
        elif kind != "space":
            yield Token(kind, found, at)  # type: ignore[arg-type]
        at = match.end()


def _nothing(text: str, at: int) -> QueryError:
    sign = text[at]
    if sign in "\"'":
        return QueryError("this text has no end; close it with the same quote", text, at)
    meant = f"; did you mean {_MEANT[sign]}?" if sign in _MEANT else ""
    return QueryError(f"{sign!r} means nothing here{meant}", text, at)
