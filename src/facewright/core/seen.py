"""Where a picture is to be found again that faces were found in, without keeping it in memory."""

import os
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
from PIL import Image

from facewright.core.errors import FacewrightError
from facewright.core.pictures import read_picture
from facewright.core.pixels import Pixels


class Seen:
    """A path, or a weak reference to an array or PIL image that the caller holds.

    A result that held its picture would keep a hundred photos of 12 megapixels, 3.6 GB, alive for the sake of
    those two that are looked at. So a picture that is gone is gone; and nothing but a path survives pickling.
    """

    def __init__(self, source: Any, bgr: bool = False) -> None:
        self._bgr = bgr
        self._path: str | None = os.fsdecode(source) if isinstance(source, str | os.PathLike) else None
        self._held: Callable[[], Any] | None = None
        if isinstance(source, np.ndarray | Image.Image):
            self._held = weakref.ref(source)

    def __reduce__(self) -> tuple[Any, ...]:
        return Seen, (self._path,)

    def picture(self) -> Pixels | None:
        """Upright RGB (H, W, 3); None when it cannot be read or is no longer there."""
        source = self._path if self._held is None else self._held()
        if source is None:
            return None
        try:
            return read_picture(source, bgr=self._bgr)
        except FacewrightError:
            return None
