"""`examine(subjects)`: every check that fits each of them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from facewright.doctor.checking import Check
from facewright.doctor.checks import CHECKS
from facewright.doctor.finding import Finding
from facewright.doctor.subject import Subject


@dataclass(frozen=True, eq=False)
class Examination:
    """What was found, what was asked, and what could not be asked."""

    findings: list[Finding]
    """errors first"""
    asked: list[tuple[str, str]]
    """(check's id, subject's name)"""
    unasked: list[tuple[str, str, str]]
    """(check's id, subject's name, what the subject does not tell)"""
    late: list[tuple[str, str]] = field(default_factory=list)
    """(check's id, subject's name): not asked, because the time was over"""

    @property
    def healthy(self) -> bool:
        """No finding of severity error."""
        return not any(finding.severity == "error" for finding in self.findings)


def examine(
    subjects: Iterable[Subject],
    *,
    cheap: bool = False,
    seconds: float | None = None,
    checks: Sequence[Check[Any]] = CHECKS,
    watch: Callable[[Check[Any], Subject], object] = lambda check, subject: None,
) -> Examination:
    """Ask all `checks` of the subjects of their kind. cheap: only those that take seconds.

    seconds: after so many no further check is begun; the rest is `late`.
    watch: told of each check before it is asked. An error that a check raises is not caught: a check that
    fails is a bug of the check, or a subject whose own functions fail.
    """
    findings: list[Finding] = []
    asked, unasked, late = [], [], []
    began = perf_counter()
    for subject in subjects:
        for check in checks:
            if not isinstance(subject, check.kind) or (cheap and not check.cheap):
                continue
            if missing := check.lacks(subject):
                unasked.append((check.id, subject.name, ", ".join(missing)))
                continue
            if seconds is not None and perf_counter() - began > seconds:
                late.append((check.id, subject.name))
                continue
            watch(check, subject)
            findings += check(subject)
            asked.append((check.id, subject.name))
    findings.sort(key=lambda finding: finding.severity != "error")
    return Examination(findings, asked, unasked, late)
