"""Attributes against what the shipped model sees of the faces: a row too far, yes for no, another column."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from facewright.core.counted import counted
from facewright.core.pictures import load_picture
from facewright.doctor.checking import Check, check
from facewright.doctor.data import Data, Glimpse, once, spread_indices
from facewright.doctor.finding import Evidence
from facewright.inference.align import frame_to_describe
from facewright.inference.attributes import Attributes
from facewright.metrics.roc import roc

ASKED = (
    "Bald", "Bangs", "Black_Hair", "Blond_Hair", "Eyeglasses", "Goatee", "Gray_Hair", "Heavy_Makeup", "Male",
    "Mouth_Slightly_Open", "No_Beard", "Smiling", "Wearing_Hat", "Wearing_Lipstick", "Young",
)  # fmt: skip
"""what the witness tells surely: on CelebA's validation parts the area under the ROC curve is .82 (Young) and
more of each, .93 and more of the others"""
PICTURES = 300
"""looked at, of one face each: 3 ms a picture"""
FEWEST = 10
"""faces with and as many without an attribute, from which it is asked"""
AT_ODDS = 0.65
"""area under the ROC curve, one half for labels that have nothing to do with the faces"""
AGREES = 0.88
"""median of the areas from which the witness is believed, or an explanation is one; .82 of drawn faces"""
SEVERAL = 3
"""attributes, from which their disagreement alone is enough"""
SHIFTS = (-1, 1, -2, 2)
"""rows"""


class Seen(NamedTuple):
    """What the witness says of some faces."""

    rows: list[int]
    """(N,) numbers of the samples"""
    scores: Mapping[str, NDArray[np.float64]]
    """attribute -> (N,) probabilities"""


@check(
    "attributes-off-faces",
    "error",
    Data,
    about="Attributes do not go with the faces: a row of the list is missing or one too many, it was sorted "
    "otherwise than the pictures, a column has another's name, or yes and no are exchanged. Nothing is "
    "learnt by them, or the contrary.",
    cure="Pair attributes and pictures by their names; compare a few with the pictures.",
)
def off_faces(data: Data) -> Iterator[Evidence]:
    looked = seen(data)
    half = len(looked.rows) // 2
    later = Seen(looked.rows[half:], {name: scores[half:] for name, scores in looked.scores.items()})
    for where, part in (("", looked), ("In the second half of the set: ", later)):
        if (found := _told(data, part)) is not None:
            yield Evidence(where + found.message, found.numbers)
            return


def _told(data: Data, looked: Seen) -> Evidence | None:
    fits = agreement(data, looked)
    if not (odd := [name for name, area in fits.items() if area < AT_ODDS]):
        return None
    usual, cause = np.median(list(fits.values())), ""
    if usual < AT_ODDS:
        cause = _cause(data, looked, fits)
        if not cause and len(fits) < SEVERAL:
            return None
    elif usual < AGREES:  # of drawn faces, say, the witness knows too little to judge a single attribute
        return None
    told = ", ".join(f"{name} {fits[name]:.2f}" for name in odd)
    return Evidence(
        f"{cause}{len(odd)} of {len(fits)} attributes do not go with what is seen of {len(looked.rows)} "
        f"faces (area under the ROC curve, where .5 is chance): {told}.",
        {"faces": len(looked.rows), "areas": {name: round(area, 3) for name, area in fits.items()}},
    )


def agreement(data: Data, looked: Seen, shift: int = 0) -> dict[str, float]:
    """Attribute -> area under the ROC curve of its labels, those of `shift` rows further on, by what is seen;
    of those that enough faces have and lack."""
    rows = [(i, row + shift) for i, row in enumerate(looked.rows) if 0 <= row + shift < len(data.dataset)]
    labels = [_labels(data.dataset[row].attributes) for _, row in rows]
    found = {}
    for name, scores in looked.scores.items():
        known = [(scores[i], one[name]) for (i, _), one in zip(rows, labels, strict=True) if name in one]
        told = [(score, label) for score, label in known if label >= 0]
        yes = sum(label for _, label in told)
        if min(yes, len(told) - yes) >= FEWEST:
            found[name] = roc([label for _, label in told], [score for score, _ in told]).auc
    return found


@once
def seen(data: Data) -> Seen:
    """Of pictures with one face, up to `PICTURES`; its crop, or the whole picture where its place is not
    known."""
    names = [name for name in ASKED if any(name in g.sample.attributes for g in data.readable)]
    alone = [g for g in data.readable if len(g.sample.boxes) == 1] if names else []
    chosen = [alone[i] for i in spread_indices(len(alone), PICTURES)]
    if not chosen:
        return Seen([], {})
    witness = Attributes("attributes-nano", every=True)
    told = witness.crops([_crop(witness, glimpse) for glimpse in chosen])
    scores = {name: np.array([one[name] for one in told]) for name in names}
    return Seen([glimpse.index for glimpse in chosen], scores)


def _crop(witness: Attributes, glimpse: Glimpse) -> NDArray[np.uint8]:
    box, landmarks = glimpse.sample.boxes[0], glimpse.sample.landmarks[0]
    if not np.isfinite(box).all():
        return load_picture(glimpse.sample.picture, size=2 * witness.side).array
    placed = frame_to_describe(box, landmarks if np.isfinite(landmarks).all() else None)
    return np.asarray(witness.cut(load_picture(glimpse.sample.picture), [placed]))[0]


def _labels(attributes: Mapping[str, NDArray[np.int8]]) -> dict[str, int]:
    return {name: int(attributes[name][0]) for name in ASKED if name in attributes and len(attributes[name])}


def _cause(data: Data, looked: Seen, fits: Mapping[str, float]) -> str:
    """What brings most of them to agree, as the beginning of a sentence; empty where nothing does."""
    if np.median([1 - area for area in fits.values()]) >= AGREES:
        return "Yes and no are exchanged: "
    for shift in SHIFTS:
        if (moved := agreement(data, looked, shift)) and np.median(list(moved.values())) >= AGREES:
            where = "before" if shift > 0 else "after"
            return f"The attributes of each picture are those {counted(abs(shift), 'row')} {where} its own: "
    return ""


ATTRIBUTES: tuple[Check[Data], ...] = (off_faces,)
