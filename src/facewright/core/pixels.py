"""What an array must be to be a picture: one check, and one error, for all that take arrays."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from facewright.core.errors import PictureError

Pixels = NDArray[np.uint8]


def check_pixels(array: Pixels, name: str = "picture (array)", *, several: bool = False) -> None:
    """Raises PictureError, which begins with `name`, for what is not uint8 RGB (H, W, 3) of a pixel or more.

    several: pictures of one size instead, (N, H, W, 3), where N may be 0.
    """
    _check_values(array, name)
    if array.ndim != 3 + several or array.shape[-1] != 3:
        wanted = "(N, H, W, 3)" if several else "(H, W, 3)"
        raise PictureError(f"{name}: the shape must be {wanted}, not {array.shape}")
    _check_size(array.shape[several:], name)


def grey_or_colour(array: NDArray[Any], name: str = "picture (array)") -> Pixels:
    """A picture of any layout: uint8 (H, W), (H, W, 3) or (H, W, 4), and (H, W, 1) as (H, W).

    Raises PictureError, which begins with `name`, for what is none.
    """
    _check_values(array, name)
    shape = array.shape
    if len(shape) not in (2, 3) or (len(shape) == 3 and shape[2] not in (1, 3, 4)):
        raise PictureError(f"{name}: the shape must be (H, W), (H, W, 3) or (H, W, 4), not {shape}")
    _check_size(shape, name)
    return array[:, :, 0] if shape[2:] == (1,) else array


def _check_values(array: NDArray[Any], name: str) -> None:
    if not isinstance(array, np.ndarray):
        raise PictureError(f"{name}: must be an array of uint8, not {type(array).__name__}")
    if array.dtype != np.uint8:
        cure = "; where they are shares, 0 to 1: (255 * array).round().astype(np.uint8)"
        raise PictureError(
            f"{name}: values must be uint8, 0 to 255, not {array.dtype}"
            + (cure if array.dtype.kind == "f" else "")
        )


def _check_size(shape: tuple[int, ...], name: str) -> None:
    if 0 in shape:
        raise PictureError(f"{name}: there are no pixels in an array of shape {shape}")
