"""What the command line says to a person: one line a sentence, and nothing in a file's name plays tricks."""

import sys
from contextvars import ContextVar

WORDS: ContextVar[list[str]] = ContextVar("words")
"""what the command line was called with"""
_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160))}


def printable(text: str) -> str:
    """`text` on one line, with control characters, which file names may hold, written as `\\x1b`."""
    return text.translate(_CONTROLS)


def complain(message: object) -> None:
    """One sentence on standard error."""
    print(f"facewright: {printable(str(message))}", file=sys.stderr)
