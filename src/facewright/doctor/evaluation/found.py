"""What a finder says of a picture, as arrays, whatever it says it with: arrays, lists or tensors."""

from collections.abc import Callable
from typing import Any

import numpy as np

from facewright.core.boxes import Floats, as_boxes
from facewright.core.errors import UsageError
from facewright.doctor.evaluation.kinds import Finder, Found, Picture


def said(finder: Finder, picture: Picture) -> Found:
    """Boxes (N, 4) and scores (N,) of `find`, NaN and infinities too. Raises UsageError."""
    return _arrays(finder.name, finder.find, picture)


def found(finder: Finder, picture: Picture) -> Found:
    """The same without what is not finite, which a check of its own reports. Raises UsageError."""
    return finite(said(finder, picture))


def candidates(finder: Finder, picture: Picture) -> Found:
    """Those of `candidates`, which must be told, without what is not finite. Raises UsageError."""
    assert finder.candidates is not None
    return finite(_arrays(finder.name, finder.candidates, picture))


def _arrays(name: str, find: Callable[[Picture], object], picture: Picture) -> Found:
    answer: Any = find(picture)
    try:
        boxes, scores = (_floats(part) for part in answer)
        boxes = as_boxes(boxes)
        if scores.shape != (len(boxes),):
            raise ValueError("not a score for each box")
    except (TypeError, ValueError, RuntimeError) as error:  # the last is PyTorch's
        raise UsageError(
            f"{name}: of a picture a finder gives boxes (N, 4) and scores (N,), not {_form(answer)}"
        ) from error
    return boxes, scores


def _floats(values: Any) -> Floats:
    """Of a tensor too, wherever it lies and whether or not it has a gradient."""
    array: Floats = np.asarray(values.detach().cpu() if hasattr(values, "detach") else values, np.float32)
    return array


def _form(answer: object) -> str:
    """Shapes, or the type where there are none."""
    parts = answer if isinstance(answer, tuple | list) else [answer]
    return " and ".join(
        str(tuple(part.shape)) if hasattr(part, "shape") else type(part).__name__ for part in parts[:3]
    )


def finite(found: Found) -> Found:
    """Without boxes that are not finite, or whose score is not."""
    boxes, scores = found
    kept = np.isfinite(boxes).all(axis=1) & np.isfinite(scores)
    return boxes[kept], scores[kept]
