"""Labels against what the shipped models see: boxes without a face, faces without a box."""

from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from facewright.core.boxes import Floats, area, coverage, iou
from facewright.doctor.checking import Check, check
from facewright.doctor.data import Data, once
from facewright.doctor.finding import Evidence
from facewright.doctor.labels.fitting import FEWEST, fit
from facewright.doctor.labels.show import NAMES, sheet
from facewright.doctor.labels.size import as_large
from facewright.doctor.labels.tally import SOME, tally
from facewright.doctor.labels.verdict import NO_FIT, SHARE, telling, verdict
from facewright.doctor.labels.witness import SIDE, View, small_picture, views
from facewright.inference.classifier import FaceClassifier
from facewright.transforms.crops import CropStyle, crop_square

BESIDE = 0.35
"""mean IoU below which boxes do not sit on the faces; .37 are whole heads against faces (masks-colour)"""
LUCK = 0.6
"""share of pictures that own boxes fit better than another picture's; 1/2 by luck, .69 and more on the
healthy sets, the least where all faces are central"""
KNOWN = 0.3
"""share of the pictures with boxes in which faces are found, below which they are faces of a kind that the
detector does not know and what it finds may be its own mistakes; .58 and more on the healthy sets"""


@check(
    "labels-off-faces",
    "error",
    Data,
    about="The pictures show faces and the boxes lie beside them, no nearer than those of any other picture: "
    "they belong to other pictures, or to another version of these. A model trained on it learns nonsense.",
    cure="Pair each picture with its own labels, in the version that was labelled.",
)
def off_faces(data: Data) -> Iterator[Evidence]:
    told = telling(data)
    known = KNOWN * sum(1 for view in views(data) if len(view.stated))
    if len(told) < max(FEWEST, known) or verdict(data) is not None:  # which names the mistake
        return
    own = np.array([fit(view.stated, view.found) for view in told])
    others = np.array([fit(_of_another(told, i), view.found) for i, view in enumerate(told)])
    # Whole heads with hair are where the faces are, and fit these no better than .3.
    sized = as_large([view.stated for view in told], [view.found for view in told])
    placed = np.mean([fit(boxes, view.found) for boxes, view in zip(sized, told, strict=True)])
    differ = own != others
    better = float((own > others)[differ].mean()) if differ.any() else 0.5
    empty = {id(view): unseen for view, unseen in zip(views(data), _unseen(data), strict=True)}
    beside = np.array([_beside(view, empty[id(view)]) for view in told])
    many = max(own.mean(), placed) < BESIDE and better < LUCK
    if many or beside.sum() >= max(FEWEST, SHARE * len(told)):
        worst = [told[i] for i in own.argsort(kind="stable")]
        number = int((own < BESIDE).sum() if many else beside.sum())
        compared = f", and {others.mean():.2f} with the boxes of another picture" if many else ""
        yield Evidence(
            f"The boxes of {number} of {len(told)} pictures lie beside the faces found in "
            f"them: mean IoU {(own if many else own[beside]).mean():.2f}{compared}.",
            {
                "pictures_compared": len(told),
                "mean_iou": round(float(own.mean()), 3),
                "mean_iou_of_others": round(float(others.mean()), 3),
                "better_than_others": round(better, 3),
                "names": [view.glimpse.sample.name for view in worst[:NAMES]],
            },
            sheet(worst, [view.found for view in worst], "stated: orange, found: green"),
        )


def _beside(view: View, unseen: NDArray[np.bool_]) -> bool:
    """Whether the boxes hold no face and are at other places than the faces, unlike a body with its face."""
    middles = (view.found[:, None, :2] + view.found[:, None, 2:]) / 2
    inside = np.all((view.stated[:, :2] <= middles) & (middles <= view.stated[:, 2:]), axis=2)
    empty = len(unseen) > 0 and unseen.mean() > 0.5
    return bool(empty and fit(view.stated, view.found) < NO_FIT and np.any(inside, axis=1).mean() < 0.5)


def _of_another(told: Sequence[View], i: int) -> Floats:
    """The boxes of the picture half the set away, as shares made pixels of this one."""
    other, view = told[(i + len(told) // 2) % len(told)], told[i]
    scale = np.array([a / b for a, b in zip(view.size, other.size, strict=True)] * 2, np.float32)
    return other.stated * scale


UNSEEN = 0.3
"""share of large enough boxes in which neither model sees a face; the healthy sets have up to .03"""


@check(
    "labels-without-face",
    "warning",
    Data,
    about="In many boxes neither the shipped detector nor the shipped face-or-not model sees a face. They "
    "may hold something else, or faces of a kind that these models do not know: look at them.",
    cure="Look at the pictures named; mend their boxes, take the classes that are faces only (classes=), or "
    "go on if these are faces after all.",
)
def without_face(data: Data) -> Iterator[Evidence]:
    asked, empty = 0, []
    for view, unseen in zip(views(data), _unseen(data), strict=True):
        asked += len(unseen)
        if unseen.any():
            empty.append((view, view.stated[_large(view)][unseen]))
    number = sum(len(boxes) for _, boxes in empty)
    # Where it is known how the boxes are misread, that is said, and not what follows from it.
    if asked >= FEWEST and number >= UNSEEN * asked and verdict(data) is None:
        nothing = np.zeros((0, 4), np.float32)
        yield Evidence(
            f"In {number} of {asked} boxes looked at, no face is seen.",
            {
                "boxes": asked,
                "without_face": number,
                "names": [v.glimpse.sample.name for v, _ in empty[:NAMES]],
            },
            sheet([view for view, _ in empty], [nothing] * len(empty), "stated: orange"),
        )


EMPTY = 0.05
"""probability of a face below which face-or-not says no; it is asked of loose, tilted and masked faces too"""
ASKED = 4
"""boxes of a picture that face-or-not is asked of"""
LARGE = 16.0
"""pixels at SIDE: shorter side of a box that is large enough to be judged"""


@once
def _unseen(data: Data) -> list[NDArray[np.bool_]]:
    """For each view, of its large boxes those that neither model sees a face in."""
    return [_unseen_in(view) for view in views(data)]


def _unseen_in(view: View) -> NDArray[np.bool_]:
    boxes = view.stated[_large(view)]
    hit = iou(boxes, view.found).max(axis=1, initial=0) > 0.2
    unseen = ~hit
    if unseen.any():
        unseen[unseen] = _probability(view, boxes[unseen]) < EMPTY
    return unseen


def _probability(view: View, boxes: Floats) -> Floats:
    """(N,) of a face in each of (N, 4) boxes, N > 0, as face-or-not says."""
    picture = small_picture(view.glimpse)
    scale = picture.array.shape[1] / picture.width
    crops = [crop_square(picture.array, box * scale, CropStyle()) for box in boxes]
    return _classifier()(np.stack(crops))


def _large(view: View) -> NDArray[np.intp]:
    """The largest ASKED of the boxes that are large enough."""
    sides = (view.stated[:, 2:] - view.stated[:, :2]).min(axis=1, initial=np.inf)
    order = np.argsort(-sides, kind="stable")[:ASKED]
    return order[sides[order] * SIDE / max(view.size) >= LARGE]


CERTAIN = 0.6
"""score of a find that may be called a face which nobody annotated"""
AGREED = 0.9
"""probability of face-or-not, which must agree. Together they see a face in 3 of 900 faceless pictures"""
TOUCHED = 0.2
"""share of a find that a stated box covers where it may mean the same face"""
FORGOTTEN = 0.02
"""share of pictures with such a find from which it is worth saying"""
EMPTIED = 0.25
"""share of the pictures that are said to show no face; 12 % of those of masks-grey do show one, at most 1 %
of the faceless sets"""


@check(
    "labels-emptied",
    "error",
    Data,
    about="Pictures that are said to show no face show faces: their labels were emptied or never written, "
    "their class is not among the chosen ones, or they are no faceless pictures. A model learns faces as "
    "background.",
    cure="Annotate them; look whether the label files are empty, and whether classes= names the right class. "
    "Where faces cannot be annotated, leave the pictures away.",
)
def emptied(data: Data) -> Iterator[Evidence]:
    if wrong := _emptied(data):
        number = sum(map(_faceless, views(data)))
        yield Evidence(
            f"{len(wrong)} of {number} pictures that are said to show no face show one.",
            {
                "pictures": number,
                "found": len(wrong),
                "names": [v.glimpse.sample.name for v, _ in wrong[:NAMES]],
            },
            sheet([view for view, _ in wrong], [found for _, found in wrong], "found: green"),
        )


@check(
    "faces-unannotated",
    "warning",
    Data,
    about="The detector is sure of faces where no box and no region to ignore is. A model learns them as "
    "background, and one that finds them is marked down for it.",
    cure="Annotate them, mark regions to ignore, or open the set with unannotated=true.",
)
def unannotated(data: Data) -> Iterator[Evidence]:
    looked, missed = views(data), _missed(data)
    if _emptied(data):  # that check says what most of them are
        missed = [(view, found) for view, found in missed if not _faceless(view)]
    if looked and len(missed) >= max(2, FORGOTTEN * len(looked)) and verdict(data) is None:
        number = sum(len(found) for _, found in missed)
        missed.sort(key=lambda pair: -float(area(pair[1]).max() / np.prod(pair[0].size)))
        where, faces = [view for view, _ in missed], [boxes for _, boxes in missed]
        yield Evidence(
            f"In {len(missed)} of {len(looked)} pictures looked at, {number} faces are found without a box.",
            {
                "pictures": len(looked),
                "pictures_concerned": len(missed),
                "faces": number,
                "names": [view.glimpse.sample.name for view in where[:NAMES]],
            },
            sheet(where, faces, "stated: orange, found: green"),
        )


def _emptied(data: Data) -> list[tuple[View, Floats]]:
    """The views that are said to show no face and do, and the finds; none where these are few."""
    if tally(data).lost >= SOME or verdict(data) is not None:  # no wonder, and another check says so
        return []
    wrong = [(view, found) for view, found in _missed(data) if _faceless(view)]
    return wrong if len(wrong) >= max(FEWEST, EMPTIED * sum(map(_faceless, views(data)))) else []


def _faceless(view: View) -> bool:
    return not len(view.glimpse.sample.boxes) and not len(view.glimpse.sample.ignore)


@once
def _missed(data: Data) -> list[tuple[View, Floats]]:
    """The views with finds that nobody annotated, and these."""
    return [(view, found) for view in views(data) if len(found := _unannotated_in(view))]


def _unannotated_in(view: View) -> Floats:
    sure = view.found[view.scores >= CERTAIN]
    if not len(sure):
        return sure
    known = np.concatenate([view.stated, view.glimpse.sample.ignore]).astype(np.float32)
    covered = np.maximum(
        coverage(sure, known).max(axis=1, initial=0), coverage(known, sure).max(axis=0, initial=0)
    )
    sure = sure[covered < TOUCHED]
    return sure[_probability(view, sure) >= AGREED] if len(sure) else sure


LYING = 0.02
"""share of pictures that lie on their side"""


@check(
    "pictures-turned",
    "warning",
    Data,
    about="Faces are found only once the pictures are turned: they lie on their side or upside down, as "
    "phones store them when EXIF's orientation is lost. Models for upright faces learn them badly.",
    cure="Turn the pictures upright and their labels with them, or keep EXIF's orientation in the files.",
)
def turned(data: Data) -> Iterator[Evidence]:
    looked = [view for view in views(data) if len(view.stated)]
    lying = [view for view in looked if view.quarter_turns]
    if len(lying) >= max(3, LYING * len(looked)):
        yield Evidence(
            f"{len(lying)} of {len(looked)} pictures with faces lie on their side or upside down.",
            {
                "pictures": len(looked),
                "turned": len(lying),
                "names": [view.glimpse.sample.name for view in lying[:NAMES]],
            },
            sheet(lying, [view.found for view in lying], "stated: orange, found: green"),
        )


@cache
def _classifier() -> FaceClassifier:
    return FaceClassifier(threads=1)


SEEN: tuple[Check[Data], ...] = (off_faces, without_face, emptied, unannotated, turned)
