"""`classes=`: which of a set's classes are faces, by their names or by the numbers that labels hold."""

from collections.abc import Mapping
from pathlib import Path

from facewright.core.errors import DataError
from facewright.core.suggest import nearest


class Classes:
    """The classes that are wanted; all when none is named."""

    def __init__(self, text: str, where: Path, known: Mapping[str, str] | None = None) -> None:
        """text: names or numbers, divided by commas. known: number -> name, as the set's file `where` lists
        them; None where labels hold the names themselves, {} where no file tells them.

        Raises DataError for a class that is not known.
        """
        self._text, self._where, self._known = text, where, known
        self._met: set[str] = set()
        words = [word for word in map(str.strip, text.split(",")) if word]
        self._wanted = {number for word in words for number in self._numbers(word)}

    def take(self, number: str) -> bool:
        """Whether a label of this class (its name, where labels hold names) is a face."""
        self._met.add(number)
        return not self._wanted or number in self._wanted

    def check(self) -> None:
        """After the last label. Raises DataError where all classes are others, and no file says that there
        are those that are wanted: a misspelt one would make every picture one without faces."""
        if self._wanted and self._met and not self._known and not self._wanted & self._met:
            hint = nearest(min(self._wanted), sorted(self._met))
            raise DataError(f"classes={self._text}: no label in {self._where} is of these{hint}")

    def _numbers(self, word: str) -> set[str]:
        if self._known is None:
            return {word}
        if named := {number for number, name in self._known.items() if name == word}:
            return named
        if word in self._known or (not self._known and word.isdecimal()):
            return {word}
        if self._known:
            raise DataError(
                f"classes={word}: no such class in {self._where}{nearest(word, self._known.values())}"
            )
        raise DataError(
            f"classes={word}: nothing in {self._where} says which number that is; give the number"
        )
