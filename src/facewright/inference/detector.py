"""`Detector`: a picture from anywhere in, its `Faces` out, in pixels of the full upright picture."""

import math
import numbers
import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Literal, overload

import numpy as np
from PIL import Image

from facewright.core.arguments import whole_number
from facewright.core.errors import FacewrightError, UsageError
from facewright.core.faces import Faces
from facewright.core.opening import pixel_limit
from facewright.core.pictures import MAX_PIXELS, Picture, PictureSource, load_picture, resize_picture
from facewright.core.seen import Seen
from facewright.inference.ahead import ahead
from facewright.inference.card import Card
from facewright.inference.detections import FINDING, Detections, run_detection, to_faces
from facewright.inference.merge import merge
from facewright.inference.scales import MultiScale, vote
from facewright.inference.session import MOST_THREADS, Session, available_cores
from facewright.inference.tiles import Views

DEFAULT_MODEL = "detector-nano"


class Detector:
    """Finds faces in pictures.

    >>> faces = Detector()("photo.jpg")  # doctest: +SKIP
    >>> faces[0].box, faces[0].score, faces[0].landmarks  # doctest: +SKIP

    model: name of a shipped model or path of a model file.
    threads: of the network; None means up to four, and never more than the cores there are.
    min_score: 0 to 1; None means the model card's.
    size: long side that the network sees, in pixels; None means full resolution. A model that sees a
        square of fixed side gets no more than that.
    enlarge: enlarge smaller pictures to `size`.
    tiles, rotations, close_ups: look more than once, for faces that are tiny, not upright, or fill the
        frame; see `tiles.Views`. What the looks show is merged. Close-ups cost a seventh of
        the time of an array of 640 x 480, more of a smaller one, and are taken when not refused, but where
        they would cost more: with several scales, by a model of fixed side.
    multi_scale: look at several sizes and mirrored, as benchmarks do; see `scales.MultiScale`. Not for a
        model that sees a square of fixed side.
    device: "cpu", "cuda", ... (see `session.DEVICES`), without silent fallback.
    max_pixels: pictures with more are refused before they are decoded; None for no limit.

    Safe to call from several threads, and picklable. Raises ModelError for a model that cannot be used,
    UsageError for wrong arguments.
    """

    def __init__(
        self,
        model: str | Path = DEFAULT_MODEL,
        *,
        threads: int | None = None,
        min_score: float | None = None,
        size: int | None = 640,
        enlarge: bool = False,
        tiles: int | Literal["auto"] | None = None,
        rotations: int = 1,
        close_ups: bool | None = None,
        multi_scale: bool = False,
        device: str = "cpu",
        max_pixels: int | None = MAX_PIXELS,
    ) -> None:
        if size is not None:
            size = whole_number(size, "size must be a whole number of pixels of at least 1, or None")
        if enlarge and size is None:
            raise UsageError("enlarge needs a size to enlarge small pictures to")
        if tiles is not None and size is None:
            raise UsageError("tiles are seen at a size: give one, or look at full resolution without tiles")
        self.views = (MultiScale if multi_scale else Views)(tiles, rotations, close_ups or False)
        enlarged = self.views.needs(size) or size
        if enlarge and enlarged is not None and enlarged**2 > MAX_PIXELS:
            most = math.isqrt(MAX_PIXELS)
            raise UsageError(
                f"enlarge takes a size (with tiles, of all) of at most {most} pixels, not {enlarged}"
            )
        self.session = Session(model, FINDING, threads=threads, device=device)
        if multi_scale and self.card.side is not None:
            raise UsageError(
                f"several scales are for models that see a picture at its size; {self.card.name} makes of "
                f"each a square of {self.card.side} pixels"
            )
        if close_ups is None and not multi_scale and self.card.side is None:
            self.views = replace(self.views, close_ups=True)
        self.min_score = self.card.score_threshold if min_score is None else min_score
        self.size = _fitting(size, self.card)
        self.enlarge = enlarge
        self.max_pixels = pixel_limit(max_pixels)

    def __repr__(self) -> str:
        return f"<Detector: {self.session.path.stem}, min_score {self.min_score}, size {self.size or 'full'}>"

    @property
    def card(self) -> Card:
        """What the model file says about itself."""
        return self.session.card

    @property
    def min_score(self) -> float:
        """From which on a face is told."""
        return self._min_score

    @min_score.setter
    def min_score(self, score: float) -> None:
        self._min_score = _score(score)

    @property
    def reads(self) -> int | None:
        """Long side in pixels with which a picture is to be read: `size`, or more for tiles; None: all."""
        return self.views.needs(self.size)

    def __call__(self, source: PictureSource, *, bgr: bool = False) -> Faces:
        """Faces of one picture: a path, encoded bytes, a file object, a PIL image or a uint8 array (H, W, 3).

        An array is RGB unless `bgr=True`. Faces come best first. Notebooks show them in the picture, as long
        as it can be read again from its path or the caller holds the array. Raises PictureError.
        """
        return replace(self.find(self.read(source, bgr=bgr)), seen=Seen(source, bgr))

    @overload
    def batch(
        self,
        sources: Iterable[PictureSource],
        *,
        bgr: bool = ...,
        workers: int | None = ...,
        on_error: Literal["raise"] = ...,
    ) -> Iterator[Faces]: ...
    @overload
    def batch(
        self,
        sources: Iterable[PictureSource],
        *,
        bgr: bool = ...,
        workers: int | None = ...,
        on_error: Literal["return"],
    ) -> Iterator[Faces | FacewrightError]: ...
    def batch(
        self,
        sources: Iterable[PictureSource],
        *,
        bgr: bool = False,
        workers: int | None = None,
        on_error: Literal["raise", "return"] = "raise",
    ) -> Iterator[Faces | FacewrightError]:
        """Faces of each picture in order, the next ones being read meanwhile by `workers` threads.

        Takes any iterable, an endless one too, and holds only a few pictures at a time. A picture that cannot
        be read raises its PictureError when its turn comes, or with `on_error="return"` the error takes its
        place among the results, so that the others are not lost. Arrays are RGB unless `bgr`.
        """
        one = isinstance(sources, str | os.PathLike | bytes | bytearray | memoryview | Image.Image)
        one = one or hasattr(sources, "read") or (isinstance(sources, np.ndarray) and sources.ndim < 4)
        if one or not isinstance(sources, Iterable):
            raise UsageError("batch takes several pictures; give [picture], or call the detector with one")
        if on_error not in ("raise", "return"):
            raise UsageError(f"on_error must be 'raise' or 'return', not {on_error!r}")
        if workers is None:
            workers = reading_threads()
        workers = whole_number(workers, "workers must be a whole number of at least 1")
        return self._batch(sources, bgr, workers, on_error == "return")

    def read(self, source: PictureSource, *, bgr: bool = False) -> Picture:
        """The picture as it is to be looked at: upright RGB, at most `reads` long."""
        size = self.reads
        picture = load_picture(source, size=size, bgr=bgr, max_pixels=self.max_pixels)
        return picture if size is None else shrunk(picture, size, enlarge=self.enlarge)

    def find(self, picture: Picture, *, min_score: float | None = None) -> Faces:
        """Faces in a picture that `read` made; with a `min_score`, by that instead of the detector's."""
        if not isinstance(picture, Picture):
            raise UsageError(
                f"find takes what `read` gave, not {type(picture).__name__}: call the detector with that"
            )
        score = self.min_score if min_score is None else _score(min_score)
        height, width = picture.array.shape[:2]
        shown: list[Detections] = []
        for view in self.views.of(width, height, self.size, self.enlarge):
            pixels = view.pixels(picture.array)
            found = run_detection(self.session, pixels, score_threshold=score)
            shown.append(view.back(found, (pixels.shape[1], pixels.shape[0])))
        together = vote if isinstance(self.views, MultiScale) else merge
        return to_faces(together(shown, self.card.iou_threshold), picture)

    def _batch(
        self, sources: Iterable[PictureSource], bgr: bool, workers: int, return_errors: bool
    ) -> Iterator[Faces | FacewrightError]:
        for source, reading in ahead(partial(self.read, bgr=bgr), sources, workers):
            try:
                found: Faces | FacewrightError = replace(self.find(reading.result()), seen=Seen(source, bgr))
            except FacewrightError as error:
                if not return_errors:
                    raise
                found = error
            yield found


def shrunk(picture: Picture, size: int, *, enlarge: bool = False) -> Picture:
    """The same picture with at most `size` pixels on its long side; exactly so many with `enlarge`."""
    return replace(picture, array=resize_picture(picture.array, size, enlarge=enlarge))


def _score(value: float) -> float:
    if not isinstance(value, numbers.Real) or not 0 <= value <= 1:  # refuses NaN too
        raise UsageError(f"min_score must be a number between 0 and 1, not {value!r}")
    return float(value)


def reading_threads() -> int:
    """How many threads read pictures ahead of the network."""
    return min(MOST_THREADS, available_cores())


def _fitting(size: int | None, card: Card) -> int | None:
    """What the file's letterbox would make smaller anyway is read no larger; it may still enlarge.

    Squashing may need every row of a wide picture, so then the size stays.
    """
    if card.side is None or card.framing == "squash":
        return size
    return card.side if size is None else min(size, card.side)
