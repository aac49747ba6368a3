"""What `facewright compare` compares: model files, those of shipped models and of training runs too."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from facewright.cli.say import complain
from facewright.core.errors import DataError, ModelError, UsageError
from facewright.inference.session import Session
from facewright.reports.compared import Compared


@contextmanager
def opened(words: Sequence[str], cache: Path) -> Iterator[list[Compared]]:
    """The subjects of a command line, all of one task; files made of runs are gone afterwards.

    cache: folder of packed pictures, for those models that have to be calibrated. Raises UsageError
    for fewer than two, the same twice and a mixture of tasks, ModelError for what is no model or run.
    """
    if len(words) < 2:
        raise UsageError("give two or more to compare: run folders, model files or names of shipped models")
    for i, word in enumerate(words):
        if word in words[:i]:
            raise UsageError(f"{word} is given twice; give what it is to be compared with")
    with TemporaryDirectory(prefix="facewright-") as folder:
        subjects = [_open(word, Path(folder) / str(i), cache) for i, word in enumerate(words)]
        for one in subjects[1:]:
            if one.card.task != subjects[0].card.task:
                raise UsageError(
                    f"{subjects[0].given} is for {subjects[0].card.task}, {one.given} for {one.card.task}; "
                    "only models of one task can be compared"
                )
        yield _with_names(subjects)


def default_data(subjects: Sequence[Compared]) -> list[str]:
    """The validation sets of the subjects' recipes, each once. Raises UsageError where none tells of any."""
    found: dict[str, None] = {}
    for one in subjects:
        data = one.recipe.get("data", {})
        found |= dict.fromkeys([*data.get("validation", []), *data.get("validation_faceless", [])])
    if not found:
        raise UsageError("none of the models says by which data it was validated; give --data DATA")
    return list(found)


def _open(word: str, into: Path, cache: Path) -> Compared:
    folder = Path(word)
    if not (folder / "recipe.json").is_file():
        session = Session(word)
        return Compared(session.card.name, word, session.path, session.card)
    path, note = _file_of_run(folder, into, cache)
    card = Session(path).card
    return Compared(card.name, word, path, card, folder, note)


def _file_of_run(folder: Path, into: Path, cache: Path) -> tuple[Path, str]:
    """A run's model file and what is to be told of it: its exported one, or a new one in `into`."""
    exported = folder / f"{_name_of(folder)}.onnx"
    weights = [file for file in (folder / "weights.safetensors", folder / "best.ckpt") if file.is_file()]
    if exported.is_file() and (not weights or exported.stat().st_mtime >= weights[0].stat().st_mtime):
        return exported, f"its exported file, {exported.name}"
    from facewright.cli.exporting import make_file_of_run

    why = "older than its weights" if exported.is_file() else "not there"
    complain(f"{folder}: its exported file is {why}; one is made for this comparison")
    into.mkdir()
    try:
        return make_file_of_run(folder, into, cache), f"made for this comparison (its own file is {why})"
    except DataError as error:
        raise DataError(f"{folder}: {error}; or make its file first: facewright export {folder}") from error


def _name_of(folder: Path) -> str:
    try:
        return json.loads((folder / "recipe.json").read_bytes())["name"]
    except (ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"{folder}: recipe.json is damaged ({error}); give its model file instead"
        ) from error


def _with_names(subjects: Sequence[Compared]) -> list[Compared]:
    names = [one.name for one in subjects]
    return [replace(one, name=one.given) if names.count(one.name) > 1 else one for one in subjects]
