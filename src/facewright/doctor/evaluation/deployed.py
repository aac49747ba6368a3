"""Does the exported model say what the trained one says; if not, is it the pictures or the network?"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from facewright.datasets.toy import ToySamples
from facewright.doctor.checking import Check, check
from facewright.doctor.evaluation.kinds import Deployed, Picture
from facewright.doctor.finding import Evidence

UNMATCHED = 0.05
"""share of the faces that rounding may decide about, when two are equally good"""
ALIKE = 0.9995
"""correlation of two pictures that differ in brightness and contrast only; another resizing of a photograph
gives less"""
LINEAR = 0.02
"""of the range of a network's input, that a factor or offset may differ"""
Numbers = NDArray[np.floating]
Cause = Literal["finite", "channels", "scale", "resize", "network"]


class Difference(NamedTuple):
    cause: Cause
    said: str
    """end of a sentence"""
    apart: float
    """largest difference of answers, as a share of the largest number; infinite where shapes differ, NaN
    where one's are not finite and the other's are"""
    differing: int
    """pictures"""
    pictures: int


@lru_cache(maxsize=1)  # every check below asks the same subject, one after the other
def difference(deployed: Deployed) -> Difference | None:
    """What differs between the two; None where their answers agree."""
    pictures = _pictures(deployed)
    answers = [(deployed.trained(picture), deployed.exported(picture)) for picture in pictures]
    apart = [_apart(*pair, deployed.tolerance) for pair in answers]
    wrong = [not value <= deployed.tolerance for value in apart]  # NaN is wrong too
    if not any(wrong):
        return None
    cause, said = _cause(deployed, pictures, answers, apart)
    return Difference(cause, said, float(np.max(apart)), sum(wrong), len(pictures))


def _differs(id: str, cause: Cause, about: str, cure: str) -> Check[Deployed]:
    """A check that asks whether this is why the two differ."""

    @check(id, "error", Deployed, about=about, cure=cure, cheap=False)
    def look(deployed: Deployed) -> Iterator[Evidence]:
        seen = difference(deployed)
        if seen is not None and seen.cause == cause:
            yield Evidence(
                f"The exported model's answers differ {_extent(seen.apart)} in {seen.differing} of "
                f"{seen.pictures} pictures: {seen.said}.",
                {
                    "difference": seen.apart if np.isfinite(seen.apart) else None,
                    "differing": seen.differing,
                    "pictures": seen.pictures,
                },
            )

    return look


def _extent(apart: float) -> str:
    if np.isnan(apart):
        return "beyond measure"
    return f"by up to {apart:.1%}" if np.isfinite(apart) else "in shape or number"


finite = _differs(
    "exported-not-finite",
    "finite",
    "One of the two models answers NaN or infinity where the other answers numbers.",
    "Look for the first layer whose output is not finite: half precision overflows above 65,504, and a root, "
    "a logarithm or a division may be exported without what kept it from zero.",
)
channels = _differs(
    "exported-channels",
    "channels",
    "The exported model takes red for blue: it was trained on pictures in the other order of channels.",
    "Give the network the order of channels that it was trained on, and write it into the model file.",
)
scale = _differs(
    "exported-scale",
    "scale",
    "The exported model's pixels are scaled or shifted otherwise than in training, such as 0 .. 1 against 0 "
    ".. 255.",
    "Put the normalising into the network, so that both take the same bytes.",
)
resize = _differs(
    "exported-resize",
    "resize",
    "The exported model's pictures are resized, cropped or padded otherwise than in training.",
    "Use the same size, the same interpolation with antialiasing and the same padding in both.",
)
network = _differs(
    "exported-differs",
    "network",
    "The exported model is another than the trained one: other weights, layers left out, another epsilon of "
    "batch norm, training mode left on.",
    "Export in evaluation mode, compare layer by layer, and keep no file that differs.",
)

CHECKS = (finite, channels, scale, resize, network)


def _pictures(deployed: Deployed) -> Sequence[Picture]:
    """Its own, or toy scenes of several sizes and shapes."""
    if deployed.pictures is not None:
        return deployed.pictures
    scenes = [sample.read() for sample in ToySamples(6, seed=3, size=192)]
    return [scenes[0], scenes[1][:, :131], scenes[2][:97], scenes[3], scenes[4][::2, ::2].copy(), scenes[5]]


def _apart(trained: Numbers, exported: Numbers, tolerance: float) -> float:
    """Largest difference, as a share of the largest number; rows of two dimensions may come in any order.

    NaN where the one's NaN and infinities are not the other's.
    """
    a, b = np.asarray(trained, np.float64), np.asarray(exported, np.float64)
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        if not np.array_equal(_strange(a), _strange(b), equal_nan=True):
            return np.nan
        a, b = (np.where(np.isfinite(side), side, 0) for side in (a, b))
    if a.ndim == 2 and b.ndim == 2 and a.shape[1] == b.shape[1]:
        return _rows_apart(a, b, tolerance)
    if a.shape != b.shape:
        return np.inf
    return float((np.abs(a - b) / max(np.abs(a).max(initial=0), 1e-12)).max(initial=0))


def _strange(numbers: Numbers) -> Numbers:
    """NaN and infinities, and 0 for every other number."""
    return np.where(np.isfinite(numbers), 0, numbers)


def _rows_apart(a: Numbers, b: Numbers, tolerance: float) -> float:
    """The same of rows in any order; a few without a partner are forgiven."""
    if len(a) == 0 or len(b) == 0:
        return 0.0 if len(a) == len(b) else np.inf
    unit = np.maximum(np.abs(a).max(axis=0), 1e-12)
    table = np.abs((a[:, None] - b[None]) / unit).max(axis=2)
    nearest = np.concatenate([table.min(axis=0), table.min(axis=1)])
    alone = nearest > tolerance
    if alone.mean() <= UNMATCHED:
        return float(nearest[~alone].max(initial=0))
    return float(nearest.max()) if len(a) == len(b) else np.inf


def _cause(
    deployed: Deployed,
    pictures: Sequence[Picture],
    answers: Sequence[tuple[Numbers, Numbers]],
    apart: Sequence[float],
) -> tuple[Cause, str]:
    if np.isnan(apart).any():
        if all(np.isfinite(exported).all() for _, exported in answers):
            return "finite", "the trained one's are NaN or infinite where they are numbers"
        return "finite", "they are NaN or infinite where the trained one's are numbers"
    if deployed.trained_input is not None and deployed.exported_input is not None:
        return _inputs_differ(
            [deployed.trained_input(picture) for picture in pictures],
            [deployed.exported_input(picture) for picture in pictures],
        )
    other = [deployed.exported(np.ascontiguousarray(picture[:, :, ::-1])) for picture in pictures]
    if all(
        _apart(trained, exported, deployed.tolerance) <= deployed.tolerance
        for (trained, _), exported in zip(answers, other, strict=True)
    ):
        return "channels", "they agree when the exported one is given blue for red"
    return "network", "not the order of channels; what else, its inputs would tell"


def _inputs_differ(trained: Sequence[Numbers], exported: Sequence[Numbers]) -> tuple[Cause, str]:
    """What turns the one network's inputs (3, H, W) into the other's."""
    for a, b in zip(trained, exported, strict=True):
        if a.shape != b.shape:
            return "resize", f"its network sees {_size(b)} pixels where the trained one sees {_size(a)}"
    a, b = (np.concatenate([each.reshape(3, -1) for each in side], axis=1) for side in (trained, exported))
    same, swapped = (_alike(a, b[order]) for order in ([0, 1, 2], [2, 1, 0]))
    if swapped > max(same, ALIKE):
        return "channels", "its network is given blue for red"
    if same < ALIKE:
        return (
            "resize",
            f"pictures are resized, cropped or padded in another way (they correlate by {same:.3f})",
        )
    factors, offsets = zip(*(np.polyfit(x, y, 1) for x, y in zip(a, b, strict=True)), strict=True)
    reach = float(a.max() - a.min())
    if max(abs(f - 1) for f in factors) > LINEAR or max(map(abs, offsets)) > LINEAR * reach:
        return "scale", (
            f"its network is given {np.mean(factors):.3g} times the trained one's pixels "
            f"{np.mean(offsets):+.3g}"
        )
    return "network", "both networks are given the same, so that it is the networks that differ"


def _size(planes: Numbers) -> str:
    return f"{planes.shape[-1]} x {planes.shape[-2]}"


def _alike(a: Numbers, b: Numbers) -> float:
    """The lowest correlation of a channel; 1 where both are of one value."""
    pairs = [(x, y) for x, y in zip(a, b, strict=True) if x.std() > 0 or y.std() > 0]
    if any(x.std() == 0 or y.std() == 0 for x, y in pairs):
        return 0.0
    return min((float(np.corrcoef(x, y)[0, 1]) for x, y in pairs), default=1.0)
