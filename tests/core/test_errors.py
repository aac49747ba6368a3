"""Exit statuses of the command line come from the kind of error."""

import pytest

from facewright.core import errors


@pytest.mark.parametrize("kind", [errors.UsageError, errors.RecipeError, errors.ModelError])
def test_wrong_usage_exits_with_2(kind):
    assert kind("--size: must be a number").exit_code == 2


@pytest.mark.parametrize(
    "kind", [errors.PictureError, errors.DataError, errors.IndexFileError, errors.TrainingError]
)
def test_wrong_input_exits_with_1(kind):
    assert kind("photo.jpg: no such file").exit_code == 1


def test_every_error_is_a_facewright_error():
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    assert len(kinds) >= 7
    assert all(issubclass(kind, errors.FacewrightError) for kind in kinds)


def test_of_what_a_library_says_the_first_line_is_told():
    assert errors.first_line(RuntimeError("\n PytorchStreamReader failed\n#0 frame\n#1 frame")) == (
        "PytorchStreamReader failed"
    )
    assert len(errors.first_line(ValueError("x" * 1000))) == 200
