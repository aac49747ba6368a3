"""`Faces`, what every detector returns, and `Face`, one of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from numbers import Integral
from typing import Any, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from facewright.core.boxes import Floats, area, as_boxes
from facewright.core.counted import counted
from facewright.core.extras import optional
from facewright.core.seen import Seen

LANDMARKS = ("left_eye", "right_eye", "nose", "left_mouth", "right_mouth")
"""Order of the five landmarks; left and right as the viewer of an upright face sees them."""


@dataclass(frozen=True, eq=False)
class Face:
    """One face in pixels of the upright picture."""

    box: Floats
    """(4,): x0, y0, x1, y1"""
    score: float
    """0 to 1"""
    landmarks: Floats | None = None
    """(5, 2) in the order of `LANDMARKS`, or None when the model gives none"""
    attributes: Mapping[str, float] = field(default_factory=dict)
    """attribute name -> probability"""

    @property
    def width(self) -> float:
        return float(self.box[2] - self.box[0])

    @property
    def height(self) -> float:
        return float(self.box[3] - self.box[1])

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers, as in the JSON Lines of the command line."""
        out: dict[str, Any] = {"box": _plain(self.box), "score": round(self.score, 4)}
        if self.landmarks is not None:
            out["landmarks"] = _plain(self.landmarks)
        if self.attributes:
            out["attributes"] = {name: rounded(float(p)) for name, p in self.attributes.items()}
        return out


@dataclass(frozen=True, eq=False)
class Faces:
    """The faces of one picture: N boxes, scores and, where the model gives them, landmarks and attributes.

    >>> faces = Faces([[10, 10, 50, 60]], [0.9])
    >>> len(faces), faces[0].width
    (1, 40.0)
    >>> len(faces[faces.scores > 0.95])
    0

    Raises ValueError when shapes do not fit together, a number is not finite, a box is inside out, a score
    lies outside 0 .. 1 or the picture's size is no whole number.
    """

    boxes: Floats
    """(N, 4): x0, y0, x1, y1 in pixels of the upright picture"""
    scores: Floats
    """(N,): 0 to 1"""
    landmarks: Floats | None = None
    """(N, 5, 2) or None"""
    attributes: Mapping[str, Floats] = field(default_factory=dict)
    """attribute name -> (N,) probabilities"""
    width: int = 0
    """of the picture, 0 when unknown"""
    height: int = 0
    seen: Seen | None = field(default=None, repr=False)
    """where the picture is to be found again, for notebooks"""

    def __post_init__(self) -> None:
        boxes = as_boxes(self.boxes)
        count = len(boxes)
        scores = np.asarray(self.scores, np.float32).reshape(-1)
        landmarks = self.landmarks
        if landmarks is not None:
            landmarks = np.asarray(landmarks, np.float32)
            if landmarks.size == 0:
                landmarks = landmarks.reshape(0, 5, 2)
            if landmarks.shape != (count, 5, 2):
                raise ValueError(f"landmarks must have shape ({count}, 5, 2), not {landmarks.shape}")
        attributes = {name: np.asarray(p, np.float32).reshape(-1) for name, p in self.attributes.items()}
        for name, values in {"scores": scores, **attributes}.items():
            if values.shape != (count,):
                raise ValueError(f"{name} must have shape ({count},), not {values.shape}")
            if not np.all((values >= 0) & (values <= 1)):  # refuses NaN too
                raise ValueError(f"{name} must lie between 0 and 1")
        if not np.isfinite(boxes).all() or (landmarks is not None and not np.isfinite(landmarks).all()):
            raise ValueError("boxes and landmarks must be finite")
        if np.any(boxes[:, 2:] < boxes[:, :2]):
            raise ValueError("boxes must have x1 >= x0 and y1 >= y0")
        for name in ("width", "height"):
            side = getattr(self, name)
            if not isinstance(side, Integral) or side < 0:
                raise ValueError(f"{name} must be a whole number of pixels, 0 when unknown, not {side!r}")
            object.__setattr__(self, name, int(side))
        for name, value in (("boxes", boxes), ("scores", scores), ("landmarks", landmarks)):
            object.__setattr__(self, name, value)
        object.__setattr__(self, "attributes", attributes)

    @classmethod
    def empty(cls, width: int = 0, height: int = 0, *, landmarks: bool = True) -> "Faces":
        """No faces, as a picture without any gives them."""
        return cls(
            as_boxes([]),
            np.zeros(0, np.float32),
            np.zeros((0, 5, 2), np.float32) if landmarks else None,
            {},
            width,
            height,
        )

    def __len__(self) -> int:
        return len(self.boxes)

    def __iter__(self) -> Iterator[Face]:
        for i in range(len(self)):
            yield self._face(i)

    @overload
    def __getitem__(self, key: "int | np.integer[Any]") -> Face: ...
    @overload  # np.bool_, as NumPy's types say that of an array `.all(1)` may be one
    def __getitem__(self, key: "slice | NDArray[Any] | np.bool_ | list[int] | list[bool]") -> "Faces": ...
    def __getitem__(self, key: "int | slice | ArrayLike") -> "Face | Faces":
        """An int gives a `Face`; a slice, a boolean mask or a list of indices gives `Faces`."""
        if isinstance(key, int | np.integer) and not isinstance(key, bool):
            return self._face(range(len(self))[int(key)])
        if not isinstance(key, slice):
            key = np.asarray(key)
            if key.ndim != 1:
                raise IndexError(
                    f"faces are picked by a number, slice, mask or list, not by shape {key.shape}"
                )
            if key.size == 0 and key.dtype != bool:
                key = key.astype(np.intp)
        return Faces(
            self.boxes[key],
            self.scores[key],
            None if self.landmarks is None else self.landmarks[key],
            {name: p[key] for name, p in self.attributes.items()},
            self.width,
            self.height,
            self.seen,
        )

    def __repr__(self) -> str:
        place = f" in {self.width}x{self.height}" if self.width and self.height else ""
        parts = [f"{counted(len(self), 'face')}{place}"]
        if len(self):
            parts.append(f"scores {self.scores.min():.2f} to {self.scores.max():.2f}")
        return f"<Faces: {', '.join(parts)}>"

    def _repr_jpeg_(self) -> bytes | None:
        """The picture with the faces drawn in, as notebooks show it; None, for the text, when it is gone."""
        from facewright.core.draw import shown

        picture = None if self.seen is None else self.seen.picture()
        if picture is None or picture.shape[:2] != (self.height, self.width):
            return None
        return shown(picture, self)

    def sorted(self, by: str = "score") -> "Faces":
        """Largest first, by `score` or `area`, or `left` to right by x0 (ties keep their order)."""
        keys: dict[str, NDArray[Any]] = {
            "score": -self.scores,
            "area": -area(self.boxes),
            "left": self.boxes[:, 0],
        }
        if by not in keys:
            raise ValueError(f"sorted(by=...) takes one of {', '.join(keys)}, not {by!r}")
        return self[np.argsort(keys[by], kind="stable")]

    def to_dict(self) -> dict[str, Any]:
        """`{"width", "height", "faces": [...]}` with plain numbers; `from_dict` reads it back."""
        return {"width": self.width, "height": self.height, "faces": [face.to_dict() for face in self]}

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> "Faces":
        """What `to_dict` gave, as faces again; further keys are passed over.

        Raises ValueError for what it does not give, such as landmarks or attributes of some faces only.
        """
        try:
            size = record.get("width") or 0, record.get("height") or 0
            faces = record["faces"]
            if not faces:
                return cls.empty(*size)
            if len({("landmarks" in face, frozenset(face.get("attributes", ()))) for face in faces}) > 1:
                raise ValueError("some faces have landmarks or attributes that others lack")
            with_landmarks, names = "landmarks" in faces[0], faces[0].get("attributes", ())
            return cls(
                as_boxes([face["box"] for face in faces]),
                np.array([face["score"] for face in faces], np.float32),
                np.array([face["landmarks"] for face in faces], np.float32) if with_landmarks else None,
                {name: np.array([face["attributes"][name] for face in faces], np.float32) for name in names},
                *size,
            )
        except KeyError as error:
            raise ValueError(f"there is no {error}") from error
        except (TypeError, AttributeError, OverflowError) as error:
            raise ValueError(f"not what `to_dict` gives ({error})") from error

    def to_supervision(self) -> Any:
        """The same faces as `supervision.Detections` (needs the `supervision` extra)."""
        with optional():
            import supervision

        data: dict[str, Any] = {name: np.asarray(p) for name, p in self.attributes.items()}
        if self.landmarks is not None:
            data["landmarks"] = self.landmarks
        return supervision.Detections(
            xyxy=self.boxes, confidence=self.scores, class_id=np.zeros(len(self), int), data=data
        )

    @classmethod
    def from_supervision(cls, detections: Any, width: int = 0, height: int = 0) -> "Faces":
        """Boxes, confidences (1 where there are none) and landmarks of `supervision.Detections`."""
        count = len(detections)
        scores = np.ones(count, np.float32) if detections.confidence is None else detections.confidence
        return cls(detections.xyxy, scores, detections.data.get("landmarks"), {}, width, height)

    def _face(self, i: int) -> Face:
        return Face(
            self.boxes[i],
            float(self.scores[i]),
            None if self.landmarks is None else self.landmarks[i],
            {name: float(p[i]) for name, p in self.attributes.items()},
        )


def _plain(values: Floats) -> list[Any]:
    """Nested lists of Python floats with two decimals: a hundredth of a pixel is finer than any label."""
    return np.round(values.astype(np.float64), 2).tolist()


def rounded(probability: float, decides: float = 0.5) -> float:
    """To four places, but never from below what decides up to it."""
    told = round(probability, 4)
    return round(told - 1e-4, 4) if probability < decides <= told else told
