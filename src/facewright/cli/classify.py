"""`facewright classify`: pictures in; whether each, taken whole, is a face out, or where faces are in it."""

from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated

from facewright.cli.inputs import Input, find_inputs, refuse_options
from facewright.cli.options import COMMON, Common, Model, Paths, flag, told
from facewright.cli.outputs import Given, Names
from facewright.cli.pictures import Found, Look, found_faces, look_at, whole
from facewright.core.errors import UsageError

if TYPE_CHECKING:  # numpy, Pillow and onnxruntime load when there is work to do, not to show the help
    from facewright.core.pictures import Picture
    from facewright.inference.classifier import FaceClassifier

UNREAD = {"width": None, "height": None, "probability": None, "face": None}
LONG_SIDE = 640
"""of the picture in which windows slide: twice that takes four times as long"""


def classify(
    *paths: Paths,
    model: Model = "face-or-not",
    min_score: Annotated[
        float | None,
        told("A face from this probability on, 0 to 1; when not given the model's own, or .9 with --slide."),
    ] = None,
    slide: Annotated[
        bool,
        flag("Find faces by sliding windows of every size over the picture; slow beside facewright detect."),
    ] = False,
    heat: Annotated[
        Path | None,
        Given,
        told("With --slide: write copies into this folder that show how likely each place is a face's."),
    ] = None,
    common: Common = COMMON,
) -> int:
    """Tell pictures that are a face from those that are none."""
    refuse_options([*paths, common.json or ""], classify)
    if min_score is not None and not 0 <= min_score <= 1:  # refuses NaN too
        raise UsageError(f"--min-score must lie between 0 and 1, not {min_score}")
    if heat is not None and not slide:
        raise UsageError("--heat shows what --slide found; give both")
    inputs = find_inputs(paths, common.recursive)
    from facewright.inference.classifier import FaceClassifier

    start = perf_counter()
    classifier = FaceClassifier(model, threads=common.threads, device=common.device)
    if slide:
        look = _slid(classifier, min_score, heat, [item.path for item in inputs], common, start)
    else:
        look = _taken_whole(classifier, min_score, common, start)
    return look_at(inputs, look, common)


def _taken_whole(classifier: "FaceClassifier", min_score: float | None, common: Common, start: float) -> Look:
    from facewright.core.faces import rounded
    from facewright.inference.crops import read_crop

    threshold = classifier.card.score_threshold if min_score is None else min_score
    limit = common.pixel_limit

    def read(item: Input) -> "Picture":
        return read_crop(item.source(), classifier.side, max_pixels=limit)

    def find(_: Input, picture: "Picture") -> Found:
        probability = float(classifier([picture.array])[0])
        face = probability >= threshold
        record = {
            "width": picture.width,
            "height": picture.height,
            "probability": rounded(probability, threshold),
            "face": face,
        }
        faces = whole(picture, probability)[: int(face)]
        return Found(faces, record, [("face" if face else "no face", f"{probability:.2f}")])

    return Look(read, find, perf_counter() - start, ("is", "probability"), UNREAD)


def _slid(
    classifier: "FaceClassifier",
    min_score: float | None,
    heat: Path | None,
    names: Sequence[str],
    common: Common,
    start: float,
) -> Look:
    from facewright.core.heat import draw_heat
    from facewright.core.pictures import load_picture, write_picture
    from facewright.inference.detections import Detections, to_faces
    from facewright.inference.detector import shrunk
    from facewright.inference.sliding import SlidingWindow

    window = SlidingWindow(classifier, classifier.side, threshold=0.9 if min_score is None else min_score)
    copies = Names(heat, names, "--heat") if heat is not None else None
    limit = common.pixel_limit

    def read(item: Input) -> "Picture":
        return shrunk(load_picture(item.source(), size=LONG_SIDE, max_pixels=limit), LONG_SIDE)

    def find(item: Input, picture: "Picture") -> Found:
        windows = window.look(picture.array)
        faces = window.faces(windows)
        if copies is not None:
            write_picture(draw_heat(picture.array, window.heat(windows)), copies.take(item.path))
        return found_faces(to_faces(Detections(faces.boxes, faces.scores), picture))

    return Look(read, find, perf_counter() - start)
