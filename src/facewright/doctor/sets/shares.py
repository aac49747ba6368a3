"""What a part holds of each kind: constant truths, classes that nobody judges, pictures left out of a
test."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from facewright.core.boxes import iou
from facewright.core.counted import counted
from facewright.core.draw import contact_sheet, draw_boxes
from facewright.doctor.checking import check
from facewright.doctor.data import Data, Glimpse
from facewright.doctor.finding import Evidence
from facewright.doctor.sets.parts import (
    TRAIN,
    judging,
    labelled,
    learnt_from,
    percent,
    placed,
    shares,
    shown,
)
from facewright.doctor.sets.subject import Splits

FEWEST = 30
"""pictures, fewer of which say nothing about shares"""
LEAN = 0.5
"""Mean IoU of one box with all truths from which on it does nearly as well as a model: the threshold at
which a face counts as found. Street photos have .3, portraits .6."""
MISSED = 10.0
"""Pictures of a kind that a part should hold by chance when it holds none: chance does that once in
22,000."""


@check(
    "constant-presence",
    "warning",
    Splits,
    about="Every picture that is learnt from shows exactly one face: a confidence that is "
    "learnt from them is always 1, and stays so in pictures without a face.",
    cure="Add real photos without faces to the training pictures.",
)
def constant_presence(splits: Splits) -> Iterator[Evidence]:
    if "presence" not in splits.learnt:
        return
    counts = [len(glimpse.sample.boxes) for glimpse in shown(learnt_from(splits))]
    if len(counts) >= FEWEST and set(counts) == {1}:
        yield Evidence(
            f"All {len(counts)} training pictures that were looked at show exactly one face.",
            {"pictures": len(counts)},
        )


@check(
    "mean-box",
    "warning",
    Splits,
    about="One and the same box, whatever the picture shows, is nearly right on most pictures: faces always "
    "lie in the same place. A model can learn that place instead of faces, and misses those elsewhere.",
    cure="Cut and shift the pictures at random, so that faces lie anywhere; look at the IoU beside that of "
    "the constant box.",
)
def mean_box(splits: Splits) -> Iterator[Evidence]:
    if "boxes" not in splits.learnt:
        return
    glimpses = shown(learnt_from(splits))
    single = [g for g in glimpses if len(g.sample.boxes) == 1 and len(placed(g)) == 1]
    with_faces = sum(len(g.sample.boxes) > 0 for g in glimpses)
    if len(single) < max(FEWEST, with_faces / 2):
        return  # several faces a picture: no single box is asked for
    boxes = np.array([placed(g)[0] / (g.width, g.height, g.width, g.height) for g in single])
    constant = np.median(boxes, axis=0)
    overlaps = iou(constant[None], boxes)[0]
    if overlaps.mean() >= LEAN:
        yield Evidence(
            f"One constant box has a mean IoU of {overlaps.mean():.2f} with the faces of {len(single)} "
            f"training pictures, and finds {percent((overlaps >= 0.5).mean())} of them.",
            {"iou": float(overlaps.mean()), "box": constant.tolist(), "pictures": len(single)},
            _with_box(single, constant),
        )


@check(
    "validation-lacks-class",
    "warning",
    Splits,
    about="A part that judges holds nothing of a class that is learnt (only faces, say, and nothing "
    "without): mistakes on that class are not seen, and weights are chosen without it.",
    cure="Put pictures of every class into every part, divided the same way.",
)
def lacks_class(splits: Splits) -> Iterator[Evidence]:
    learnt = _classes(splits, splits.parts.get(TRAIN, ()))
    for name, part in judging(splits):
        held = _classes(splits, part)
        known = sum(len(data.dataset) for data in part)
        lacking = [
            words
            for words, (count, of) in learnt.items()
            if count and count / of * held.get(words, (0, 0))[1] >= MISSED and not held[words][0]
        ]
        if lacking:
            yield Evidence(
                f"{name} ({known} pictures) holds none of: {', '.join(lacking)}; train does.",
                {
                    "part": name,
                    "lacking": {words: {"train": learnt[words][0], name: 0} for words in lacking},
                },
            )


@check(
    "train-lacks-faces",
    "error",
    Splits,
    about="None of the pictures that are learnt from has a face: their labels are empty, their class is not "
    "among the chosen ones, or only faceless sets are named. The network learns to say no.",
    cure="Name sets with faces for training; look at one with facewright data stats.",
)
def lacks_faces(splits: Splits) -> Iterator[Evidence]:
    train, judged = splits.parts.get(TRAIN, ()), [data for _, part in judging(splits) for data in part]
    if "presence" in splits.learnt and train and _has_faces(judged) and not _has_faces(train):
        number = sum(len(data.dataset) for data in train)
        yield Evidence(f"None of the {number:,} training pictures has a face.", {"pictures": number})


def _has_faces(part: Iterable[Data]) -> bool:
    return any(len(sample.boxes) for data in part for sample in labelled(data))


@check(
    "validation-small",
    "warning",
    Splits,
    about="So few pictures judge that chance decides the figure: which weights are best, and whether a "
    "change helped, cannot be told.",
    cure="Judge on a hundred pictures or more; facewright compare says how much of a difference is chance.",
)
def small(splits: Splits) -> Iterator[Evidence]:
    for name, part in judging(splits):
        number = sum(len(data.dataset) for data in part)
        if 0 < number < FEWEST:
            yield Evidence(
                f"{name} has {counted(number, 'picture')}: one of them, right or wrong, moves a figure by "
                f"{percent(1 / number)}.",
                {"part": name, "pictures": number},
            )


@check(
    "test-thinned",
    "warning",
    Splits,
    about="A part that judges was freed of hard pictures (crowds, small faces) that the training pictures "
    "hold: its figures say nothing of them, and must not be compared with those of the whole set.",
    cure="Judge on all pictures, or name the subset with every figure.",
)
def thinned(splits: Splits) -> Iterator[Evidence]:
    if "boxes" not in splits.learnt:
        return
    train = shown(splits.parts.get(TRAIN, ()))
    for name, part in judging(splits):
        judged = shown(part)
        if min(len(train), len(judged)) < FEWEST or not any(len(g.sample.boxes) for g in judged):
            continue
        most = max(len(g.sample.boxes) for g in judged)
        crowded = float(np.mean([len(g.sample.boxes) > most for g in train]))
        least = min((float(shares(g).min()) for g in judged if len(placed(g))), default=0.0)
        small = float(np.mean([bool((shares(g) < least).any()) for g in train]))
        said = []
        if crowded * len(judged) >= MISSED:
            said.append(f"more than {counted(most, 'face')} ({percent(crowded)} of train's pictures have)")
        if small * len(judged) >= MISSED:
            said.append(f"a face below {percent(least)} of the picture ({percent(small)})")
        if said:
            yield Evidence(
                f"None of the {len(judged)} pictures of {name} that were looked at has {', or '.join(said)}.",
                {
                    "part": name,
                    "pictures": len(judged),
                    "most_faces": most,
                    "train_with_more": crowded,
                    "smallest_face": least,
                    "train_with_smaller": small,
                },
            )


def _classes(splits: Splits, part: Sequence[Data]) -> dict[str, tuple[int, int]]:
    """What is learnt, in words -> (how many there are, of how many that tell)."""
    found: dict[str, tuple[int, int]] = {}

    def add(words: str, count: int, of: int) -> None:
        before = found.get(words, (0, 0))
        found[words] = (before[0] + count, before[1] + of)

    for data in part:
        samples = labelled(data)
        if "presence" in splits.learnt:
            faces = sum(len(sample.boxes) > 0 for sample in samples)
            add("pictures with a face", faces, len(samples))
            add("pictures without a face", len(samples) - faces, len(samples))
        if "attributes" in splits.learnt:
            for name in sorted({name for sample in samples for name in sample.attributes}):
                values = np.concatenate([s.attributes[name] for s in samples if name in s.attributes])
                known = int((values >= 0).sum())
                add(name, int((values == 1).sum()), known)
                add(f"not {name}", int((values == 0).sum()), known)
    return found


def _with_box(glimpses: Sequence[Glimpse], box: np.ndarray) -> np.ndarray:
    """A few pictures with the constant box, a share of each picture."""
    some = [glimpses[i] for i in np.linspace(0, len(glimpses) - 1, 8).astype(int)]
    sizes = [(*g.picture.shape[1::-1], *g.picture.shape[1::-1]) for g in some]
    return contact_sheet(
        [draw_boxes(g.picture, box[None] * size, width=1) for g, size in zip(some, sizes, strict=True)]
    )
