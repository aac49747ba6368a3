"""`classes=` by name and number; what is misspelt is refused."""

from pathlib import Path

import pytest

from facewright.core.errors import DataError
from facewright.datasets.classes import Classes

KNOWN = {"3": "face", "5": "dog", "6": "face"}


@pytest.mark.parametrize(
    ("text", "known", "taken"),
    [
        ("", KNOWN, "356"),
        ("face", KNOWN, "36"),
        (" dog , 3,", KNOWN, "35"),
        ("3", {}, "3"),
        ("3", None, "3"),
    ],
)
def test_labels_are_taken_by_name_or_number(text, known, taken):
    classes = Classes(text, Path("set"), known)
    assert [number for number in "356" if classes.take(number)] == list(taken)
    classes.check()


def test_a_class_that_no_file_lists_is_refused():
    with pytest.raises(DataError, match="classes=fase: no such class in set; did you mean 'face'"):
        Classes("fase", Path("set"), KNOWN)
    with pytest.raises(DataError, match="give the number"):
        Classes("face", Path("set"), {})


def test_labels_of_other_classes_only_are_an_error_where_no_file_says_that_there_are_more():
    for known, wrong in ((None, True), ({}, True), (KNOWN, False)):
        classes = Classes("3", Path("set"), known)
        classes.check()  # nothing was met yet: all pictures may be without any label
        classes.take("5")
        if wrong:
            with pytest.raises(DataError, match="classes=3: no label in set is of these; there is 5"):
                classes.check()
        else:
            classes.check()
