"""The files themselves: pictures that cannot be read, labels and pictures without each other, repetitions."""

from collections.abc import Iterator

import numpy as np

from facewright.doctor.checking import Check, check
from facewright.doctor.data import Data
from facewright.doctor.finding import Evidence
from facewright.doctor.labels.tally import NAMES, tally
from facewright.doctor.sets.alike import Alike, alike, side_by_side
from facewright.doctor.sets.parts import told_group


@check(
    "pictures-unreadable",
    "error",
    Data,
    about="Picture files are missing, cut off or damaged. Training stops at them, or goes on "
    "without them and nobody knows.",
    cure="Get these files again, or delete them with their labels.",
)
def unreadable(data: Data) -> Iterator[Evidence]:
    met = [glimpse.error for glimpse in data.glimpses if glimpse.error]
    left_out = [str(problem) for problem in data.dataset.problems if problem.kind == "unreadable"]
    if met or left_out:
        number, counted = len(met) + len(left_out), len(data.glimpses) + len(left_out)
        yield Evidence(
            f"{number} of {counted:,} pictures cannot be read, the first: {(met + left_out)[0]}",
            {"pictures": counted, "unreadable": number, "examples": (met + left_out)[:NAMES]},
        )


BLANK = 12
"""levels of 255 between the darkest and the brightest pixel of a picture that shows nothing: a small face on
a plain ground is a hundredth of it"""
FEWEST = 3


@check(
    "pictures-blank",
    "error",
    Data,
    about="Pictures that should show faces are of one colour, black as a rule: numbers from 0 to 1 were "
    "saved as if they were 0 to 255, or a decoder failed. Nothing can be learnt of them.",
    cure="Multiply by 255 (and undo the normalising) before saving pictures; make these anew.",
)
def blank(data: Data) -> Iterator[Evidence]:
    faces = [glimpse for glimpse in data.readable if len(glimpse.sample.boxes)]
    empty = [g for g in faces if np.ptp(g.picture) < BLANK]
    if len(empty) >= FEWEST:
        yield Evidence(
            f"{len(empty):,} of {len(faces):,} pictures with a face are of one colour.",
            {"pictures": len(faces), "blank": len(empty), "names": [g.sample.name for g in empty[:NAMES]]},
        )


@check(
    "labels-missing",
    "warning",
    Data,
    about="Pictures have no label and are left out: nobody can say whether they show no face or were "
    "forgotten.",
    cure="Label them (a picture without faces needs an empty label), or take them away.",
)
def missing(data: Data) -> Iterator[Evidence]:
    counted = tally(data)
    if number := counted.number("unlabelled"):
        yield Evidence(
            f"{number:,} of {counted.pictures:,} pictures have no label.",
            {"pictures": counted.pictures, "unlabelled": number, "examples": counted.said("unlabelled")},
        )


@check(
    "labels-orphan",
    "warning",
    Data,
    about="Labels have no picture: files were lost or renamed, or the labels are of another set.",
    cure="Find their pictures, or delete these labels.",
)
def orphan(data: Data) -> Iterator[Evidence]:
    counted = tally(data)
    if number := counted.number("orphan"):
        yield Evidence(
            f"{number:,} labels have no picture.", {"orphans": number, "examples": counted.said("orphan")}
        )


@check(
    "pictures-repeated",
    "warning",
    Data,
    about="Pictures repeat others of the set, perhaps in another size or compression: they count twice, and "
    "where a set is divided a copy may be judged that was learnt.",
    cure="Take the copies named away, or give copies the same group.",
)
def repeated(data: Data) -> Iterator[Evidence]:
    # A clip's frames are alike and are meant to be: they share a group.
    pairs = [pair for pair in alike(data.readable) if not _one_group(pair)]
    if not pairs:
        return
    copies = len({pair.second.index for pair in pairs})
    yield Evidence(
        f"{copies:,} of {len(data.readable):,} pictures looked at repeat another one of a different group.",
        {
            "pictures": len(data.readable),
            "copies": copies,
            "pairs": [[pair.first.sample.name, pair.second.sample.name] for pair in pairs[:NAMES]],
        },
        side_by_side(pairs),
    )


def _one_group(pair: Alike) -> bool:
    group = told_group(pair.first.sample)
    return bool(group) and group == pair.second.sample.group


FILES: tuple[Check[Data], ...] = (unreadable, blank, missing, orphan, repeated)
