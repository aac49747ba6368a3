"""`Regressor`: a number from a few numbers, such as the height of a curve above x and y."""

from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from facewright.core.boxes import Floats
from facewright.core.errors import ModelError, UsageError
from facewright.inference.card import Card
from facewright.inference.session import INTERFACES, Session

COLUMNS = ("x", "y")
"""of a model whose card names none"""


class Regressor:
    """A function learned from points.

    >>> Regressor("saddle.onnx")([[1, 2], [3, 4]])  # doctest: +SKIP
    array([ -11., -117.], dtype=float32)

    model: name of a shipped model or path of a model file. threads: of the network; None means up to four,
    and never more than the cores there are. device: "cpu", "cuda", ... without silent fallback.

    Safe to call from several threads, and picklable. Raises ModelError for a model that cannot be used.
    """

    def __init__(self, model: str | Path, *, threads: int | None = None, device: str = "cpu") -> None:
        self.session = Session(model, ("regression",), threads=threads, device=device)
        self.columns = tuple(self.card.inputs) or COLUMNS
        """names of the numbers that a point has, in order"""

    def __repr__(self) -> str:
        return f"<Regressor: {self.session.path.stem} of {', '.join(self.columns)}>"

    @property
    def card(self) -> Card:
        """What the model file says about itself."""
        return self.session.card

    def __call__(self, points: ArrayLike) -> Floats:
        """The value at each point: (N, K) -> float32 (N,), K being the number of `columns`.

        Raises UsageError for points of another shape, not finite or so far off that their value is not,
        ModelError when the runtime fails.
        """
        try:
            with np.errstate(over="ignore"):  # told below
                array = np.asarray(points, np.float32)
        except (TypeError, ValueError) as error:  # words, or rows of different lengths
            raise UsageError(f"points must be rows of numbers ({error})") from error
        if array.ndim != 2 or array.shape[1] != len(self.columns):
            raise UsageError(f"points must be of shape (N, {len(self.columns)}), not {array.shape}")
        if not np.isfinite(array).all():
            raise UsageError(
                f"points must be finite numbers that float32 can hold; correct {_first_bad(array)}"
            )
        interface = INTERFACES["regression"]
        (output,) = interface.outputs
        values = self.session.run({interface.input: array})[output]
        if values.shape != (len(array),):
            raise ModelError(
                f"{self.session.path}: gives values of shape {values.shape} for {len(array)} points; "
                "export the model again"
            )
        if not np.isfinite(values).all():
            raise UsageError(f"the model has no finite value for {_first_bad(values)}; leave it out")
        return values


def _first_bad(array: Floats) -> str:
    """`point 3`, counted from 1: the first with a number that is not finite."""
    return f"point {int(np.argmin(np.isfinite(array.reshape(len(array), -1)).all(1))) + 1}"
