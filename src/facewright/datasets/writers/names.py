"""Names for a set's pictures, all in one folder: each its own as far as it can be, no two alike."""

import re
import unicodedata
from pathlib import PurePosixPath

from facewright.core.pictures import PICTURE_SUFFIXES

_UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff<>:"/\\|?*]')
"""what some file system or label format does not take"""
_IN_WORDS = re.compile(r"[\s,]")


class Names:
    """Stems that are not taken yet.

    Two that differ in nothing but their case, or in how Unicode writes an accent, are alike, as some systems
    take them for one file.

    words: names are words of a label file, in which no space or comma may be.
    """

    def __init__(self, *, words: bool) -> None:
        self._words = words
        self._taken: dict[str, int] = {}

    def take(self, name: str) -> str:
        """The last part of a sample's name without its ending, with -2, -3 ... behind it when it is taken.

        >>> names = Names(words=True)
        >>> names.take("train/a b.jpg"), names.take("valid/a b.jpg"), names.take("c#0")
        ('a_b', 'a_b-2', 'c#0')
        """
        stem = stem_of(name)
        stem = _UNSAFE.sub("_", _IN_WORDS.sub("_", stem) if self._words else stem).strip().lstrip(".") or "_"
        free = stem
        while (key := _alike(free)) in self._taken:
            self._taken[_alike(stem)] += 1
            free = f"{stem}-{self._taken[_alike(stem)]}"
        self._taken[key] = 1
        return free


def _alike(stem: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", stem).casefold())


def stem_of(name: str) -> str:
    """The last part of a sample's name, without a picture's ending."""
    last = PurePosixPath(name.replace("\\", "/"))
    return last.stem if last.suffix.lower() in PICTURE_SUFFIXES else last.name
