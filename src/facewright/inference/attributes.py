"""`Attributes`: what a face looks like, as CelebA's attributes with a probability each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from math import ceil
from pathlib import Path

import numpy as np

from facewright.core.attributes import JUDGING
from facewright.core.errors import UsageError
from facewright.core.faces import Faces
from facewright.core.opening import pixel_limit
from facewright.core.pictures import MAX_PIXELS, Picture, PictureSource, load_picture
from facewright.inference.align import Frame, cut, frame, frame_side, frame_to_describe
from facewright.inference.card import Card
from facewright.inference.crops import Crops, fixed_side, run_crops
from facewright.inference.session import Session

DEFAULT_MODEL = "attributes-small"


class Attributes:
    """Describes faces that a Detector found, or crops of one face each.

    >>> faces = Detector()("photo.jpg")  # doctest: +SKIP
    >>> Attributes().describe("photo.jpg", faces)[0]["Smiling"]  # doctest: +SKIP
    0.97

    model: name of a shipped model or path of a model file. threads: of the network; None means up to four,
    and never more than the cores there are. device: "cpu", "cuda", ... without silent fallback. every: all
    attributes of the model, also those that are vague or judge (see `core.attributes.JUDGING`).
    max_pixels: pictures with more are refused before they are decoded; None for no limit.

    Probabilities are calibrated: above .5 means that the face has it.
    Safe to call from several threads, and picklable. Raises ModelError for a model that cannot be used.
    """

    def __init__(
        self,
        model: str | Path = DEFAULT_MODEL,
        *,
        threads: int | None = None,
        device: str = "cpu",
        every: bool = False,
        max_pixels: int | None = MAX_PIXELS,
    ) -> None:
        self.session = Session(model, ("attributes",), threads=threads, device=device)
        self.side = fixed_side(self.session)
        """of the square crop that the network sees, in pixels"""
        self.names = tuple(name for name in self.card.classes if every or name not in JUDGING)
        """of the attributes that are told, in the model's order"""
        self.max_pixels = pixel_limit(max_pixels)

    def __repr__(self) -> str:
        return f"<Attributes: {self.session.path.stem}, {len(self.names)} of {len(self.card.classes)}>"

    @property
    def card(self) -> Card:
        """What the model file says about itself."""
        return self.session.card

    def describe(
        self, picture: Picture | PictureSource, faces: Faces, *, bgr: bool = False
    ) -> list[dict[str, float]]:
        """Attribute -> probability of each face, in their order.

        picture: the one in which the faces were found, anything that a Detector takes (an array is RGB unless
        `bgr`), or what `read` gave. Raises PictureError; UsageError for a picture of another size.
        """
        if not isinstance(faces, Faces):
            raise UsageError(
                f"describe takes the Faces of a picture, of one face as faces[:1], not {type(faces).__name__}"
            )
        read = picture if isinstance(picture, Picture) else self.read(picture, faces, bgr=bgr)
        if faces.width and (faces.width, faces.height) != (read.width, read.height):
            raise UsageError(
                f"the faces are of a picture of {faces.width} x {faces.height} pixels, and this one has "
                f"{read.width} x {read.height}: give the one in which they were found"
            )
        return self.crops(self.cut(read, self.frames(faces)))

    def crops(self, crops: Crops) -> list[dict[str, float]]:
        """Attribute -> probability of each crop, taken whole and squashed to a square.

        crops: uint8 RGB, (N, H, W, 3) or pictures of any sizes, framed about as `align` frames them.
        """
        classes = self.card.classes
        told = [classes.index(name) for name in self.names]
        probabilities = run_crops(self.session, crops, "attributes", len(classes))[:, told]
        return [dict(zip(self.names, row, strict=True)) for row in probabilities.tolist()]

    def frames(self, faces: Faces) -> list[Frame]:
        """Where each face's crop lies in the full picture, and whether landmarks or the box placed it."""
        return [frame_to_describe(face.box, face.landmarks) for face in faces]

    def cut(self, picture: Picture, frames: Sequence[Frame]) -> Crops:
        """The crops as the network sees them, uint8 RGB (N, side, side, 3)."""
        height, width = picture.array.shape[:2]
        full = np.diag(
            [picture.width / width, picture.height / height, 1]
        )  # from its pixels to the full one's
        crops = [cut(picture.array, placed.matrix @ full, self.side) for placed in frames]
        return np.stack(crops) if crops else np.zeros((0, self.side, self.side, 3), np.uint8)

    def closer(self, picture: Picture, source: Callable[[], PictureSource], faces: Faces) -> Picture:
        """`picture`, in which the faces were found, or `source` read again where they need more pixels.

        Raises PictureError.
        """
        needed = self.long_side(faces)
        if needed is None or max(picture.array.shape) < needed:
            return self.read(source(), faces)
        return picture

    def read(self, source: PictureSource, faces: Faces, *, bgr: bool = False) -> Picture:
        """The picture, large enough that no face's crop is made of fewer pixels than it could be."""
        return load_picture(source, size=self.long_side(faces), bgr=bgr, max_pixels=self.max_pixels)

    def long_side(self, faces: Faces) -> int | None:
        """How long a copy of the picture must be for the smallest of its faces to fill the network's crop.

        A copy, as a JPEG is decoded at a lower scale faster than whole; never longer than the picture. None:
        as it is, where the faces do not say how large that is.
        """
        longest = max(faces.width, faces.height)
        if not longest:
            return None
        tight = (frame(face.box, face.landmarks).matrix for face in faces)  # crops are as wide, and taller
        smallest = min(map(frame_side, tight), default=np.inf)
        return max(1, min(longest, ceil(longest * self.side / smallest)))


def with_attributes(faces: Faces, described: Sequence[Mapping[str, float]]) -> Faces:
    """The same faces carrying what `describe` told of them."""
    names = described[0] if described else ()
    return replace(
        faces, attributes={name: np.array([one[name] for one in described], np.float32) for name in names}
    )
