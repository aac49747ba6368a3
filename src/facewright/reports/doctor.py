"""The doctor's findings as text and as a page."""

import textwrap
from collections import Counter
from collections.abc import Sequence
from typing import Any

from facewright.core.counted import counted
from facewright.doctor.checking import Check
from facewright.doctor.examination import Examination
from facewright.doctor.finding import Finding
from facewright.reports.html import picture_uri, render

MOST_NAMED = 4
"""subjects that the line of what was not asked names, and pictures of a finding; the rest is counted"""


def examination_lines(result: Examination, width: int = 80) -> list[str]:
    """The findings as a table, errors first, each with its sentence and its cure; `width` in letters."""
    if not result.findings:
        return []
    room = max(len(finding.id) for finding in result.findings)
    lines = [f"{'severity':<10}{'check':<{room + 2}}subject"]
    for finding in result.findings:
        lines += ["", f"{finding.severity:<10}{finding.id:<{room + 2}}{finding.subject}"]
        lines += _indented(finding.message, width) + _indented(_such_as(finding), width)
        lines += _indented(f"Cure: {finding.cure}", width)
    return lines


def _such_as(finding: Finding) -> str:
    """Where to look: some of the pictures concerned; "" where there are none, or the sentence names one."""
    names = finding.evidence.get("names", ())[:MOST_NAMED]
    return "" if not names or names[0] in finding.message else f"Such as {', '.join(names)}."


def summary(result: Examination) -> str:
    """One line: how many findings, of how many questions, asked of how many subjects."""
    severities = Counter(finding.severity for finding in result.findings)
    found = " and ".join(counted(number, severity) for severity, number in severities.items())
    subjects = counted(len({name for _, name in result.asked}), "subject")
    questions = counted(len(result.asked), "question")
    return f"{found or 'healthy: nothing found'}; {questions} asked of {subjects}"


def unasked_line(result: Examination) -> str:
    """One line: how many questions were not asked, of what, and what these do not tell; "" when none."""
    of: dict[str, list[str]] = {}
    for _, subject, lacking in result.unasked:
        of.setdefault(subject, []).extend(lacking.replace("_", " ").split(", "))
    if not of:
        return ""
    named = [
        f"{subject} tells no {', no '.join(dict.fromkeys(lacking))}"
        for subject, lacking in list(of.items())[:MOST_NAMED]
    ]
    if len(of) > MOST_NAMED:
        named.append(f"and so on for {counted(len(of) - MOST_NAMED, 'more subject')}")
    return f"{counted(len(result.unasked), 'question')} not asked: {'; '.join(named)}"


def check_lines(checks: Sequence[Check[Any]], width: int = 80) -> list[str]:
    """What each check looks for and what to do about it, grouped by what is examined."""
    lines = []
    for kind in dict.fromkeys(check.kind for check in checks):
        lines += [f"Of {kind.__name__}", ""]
        for check in checks:
            if check.kind is kind:
                slow = "" if check.cheap else ", not before training: takes longer"
                lines.append(f"{check.id} ({check.severity}{slow})")
                lines += _indented(check.about, width) + _indented(f"Cure: {check.cure}", width) + [""]
    return lines


def doctor_page(result: Examination, *, title: str) -> str:
    """The findings as an HTML page, each with what shows it: numbers and, where there is one, a picture."""
    findings = [
        {
            "finding": finding,
            "uri": None if finding.picture is None else picture_uri(finding.picture),
            "numbers": [(name.replace("_", " "), _shown(value)) for name, value in finding.evidence.items()],
        }
        for finding in result.findings
    ]
    return render(
        "doctor",
        title=title,
        summary=summary(result),
        findings=findings,
        problems=[],
        protocol=[
            f"{counted(len(of), 'question')} of {subject}: {', '.join(of)}."
            for subject, of in _by_subject(result.asked).items()
        ]
        + [
            f"Not asked of {subject}, which tells no {lacking.replace('_', ' ')}: {check}."
            for check, subject, lacking in result.unasked
        ],
    )


def _by_subject(asked: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    of: dict[str, list[str]] = {}
    for check, subject in asked:
        of.setdefault(subject, []).append(check)
    return of


def _shown(value: Any) -> str:
    """An evidence's value for people: numbers of four digits, short lists in a line."""
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(_shown, value)) or "-"
    if isinstance(value, dict):
        return ", ".join(f"{name}: {_shown(item)}" for name, item in value.items()) or "-"
    return str(value)


def _indented(text: str, width: int) -> list[str]:
    # A path is never cut: it would be no path any more.
    return textwrap.wrap(
        text,
        width,
        initial_indent="  ",
        subsequent_indent="  ",
        break_long_words=False,
        break_on_hyphens=False,
    )
