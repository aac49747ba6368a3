"""What the command line says to a person: one line a sentence, and nothing in a file's name plays tricks."""

import sys
from collections.abc import Sequence
from contextvars import ContextVar

from facewright.core.counted import counted

WORDS: ContextVar[list[str]] = ContextVar("words")
"""what the command line was called with"""
MOST_PROBLEMS = 5
"""told one by one; the rest is counted"""
_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160))}


def printable(text: str) -> str:
    """`text` on one line, with control characters, which file names may hold, written as `\\x1b`."""
    return text.translate(_CONTROLS)


def complain(message: object) -> None:
    """One sentence on standard error."""
    print(f"facewright: {printable(str(message))}", file=sys.stderr)


def complain_of(problems: Sequence[object], where: str = "") -> None:
    """The first few, how many more there are, and `where` all of them are told."""
    for problem in problems[:MOST_PROBLEMS]:
        complain(problem)
    if len(problems) > MOST_PROBLEMS:
        complain(f"and {counted(len(problems) - MOST_PROBLEMS, 'more problem')}{where}")
