"""`facewright annotate`: pictures in; the same pictures out, with the faces drawn in."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING, Annotated

from facewright.cli.blur import CAREFUL, CAREFUL_MODEL
from facewright.cli.copies import COPYING, Copies, Copying, left_out, write_copy
from facewright.cli.inputs import Input, find_inputs, refuse_options
from facewright.cli.options import FINDING, READING, AttributesModel, Finding, Paths, Reading, flag, told
from facewright.cli.pictures import Found, Look, look_at
from facewright.core.counted import counted
from facewright.core.errors import UsageError

if TYPE_CHECKING:  # numpy, Pillow and onnxruntime load when there is work to do, not to show the help
    from facewright.core.original import Original


def annotate(
    *paths: Paths,
    boxes: Annotated[bool, told("Draw the boxes.")] = True,
    landmarks: Annotated[bool, told("Draw the landmarks.")] = True,
    numbers: Annotated[
        bool, told("Write each face's number, from the left, by which --only and --keep know it.")
    ] = True,
    scores: Annotated[bool, told("Write each face's score.")] = True,
    attributes: Annotated[bool, flag("Write what can be seen of each face, too.")] = False,
    attributes_model: AttributesModel = "attributes-small",
    careful: Annotated[
        bool,
        flag("Find the faces as blur does, with its model and options: the numbers are then those of blur."),
    ] = False,
    model: Annotated[
        str | None,
        told("Name of a shipped model, or path of a model file; detector-nano when not given, or blur's."),
    ] = None,
    finding: Finding = FINDING,
    copying: Copying = COPYING,
    reading: Reading = READING,
) -> int:
    """Draw the faces into pictures."""
    refuse_options([*paths, reading.json or ""], annotate)
    if careful:
        if finding != FINDING:
            raise UsageError("--careful finds as blur does: leave out --min-score, --size and the like")
        finding = CAREFUL
    model = model or (CAREFUL_MODEL if careful else "detector-nano")
    from facewright.apps.choose import numbered, numbered_record
    from facewright.core.attributes import TELLING
    from facewright.core.attributes import describe as said_of
    from facewright.core.draw import draw_faces
    from facewright.core.original import read_original
    from facewright.core.rewrite import encode
    from facewright.inference.attributes import Attributes, with_attributes

    inputs = left_out(find_inputs(paths, reading.recursive), copying.output)
    copies = Copies(inputs, "annotated", copying, reading.json)
    start = perf_counter()
    detector = finding.detector(model, reading)
    attributer = None
    if attributes:
        attributer = Attributes(attributes_model, threads=reading.threads, device=reading.device)

    def find(item: Input, original: "Original") -> Found:
        page = original.pages[0]
        faces = numbered(detector(page.rgb))
        words: Sequence[Sequence[str]] = [()] * len(faces)
        if attributer is not None:
            told_of = attributer.describe(page.picture, faces)
            faces = with_attributes(faces, told_of)
            words = [[finding.words for finding in said_of(one, TELLING)] for one in told_of]
        labels = [
            "\n".join([" ".join([f"{number}"] * numbers + [f"{face.score:.2f}"] * scores), *said]).strip()
            for number, (face, said) in enumerate(zip(faces, words, strict=True), 1)
        ]
        there = copies.take(item, copies.suffix_of(item, original))

        def finish() -> Iterable[str]:
            shown = faces if landmarks else replace(faces, landmarks=None)
            drawn = draw_faces(page.rgb, shown, labels=labels if any(labels) else False, boxes=boxes)
            encoded = encode(original, [drawn], strip=copying.strip, flat=True)
            write_copy(encoded.data, there)
            return [f"{item.name}: {note}" for note in encoded.notes]

        record = numbered_record(faces) | {"copy": None if there is None else str(there)}
        return Found(faces, record, [(counted(len(faces), "face"), str(there or ""))], finish=finish)

    look = Look(
        read=lambda item: read_original(item.source(), max_pixels=reading.pixel_limit, first=True),
        find=find,
        opened=perf_counter() - start,
        columns=("faces", "copy"),
        writes=True,
    )
    return look_at(inputs, look, reading, silent=copies.to_stdout)
