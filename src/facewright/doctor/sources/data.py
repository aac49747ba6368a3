"""DATA, as a subject; of a set given whole its parts as well."""

import inspect
from collections.abc import Mapping

from facewright.core.errors import DataError
from facewright.datasets.open import open_dataset, reader
from facewright.datasets.open import parts as words_of
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
    parts = {part: [data_of(some, looking)] for part, some in _parts(text).items()} or {"train": [whole]}
    # Whether faces are there or not may be learnt of it beside other sets: that cannot be judged here.
    return [whole, Splits(f"{text}: parts", parts, learnt=("boxes", "attributes"))]


def _parts(text: str) -> Mapping[str, Dataset]:
    """Those that the named set is divided into, or that the files themselves are; none where all is one."""
    if (entry := read_sets().get(text)) is not None:
        shares = (1 - entry.val_share - entry.test_share, entry.val_share, entry.test_share)
        return {
            part: open_dataset(f"{text}/{part}")
            for part, share in zip(PARTS, shares, strict=True)
            if share > 0
        }
    kind, _, given = words_of(text)
    if kind is None or "split" in given or "split" not in inspect.signature(reader(kind)).parameters:
        return {}
    found = {}
    for part in PARTS:
        try:
            found[part] = open_dataset(text, options={"split": part})
        except DataError:  # the whole could be opened: there is no such part
            continue
    return found if "train" in found and len(found) > 1 else {}


def data_of(dataset: Dataset, looking: Looking) -> Data:
    """A set by its own name."""
    return Data(dataset.name, dataset, looking.limit, looking.progress)
