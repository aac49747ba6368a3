"""All checks there are, in the order in which they are asked and listed."""

from typing import Any

from facewright.doctor.check import Check

CHECKS: tuple[Check[Any], ...] = ()
