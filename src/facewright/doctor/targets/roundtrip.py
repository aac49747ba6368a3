"""Does what the loss is content with decode to the truth? One check for each way in which it may not."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from facewright.core.draw import IGNORED, contact_sheet, draw_boxes
from facewright.doctor.checking import Check, check
from facewright.doctor.finding import Evidence
from facewright.doctor.targets.coding import Coding
from facewright.doctor.targets.diagnose import SURE

SHOWN = 320
"""pixels of the picture that shows it"""
FEWEST_PLACES = 16
"""that a decoding reads, for it to have places that could be mixed up"""
ALIKE, UNLIKE = 0.25, 0.4
"""least agreement under another symmetry, and largest of the identity's as a share of it. Of the repository's
heads the right one has .2 to .8, and no other more than .1; chance, in a network whose every output sees all
pixels, gives about .1"""


def _round_trip(fault: str, about: str, cure: str) -> Check[Coding]:
    """A check that looks for one fault among what the round trip shows."""

    @check(f"targets-{fault}", "error", Coding, about=about, cure=cure)
    def look(coding: Coding) -> Iterator[Evidence]:
        if coding.reading.fault == fault:
            yield _evidence(coding)

    return look


@check(
    "targets-transposed",
    "error",
    Coding,
    about="Targets lie at [x][y] where the network's map is [y][x]. If the reader does the same, nothing "
    "looks wrong, but the network has to learn to transpose the picture, at which convolutions are bad.",
    cure="Index targets by row, then column: row = y, column = x, in the encoder and in the decoder.",
)
def transposed(coding: Coding) -> Iterator[Evidence]:
    if coding.reading.fault == "transposed":
        yield _evidence(coding)
    elif (turn := _turned(coding)) is not None and "transposed" in turn[0]:
        yield _moved_elsewhere(*turn)


@check(
    "targets-mirrored",
    "error",
    Coding,
    about="Targets lie mirrored, upside down or turned against the network's map, so that the network has "
    "to learn to turn the picture around.",
    cure="Count rows from the top and columns from the left, in the encoder and in the decoder.",
)
def mirrored(coding: Coding) -> Iterator[Evidence]:
    if coding.reading.fault == "mirrored":
        yield _evidence(coding)
    elif (turn := _turned(coding)) is not None and "transposed" not in turn[0]:
        yield _moved_elsewhere(*turn)


def _turned(coding: Coding) -> tuple[str, dict[str, float]] | None:
    """The symmetry by which the network's map and the targets differ, and all agreements; None if by none."""
    seen = coding.agreement
    if seen is None or len(coding.settled[0].decoded) < FEWEST_PLACES:
        return None
    best, as_it_is = seen.alike[seen.best], seen.alike["as it is"]
    if best < ALIKE or as_it_is > UNLIKE * best:
        return None
    return seen.best, seen.alike


def _moved_elsewhere(name: str, alike: dict[str, float]) -> Evidence:
    return Evidence(
        f"The places at which the loss asks for a face are moved by pixels at the {name} place: they agree "
        f"by {alike[name]:.2f} there and by {alike['as it is']:.2f} where the face is.",
        {"agreement": {key: round(value, 4) for key, value in alike.items()}},
    )


def _evidence(coding: Coding) -> Evidence:
    reading = coding.reading
    return Evidence(
        f"Where the loss is least, {reading.faces} faces are read back {reading.said}.",
        {
            "faces": reading.faces,
            "distance_in_sizes": round(reading.apart, 4),
            "width_factor": round(reading.sizes[0], 4),
            "height_factor": round(reading.sizes[1], 4),
        },
        _picture(coding),
    )


def _picture(coding: Coding) -> NDArray[np.uint8]:
    """The first picture's true boxes, and dashed those that are read back."""
    settled = coding.settled[0]
    plain = np.full((coding.height, coding.width, 3), 225, np.uint8)
    scores = settled.decoded[:, 4]
    read = settled.decoded[scores >= SURE * scores.max(), :4]
    drawn = draw_boxes(draw_boxes(plain, settled.truth.numpy()), read.numpy(), IGNORED, dashed=True)
    return contact_sheet([drawn], tile=SHOWN, title="true: blue, read back: orange")


offsets_swapped = _round_trip(
    "offsets-swapped",
    "The place of a face in its cell is taught with x for y and read the other way, so that each box lies "
    "up to a cell beside its face.",
    "Give x and y the same order in the targets, the loss and the decoder.",
)
offsets_lost = _round_trip(
    "offsets-lost",
    "The place of a face in its cell is lost, so that a box can be no better than a cell is small.",
    "Teach the offset in the cell and add it to the cell's corner when decoding.",
)
shifted = _round_trip(
    "shifted",
    "All boxes are read back beside their faces by the same distance, as a cell counted from 1, or half a "
    "cell.",
    "Count cells from 0, and add the same corner when decoding that was subtracted when encoding.",
)
scaled = _round_trip(
    "scaled",
    "Boxes are read back larger or smaller than they were, as by normalising with another side when "
    "encoding than when decoding, or by a root or logarithm that is not undone.",
    "Decode with exactly the inverse of each step of encoding.",
)
sizes_swapped = _round_trip(
    "sizes-swapped",
    "Widths are read back as heights.",
    "Give width and height the same order in the targets, the loss and the decoder.",
)
corners = _round_trip(
    "corners",
    "A box is taught in one form (two corners, corner and size, centre and size) and read in another.",
    "Read boxes in the form in which they are taught: print one box before encoding and after decoding.",
)
lost = _round_trip(
    "lost",
    "Faces that the targets were made of cannot be read back from them, whatever the network learns.",
    "Print one face's targets and what the decoder makes of them, and compare step by step.",
)

CHECKS = (
    transposed,
    mirrored,
    offsets_swapped,
    offsets_lost,
    shifted,
    scaled,
    sizes_swapped,
    corners,
    lost,
)
