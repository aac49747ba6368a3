"""Whether an attribute model errs more often for some people than for others: Markdown for its card.

python benchmarks/attribute_groups.py attributes-small --each

Pictures are taken whole, as benchmarks/attributes.py takes them. Groups are by what CelebA's annotators saw
(Male, Young), and by a rough skin tone (core/skin.py): the typology angle of the cheeks in the crop that a
detector's landmarks give, the median over all judged pictures of a person, as light and white balance change
it from one to the next. How much of it is the person and not the picture is printed.
"""

import argparse
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from facewright.cli.judge_attributes import ask
from facewright.core.attributes import S1
from facewright.core.skin import LIMITS, typology_angle
from facewright.datasets.attribute_table import attribute_table
from facewright.datasets.open import open_dataset
from facewright.datasets.sample import Dataset
from facewright.inference.align import frame
from facewright.inference.attributes import Attributes
from facewright.inference.detector import Detector
from facewright.metrics.bootstrap import drawn
from facewright.metrics.by_group import Group, Rates, by_group, error_interval, mean_rates
from facewright.reports.text import share
from through import largest

SEEN = ("Male", "Young")
Masks = Mapping[str, NDArray[np.bool_]]


def angles(describer: Attributes, finder: Detector, dataset: Dataset) -> NDArray[np.float64]:
    """(N,) degrees of the largest face that is found in each picture; NaN where there is none to tell."""
    found = np.full(len(dataset), np.nan)
    for i, sample in enumerate(dataset):
        picture = finder.read(sample.picture)
        faces = finder.find(picture)
        if len(faces):
            (face,) = largest(faces)
            crops = describer.cut(picture, [frame(face.box, face.landmarks)])
            found[i] = typology_angle(np.asarray(crops)[0])
    return found


def of_people(values: NDArray[np.float64], people: Sequence[str]) -> tuple[NDArray[np.float64], float]:
    """(N,) the median of each picture's person, and the share of the variance that is between people.

    The latter of those with several pictures: 1 where a person has the same value in all of them, 0 where two
    of a person differ as those of strangers do (intraclass correlation, one-way analysis of variance).
    """
    _, numbers = np.unique(np.array(people), return_inverse=True)
    medians, several = np.full(len(values), np.nan), []
    for person in range(numbers.max() + 1):
        here = numbers == person
        known = values[here & ~np.isnan(values)]
        if len(known):
            medians[here] = np.median(known)
        if len(known) > 1:
            several.append(known)
    if len(several) < 2:
        return medians, float("nan")
    sizes, everyone = np.array([len(one) for one in several]), np.concatenate(several)
    within = sum(((one - one.mean()) ** 2).sum() for one in several) / (len(everyone) - len(several))
    apart = np.array([one.mean() - everyone.mean() for one in several])
    between = (sizes * apart**2).sum() / (len(several) - 1)
    usual = (len(everyone) - (sizes**2).sum() / len(everyone)) / (len(several) - 1)
    return medians, float((between - within) / (between + (usual - 1) * within))


def divisions(seen: NDArray[np.int8], degrees: NDArray[np.float64]) -> dict[str, Masks]:
    """What people are divided by -> group -> its pictures (N,).

    seen: (N, 2) labels of `SEEN`; degrees: (N,), NaN in no group.
    """
    found: dict[str, Masks] = {
        name: {f"{name}: no": column == 0, f"{name}: yes": column == 1}
        for name, column in zip(SEEN, seen.T, strict=True)
    }
    places = np.searchsorted(LIMITS, degrees, side="right")
    titles = [
        f"below {LIMITS[0]:g}°",
        *(f"{a:g} to {b:g}°" for a, b in pairwise(LIMITS)),
        f"{LIMITS[-1]:g}° and more",
    ]
    known = ~np.isnan(degrees)
    found["skin"] = {f"skin, {title}": known & (places == i) for i, title in enumerate(titles)}
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("models", nargs="+", help="names of shipped models, or model files")
    parser.add_argument("--data", action="append", help="DATA; default: both test parts of CelebA")
    parser.add_argument("--detector", default="detector-nano", help="whose landmarks place the cheeks")
    parser.add_argument("--limit", type=int, help="at most so many pictures of each set, spread evenly")
    parser.add_argument("--each", action="store_true", help="tables of the single attributes too")
    given = parser.parse_args()
    names = given.data or ["celeba-aligned/test", "celeba-loose/test"]
    sets = [open_dataset(name).spread(given.limit) for name in names]
    finder = Detector(given.detector, threads=1)
    for model in given.models:
        describer = Attributes(model, threads=1, every=True)
        answers = [ask(describer, dataset) for dataset in sets]
        people = [sample.group for one in answers for sample in one.dataset]
        told = np.concatenate([angles(describer, finder, one.dataset) for one in answers])
        degrees, personal = of_people(told, people)
        said = np.concatenate([one.probabilities for one in answers]) >= 0.5
        labels = np.concatenate([one.labels for one in answers])
        about = f"{len(labels)} pictures of {len(set(people))} people"
        print(f"{describer.card.name} on {', '.join(names)}: {about}.")
        untold = int(np.isnan(degrees).sum())
        print(f"Skin is told of all but {untold}: no face found, or no colour of skin in any of a person's.")
        print(f"Of the variance of the angle {share(personal)} is between people, the rest within.")
        seen = np.concatenate([attribute_table(one.dataset, SEEN) for one in answers])
        parts = divisions(seen, degrees)
        print_means(describer.names, said, labels, parts, people)
        if given.each:
            for masks in parts.values():
                print_each(by_group(said, labels, describer.names, masks), describer.names)


def print_means(
    names: Sequence[str],
    said: NDArray[np.bool_],
    labels: NDArray[np.int8],
    parts: Mapping[str, Masks],
    people: Sequence[str],
) -> None:
    """A line a group: error, and false positives and negatives, in per cent."""
    chosen = [list(names)] + ([list(S1)] if set(S1) < set(names) else [])
    titles = [f"error, {len(some)} | 95 % | false yes | false no" for some in chosen]
    print("\n| group | pictures | " + " | ".join(titles) + " |\n|---|--:|" + "--:|" * 4 * len(chosen))
    known, wrong = labels >= 0, (said != (labels == 1)) & (labels >= 0)
    counts = drawn(people)
    for masks in parts.values():
        groups = by_group(said, labels, names, {title: mask for title, mask in masks.items() if mask.any()})
        rows = {title: [str(group.pictures)] for title, group in groups.items()}
        for some in chosen:
            columns = [list(names).index(name) for name in some]
            each = wrong[:, columns].sum(1) / known[:, columns].sum(1).clip(min=1)
            for title, rates in mean_rates(groups, some).items():
                low, high = error_interval(each, masks[title], counts)
                cells = _cells(rates)
                rows[title] += [cells[0], f"{100 * low:.1f} to {100 * high:.1f}", *cells[1:]]
        for title, row in rows.items():
            print(f"| {title} | " + " | ".join(row) + " |")


def print_each(groups: Mapping[str, Group], names: Sequence[str]) -> None:
    """A line an attribute: error / false yes / false no of each group, in per cent."""
    print("\n| error / false yes / false no | " + " | ".join(groups) + " |\n|---|" + "--:|" * len(groups))
    for name in names:
        cells = [" / ".join(_cells(group.attributes[name])) for group in groups.values()]
        print(f"| {name} | " + " | ".join(cells) + " |")


def _cells(rates: Rates) -> list[str]:
    return ["-" if np.isnan(rate) else f"{100 * rate:.1f}" for rate in rates]


if __name__ == "__main__":
    main()
