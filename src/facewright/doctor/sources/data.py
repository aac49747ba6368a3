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
    """The set as its files are, and how it is divided where facewright divides it.

    Raises what `open_dataset` raises, and DataError for a set without a picture.
    """
    dataset = open_dataset(text)
    if not len(dataset):
        raise DataError(f"{text}: holds no picture to examine; check the path")
    found: list[Subject] = [data_of(dataset, looking)]
    if text in read_sets():
        parts = {part: open_dataset(f"{text}/{part}") for part in PARTS}
        there = {part: [data_of(one, looking)] for part, one in parts.items() if len(one)}
        found.append(Splits(f"{text}: parts", there))
    return found


def data_of(dataset: Dataset, looking: Looking) -> Data:
    """A set by its own name."""
    return Data(dataset.name, dataset, looking.limit, looking.progress)
