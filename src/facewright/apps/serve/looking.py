"""What a request asks for, done by one thread: encoded picture in, faces and what they look like out."""

from copy import copy

from facewright.apps.serve.problems import Refused
from facewright.apps.serve.settings import Settings
from facewright.core.attributes import TELLING
from facewright.core.attributes import describe as said_of
from facewright.core.errors import PictureError
from facewright.core.faces import Faces
from facewright.core.opening import opened
from facewright.core.original import has_several_pages
from facewright.core.pictures import Picture
from facewright.inference.attributes import Attributes, with_attributes
from facewright.inference.detector import Detector

ONE = 1
"""thread of a network: requests are done side by side instead"""


class Looker:
    """The models, opened once. Called from any thread.

    Raises ModelError for models that cannot be used, when made.
    """

    def __init__(self, settings: Settings) -> None:
        limit = settings.max_pixels
        self.max_pixels = limit
        self.detector = Detector(settings.model, threads=ONE, max_pixels=limit)
        self.clear = Attributes(settings.attributes, threads=ONE, max_pixels=limit)
        self.every = copy(self.clear)
        self.every.names = tuple(self.clear.card.classes)

    def read(self, data: bytes, finder: Detector) -> Picture:
        """The picture as the detector sees it. Raises Refused: 413, too many pixels; 422, no picture."""
        try:
            with opened(data, None) as (image, _):  # not decoded: that may be what should not be done
                width, height = image.size
            if width * height > self.max_pixels:
                raise Refused(
                    413,
                    f"a picture of {width} x {height} pixels is larger than the limit of {self.max_pixels:,}",
                )
            return finder.read(data)
        except PictureError as error:
            raise unreadable(error) from error

    def tuned(self, min_score: float | None, size: int) -> Detector:
        """The detector with a request's own threshold and size; its model stays the same."""
        finder = copy(self.detector)
        finder.min_score = finder.min_score if min_score is None else min_score
        finder.size = size if finder.card.side is None else min(size, finder.card.side)
        return finder

    @staticmethod
    def several_pages(data: bytes) -> bool:
        """Whether there are frames or pages behind the first, also where these are damaged."""
        try:
            return has_several_pages(data)
        except PictureError:
            return True

    def find(self, data: bytes, min_score: float | None, size: int) -> Faces:
        """Faces from left to right. Raises Refused."""
        finder = self.tuned(min_score, size)
        return finder.find(self.read(data, finder)).sorted("left")

    def describe(
        self, data: bytes, min_score: float | None, size: int, every: bool
    ) -> tuple[Faces, list[list[str]]]:
        """Faces from left to right with their attributes, and each one's in words. Raises Refused."""
        finder, describer = self.tuned(min_score, size), self.every if every else self.clear
        picture = self.read(data, finder)
        faces = finder.find(picture).sorted("left")
        described = describer.describe(describer.closer(picture, lambda: data, faces), faces)
        words = [[finding.words for finding in said_of(one, TELLING)] for one in described]
        return with_attributes(faces, described), words


def unreadable(error: PictureError) -> Refused:
    """The picture has no name here: it came as bytes."""
    return Refused(422, str(error).removeprefix("picture (bytes): "))
