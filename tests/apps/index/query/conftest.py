"""An index of four pictures whose faces are known, written directly."""

import json
from pathlib import Path

import numpy as np
import pytest

from facewright.apps.index.database import writing
from facewright.apps.index.index import Index
from facewright.apps.index.look import Looked
from facewright.apps.index.scan import File
from facewright.apps.index.store import open_store
from facewright.core.faces import Faces

ATTRIBUTES = ("Smiling", "Bald")


def faces(width: int, height: int, *each: tuple[float, float, float, float]) -> Faces:
    """Of (side, score, smiling, bald) each, in a picture."""
    sides, scores, smiling, bald = np.array(each).reshape(-1, 4).T
    boxes = [[0, 0, side, side] for side in sides]
    return Faces(boxes, scores, None, {"Smiling": smiling, "Bald": bald}, width, height)


PICTURES = {
    "": {"a": (faces(100, 100), None), "b": (faces(100, 50, (10, 0.9, 0.9, 0.1)), "2024-05-01 00:00:00")},
    "in/deep": {
        "c": (faces(60, 100, (20, 0.8, 0.9, 0.1), (10, 0.6, 0.2, 0.9)), "2023-12-31 23:59:59"),
        "d": (faces(50, 50, (25, 0.7, 0.9, 0.8), (5, 0.5, 0.6, 0.5), (5, 0.5, 0.5, 0.0)), None),
    },
}  # fmt: skip


@pytest.fixture(scope="session")
def index(tmp_path_factory) -> Index:
    path = tmp_path_factory.mktemp("index") / "x.db"
    with writing(path) as connection:
        store = open_store(connection, ".", json.dumps({"names": ATTRIBUTES}), ATTRIBUTES)
        store.write(
            [
                (File(folder, name, 1, 1), Looked(name.encode(), 1, *picture))
                for folder, pictures in PICTURES.items()
                for name, picture in pictures.items()
            ]
        )
    return Index(path)


@pytest.fixture(scope="session")
def asked(index):
    """asked(where, order): names of the pictures that are found."""
    return lambda where, order="": [Path(found.path).name for found in index.find(where, order=order)]
