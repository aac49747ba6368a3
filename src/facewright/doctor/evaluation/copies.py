"""Results better than the copies among the pictures allow."""

from collections.abc import Iterator, Sequence

import numpy as np

from facewright.core.boxes import Floats
from facewright.doctor.checking import check
from facewright.doctor.data import Glimpse
from facewright.doctor.evaluation.kinds import Result
from facewright.doctor.finding import Evidence
from facewright.doctor.sets.alike import Alike, alike, side_by_side
from facewright.doctor.sets.attributes import described, told_apart
from facewright.doctor.sets.parts import percent

FEWEST = 10
"""pictures, or pairs of them, fewer of which say nothing"""
RESTS = 0.005
"""of the whole figure: what the copies must add to it, for the third digit is what people compare"""
BETTER = 0.05
"""by which copies must be answered better than the others, and by as many standard errors as SURE says: a few
copies may be easier by chance"""
SURE = 3.0
ABOVE = 0.02
"""by which the figure of pictures told apart must pass what one answer for both could reach"""


@check(
    "result-rests-on-copies",
    "error",
    Result,
    about="The figure is as good as it is because some of the pictures judged were trained on, themselves or "
    "as copies: those are remembered. New pictures will do worse.",
    cure="Divide the data with copies kept together, or report the figure without them.",
    needs=("train",),
    cheap=False,
)
def rests_on_copies(result: Result) -> Iterator[Evidence]:
    assert result.train is not None
    test = result.test.readable
    learnt = [glimpse for data in result.train for glimpse in data.readable]
    seen = {pair.second.index: pair for pair in alike(learnt, test)}
    copied = np.array([glimpse.index in seen for glimpse in test], bool)
    if copied.sum() < FEWEST or (~copied).sum() < FEWEST:
        return
    right = _right(result, test)
    whole, copies, others = (float(some.mean()) for some in (right, right[copied], right[~copied]))
    chance = float(right.std()) * (1 / copied.sum() + 1 / (~copied).sum()) ** 0.5
    if whole - others > RESTS and copies - others > max(BETTER, SURE * chance):
        yield Evidence(
            f"{percent(whole)} were right of the {len(test)} pictures looked at: {percent(copies)} of the "
            f"{int(copied.sum())} that training saw too, and {percent(others)} of the others.",
            {
                "right": whole,
                "right_of_copies": copies,
                "right_of_others": others,
                "copies": int(copied.sum()),
                "pictures": len(test),
                "examples": [[p.first.sample.name, p.second.sample.name] for p in list(seen.values())[:5]],
            },
            side_by_side(list(seen.values())),
        )


@check(
    "result-above-agreement",
    "error",
    Result,
    about="Copies of one picture are told different things, and the model was right of both: that cannot be "
    "seen in the picture. It has learnt these labels by heart, or something beside the picture (a name, an "
    "order, a border) gives them away.",
    cure="Look for what the model is given beside the picture, and whether it was trained on these labels.",
    cheap=False,
)
def above_agreement(result: Result) -> Iterator[Evidence]:
    pairs = [(pair, apart) for pair in alike(described(result.test.readable)) if (apart := _apart(pair)) > 0]
    if len(pairs) < FEWEST:
        return
    # One answer for both can be right of half of what they are told differently.
    most = float(np.mean([1 - apart / 2 for _, apart in pairs]))
    reached = float(np.mean([_right(result, [pair.first, pair.second]).mean() for pair, _ in pairs]))
    if reached > most + ABOVE:
        yield Evidence(
            f"{percent(reached)} were right of {len(pairs)} pairs of copies that are told different things; "
            f"whoever sees only the pictures cannot pass {percent(most)}.",
            {
                "right": reached,
                "most": most,
                "pairs": len(pairs),
                "examples": [[p.first.sample.name, p.second.sample.name] for p, _ in pairs[:5]],
            },
            side_by_side([pair for pair, _ in pairs]),
        )


def _right(result: Result, glimpses: Sequence[Glimpse]) -> Floats:
    return result.rights[[glimpse.index for glimpse in glimpses]]


def _apart(pair: Alike) -> float:
    """Share of the attributes known of both that they are told differently."""
    differing, both = told_apart(pair)
    return len(differing) / both if both else 0.0


CHECKS = (rests_on_copies, above_agreement)
