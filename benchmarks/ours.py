"""A facewright model behind the interface of the peers."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from facewright.core.faces import Faces
from facewright.core.pictures import Picture
from facewright.inference.detector import Detector
from facewright.metrics.evaluation import lowest_score
from peers import Pixels

LONG_SIDE = 640
"""of what is read from a file, as by default in use"""


def names(models: Sequence[str]) -> Mapping[str, str]:
    """Each model once -> what its figures stand under: its file's name, or its path where others have it."""
    stems = {model: Path(model).stem for model in models}
    count = Counter(stems.values())
    return {model: stem if count[stem] == 1 else model for model, stem in stems.items()}


class Ours:
    """A facewright model, given arrays as the peers are; it reads files by itself.

    model: name of a shipped model or path of a model file. name: what its figures stand under. once: one
    look, without the close-ups that are taken by default. Raises ModelError.
    """

    rgb = True

    def __init__(self, model: str, name: str, threads: int = 1, *, once: bool = False) -> None:
        self.name = name + (", one look" if once else "")
        self.once = once
        close_ups = False if once else None
        self._of_arrays = Detector(model, threads=threads, size=None, close_ups=close_ups)
        self._of_files = Detector(model, threads=threads, size=LONG_SIDE, close_ups=close_ups)
        self.threshold = self._of_arrays.min_score
        self.lowest = lowest_score(self._of_arrays.card)

    def find(self, picture: Pixels, min_score: float) -> Faces:
        height, width = picture.shape[:2]
        return self._of_arrays.find(Picture(picture, width, height), min_score=min_score)

    def find_in_file(self, file: Path) -> Faces:
        """As `facewright detect` finds them: decoded no larger than needed."""
        return self._of_files(file)
