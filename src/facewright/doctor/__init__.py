"""The doctor: what is wrong with data, targets, networks, training and evaluation, and what mends it.

>>> from facewright.doctor import Network, examine  # doctest: +SKIP
>>> for finding in examine([Network("mine", network, inputs, "box")]).findings:  # doctest: +SKIP
...     print(finding.severity, finding.message, finding.cure)

Every kind of subject is a dataclass that takes plain values and callables; docs/doctor.md shows how to use
them from a project of one's own.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from facewright.core.extras import optional

if TYPE_CHECKING:
    from facewright.doctor.checking import Check, check
    from facewright.doctor.checks import CHECKS
    from facewright.doctor.data import Data
    from facewright.doctor.evaluation.kinds import (
        AnswerMetric,
        Deployed,
        Describer,
        Finder,
        Metric,
        Result,
    )
    from facewright.doctor.examination import Examination, examine
    from facewright.doctor.finding import Evidence, Finding
    from facewright.doctor.network.subject import Network
    from facewright.doctor.sets.subject import Item, Items, Splits
    from facewright.doctor.sources.looking import Looking
    from facewright.doctor.sources.open import open_subjects
    from facewright.doctor.subject import Subject
    from facewright.doctor.targets.coding import Coding, Mirror
    from facewright.doctor.training.subject import Run, Training

__all__ = [
    "CHECKS", "AnswerMetric", "Check", "Coding", "Data", "Deployed", "Describer", "Evidence", "Examination",
    "Finder", "Finding", "Item", "Items", "Looking", "Metric", "Mirror", "Network", "Result", "Run", "Splits",
    "Subject", "Training", "check", "examine", "open_subjects",
]  # fmt: skip

# Imported on first use: a misspelt word of the command line is told without waiting for PyTorch. No module
# beside this one may have the name of something below, which it would hide.
_HOME = {
    "checking": ["Check", "check"],
    "checks": ["CHECKS"],
    "data": ["Data"],
    "evaluation.kinds": ["AnswerMetric", "Deployed", "Describer", "Finder", "Metric", "Result"],
    "examination": ["Examination", "examine"],
    "finding": ["Evidence", "Finding"],
    "network.subject": ["Network"],
    "sets.subject": ["Item", "Items", "Splits"],
    "sources.looking": ["Looking"],
    "sources.open": ["open_subjects"],
    "subject": ["Subject"],
    "targets.coding": ["Coding", "Mirror"],
    "training.subject": ["Run", "Training"],
}


if not TYPE_CHECKING:  # a type checker would believe that there is whatever is asked for

    def __getattr__(name):
        for module, names in _HOME.items():
            if name in names:
                with optional():
                    return getattr(import_module(f"{__name__}.{module}"), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
