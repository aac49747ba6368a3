"""Arguments of calls, checked where they are given."""

import numbers

from facewright.core.errors import UsageError


def whole_number(value: int, rule: str, least: int = 1) -> int:
    """`value` as an int of at least `least`, of any integer type. Raises UsageError that states the rule."""
    if isinstance(value, numbers.Integral) and not isinstance(value, bool) and value >= least:
        return int(value)
    raise UsageError(f"{rule}, not {value!r}")
