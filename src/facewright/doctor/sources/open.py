"""`open_subjects("...")`: what a word of the command line means, and what there is to examine of it.

helen, helen/train, yolo:PATH, toy:100   data, as everywhere
box-localiser, my.toml                   a recipe
runs/box-localiser                       a run folder
detector-nano, my.onnx                   a model file

A name that is a recipe's and a shipped model's means both; recipe:NAME, model:NAME and run:FOLDER mean one.
"""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from facewright.core.errors import UsageError
from facewright.core.suggest import nearest
from facewright.datasets.sets import read_sets
from facewright.doctor.sources.looking import USUAL, Looking
from facewright.doctor.subject import Subject
from facewright.inference.session import shipped_models
from facewright.training.loading import recipe_names

KINDS = ("data", "recipe", "run", "model")
"""each is a module beside this one, whose `subjects(text, looking)` opens what a text names"""


def open_subjects(text: str, looking: Looking = USUAL) -> list[Subject]:
    """All subjects that a text means. Raises UsageError for one that means nothing, and whatever opening
    it raises."""
    return [
        subject
        for kind, name in meanings(text)
        for subject in import_module(f"facewright.doctor.sources.{kind}").subjects(name, looking)
    ]


def meanings(text: str) -> list[tuple[str, str]]:
    """(kind, its name or path) of each thing that a text means; at least one. Raises UsageError."""
    if not text:  # as an unset variable of the shell gives it
        raise UsageError("what to examine is empty; give DATA, a recipe, a run folder or a model")
    kind, colon, name = text.partition(":")
    if colon and kind in KINDS:
        if not name:
            raise UsageError(f"{text}: says nothing to examine; write {kind}:NAME")
        return [(kind, name)]
    path = Path(text)
    if path.is_dir():
        if (path / "recipe.json").is_file():
            return [("run", text)]
        if not _known(text):
            raise UsageError(
                f"{text}: a folder, but no training run (recipe.json); "
                f"of data write the format before it, such as yolo:{text} or folder:{text}"
            )
    if path.is_file() or path.suffix in SUFFIXES:
        if path.suffix not in SUFFIXES:
            raise UsageError(
                f"{text}: neither a recipe (.toml) nor a model (.onnx); of data write the format before it"
            )
        return [(SUFFIXES[path.suffix], text)]
    if colon:
        return [("data", text)]
    if not (found := _known(text)):
        names = [*recipe_names(), *shipped_models(), *read_sets()]
        raise UsageError(f"{text}: neither data nor a recipe, run or model{nearest(text, names)}")
    return [(kind, text) for kind in found]


SUFFIXES = {".toml": "recipe", ".onnx": "model"}


def _known(text: str) -> list[str]:
    """The kinds that have something of this name."""

    def having() -> Iterator[str]:
        if text.partition("?")[0].partition("/")[0] in read_sets():
            yield "data"
        if text in recipe_names():
            yield "recipe"
        if text in shipped_models():
            yield "model"

    return list(having())
