"""What the tests of pictures share: a drawn one, noise, and files of them."""

import io

import numpy as np
from PIL import Image

RED, GREEN, BLUE, YELLOW = (220, 30, 30), (30, 200, 40), (40, 50, 210), (220, 210, 40)


def quarters(width: int = 60, height: int = 40) -> np.ndarray:
    """Red, green / blue, yellow: every turn and flip of it looks different."""
    array = np.zeros((height, width, 3), np.uint8)
    array[: height // 2, : width // 2], array[: height // 2, width // 2 :] = RED, GREEN
    array[height // 2 :, : width // 2], array[height // 2 :, width // 2 :] = BLUE, YELLOW
    return array


def encode(image: Image.Image | np.ndarray, kind: str, **options) -> bytes:
    if isinstance(image, np.ndarray):
        image = Image.fromarray(image)
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def noise(width: int = 64, height: int = 48) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)


def assert_quarters(array: np.ndarray, tolerance: int = 12) -> None:
    """The corners are those of `quarters`, at any size."""
    assert array.dtype == np.uint8 and array.ndim == 3 and array.shape[2] == 3
    assert array.flags.c_contiguous and array.flags.writeable
    h, w = array.shape[:2]
    for (y, x), colour in {(1, 1): RED, (1, 3): GREEN, (3, 1): BLUE, (3, 3): YELLOW}.items():
        np.testing.assert_allclose(array[h * y // 4, w * x // 4].astype(int), colour, atol=tolerance)
