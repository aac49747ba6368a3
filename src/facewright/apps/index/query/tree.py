"""What a question says, as a tree; `str` of it is a question that says the same."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

Operator = Literal["==", "!=", "<", "<=", ">", ">="]


@dataclass(frozen=True)
class Place:
    """Where in the question's text something stands. All places are equal: trees compare by meaning."""

    at: int = field(default=0, compare=False, kw_only=True)


@dataclass(frozen=True)
class Name(Place):
    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Number(Place):
    value: float

    def __str__(self) -> str:
        return format(Decimal(repr(self.value)), "f").removesuffix(".0")  # never with an exponent


@dataclass(frozen=True)
class Text(Place):
    value: str

    def __str__(self) -> str:
        return '"' + self.value.replace('"', '""') + '"'


@dataclass(frozen=True)
class Date(Place):
    """Without quotes: 2026-05 or 2026-05-01."""

    value: str

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True)
class Count(Place):
    """How many faces of the picture there are of which `condition` is true."""

    condition: "Condition"

    def __str__(self) -> str:
        return f"count({self.condition})"


Value = Name | Number | Text | Date | Count


@dataclass(frozen=True)
class Holds(Place):
    """A name alone: more likely than not, or there at all."""

    name: Name

    def __str__(self) -> str:
        return str(self.name)


@dataclass(frozen=True)
class Comparison(Place):
    left: Value
    operator: Operator
    right: Value

    def __str__(self) -> str:
        return f"{self.left} {self.operator} {self.right}"


@dataclass(frozen=True)
class Contains(Place):
    name: Name
    text: Text

    def __str__(self) -> str:
        return f"{self.name} contains {self.text}"


@dataclass(frozen=True)
class In(Place):
    name: Name
    values: tuple[Value, ...]

    def __str__(self) -> str:
        return f"{self.name} in ({', '.join(map(str, self.values))})"


@dataclass(frozen=True)
class Faces(Place):
    """Any or all of the picture's faces, of which there must be one."""

    which: Literal["any", "all"]
    condition: "Condition"

    def __str__(self) -> str:
        return f"{self.which}({self.condition})"


@dataclass(frozen=True)
class Not(Place):
    condition: "Condition"

    def __str__(self) -> str:
        return f"not {_inside(self.condition)}"


@dataclass(frozen=True)
class Junction(Place):
    """Conditions, two or more, of which one or all must be true."""

    word: Literal["and", "or"]
    conditions: "tuple[Condition, ...]"

    def __str__(self) -> str:
        return f" {self.word} ".join(map(_inside, self.conditions))


Condition = Holds | Comparison | Contains | In | Faces | Not | Junction


def _inside(condition: Condition) -> str:
    return f"({condition})" if isinstance(condition, Junction) else str(condition)
