"""What judges and what is judged: metrics, finders of faces, describers of crops, exported models."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from facewright.core.boxes import Floats
from facewright.core.faces import Faces
from facewright.doctor.data import Data
from facewright.doctor.subject import Subject

Picture = NDArray[np.uint8]
"""RGB (H, W, 3)"""
Figures = Mapping[str, float]
"""by name: 1 is perfect, 0 the worst. Figures of another kind are left out"""
Found = tuple[Floats, Floats]
"""boxes (N, 4), x0, y0, x1, y1 in pixels of the picture, and scores (N,) 0 .. 1"""


@dataclass(frozen=True, eq=False)
class Metric(Subject):
    """How boxes that were found are judged."""

    score: Callable[[Sequence[Faces], Sequence[Floats]], Figures]
    """of each picture what was found, its `width` and `height` known, and the true boxes (N, 4), N >= 0"""
    batched: Callable[[Sequence[Faces], Sequence[Floats], int], Figures] | None = None
    """the same, a number of pictures at a time, where training or evaluation does so"""
    most_faces: int | None = None
    """that a picture may hold: 1 for a localiser's metric"""


@dataclass(frozen=True, eq=False)
class AnswerMetric(Subject):
    """How yes-or-no answers are judged: attributes, or face-or-not with one of them."""

    score: Callable[[Floats, NDArray[np.int8]], Figures]
    """probabilities (N, A), truth (N, A) of 0 and 1"""
    batched: Callable[[Floats, NDArray[np.int8], int], Figures] | None = None
    """the same, a number of pictures at a time, where training or evaluation does so"""
    answers: int = 4
    """A"""


@dataclass(frozen=True, eq=False)
class Finder(Subject):
    """What finds faces in a picture, as it is used: with its thresholds and its suppression."""

    find: Callable[[Picture], Found]
    """lists and tensors do as well as arrays; of a picture without a find, both are empty"""
    scenes: Sequence[tuple[Picture, Floats]] | None = None
    """pictures with their true boxes (N, 4), of the kind it is for; some twenty. None: toy scenes, on which a
    finder that knows photographs only is asked less"""
    candidates: Callable[[Picture], Found] | None = None
    """the same with the lowest threshold of score that makes sense, such as .02"""
    suppress: Callable[[Floats, Floats], NDArray[np.intp]] | None = None
    """boxes (N, 4), scores (N,) -> numbers of those that are kept: its non-maximum suppression alone"""


@dataclass(frozen=True, eq=False)
class Describer(Subject):
    """What answers yes or no about crops of one face each."""

    answer: Callable[[Picture], Floats]
    """RGB (N, H, W, 3) -> probabilities (N, A)"""
    crops: Picture
    """some dozens of crops (N, H, W, 3), framed as it wants them"""


@dataclass(frozen=True, eq=False)
class Deployed(Subject):
    """A trained model and what was exported of it, as both are used on a picture of any size."""

    trained: Callable[[Picture], NDArray[np.floating]]
    """-> numbers of any shape: boxes and scores (N, 5), probabilities (A,), ..."""
    exported: Callable[[Picture], NDArray[np.floating]]
    """-> the same; faces may come in another order"""
    pictures: Sequence[Picture] | None = None
    """None: a few toy scenes of several sizes"""
    trained_input: Callable[[Picture], NDArray[np.floating]] | None = None
    """what its network is given for a picture, (3, H, W): if both are known, what differs is named"""
    exported_input: Callable[[Picture], NDArray[np.floating]] | None = None
    tolerance: float = 0.01
    """largest difference, as a share of the largest number, that is no finding"""


@dataclass(frozen=True, eq=False)
class Result(Subject):
    """What a model reached on a set, picture by picture, and what it was trained on."""

    test: Data
    right: Floats | Callable[[], Floats]
    """(N,) of each sample of `test.dataset`: the share of its answers, or of its faces, that were right; or
    what gives that, asked only where pictures are alike, as it may take long"""
    train: Sequence[Data] | None = None

    @cached_property
    def rights(self) -> Floats:
        """(N,) `right`, whichever way it is told."""
        return np.asarray(self.right() if callable(self.right) else self.right, np.float32)
