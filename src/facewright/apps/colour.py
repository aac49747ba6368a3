"""Colours as people write them."""

from PIL import ImageColor

from facewright.core.errors import UsageError
from facewright.core.pictures import Colour


def as_colour(text: str) -> Colour:
    """RGB of a name such as white, of #ffcc00, rgb(255, 204, 0) or hsl(48, 100%, 50%). Raises UsageError.

    >>> as_colour("#fc0")
    (255, 204, 0)
    """
    try:
        red, green, blue, *alpha = ImageColor.getrgb(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is not a colour: write a name, as white, or #rrggbb") from error
    if alpha and alpha[0] < 255:
        raise UsageError(f"{text!r} is partly transparent: what shows through hides nothing")
    return red, green, blue


def check_colour(colour: Colour) -> None:
    """Raises UsageError for what is not a tuple of three whole numbers from 0 to 255."""
    three = isinstance(colour, tuple) and len(colour) == 3
    if not three or not all(isinstance(c, int) and 0 <= c <= 255 for c in colour):
        raise UsageError(f"a colour is (red, green, blue), each from 0 to 255, not {colour!r}")
