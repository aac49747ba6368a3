"""Options that several commands over pictures share, each with its help, and what their words mean."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from facewright.cli.outputs import Given
from facewright.core.errors import UsageError

if TYPE_CHECKING:
    from facewright.inference.detector import Detector


def flag(text: str) -> Parameter:
    """An option without a value and without its --no-."""
    return Parameter(negative="", help=text)


def told(text: str) -> Parameter:
    """An option's help."""
    return Parameter(help=text)


WHOLE_SIZE = 640
"""long side of the pictures by which detectors are judged, when nothing else is said"""
OneOrMore = Parameter(consume_multiple=1, negative="")  # an option without a word is a mistake, not nothing
OrDash = Parameter(allow_leading_hyphen=True)  # or cyclopts takes a lone - for an option
Paths = Annotated[
    str,
    Parameter(name="PATH", allow_leading_hyphen=True),
    told("Pictures, folders, globs, or - for a picture on standard input."),
]
Model = Annotated[str, told("Name of a shipped model, or path of a model file.")]
AttributesModel = Annotated[str, told("Name of a shipped model that describes faces, or path of one.")]


@Parameter(name="*")
@dataclass(frozen=True)
class Reading:
    """Of every command over pictures."""

    recursive: Annotated[bool, flag("Look into the folders inside a folder too.")] = False
    json: Annotated[
        str | None,
        OrDash,
        told(
            "Write JSON Lines, one object a picture, to this file; or with - to standard output, and "
            "only them."
        ),
    ] = None
    threads: Annotated[
        int | None,
        told("Threads of a network; up to four when not given, and never more than the machine's cores."),
    ] = None
    device: Annotated[
        str,
        told(
            "cpu, cuda, tensorrt, coreml, directml or openvino, as far as the onnxruntime installed "
            "offers it."
        ),
    ] = "cpu"
    max_pixels: Annotated[
        int | None,
        told("Refuse pictures with more pixels; 200 million when not given, 0 for no limit."),
    ] = None
    timings: Annotated[bool, flag("Print on standard error how long opening, reading and finding took.")] = (
        False
    )

    @property
    def pixel_limit(self) -> int | None:
        """Of --max-pixels; None for no limit. Raises UsageError."""
        from facewright.core.pictures import MAX_PIXELS

        if self.max_pixels is None:
            return MAX_PIXELS
        if self.max_pixels < 0:
            raise UsageError(
                f"--max-pixels takes a number of pixels, or 0 for no limit, not {self.max_pixels}"
            )
        return self.max_pixels or None


@Parameter(name="*")
@dataclass(frozen=True)
class Common(Reading):
    """Of every command over pictures that leaves them as they are."""

    save: Annotated[
        Path | None,
        Given,
        told(
            "Write copies with the faces drawn into this folder; no picture given is ever overwritten. Of a "
            "copy that cannot be written the JSON gives the error and the faces all the same, and the status "
            "is 1."
        ),
    ] = None


@Parameter(name="*")
@dataclass(frozen=True)
class Finding:
    """Of every command that finds faces with a Detector."""

    min_score: Annotated[
        float | None,
        told("Leave out faces below this score, 0 to 1; the model's own threshold when not given."),
    ] = None
    size: Annotated[
        str,
        told(
            "Long side that the network sees, in pixels, or full; smaller pictures are not enlarged. A "
            "network of fixed size sees its own."
        ),
    ] = "640"
    enlarge: Annotated[bool, flag("Enlarge smaller pictures to the size.")] = False
    tiles: Annotated[
        str | None,
        told(
            "Also look at overlapping tiles, for tiny faces: auto, tiles of the size at full resolution; or "
            "how many along the picture's long side."
        ),
    ] = None
    rotations: Annotated[
        int,
        told("How many ways round a picture is looked at, for heads that are not upright: 1, 4 or 8."),
    ] = 1
    close_ups: Annotated[
        bool | None,
        told(
            "Also look at a smaller copy of the picture, to find faces that fill it; on unless refused, but "
            "for models of fixed input size."
        ),
    ] = None

    def detector(self, model: str, common: Reading) -> "Detector":
        """As these options want it. Raises UsageError, ModelError."""
        from facewright.inference.detector import Detector

        return Detector(
            model,
            threads=common.threads,
            min_score=self.min_score,
            size=self._long_side(),
            enlarge=self.enlarge,
            tiles=self._tiles(),
            rotations=self.rotations,
            close_ups=self.close_ups,
            device=common.device,
            max_pixels=common.pixel_limit,
        )

    def _tiles(self) -> int | Literal["auto"] | None:
        if self.tiles is None or self.tiles == "auto":
            return "auto" if self.tiles else None
        if not (self.tiles.isascii() and self.tiles.isdigit()):
            raise UsageError(f"--tiles takes auto, or how many along the long side, not {self.tiles!r}")
        return int(self.tiles)

    def _long_side(self) -> int | None:
        if self.size == "full":
            return None
        if not (self.size.isascii() and self.size.isdigit() and int(self.size) > 0):
            raise UsageError(
                f"--size takes a number of pixels, at least 1, or the word full, not {self.size!r}"
            )
        return int(self.size)


READING, COMMON, FINDING = Reading(), Common(), Finding()
"""with nothing given"""
