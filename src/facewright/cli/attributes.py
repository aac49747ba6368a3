"""`facewright attributes`: pictures in; what each face looks like out, as a table, JSON Lines and copies."""

from collections.abc import Mapping, Sequence
from time import perf_counter
from typing import TYPE_CHECKING, Annotated

from facewright.cli.inputs import Input, find_inputs, refuse_options
from facewright.cli.options import COMMON, FINDING, AttributesModel, Common, Finding, Model, Paths, flag
from facewright.cli.pictures import Found, Look, look_at, whole
from facewright.core.errors import UsageError

if TYPE_CHECKING:  # numpy, Pillow and onnxruntime load when there is work to do, not to show the help
    from facewright.core.faces import Faces
    from facewright.core.pictures import Picture
    from facewright.inference.attributes import Attributes
    from facewright.inference.detector import Detector

DETECTOR = "detector-nano"
COLUMNS = ("score", "attributes")


def attributes(
    *paths: Paths,
    model: Model = DETECTOR,
    attributes_model: AttributesModel = "attributes-small",
    all: Annotated[
        bool, flag("Tell every attribute that the model knows, also those that are vague or judge.")
    ] = False,
    aligned: Annotated[
        bool,
        flag("Each picture is one face, aligned or loosely cut, and is taken whole; none is searched for."),
    ] = False,
    finding: Finding = FINDING,
    common: Common = COMMON,
) -> int:
    """Find the faces in pictures, and describe them."""
    refuse_options([*paths, common.json or ""], attributes)
    if aligned and (finding != FINDING or model != DETECTOR):
        raise UsageError("--aligned finds no faces: leave out --model, --min-score, --size and the like")
    inputs = find_inputs(paths, common.recursive)
    from facewright.inference.attributes import Attributes

    start = perf_counter()
    describer = Attributes(
        attributes_model,
        threads=common.threads,
        device=common.device,
        every=all,
        max_pixels=common.pixel_limit,
    )
    if aligned:
        look = _taken_whole(describer, start)
    else:
        look = _searched(describer, finding.detector(model, common), start)
    return look_at(inputs, look, common)


def _searched(describer: "Attributes", finder: "Detector", start: float) -> Look:
    from facewright.apps.choose import numbered

    def find(item: Input, picture: "Picture") -> Found:
        faces = numbered(finder.find(picture))
        frames = describer.frames(faces)
        described = describer.crops(describer.cut(describer.closer(picture, item.source, faces), frames))
        return _found(faces, described, [frame.by for frame in frames])

    def read(item: Input) -> "Picture":
        return finder.read(item.source())

    return Look(read, find, perf_counter() - start, COLUMNS)


def _taken_whole(describer: "Attributes", start: float) -> Look:
    from facewright.inference.crops import read_crop

    def find(_: Input, picture: "Picture") -> Found:
        return _found(whole(picture, 1.0), describer.crops([picture.array]), ["picture"])

    def read(item: Input) -> "Picture":
        return read_crop(item.source(), describer.side, max_pixels=describer.max_pixels)

    return Look(read, find, perf_counter() - start, COLUMNS)


def _found(faces: "Faces", described: Sequence[Mapping[str, float]], framed_by: Sequence[str]) -> Found:
    from facewright.apps.choose import numbered_record
    from facewright.core.attributes import TELLING
    from facewright.core.attributes import describe as said_of
    from facewright.inference.attributes import with_attributes

    faces = with_attributes(faces, described)
    record = numbered_record(faces)
    for face, by in zip(record["faces"], framed_by, strict=True):
        face["framed_by"] = by
    words = [[finding.words for finding in said_of(one, TELLING)] for one in described]
    rows = [(f"{face.score:.2f}", ", ".join(one)) for face, one in zip(faces, words, strict=True)]
    return Found(faces, record, rows or [("no face", "")], ["\n".join(one) for one in words])
