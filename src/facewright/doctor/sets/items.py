"""What a pipeline makes of its pictures: others in their place, the same each time, turned or squashed."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from facewright.core.draw import contact_sheet
from facewright.datasets.duplicates import DISTANCE, Hashes, difference_hash
from facewright.doctor.checking import check
from facewright.doctor.finding import Evidence
from facewright.doctor.sets.subject import Item, Items, Look

OTHER = 80
"""Bits in which pictures differ that are not of one scene; unrelated ones differ in 128, seldom below 90."""
FEWEST = 8
"""examples; fewer show nothing by chance"""
STRETCHED = 1.15
"""ratio of two shapes (width to height) from which on faces are visibly squashed"""


@check(
    "items-replaced",
    "error",
    Items,
    about="A picture that cannot be read, or that a step failed on, was silently replaced by another one: "
    "it is learnt twice, the bad one is never heard of, and in a test it counts twice.",
    cure="Say which file is bad and leave it out of the list, or stop; never give another one instead.",
    needs=("files",),
)
def replaced(items: Items) -> Iterator[Evidence]:
    if len(items.files or ()) != items.count:
        return  # files were left out, and the numbers of the others are no longer those of the examples
    given = [number for number in items.unreadable if _is_given(items, number)]
    strangers = _strangers(items.looks)
    if given:
        yield Evidence(
            f"{len(given)} examples were handed over although their file cannot be read (the first: number "
            f"{given[0]}): something else stood in for them.",
            {"numbers": given[:5], "count": len(given)},
        )
    if strangers:
        look, other = strangers[0]
        yield Evidence(
            f"{len(strangers)} of {len(items.looks)} examples show the picture of another one (number "
            f"{look.number} that of number {other.number}).",
            {"numbers": [[one.number, two.number] for one, two in strangers[:5]], "count": len(strangers)},
            _sheet([look]),
        )


@check(
    "items-faceless",
    "error",
    Items,
    about="No training example holds a face, though their boxes are told: what cuts, scales or fills them "
    "leaves every face away. The network learns to say no.",
    cure="Look at some examples; allow for larger or smaller faces, or for fewer examples without a face.",
)
def faceless(items: Items) -> Iterator[Evidence]:
    told = [look.first.boxes for look in items.looks if look.first.boxes is not None]
    if items.augmented and len(told) >= FEWEST_TOLD and not any(map(len, told)):
        yield Evidence(f"None of {len(told)} examples has a face.", {"examples": len(told)})


FEWEST_TOLD = 16
"""examples, of which one at least has a face in any training for faces"""


@check(
    "items-dropped",
    "warning",
    Items,
    about="There are fewer examples than files: some were left out without a word, such as pictures that "
    "could not be read. Nobody knows which, nor whether they have something in common.",
    cure="Say which files are left out and why, and count them; mend or remove them.",
    needs=("files",),
)
def dropped(items: Items) -> Iterator[Evidence]:
    files = len(items.files or ())
    if items.count < files:
        yield Evidence(
            f"{files - items.count} of {files} files have no example.",
            {"files": files, "examples": items.count},
        )


@check(
    "items-frozen",
    "error",
    Items,
    about="Augmentation was drawn once, when the pictures were loaded: each epoch shows the same flips and "
    "crops, so that the data are not worth more than without it.",
    cure="Draw the augmentation when an example is asked for, not when it is loaded.",
    needs=("augmented",),
)
def frozen(items: Items) -> Iterator[Evidence]:
    if not items.augmented or len(items.looks) < FEWEST:
        return
    if all(np.array_equal(look.first.picture, look.again.picture) for look in items.looks):
        yield Evidence(
            f"Augmentation is stated, but all {len(items.looks)} examples that were asked for twice are the "
            "same, pixel by pixel, in two epochs.",
            {"examples": len(items.looks)},
            _sheet(items.looks),
        )
        return
    if items.files is None:  # nothing tells which way round an example is, nor need it be made twice
        return
    both = [(_mirrored(look.first, look.file), _mirrored(look.again, look.file)) for look in items.looks]
    sides = [(first, again) for first, again in both if first is not None and again is not None]
    flipped = sum(first for first, _ in sides)
    if min(flipped, len(sides) - flipped) >= FEWEST and all(first == again for first, again in sides):
        yield Evidence(
            f"{flipped} of {len(sides)} examples are mirrored, and the same ones in the next epoch: the flip "
            "was drawn once.",
            {"mirrored": flipped, "examples": len(sides)},
        )


@check(
    "validation-augmented",
    "error",
    Items,
    about="Examples for judging are changed at random as those for training are: the figures differ from run "
    "to run, and are measured on pictures that nobody has.",
    cure="Give validation and test a pipeline of their own, without augmentation.",
    needs=("augmented",),
)
def validation_augmented(items: Items) -> Iterator[Evidence]:
    if items.augmented is not False:
        return
    changed = [look for look in items.looks if not np.array_equal(look.first.picture, look.again.picture)]
    mirrored = [look for look in items.looks if _mirrored(look.first, look.file)]
    for looks, what in ((changed, "differ from one reading to the next"), (mirrored, "are mirrored")):
        if looks:
            yield Evidence(
                f"{len(looks)} of {len(items.looks)} examples that are not to be augmented {what}.",
                {"examples": len(looks), "of": len(items.looks), "numbers": [k.number for k in looks[:5]]},
                _sheet(looks),
            )


@check(
    "items-squashed",
    "warning",
    Items,
    about="Whole pictures are squeezed into another shape, each by its own factor: faces are learnt thin or "
    "wide, and the same face has another shape in a picture of another format.",
    cure="Keep the shape: fit the picture into the input and fill the rest (letterbox), or cut.",
    needs=("files",),
)
def squashed(items: Items) -> Iterator[Evidence]:
    whole = [(look, ratio) for look in items.looks if (ratio := _stretch(look)) is not None]
    stretched = [(look, ratio) for look, ratio in whole if max(ratio, 1 / ratio) >= STRETCHED]
    if len(whole) >= FEWEST and len(stretched) > len(whole) / 2:
        ratios = [ratio for _, ratio in stretched]
        yield Evidence(
            f"{len(stretched)} of {len(whole)} pictures are squeezed whole into another shape, "
            f"{min(ratios):.2f} to {max(ratios):.2f} times as wide for their height as the file.",
            {"examples": len(stretched), "of": len(whole), "least": min(ratios), "most": max(ratios)},
            _sheet([look for look, _ in stretched]),
        )


def _is_given(items: Items, number: int) -> bool:
    """Whether an example comes of a file that cannot be read; an error, whichever, is the right answer."""
    try:
        items.read(number, 0)
    except Exception:  # noqa: BLE001 - of a person's own pipeline: that it raises is what is asked here
        return False
    return True


def _strangers(looks: Sequence[Look]) -> list[tuple[Look, Look]]:
    """Examples that show the picture of another example, with that one."""
    known = [(look, difference_hash(look.file)) for look in looks if look.file is not None]
    found = []
    for look, own in known:
        hashes = _both_ways(look.first.picture)
        if _apart(hashes, own) < OTHER:
            continue
        for other, file in known:
            if _apart(hashes, file) <= DISTANCE and _bits(own, file) >= OTHER:
                found.append((look, other))
                break
    return found


def _mirrored(item: Item, file: NDArray[np.uint8] | None) -> bool | None:
    """Whether an example is its file mirrored; None where it is neither that nor the file as it is."""
    if file is None:
        return None
    upright = _bits(difference_hash(item.picture), difference_hash(file))
    mirrored = _bits(difference_hash(item.picture), difference_hash(file[:, ::-1]))
    if max(upright, mirrored) < OTHER or min(upright, mirrored) > DISTANCE:
        return None  # alike both ways, or cut
    return mirrored < upright


def _stretch(look: Look) -> float | None:
    """Width to height of an example over that of its file, where it shows the whole of it; else None."""
    if look.file is None or _apart(_both_ways(look.first.picture), difference_hash(look.file)) > DISTANCE:
        return None
    (height, width), (full_height, full_width) = look.first.picture.shape[:2], look.file.shape[:2]
    return (width / height) / (full_width / full_height)


def _both_ways(picture: NDArray[np.uint8]) -> tuple[Hashes, Hashes]:
    """The hash of a picture as it is, and mirrored."""
    return difference_hash(picture), difference_hash(picture[:, ::-1])


def _apart(hashes: tuple[Hashes, Hashes], file: Hashes) -> int:
    """Bits in which the nearer of a picture's two hashes differs from that of a file."""
    return min(_bits(own, file) for own in hashes)


def _bits(one: Hashes, other: Hashes) -> int:
    return int(np.bitwise_count(one ^ other).sum())


def _sheet(looks: Sequence[Look]) -> NDArray[np.uint8]:
    """A few examples, each beside its file where it is told, else beside itself an epoch later."""
    tiles, captions = [], []
    for look in looks[:4]:
        tiles += [look.file if look.file is not None else look.again.picture, look.first.picture]
        captions += ["file" if look.file is not None else "an epoch later", f"example {look.number}"]
    return contact_sheet(tiles, columns=2 if len(looks) == 1 else 4, captions=captions)
