"""`facewright crop`: pictures in; each face as a picture of its own out."""

from collections.abc import Iterable
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from facewright.cli.copies import CHOOSING, COPYING, Choices, Copies, Copying, chosen_of, left_out, write_copy
from facewright.cli.inputs import Input, find_inputs, refuse_options
from facewright.cli.options import FINDING, READING, Finding, Model, Paths, Reading, flag, told
from facewright.cli.pictures import Found, Look, look_at
from facewright.core.counted import counted

if TYPE_CHECKING:  # numpy, Pillow and onnxruntime load when there is work to do, not to show the help
    from facewright.core.original import Original


def crop(
    *paths: Paths,
    framing: Annotated[
        Literal["square", "head-and-shoulders", "passport", "aligned"],
        told(
            "What a crop shows: the face in a square; with the shoulders, 4:5; as on a passport photo, "
            "35:45; or aligned, turned and scaled by the landmarks, as models of faces want it."
        ),
    ] = "square",
    side: Annotated[
        int | None,
        Parameter(name="--height"),
        told("Height of every crop in pixels, smaller faces being enlarged; each its own when not given."),
    ] = None,
    margin: Annotated[float, told("0.2 shows a fifth more, to all sides.")] = 0.0,
    roll: Annotated[bool, flag("Turn tilted heads upright, by their landmarks.")] = False,
    outside: Annotated[
        Literal["move", "edge", "fill"] | None,
        told(
            "What to do at the picture's border: move the crop inside, and make it smaller if need be; "
            "repeat the edge; or fill with --colour. Moved when not given, or edge for crops that are turned."
        ),
    ] = None,
    colour: Annotated[str, told("To fill with: a name, or #rrggbb.")] = "white",
    only: Annotated[
        Choices,
        told("Cut out no face but this one: " + CHOOSING + "The numbers are those that annotate shows."),
    ] = (),
    model: Model = "detector-nano",
    finding: Finding = FINDING,
    copying: Copying = COPYING,
    reading: Reading = READING,
) -> int:
    """Cut the faces out of pictures."""
    refuse_options([*paths, reading.json or ""], crop)
    from facewright.apps.choose import check_choices, numbered, numbered_record
    from facewright.apps.colour import as_colour
    from facewright.apps.crop import CropStyle, crop_face, pixels_of, place
    from facewright.core.errors import PictureError
    from facewright.core.original import read_original
    from facewright.core.rewrite import encode

    style = CropStyle(framing, side, margin, roll, outside, as_colour(colour))
    check_choices(only)
    inputs = left_out(find_inputs(paths, reading.recursive), copying.output)
    copies = Copies(inputs, "faces", copying, reading.json, several=True)
    start = perf_counter()
    detector = finding.detector(model, reading)
    faceless = 0

    def find(item: Input, original: "Original") -> Found:
        nonlocal faceless
        picture = original.pages[0].rgb
        faces = numbered(detector(picture))
        kept = chosen_of(item, faces, only)
        faceless += not kept.any()
        numbers = kept.nonzero()[0].tolist()
        suffix = copies.suffix_of(item, original)
        most = max((pixels_of(faces[number], style, *picture.shape[1::-1]) for number in numbers), default=0)
        if reading.pixel_limit is not None and most > reading.pixel_limit:
            raise PictureError(
                f"{item.name}: a crop of {most:,} pixels is larger than the limit of "
                f"{reading.pixel_limit:,}; give a smaller --margin or --height, or raise --max-pixels"
            )
        places = [copies.take(item, suffix, f"-face-{number + 1}") for number in numbers]

        def finish() -> Iterable[str]:
            notes: dict[str, None] = {}
            for number, there in zip(numbers, places, strict=True):
                pixels = crop_face(picture, faces[number], style)
                encoded = encode(original, [pixels], strip=copying.strip, flat=True)
                write_copy(encoded.data, there)
                notes |= dict.fromkeys(f"{item.name}: {note}" for note in encoded.notes)
            return list(notes)

        record = numbered_record(faces, kept)
        for face, number, there in zip(record["faces"], numbers, places, strict=True):
            face |= {"framed_by": place(faces[number], style).by, "copy": str(there)}
        rows = [
            (f"{faces[number].score:.2f}", str(there)) for number, there in zip(numbers, places, strict=True)
        ]
        return Found(faces[kept], record, rows or [("no face", "")], finish=finish)

    look = Look(
        read=lambda item: read_original(item.source(), max_pixels=reading.pixel_limit, first=True),
        find=find,
        opened=perf_counter() - start,
        columns=("score", "crop"),
        writes=True,
        closing=lambda: f", {counted(faceless, 'picture')} without any" if faceless else "",
    )
    return look_at(inputs, look, reading)
