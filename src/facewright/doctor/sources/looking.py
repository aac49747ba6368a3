"""How subjects are to be looked at, whatever they are."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Looking:
    """What the command line's options say."""

    limit: int = 1000
    """pictures of each set that are looked at, evenly spread"""
    cache: Path = Path("data/cache")
    """where the sets of recipes are packed"""
    progress: Callable[[int, int], object] = lambda done, total: None
    """told of (pictures of a set looked at, pictures to look at)"""


USUAL = Looking()
