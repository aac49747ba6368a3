"""Boxes that cannot be right whatever the pictures show: outside, inverted, empty, shares for pixels."""

from collections.abc import Iterator

from facewright.datasets.sample import ProblemKind
from facewright.doctor.checking import Check, check
from facewright.doctor.data import Data
from facewright.doctor.finding import Evidence
from facewright.doctor.labels.placement import named
from facewright.doctor.labels.tally import SOME, Tally, tally

MANY = 0.3
"""of inverted boxes: corner and size taken for two corners invert where the size is less than the place"""
FEWEST = 3


def _all_over(counted: Tally, *kinds: ProblemKind, share: float = SOME) -> bool:
    return counted.number(*kinds) >= FEWEST and counted.share(*kinds) >= share


def _evidence(data: Data, counted: Tally, what: str, *kinds: ProblemKind) -> Evidence:
    about = "" if data.whole else "About "
    number = counted.number(*kinds)
    return Evidence(
        f"{about}{number:,} of {counted.boxes:,} boxes {what}.",
        {
            "boxes": counted.boxes,
            "found": number,
            **{kind: counted.counts[kind] for kind in kinds if counted.counts[kind]},
            "examples": counted.said(*kinds),
        },
    )


@check(
    "labels-not-pixels",
    "error",
    Data,
    about="Boxes are shares of the picture where pixels are wanted, or pixels where shares are wanted. They "
    "are left out or lie in the upper left corner, so that a model learns faces as background.",
    cure="Multiply the boxes by the pictures' width and height, or divide them, as the format wants it.",
)
def not_pixels(data: Data) -> Iterator[Evidence]:
    counted = tally(data)
    if _all_over(counted, "shares"):
        yield _evidence(data, counted, "are shares of the picture (0 to 1) where pixels are wanted", "shares")
    elif _all_over(counted, "not-shares"):
        what = "are above 1 where shares of the picture (0 to 1) are wanted: pixels, or hundredths"
        yield _evidence(data, counted, what, "not-shares")
    else:
        yield from named(data, "labels-not-pixels")


_LOST: dict[ProblemKind, str] = {
    "unusable": "cannot be read",
    "empty": "are less than a pixel wide or high",
    "not-finite": "have numbers that are not finite",
}
"""what is left of such a box is nothing"""


@check(
    "labels-not-read",
    "error",
    Data,
    about="Many labels are not what the format says: other columns, words for numbers, numbers that are not "
    "finite, or cut to whole ones. They are left out, so that a model learns faces as background.",
    cure="Mend them as is said there, or tell by the options of DATA how they are meant.",
)
def not_read(data: Data) -> Iterator[Evidence]:
    counted = tally(data)
    for kind, words in _LOST.items():
        if _all_over(counted, kind):
            yield _evidence(data, counted, f"{words}, the first: {counted.said(kind)[0]}", kind)


@check(
    "labels-size-as-corner",
    "error",
    Data,
    about="Boxes of corner and size (x, y, w, h) are taken for two corners, or two corners for corner and "
    "size. A model trained on it learns to point beside the faces.",
    cure="Look up which of the two the label format writes, and read it so.",
)
def size_as_corner(data: Data) -> Iterator[Evidence]:
    counted = tally(data)
    if _all_over(counted, "inverted", share=MANY):
        what = "have their lower right corner left of or above the upper left one, as corner and size have"
        yield _evidence(data, counted, what, "inverted")
    else:
        yield from named(data, "labels-size-as-corner")


@check(
    "labels-cannot-fit",
    "error",
    Data,
    about="Many boxes lie outside their pictures, or label files state other sizes: the labels belong to "
    "another version of the pictures (cropped, shrunk, aligned). A model trained on it learns nonsense.",
    cure="Get the version of the pictures that was labelled, or bring the boxes to this one.",
)
def cannot_fit(data: Data) -> Iterator[Evidence]:
    counted = tally(data)
    if _all_over(counted, "outside", "overhanging"):
        what = "lie outside their pictures, wholly or by more than half"
        yield _evidence(data, counted, what, "outside", "overhanging")
    elif _all_over(counted, "size"):
        number = counted.number("size")
        yield Evidence(
            f"The labels of {number:,} of {counted.pictures:,} pictures state another size than these have.",
            {"pictures": counted.pictures, "found": number, "examples": counted.said("size")},
        )


def _few(id: str, words: str, share: float, *kinds: ProblemKind) -> Check[Data]:
    @check(
        id,
        "warning",
        Data,
        about=f"Some boxes {words}: left out or cut, so that a face counts as background or is placed badly.",
        cure="Mend or delete these labels.",
    )
    def look(data: Data) -> Iterator[Evidence]:
        counted = tally(data)
        if counted.number(*kinds) and not _all_over(counted, *kinds, share=share):
            yield _evidence(data, counted, words, *kinds)

    return look


FIT: tuple[Check[Data], ...] = (
    cannot_fit,
    not_pixels,
    not_read,
    size_as_corner,
    _few("labels-outside", "lie outside their pictures, wholly or by half", SOME, "outside", "overhanging"),
    _few("labels-inverted", "have their corners in the wrong order", MANY, "inverted"),
    _few("labels-empty", _LOST["empty"], SOME, "empty"),
    _few("labels-not-finite", _LOST["not-finite"], SOME, "not-finite"),
    _few("labels-unusable", _LOST["unusable"], SOME, "unusable"),
    _few("labels-some-not-pixels", "mix up pixels and shares of the picture", SOME, "shares", "not-shares"),
)
