"""Crops of one face, of any sizes, into the networks that look at nothing else, a batch at a time."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from facewright.core.boxes import Floats
from facewright.core.errors import ModelError
from facewright.core.pictures import MAX_PIXELS, Picture, PictureSource, load_picture
from facewright.core.pixels import Pixels, check_pixels
from facewright.inference.card import Task
from facewright.inference.session import INTERFACES, Session

MOST_AT_ONCE = 64
"""crops in one run, so that a picture with a thousand faces takes no thousand times the memory"""

Crops = NDArray[np.uint8] | Iterable[Pixels]
"""uint8 RGB: one array (N, H, W, 3), or N pictures (H, W, 3) each of its own size, a generator of them too"""


def fixed_side(session: Session) -> int:
    """Side of the square that the network sees. Raises ModelError for a card that does not say it."""
    if session.card.side is None:
        raise ModelError(
            f"{session.path}: its card does not say the side of its crops; export the model again"
        )
    return session.card.side


def read_crop(source: PictureSource, side: int, *, max_pixels: int | None = MAX_PIXELS) -> Picture:
    """A picture that is one crop, large enough to be squashed to `side`. Raises PictureError."""
    return load_picture(source, size=4 * side, max_pixels=max_pixels)  # of 4:1 the short side is still enough


def squash(picture: Pixels, side: int) -> Pixels:
    """The whole picture, uint8 RGB (H, W, 3), as a square (side, side, 3); antialiased, as in model files."""
    return np.asarray(Image.fromarray(picture).resize((side, side), Image.Resampling.BILINEAR))


def run_crops(session: Session, crops: Crops, task: Task, *numbers: int) -> Floats:
    """The probabilities that the network says of each crop, float32 (N, *numbers).

    Raises PictureError for what are no such crops, ModelError for a file that fails or says something else.
    """
    if isinstance(crops, Iterable) and not isinstance(crops, np.ndarray):
        side = fixed_side(session)
        squashed = []
        for crop in crops:
            check_pixels(crop, "crops")
            squashed.append(squash(crop, side))
        crops = np.stack(squashed) if squashed else np.zeros((0, side, side, 3), np.uint8)
    check_pixels(crops, "crops", several=True)
    (output,) = INTERFACES[task].outputs
    told = [np.zeros((0, *numbers), np.float32)]
    for start in range(0, len(crops), MOST_AT_ONCE):
        batch = crops[start : start + MOST_AT_ONCE]
        found = session.run({INTERFACES[task].input: batch})[output]
        if found.shape != (len(batch), *numbers):
            raise ModelError(
                f"{session.path}: gives {output} of shape {found.shape} for {len(batch)} crops, where its "
                f"card promises {(len(batch), *numbers)}; export the model again"
            )
        wrong = found[~((found >= 0) & (found <= 1))]
        if wrong.size:
            raise ModelError(
                f"{session.path}: answers {wrong[0]:g}, which is no probability; its training broke, or the "
                "file is damaged: export another checkpoint, or get the file again"
            )
        told.append(found)
    return np.concatenate(told)
