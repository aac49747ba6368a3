import itertools

import pytest
import torch
from torch.utils.data import DataLoader, Dataset

from facewright.doctor.examination import examine
from facewright.doctor.training.subject import Training

PICTURES = torch.rand((48, 3, 8, 8), generator=torch.Generator().manual_seed(0))
LABELS = torch.arange(48) % 3


class Pictures(Dataset):
    """Pictures, each turned over or not: drawn when it is asked for, or once, when they are loaded."""

    def __init__(self, *, frozen=False, flips=True):
        self.draw = torch.Generator().manual_seed(1)
        self.frozen = [self.flipped(i) for i in range(len(PICTURES))] if frozen else None
        self.flips = flips

    def flipped(self, i):
        # A shift of brightness as well, so that two draws are never the same.
        flip, shade = torch.rand(2, generator=self.draw).tolist()
        return (PICTURES[i].flip(2) if flip < 0.5 else PICTURES[i]) + shade

    def __len__(self):
        return len(PICTURES)

    def __getitem__(self, i):
        if not self.flips:
            return PICTURES[i], LABELS[i], i
        return (self.flipped(i) if self.frozen is None else self.frozen[i]), LABELS[i], i


def training(*, shuffle=True, frozen=False, flips=True, told=True, **more):
    loader = DataLoader(
        Pictures(frozen=frozen, flips=flips), batch_size=4, shuffle=shuffle, generator=torch.Generator()
    )
    return Training(
        "toy",
        batches=lambda epoch: loader,
        augmented=flips,
        sources=(lambda batch: batch[2].tolist()) if told else None,
        **more,
    )


def ids(subject):
    return [finding.id for finding in examine([subject]).findings]


@pytest.mark.parametrize("told", [True, False], ids=["sources told", "sources not told"])
def test_s2_twin_that_is_shuffled_and_augmented_is_healthy(told):
    assert ids(training(told=told)) == []


def test_s2_not_shuffled():
    assert ids(training(shuffle=False)) == ["training-not-shuffled"]


def test_the_order_shows_in_the_pictures_where_no_sources_are_told():
    assert ids(training(shuffle=False, flips=False, told=False)) == ["training-not-shuffled"]


@pytest.mark.parametrize("told", [True, False], ids=["sources told", "sources not told"])
def test_s1_flip_frozen_at_load_time(told):
    assert ids(training(frozen=True, told=told)) == ["training-augmentation-frozen"]


def test_examples_that_fail_are_left_out_without_a_word():
    def without_bad(examples):
        return torch.stack([picture for picture, _, number in examples if number % 17])

    def of(collate):
        loader = DataLoader(Pictures(), batch_size=4, shuffle=True, collate_fn=collate)
        return Training("collated", batches=lambda epoch: loader)

    assert ids(of(without_bad)) == ["training-drops-examples"]
    assert ids(of(lambda examples: torch.stack([picture for picture, *_ in examples]))) == []


def test_batches_put_together_by_size_are_no_fault():
    sizes = [3, 8, 5, 6, 2, 7, 4, 8, 1]

    def batches(epoch):
        draw = torch.Generator().manual_seed(epoch)
        return [(torch.rand((size, 3, 8, 8), generator=draw),) for size in sizes]

    assert ids(Training("by size", batches=batches)) == []


def test_pictures_that_never_change_are_no_fault_where_no_augmentation_is_stated():
    assert ids(training(flips=False)) == []


def test_one_batch_of_everything_has_no_order():
    assert ids(Training("whole", batches=lambda epoch: [(PICTURES, LABELS)])) == []


def test_only_the_first_examples_of_an_endless_epoch_are_looked_at():
    def batches(epoch):
        draw = torch.Generator().manual_seed(epoch)
        return ((torch.rand((8, 3, 4, 4), generator=draw),) for _ in itertools.count())

    assert ids(Training("endless", batches=batches, augmented=True)) == []


def test_s1_flip_applied_to_validation():
    changing = Pictures()
    assert ids(Training("flips", validation=lambda: DataLoader(changing, batch_size=4))) == [
        "validation-changes"
    ]
    still = Pictures(flips=False)
    assert ids(Training("still", validation=lambda: DataLoader(still, batch_size=4))) == []
    assert ids(Training("shuffled", validation=lambda: DataLoader(still, batch_size=4, shuffle=True))) == []


def test_s4_validation_with_faces_only():
    def without(*missing):
        kept = [i for i in range(48) if int(LABELS[i]) not in missing]
        return lambda: [(PICTURES[kept], LABELS[kept])]

    def of(validation):
        return training(validation=validation, classes=lambda batch: batch[1].tolist())

    (finding,) = examine([of(without(0))]).findings
    assert finding.id == "validation-batches-lack-class" and finding.evidence["missing"] == ["0"]
    assert ids(of(without())) == []


def test_a_shuffled_validation_of_which_only_a_part_is_looked_at_is_healthy():
    pictures = torch.arange(600.0).reshape(600, 1)

    def ids_of(draw):
        batches = DataLoader(range(600), batch_size=50, shuffle=True)
        return ids(Training("large", validation=lambda: (draw(pictures[batch]) for batch in batches)))

    assert ids_of(lambda batch: batch) == []
    assert ids_of(lambda batch: batch + torch.rand(batch.shape)) == ["validation-changes"]


@pytest.mark.parametrize("count", [20, 45, 700])
def test_a_shuffled_validation_that_drops_its_last_batch_is_healthy(count):
    pictures = torch.arange(2.0 * count).reshape(count, 2)

    def ids_of(draw):
        batches = DataLoader(range(count), batch_size=16, shuffle=True, drop_last=True)
        return ids(Training("dropping", validation=lambda: (draw(pictures[batch]) for batch in batches)))

    def flipped(batch):
        return torch.where(torch.rand(len(batch), 1) < 0.5, batch.flip(1), batch)

    assert ids_of(lambda batch: batch) == []
    assert ids_of(lambda batch: batch + torch.rand(batch.shape)) == ["validation-changes"]
    if count > 2 * 16:  # else those that are met late hide the flipped ones
        assert ids_of(flipped) == ["validation-changes"]


def test_examples_are_told_by_their_pictures_wherever_these_are_in_a_batch():
    loader = DataLoader(Pictures(), batch_size=4, shuffle=True)

    def batches(epoch):
        for batch in loader:
            yield {"label": batch[1], "picture": batch[0]}

    assert ids(Training("labels first", batches=batches, augmented=True)) == []


class WithTargets(Dataset):
    """Noise goes on the pictures; the targets, a grid of more numbers than they, stay."""

    def __init__(self):
        self.draw = torch.Generator().manual_seed(1)

    def __len__(self):
        return len(PICTURES)

    def __getitem__(self, i):
        picture = PICTURES[i] + torch.rand((3, 8, 8), generator=self.draw)
        return picture, torch.full((20, 16, 16), float(i)), {"mask": torch.full((9, 64, 64), float(i))}


def test_targets_larger_than_the_pictures_are_not_taken_for_them():
    loader = DataLoader(WithTargets(), batch_size=4, shuffle=True, generator=torch.Generator())
    assert ids(Training("grid", batches=lambda epoch: loader, augmented=True)) == []
    masks = Training(
        "masks", batches=lambda epoch: loader, augmented=True, inputs=lambda batch: batch[2]["mask"]
    )
    assert "training-augmentation-frozen" in ids(masks)
