"""From a question's words to its tree, by recursive descent; see the grammar in `query/__init__.py`."""

import math
from typing import Literal, cast, get_args

from facewright.apps.index.query.tokens import KEYWORDS, QueryError, Token, tokens
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

DEEPEST, MOST = 50, 200
"""brackets and nots in one another, and tests: more than a person writes, less than SQLite bears"""
OPERATORS = get_args(Operator)


def parse(text: str) -> Condition:
    """Raises QueryError, which points at what cannot be understood."""
    return _Parser(text).whole()


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = tokens(text)
        self._next = 0
        self._depth = 0
        self._tests = 0

    def whole(self) -> Condition:
        condition = self._condition()
        token = self._peek()
        if token.kind == "end":
            return condition
        if token.is_(*OPERATORS):
            raise self._error("two things are compared at a time; join comparisons with and", token)
        if token.is_("-"):
            raise self._error("write a date as 2026-05-01", token)
        raise self._error(f"{self._shown(token)} is one too many; join conditions with and or or", token)

    def _condition(self) -> Condition:
        return self._junction("or", self._either)

    def _either(self) -> Condition:
        return self._junction("and", self._negation)

    def _junction(self, word: Literal["and", "or"], part) -> Condition:  # type: ignore[no-untyped-def]
        at = self._peek().at
        parts = [part()]
        while self._take(word):
            parts.append(part())
        return parts[0] if len(parts) == 1 else Junction(word, tuple(parts), at=at)

    def _negation(self) -> Condition:
        token = self._peek()
        if token.is_("not", "(", "any", "all"):
            self._next += 1
            self._depth += 1
            if self._depth > DEEPEST:
                raise self._error(f"this is nested more than {DEEPEST} deep; write it flatter", token)
            condition = self._opened(token)
            self._depth -= 1
            return condition
        self._tests += 1
        if self._tests > MOST:
            raise self._error(f"this asks for more than {MOST} things; ask for some of them first", token)
        return self._test()

    def _opened(self, token: Token) -> Condition:
        if token.text == "not":
            return Not(self._negation(), at=token.at)
        if token.text == "(":
            condition = self._condition()
            self._expect(")")
            return condition
        return Faces(cast(Literal["any", "all"], token.text), self._bracketed(), at=token.at)

    def _bracketed(self) -> Condition:
        self._expect("(")
        condition = self._condition()
        self._expect(")")
        return condition

    def _test(self) -> Condition:
        left = self._value()
        token = self._peek()
        if token.is_(*OPERATORS):
            self._next += 1
            return Comparison(left, cast(Operator, token.text), self._value(), at=left.at)
        if not isinstance(left, Name):
            raise self._error(f"compare {left} with something, as in: faces >= 3", token)
        if self._take("contains"):
            return Contains(left, self._quoted(), at=left.at)
        if token.is_("not") and self._tokens[self._next + 1].is_("in"):
            self._next += 2
            return Not(self._among(left), at=token.at)
        if self._take("in"):
            return self._among(left)
        return Holds(left, at=left.at)

    def _among(self, name: Name) -> In:
        self._expect("(")
        values = [self._value()]
        while self._take(","):
            values.append(self._value())
        self._expect(")")
        if len(values) > MOST:
            raise self._error(f"this lists more than {MOST} values", self._peek())
        return In(name, tuple(values), at=name.at)

    def _quoted(self) -> Text:
        token = self._peek()
        value = self._value()
        if not isinstance(value, Text):
            raise self._error("contains needs a text in quotes", token)
        return value

    def _value(self) -> Value:
        token = self._peek()
        self._next += 1
        if token.is_("count"):
            self._depth += 1
            if self._depth > DEEPEST:
                raise self._error(f"this is nested more than {DEEPEST} deep; write it flatter", token)
            counted = Count(self._bracketed(), at=token.at)
            self._depth -= 1
            return counted
        if token.kind == "number":
            return self._number(token)
        if token.kind == "text":
            return Text(token.text, at=token.at)
        if token.kind == "date":
            return Date(token.text, at=token.at)
        if token.kind == "name" and token.text not in KEYWORDS:
            return Name(token.text, at=token.at)
        if token.is_("-"):
            raise self._error("nothing here is below zero", token)
        raise self._error(f"a name or a value is missing before {self._shown(token)}", token)

    def _number(self, token: Token) -> Number:
        value = float(token.text) / (100 if self._take("%") else 1)
        if math.isinf(value):
            raise self._error("this number is too large", token)
        return Number(value, at=token.at)

    def _peek(self) -> Token:
        return self._tokens[self._next]

    def _take(self, word: str) -> bool:
        found = self._peek().is_(word)
        self._next += found
        return found

    def _expect(self, sign: str) -> None:
        if not self._take(sign):
            token = self._peek()
            raise self._error(f"{sign!r} is missing before {self._shown(token)}", token)

    def _shown(self, token: Token) -> str:
        return "the end" if token.kind == "end" else repr(token.text)

    def _error(self, message: str, token: Token) -> QueryError:
        return QueryError(message, self._text, token.at)
