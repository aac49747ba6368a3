"""`Finding`: one thing that is wrong, said in plain words, with what shows it and what mends it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Severity = Literal["error", "warning"]
"""error: what is trained or judged like this is wrong. warning: look at it; it may be meant."""


@dataclass(frozen=True, eq=False)
class Evidence:
    """What a check saw of one thing that is wrong; the check itself knows how bad that is and its cure."""

    message: str
    """one sentence: what is wrong, where, and by how much"""
    numbers: Mapping[str, Any] = field(default_factory=dict)
    """measured values, names of the files concerned, ...: what JSON can hold"""
    picture: NDArray[np.uint8] | None = None
    """RGB (H, W, 3): shows it"""


@dataclass(frozen=True, eq=False)
class Finding:
    """One line of the doctor's report."""

    id: str
    """of the check, such as `targets-transposed`"""
    severity: Severity
    subject: str
    """what was examined: a set, a recipe, a run, a model"""
    message: str
    cure: str
    evidence: Mapping[str, Any]
    picture: NDArray[np.uint8] | None = None

    def to_dict(self) -> dict[str, Any]:
        """All but the picture, for JSON."""
        return {
            "id": self.id,
            "severity": self.severity,
            "subject": self.subject,
            "message": self.message,
            "evidence": dict(self.evidence),
            "cure": self.cure,
        }
