"""Every mistake a user can make, as one exception family.

An error's text is one sentence that names the thing (file, key, value) and what to do about it; the command
line prints that sentence and exits with `exit_code`. Anything else that reaches the user is a bug of ours.
"""


class FacewrightError(Exception):
    """Base of all errors that are the input's fault, not the program's. Exit status 1."""

    exit_code = 1


class UsageError(FacewrightError):
    """The words of a command or the arguments of a call are wrong. Exit status 2."""

    exit_code = 2


class PictureError(FacewrightError):
    """A picture is missing, damaged, too large or not a picture."""


class VideoError(FacewrightError):
    """A video is missing, damaged, not a video, or cannot be written."""


class DataError(FacewrightError):
    """A data set or one of its label files cannot be read as what it was said to be."""


class IndexFileError(FacewrightError):
    """An index of pictures is missing, damaged, locked, made by a newer facewright, or cannot be written."""


class RecipeError(UsageError):
    """A recipe is missing, has unknown keys, or its values do not fit together."""


class ModelError(FacewrightError):
    """A model is missing, damaged, not what it should be, or fails. Exit status 2, as 1 would mean that only
    some picture could not be read."""

    exit_code = 2


class TrainingError(FacewrightError):
    """Training cannot go on, for example because a loss is no longer finite."""


class NonFiniteError(TrainingError):
    """A loss is no number any more: an answer about the recipe, where others are about the machine."""


def first_line(error: Exception) -> str:
    """What a library says of its error, for a sentence of ours: some tell a page."""
    return str(error).strip().partition("\n")[0][:200]
