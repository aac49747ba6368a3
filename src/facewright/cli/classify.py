"""`facewright classify`: pictures in; whether each, taken whole, is a face out."""

from time import perf_counter
from typing import TYPE_CHECKING, Annotated

from facewright.cli.inputs import Input, find_inputs, refuse_options
from facewright.cli.options import COMMON, Common, Model, Paths, told
from facewright.cli.pictures import Found, Look, look_at, whole
from facewright.core.errors import UsageError

if TYPE_CHECKING:  # numpy, Pillow and onnxruntime load when there is work to do, not to show the help
    from facewright.core.pictures import Picture

UNREAD = {"width": None, "height": None, "probability": None, "face": None}


def classify(
    *paths: Paths,
    model: Model = "face-or-not",
    min_score: Annotated[
        float | None, told("A face from this probability on; the model's own threshold when not given.")
    ] = None,
    common: Common = COMMON,
) -> int:
    """Tell pictures that are a face from those that are none."""
    refuse_options([*paths, common.json or ""], classify)
    if min_score is not None and not 0 <= min_score <= 1:  # refuses NaN too
        raise UsageError(f"--min-score must lie between 0 and 1, not {min_score}")
    inputs = find_inputs(paths, common.recursive)
    from facewright.inference.classifier import FaceClassifier
    from facewright.inference.crops import read_crop

    start = perf_counter()
    classifier = FaceClassifier(model, common.threads, common.device)
    threshold = classifier.card.score_threshold if min_score is None else min_score
    limit = common.pixel_limit

    def find(_: Input, picture: "Picture") -> Found:
        probability = float(classifier([picture.array])[0])
        face = probability >= threshold
        faces = whole(picture, probability)[: int(face)]
        record = {
            "width": picture.width,
            "height": picture.height,
            "probability": round(probability, 4),
            "face": face,
        }
        return Found(faces, record, [("face" if face else "no face", f"{probability:.2f}")])

    look = Look(
        read=lambda item: read_crop(item.source(), classifier.side, max_pixels=limit),
        find=find,
        opened=perf_counter() - start,
        columns=("is", "probability"),
        unread=UNREAD,
    )
    return look_at(inputs, look, common)
