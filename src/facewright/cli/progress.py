"""A bar on the terminal while a set is gone through, and nothing where there is none."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from facewright.datasets.sample import Sample


def watched(samples: "Iterable[Sample]", what: str) -> "Iterable[Sample]":
    """The samples of a set, one by one."""
    from rich.console import Console
    from rich.progress import track

    terminal = Console(stderr=True)
    return track(samples, what, console=terminal, transient=True, disable=not terminal.is_terminal)
