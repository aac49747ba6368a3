"""DATA, as a subject; of a named set given whole its parts as well."""

from facewright.core.errors import DataError
from facewright.datasets.open import open_dataset
from facewright.datasets.sample import Dataset
from facewright.datasets.sets import PARTS, read_sets
from facewright.doctor.data import Data
from facewright.doctor.sets.subject import Splits
from facewright.doctor.sources.looking import Looking
from facewright.doctor.subject import Subject


def subjects(text: str, looking: Looking) -> list[Subject]:
    """The set as its files are, and its parts; all of it is one where facewright does not divide it.

    Raises what `open_dataset` raises, and DataError for a set without a picture.
    """
    dataset = open_dataset(text)
    if not len(dataset):
        raise DataError(f"{text}: holds no picture to examine; check the path")
    whole = data_of(dataset, looking)
    parts = {"train": [whole]}
    if (entry := read_sets().get(text)) is not None:
        shares = (1 - entry.val_share - entry.test_share, entry.val_share, entry.test_share)
        parts = {
            part: [data_of(open_dataset(f"{text}/{part}"), looking)]
            for part, share in zip(PARTS, shares, strict=True)
            if share > 0
        }
    # Whether faces are there or not may be learnt of it beside other sets: that cannot be judged here.
    return [whole, Splits(f"{text}: parts", parts, learnt=("boxes", "attributes"))]


def data_of(dataset: Dataset, looking: Looking) -> Data:
    """A set by its own name."""
    return Data(dataset.name, dataset, looking.limit, looking.progress)
