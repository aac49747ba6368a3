"""`facewright blur`: pictures and videos in; the same out, their faces hidden."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from facewright.apps.careful import careful_score
from facewright.cli.copies import CHOOSING, COPYING, Choices, Copies, Copying, chosen_of, left_out, write_copy
from facewright.cli.inputs import Input, find_inputs, refuse_options
from facewright.cli.options import READING, Finding, Model, Paths, Reading, flag, told
from facewright.cli.pictures import Found, Look, look_at
from facewright.cli.videos import hide_through
from facewright.core.counted import counted
from facewright.core.errors import UsageError

if TYPE_CHECKING:  # numpy, Pillow and onnxruntime load when there is work to do, not to show the help
    from facewright.apps.blur import BlurStyle
    from facewright.apps.hide import Hidden
    from facewright.core.boxes import Floats
    from facewright.core.faces import Faces
    from facewright.core.original import Original
    from facewright.core.pictures import Pixels
    from facewright.inference.detector import Detector


@Parameter(name="*")
@dataclass(frozen=True)
class Careful(Finding):
    """Finding where a missed face is worse than something else taken for one."""

    min_score: Annotated[
        float | None,
        told(
            "Blur what has this score, 0 to 1, or more; .06 when not given, .25 with a model whose scores "
            "are not calibrated. Low, as a missed face is worse than a blurred ball: the guide tells what "
            "other values miss."
        ),
    ] = None
    size: Annotated[
        str, told("Long side that the network sees, in pixels, or full; smaller pictures are not enlarged.")
    ] = "1280"
    close_ups: Annotated[bool, told("Also look at small copies, for faces that fill the picture.")] = True

    def detector(self, model: str, common: Reading) -> "Detector":
        detector = super().detector(model, common)
        if self.min_score is None:
            detector.min_score = careful_score(detector.card)
        return detector


CAREFUL, CAREFUL_MODEL = Careful(), "detector-small"
SHOWN = "The numbers are those that annotate --careful shows."


@Parameter(name="*")
@dataclass(frozen=True)
class Hiding:
    """How faces are hidden: `apps.blur.BlurStyle` in words."""

    how: Annotated[
        Literal["gaussian", "pixelate", "solid", "silhouette"],
        told(
            "What takes the place of a face. The first two are stronger the larger it is; solid and "
            "silhouette leave nothing to guess from."
        ),
    ] = "gaussian"
    shape: Annotated[Literal["ellipse", "box"], told("Outline of what is hidden.")] = "ellipse"
    grow: Annotated[float, told("How much wider and higher than the face, as a share of it.")] = 0.5
    feather: Annotated[float, told("Width of the soft edge, as a share of the face; 0: hard.")] = 0.1
    strength: Annotated[float, told("2 blurs twice as much.")] = 1.0
    colour: Annotated[str, told("Of solid, and of the silhouette's ground: a name, or #rrggbb.")] = "#343840"

    def style(self) -> "BlurStyle":
        from facewright.apps.blur import BlurStyle
        from facewright.apps.colour import as_colour

        colour = as_colour(self.colour)
        return BlurStyle(self.how, self.shape, self.grow, self.feather, self.strength, colour)


HIDING = Hiding()


def blur(
    *paths: Paths,
    hiding: Hiding = HIDING,
    keep: Annotated[Choices, told("Leave this face as it is: " + CHOOSING + SHOWN)] = (),
    only: Annotated[Choices, told("Blur no face but this one, chosen as with --keep.")] = (),
    in_place: Annotated[bool, flag("Write over the pictures given.")] = False,
    encoder: Annotated[
        str | None,
        told("FFmpeg's encoder for videos, such as h264_nvenc; one of the video's own codec when not given."),
    ] = None,
    model: Model = CAREFUL_MODEL,
    finding: Careful = CAREFUL,
    copying: Copying = COPYING,
    reading: Reading = READING,
) -> int:
    """Hide the faces in pictures and videos."""
    refuse_options([*paths, reading.json or ""], blur)
    if keep and only:
        raise UsageError("--keep and --only say the same in two ways: give one of them")
    from facewright.apps.choose import check_choices
    from facewright.core.original import read_original

    if encoder is not None:
        from facewright.apps.remux import check_encoder

        check_encoder(encoder)
    style = hiding.style()
    check_choices([*keep, *only])
    inputs = left_out(find_inputs(paths, reading.recursive, videos=True), copying.output)
    if (keep or only) and any(item.is_video for item in inputs):
        raise UsageError("--keep and --only choose faces of pictures: of a video all are hidden")
    copies = Copies(inputs, "blurred", copying, reading.json, in_place)
    start = perf_counter()
    detector = finding.detector(model, reading)
    blurring = _Blurring(detector, style, keep, only, copies, copying.strip)
    look = Look(
        read=lambda item: read_original(item.source(), max_pixels=reading.pixel_limit),
        find=blurring.find,
        opened=perf_counter() - start,
        columns=("hidden", "copy"),
        writes=True,
        closing=blurring.closing,
        film=lambda item, *_: hide_through(
            detector, style, copying.strip, encoder, item, copies.take_video(item)
        ),
    )
    return look_at(inputs, look, reading, silent=copies.to_stdout)


@dataclass
class _Blurring:
    """From a picture read to its copy."""

    detector: "Detector"
    style: "BlurStyle"
    keep: Sequence[str]
    only: Sequence[str]
    copies: Copies
    strip: bool
    faceless: int = 0
    """pictures without a face, and those whose faces are all kept"""

    def find(self, item: Input, original: "Original") -> Found:
        import numpy as np

        from facewright.apps.choose import numbered
        from facewright.apps.hide import missed
        from facewright.core.boxes import as_boxes
        from facewright.core.faces import Faces

        found = [numbered(self.detector(page.rgb)) for page in original.pages]
        gaps = [as_boxes([])] * len(found)
        if original.animated and not (self.keep or self.only):
            gaps = missed([faces.boxes for faces in found])
        hidden, records = [], []
        for number, page in enumerate(original.pages):
            result, faces = self._hide(item, page.rgb, found[number], gaps[number])
            hidden.append(result)
            records += [face | ({"page": number} if len(original.pages) > 1 else {}) for face in faces]
        boxes = [box for result in hidden for box in result.boxes]
        self.faceless += not boxes
        suffix = Path(item.path).suffix
        if boxes or self.strip or not suffix:
            suffix = self.copies.suffix_of(item, original)
        place = self.copies.take(item, suffix)
        first = original.pages[0].picture
        record = {
            "width": first.width,
            "height": first.height,
            "faces": records,
            "still_found": sum(len(result.found) for result in hidden),
            "copy": None if place is None else str(place),
        }
        row = (counted(len(boxes), "face"), "" if place is None else str(place))
        return Found(
            Faces(as_boxes(boxes), np.ones(len(boxes), np.float32)),
            record,
            [row],
            finish=self._writing(item, original, hidden, place),
        )

    def closing(self) -> str:
        return f", {counted(self.faceless, 'picture')} copied without hiding any" if self.faceless else ""

    def _hide(
        self, item: Input, picture: "Pixels", faces: "Faces", more: "Floats"
    ) -> "tuple[Hidden, list[dict[str, Any]]]":
        """The picture with its faces and `more` boxes (N, 4) hidden, and what JSON says of each face."""
        import numpy as np

        from facewright.apps.choose import numbered_record
        from facewright.apps.hide import hide_faces, surely

        kept = ~chosen_of(item, faces, self.only)
        if self.keep:
            kept = chosen_of(item, faces, self.keep)
        result = hide_faces(
            picture,
            np.concatenate([faces.boxes[~kept], more]),
            surely(self.detector),
            self.style,
            keep=faces.boxes[kept],
            others=not self.only,
        )
        records = [
            face | {"hidden": not stays}
            for face, stays in zip(numbered_record(faces)["faces"], kept.tolist(), strict=True)
        ]
        later = result.boxes[len(faces) - int(kept.sum()) :]
        return result, records + [{"box": box.round(2).tolist(), "hidden": True} for box in later]

    def _writing(
        self, item: Input, original: "Original", hidden: "Sequence[Hidden]", place: Path | None
    ) -> Callable[[], Iterable[str]]:
        in_place = self.copies.in_place

        def write() -> Iterable[str]:
            from facewright.core.rewrite import encode

            if not self.strip and not any(len(result.boxes) for result in hidden):
                if not in_place:
                    write_copy(item.content(), place)
                return []
            encoded = encode(original, [result.picture for result in hidden], strip=self.strip)
            write_copy(encoded.data, place)
            notes = list(encoded.notes)
            if still := sum(len(result.found) for result in hidden):
                notes.append(
                    f"the detector still finds {counted(still, 'face')} where something is hidden: look at "
                    "the copy" + ("" if self.style.how == "solid" else ", or take --how solid")
                )
            return [f"{item.name}: {note}" for note in notes]

        return write
