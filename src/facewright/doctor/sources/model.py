"""A model file, as a subject: how it finds or describes faces."""

import json

from facewright.core.errors import DataError, UsageError
from facewright.datasets.open import open_dataset
from facewright.datasets.sample import Dataset
from facewright.doctor.sources.finder import crops_of, describer_of_file, finder_of_file
from facewright.doctor.sources.looking import Looking
from facewright.doctor.subject import Subject
from facewright.inference.card import Card
from facewright.inference.detections import FINDING
from facewright.inference.session import Session


def subjects(text: str, looking: Looking) -> list[Subject]:
    """A shipped model by name, or a model file, looked at on the validation sets of its recipe where they are
    there: toy pictures say little of a model that knows photographs.

    Raises ModelError for an unusable file, and UsageError for one that takes no pictures.
    """
    session = Session(text, threads=1)
    card = session.card
    sets = _validation(card)
    if card.task in FINDING:
        return [finder_of_file(f"{card.name}: in use", session.path, sets)]
    if card.task == "regression":
        raise UsageError(f"{text}: takes points, and the doctor looks at what takes pictures; give its run")
    if not sets:
        raise DataError(
            f"{text}: none of the sets that its card names for validation is here, and a model for "
            f"{card.task} is asked about pictures of faces; FACEWRIGHT_DATA says where the sets are"
        )
    assert card.side is not None  # of every file for crops
    return [describer_of_file(f"{card.name}: in use", session, crops_of(sets, card.side))]


def _validation(card: Card) -> list[Dataset]:
    """The sets by which the file's weights were chosen, as far as they are on this machine."""
    names = json.loads(card.recipe).get("data", {}).get("validation", []) if card.recipe else []
    found = []
    for name in names:
        try:
            found.append(open_dataset(name))
        except DataError:  # a file comes without its sets
            continue
    return found
