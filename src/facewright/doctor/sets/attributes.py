"""Attributes that cannot be learnt: constant, rare, at odds with one another or with themselves."""

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from facewright.core.attributes import CONTRADICTIONS, HAIR
from facewright.doctor.checking import check
from facewright.doctor.data import Data, Glimpse, once
from facewright.doctor.finding import Evidence
from facewright.doctor.sets.alike import Alike, alike, side_by_side
from facewright.doctor.sets.parts import labelled, learnt_from, percent, shown
from facewright.doctor.sets.subject import Splits

Values = NDArray[np.int8]

FEWEST = 50
"""faces of which an attribute is known, fewer of which say nothing about shares"""
RARE = 0.05
"""Share below which an attribute starved: of CelebA's, those of 5 % and less reached a recall of about .2."""
ODD = 0.02
"""share of faces told two things that exclude one another, above which it is no slip"""
DIFFERENT = 0.02
"""share of the answers that differ between copies, above which annotators did not agree"""


@check(
    "attributes-constant",
    "warning",
    Splits,
    about="An attribute has the same value for every face: nothing can be learnt, and whatever is said is "
    "right.",
    cure="Leave the attribute out, or add faces of the other kind.",
)
def constant(splits: Splits) -> Iterator[Evidence]:
    found = {
        name: int((values == 1).all())
        for name, values in _known(splits).items()
        if len(values) >= FEWEST and (values == values[0]).all()
    }
    if found:
        said = ", ".join(f"{name} (always {'yes' if value else 'no'})" for name, value in found.items())
        yield Evidence(f"{len(found)} attributes never change: {said}.", found)


@check(
    "attributes-rare",
    "warning",
    Splits,
    about="Few faces have (or lack) an attribute: saying the commoner answer of all is nearly always right, "
    "and that is what is learnt, unless rare examples weigh more.",
    cure="Weigh the rare answers more, show them more often, and judge by recall or average precision.",
)
def rare(splits: Splits) -> Iterator[Evidence]:
    found = {
        name: share
        for name, values in _known(splits).items()
        if len(values) >= FEWEST and 0 < min(share := float(values.mean()), 1 - share) < RARE
    }
    if found:
        order = sorted(found, key=lambda name: min(found[name], 1 - found[name]))
        said = ", ".join(f"{name} {percent(found[name])}" for name in order)
        yield Evidence(f"{len(found)} attributes are rare or almost everybody's: {said}.", found)


@check(
    "attributes-contradict",
    "warning",
    Splits,
    about="Faces are told two things that cannot both hold, such as two colours of hair: one of them is "
    "wrong, and both are learnt.",
    cure="Make one answer of those that exclude one another, or mark both as unknown (-1).",
)
def contradict(splits: Splits) -> Iterator[Evidence]:
    yes = {name: values == 1 for name, values in _told(splits).items()}
    found: dict[str, float] = {}
    for one, other in CONTRADICTIONS:
        if one in yes and other in yes and len(yes[one]) >= FEWEST:
            found[f"{one} and {other}"] = float((yes[one] & yes[other]).mean())
    hair = [yes[name] for name in HAIR if name in yes]
    if len(hair) > 1 and len(hair[0]) >= FEWEST:
        found["several of " + ", ".join(name for name in HAIR if name in yes)] = float(
            (np.sum(hair, axis=0) > 1).mean()
        )
    odd = {words: share for words, share in found.items() if share > ODD}
    if odd:
        said = "; ".join(f"{words}: {percent(share)} of the faces" for words, share in odd.items())
        yield Evidence(f"Faces are told to have what excludes one another: {said}.", odd)


@check(
    "attributes-disagree",
    "warning",
    Splits,
    about="Copies of one picture are told different things: those who judged them did not agree, or the rows "
    "belong to other pictures. No model can be better than the labels agree.",
    cure="Look at the named pairs; leave vague attributes out, or check that rows and pictures belong "
    "together.",
)
def disagree(splits: Splits) -> Iterator[Evidence]:
    if "attributes" not in splits.learnt:
        return
    pairs, apart, names = [], 0, dict[str, int]()
    asked = 0
    for pair in alike(described(shown(learnt_from(splits)))):
        differing, both = told_apart(pair)
        asked, apart = asked + both, apart + len(differing)
        for name in differing:
            names[name] = names.get(name, 0) + 1
        if differing:
            pairs.append(pair)
    if apart > DIFFERENT * asked:
        worst = sorted(names, key=lambda name: -names[name])[:5]
        yield Evidence(
            f"{len(pairs)} pairs of copies are told different things, in {percent(apart / asked)} of their "
            f"answers, most often {', '.join(worst)}.",
            {
                "pairs": len(pairs),
                "share": apart / asked,
                "attributes": names,
                "examples": [[pair.first.sample.name, pair.second.sample.name] for pair in pairs[:5]],
            },
            side_by_side(pairs),
        )


def described(glimpses: Iterable[Glimpse]) -> list[Glimpse]:
    """Those of one face of which attributes are told."""
    return [g for g in glimpses if len(g.sample.boxes) == 1 and g.sample.attributes]


def told_apart(pair: Alike) -> tuple[list[str], int]:
    """Of two that are `described`: the attributes that they are told differently, and how many are known of
    both."""
    one, other = pair.first.sample.attributes, pair.second.sample.attributes
    both = [name for name in one if name in other and one[name][0] >= 0 and other[name][0] >= 0]
    return [name for name in both if one[name][0] != other[name][0]], len(both)


def _known(splits: Splits) -> dict[str, Values]:
    """Attribute -> its values where they are known: 1 or 0."""
    return {name: values[values >= 0] for name, values in _told(splits).items()}


def _told(splits: Splits) -> dict[str, Values]:
    """Attribute -> its value for each training face of which anything is told: 1, 0 or -1 (unknown)."""
    if "attributes" not in splits.learnt:
        return {}
    tables = [table for data in learnt_from(splits) if (table := _table(data))]
    faces = [len(next(iter(table.values()))) for table in tables]
    return {
        name: np.concatenate(
            [table.get(name, np.full(count, -1, np.int8)) for table, count in zip(tables, faces, strict=True)]
        )
        for name in sorted({name for table in tables for name in table})
    }


@once
def _table(data: Data) -> dict[str, Values]:
    """The same of one set."""
    samples = [sample for sample in labelled(data) if sample.attributes]
    names = {name for sample in samples for name in sample.attributes}
    return {
        name: np.concatenate([s.attributes.get(name, np.full(len(s.boxes), -1, np.int8)) for s in samples])
        for name in names
    }
