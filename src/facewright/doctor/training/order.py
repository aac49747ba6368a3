"""What a training is shown: in which order, anew or the same each time, and what it is judged on."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator
from itertools import chain, islice
from typing import Any

from facewright.doctor.checking import check
from facewright.doctor.finding import Evidence
from facewright.doctor.training.batches import MOST, Epoch, look_at
from facewright.doctor.training.subject import Training

FEWEST = 8
"""examples in an epoch from which its order can be judged: fewer fall into one order by chance"""
READINGS = 4
"""of a small set, in which no augmentation hides: half of the pictures flipped, all have been both by then"""
COMMON = 0.05
"""share of the training examples from which on validation needs a class"""


@check(
    "training-not-shuffled",
    "warning",
    Training,
    about="Every epoch shows the examples in the same order. Neighbours in the order (the same person, the "
    "same class) are then always in one batch, and the last ones weigh most each time.",
    cure="Shuffle anew each epoch (`DataLoader(..., shuffle=True)`).",
    needs=("batches",),
)
def not_shuffled(training: Training) -> Iterator[Evidence]:
    first, second = _epochs(training)
    if min(len(first.sizes), len(second.sizes)) < 2:
        return  # a batch of all there is has no order that matters
    one, other = _order(first), _order(second)
    length = min(len(one), len(other))
    if length >= FEWEST and one[:length] == other[:length] and len(set(one[:length])) > length / 2:
        yield Evidence(
            f"Two epochs showed the first {length} examples in exactly the same order.", {"examples": length}
        )


@check(
    "training-drops-examples",
    "warning",
    Training,
    about="Batches in the midst of an epoch hold fewer examples than others: some that could not be read, "
    "or on which a step failed, are left out without a word.",
    cure="Say which examples fail and why, and mend or remove them, instead of skipping them when a batch is "
    "put together.",
    needs=("batches",),
)
def drops_examples(training: Training) -> Iterator[Evidence]:
    for epoch in _epochs(training):
        full = epoch.sizes[:-1] if epoch.whole else epoch.sizes
        short = sum(size < max(full) for size in full)
        # More than one size most of the time: batches that are put together by the size of their examples.
        if short and 2 * short < len(full):
            yield Evidence(
                f"{short} of {len(full)} full batches hold fewer than {max(full)} examples, "
                f"{sum(max(full) - size for size in full)} in all are missing.",
                {"batches": len(full), "short": short, "sizes": sorted(set(full))},
            )
            return


@check(
    "training-augmentation-frozen",
    "error",
    Training,
    about="Augmentation was drawn once, when the data were loaded: every epoch shows the very same "
    "pictures, and what was meant to be new each time is learned by heart.",
    cure="Draw the augmentation when an example is asked for, not when it is loaded or cached.",
    needs=("batches", "augmented"),
)
def augmentation_frozen(training: Training) -> Iterator[Evidence]:
    if not training.augmented:
        return
    first, second = _epochs(training)
    if not (first.whole and second.whole) and training.sources is None:
        # Parts of two shuffled epochs need not have any sample in common.
        again, compared = _same_at_place(first, second)
    else:
        again, compared = _same_of_source(first, second)
    if compared >= FEWEST and again == compared:
        yield Evidence(
            f"Augmentation is stated, but {again} of {compared} examples came again in the next epoch "
            f"without one pixel changed.",
            {"same": again, "compared": compared},
        )


@check(
    "validation-changes",
    "error",
    Training,
    about="The validation examples are different each time they are read, as if training's augmentation were "
    "applied to them: figures of two epochs cannot be compared, and are not those of the real pictures.",
    cure="Leave random augmentation out of the validation data.",
    needs=("validation",),
)
def validation_changes(training: Training) -> Iterator[Evidence]:
    assert training.validation is not None
    first, second = (look_at(training.validation(), inputs=training.inputs) for _ in range(2))
    again, compared = _same_at_place(first, second)
    changed = compared - again
    # The same examples in another order are shuffled, which validation bears.
    if changed and not (set(first.seen) & set(second.seen) and _is_fixed(training, first)):
        yield Evidence(
            f"{changed} of {len(first.seen)} validation examples differed when they were read again.",
            {"changed": changed, "examples": len(first.seen)},
        )


@check(
    "validation-batches-lack-class",
    "error",
    Training,
    about="The validation data hold no example of a class that is trained: whatever is said of it is not "
    "measured, and a network that always names the others looks perfect.",
    cure="Take examples of every class into the validation data.",
    needs=("batches", "validation", "classes"),
)
def lacks_class(training: Training) -> Iterator[Evidence]:
    assert training.batches is not None and training.validation is not None and training.classes is not None
    trained = _counts(training.batches(0), training.classes, MOST)
    judged = _counts(training.validation(), training.classes)
    common = [name for name, count in trained.items() if count >= COMMON * sum(trained.values())]
    missing = sorted(str(name) for name in common if name not in judged)
    if missing and judged:
        yield Evidence(
            f"Of {len(common)} classes that are trained, the {sum(judged.values())} validation examples lack "
            f"{', '.join(missing[:5])}.",
            {"missing": missing[:20], "validation": {str(name): count for name, count in judged.items()}},
        )


def _epochs(training: Training) -> tuple[Epoch, Epoch]:
    assert training.batches is not None
    batches, inputs = training.batches, training.inputs
    first, second = (look_at(batches(number), training.sources, inputs=inputs) for number in range(2))
    return first, second


def _order(epoch: Epoch) -> list[Hashable]:
    return list(epoch.seen) if epoch.sources is None else epoch.sources


def _is_fixed(training: Training, first: Epoch) -> bool:
    """Whether more readings bring no more examples than a set of this size holds."""
    # Of a large set the first ones may lie anywhere by now: all of it is read. Of a small one the last batch,
    # left away when it is not filled, hides examples that are not new when they are met: it is read often.
    assert training.validation is not None
    readings = [
        look_at(training.validation(), most=None, inputs=training.inputs)
        for _ in range(READINGS if first.whole else 1)
    ]
    met = {example for reading in [first, *readings] for example in reading.seen}
    return len(met) <= max(len(reading.seen) + reading.dropped for reading in readings)


def _same_at_place(first: Epoch, second: Epoch) -> tuple[int, int]:
    pairs = list(zip(first.seen, second.seen, strict=False))
    return sum(a == b for a, b in pairs), len(pairs)


def _same_of_source(first: Epoch, second: Epoch) -> tuple[int, int]:
    """(examples of the second epoch that came in the first, those that can be compared)."""
    if first.sources is None or second.sources is None:
        before = set(first.seen)
        return sum(example in before for example in second.seen), len(second.seen)
    shown: dict[Hashable, set[str]] = {}
    for source, example in zip(first.sources, first.seen, strict=True):
        shown.setdefault(source, set()).add(example)
    pairs = [
        (shown[source], example)
        for source, example in zip(second.sources, second.seen, strict=True)
        if source in shown
    ]
    return sum(example in before for before, example in pairs), len(pairs)


def _counts(
    batches: Iterable[Any], classes: Callable[[Any], Iterable[Hashable]], most: int | None = None
) -> Counter[Hashable]:
    return Counter(islice(chain.from_iterable(map(classes, batches)), most))
