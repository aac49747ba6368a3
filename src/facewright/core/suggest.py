"""The nearest right name for a misspelt one."""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(word: str, known: Iterable[str]) -> str:
    """`"; did you mean 'yolo'?"`, or what there is when nothing comes near, or "" when there is nothing.

    >>> nearest("yollo", ["voc", "yolo"])
    "; did you mean 'yolo'?"
    """
    names = list(known)
    lower = {name.lower(): name for name in names}
    close = get_close_matches(word.lower(), lower, n=1, cutoff=0.6)
    if close:
        return f"; did you mean {lower[close[0]]!r}?"
    return f"; there is {', '.join(names)}" if names else ""
