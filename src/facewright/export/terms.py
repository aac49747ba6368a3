"""What weights may be used for: as much as the strictest of all that they were made of."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from facewright.core.errors import ModelError
from facewright.datasets.open import FOUND, parts, pictured_set
from facewright.datasets.sets import read_sets
from facewright.inference.card import TrainingSet
from facewright.inference.session import Session, shipped_models
from facewright.training.run_record import RUN, read_record

NOT_STATED = "not stated"
TOY = "drawn by facewright, free"
NOT_KEPT = ("problems", "fingerprint")
"""of a set's entry in run.json, in a card"""


class Source(NamedTuple):
    """Weights that others were made of."""

    name: str
    terms: str = NOT_STATED


def terms_of(data: str) -> str:
    """The terms under which a set (by its DATA text) was given, as far as they are known."""
    whose = _set_of(data)
    if whose.startswith(("toy:", "saddle:")):
        return TOY
    known = read_sets().get(whose)
    return known.terms if known else NOT_STATED


def _set_of(data: str) -> str:
    """The name of the set that its pictures are of, without that of a part."""
    return pictured_set(data).partition("?")[0].partition("/")[0]


def sets_of_run(record: Mapping[str, Any]) -> list[TrainingSet]:
    """The sets of a run's run.json, with their terms."""
    return [
        TrainingSet(terms=terms_of(s["name"]), **{k: v for k, v in s.items() if k not in NOT_KEPT})
        for s in record["sets"]
    ]


def terms_of_run(record: Mapping[str, Any]) -> str:
    """What the weights of a run may be used for, by its run.json."""
    init = record.get("init") or _named(command_of(record), "--init")
    begun = _source(init, record.get("init_of")) if init else None
    teachers = [_source(teacher["weights"], teacher.get("of")) for teacher in teachers_of(record)]
    return weights_terms(sets_of_run(record), begun, teachers)


def weights_terms(
    data: Sequence[TrainingSet], init: Source | None = None, teachers: Sequence[Source] = ()
) -> str:
    """What the weights may be used for: as much as the strictest of the sets allows, of the weights that
    training began with (`init`) and of those that it learnt from; those of a model that labelled pictures
    hold too."""
    sources = [*([init] if init else []), *teachers]
    told = [(_set_of(s.name), s.terms) for s in data]
    told += [(source.name, source.terms) for source in sources]
    research = {name for name, terms in told if _forbid_trade(terms)}
    unknown = {name for name, terms in told if NOT_STATED in terms} - research
    free = sorted({s.terms for s in data if _set_of(s.name) not in research | unknown})
    others = [f"begun with the weights of {_words(init)}"] if init else []
    others += [f"taught by {_words(teacher)}" for teacher in teachers]
    if found := [s.name for s in data if parts(s.name)[0] == FOUND]:
        others.append(f"{', '.join(found)} labelled by a model")
    besides = "".join(f"; {other}, whose terms hold too" for other in others)
    if research:
        return f"non-commercial research only, as the terms of {', '.join(sorted(research))} are{besides}"
    if unknown:
        return f"as the terms of {', '.join(sorted(unknown))} allow, which are not stated{besides}"
    return f"free for any use; the data's terms: {', '.join(free) or 'no data'}{besides}"


def teachers_of(record: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Whose answers a run learns, by its run.json, which in older folders names one at most."""
    one = record.get("teacher")
    return record.get("teachers", [one] if one else [])


def origin(weights: str) -> dict[str, str] | None:
    """Name and terms of what `weights` are of, for run.json: a path says nothing elsewhere.

    weights: a run's folder, a file in one, a model file or a shipped model's name; None of anything else.
    """
    path = Path(weights)
    if weights in shipped_models() or (path.suffix == ".onnx" and path.is_file()):
        try:
            card = Session(weights, threads=1).card
        except ModelError:  # another program's model
            return None
        return {"name": card.name, "terms": card.terms}
    folder = path if path.is_dir() else path.parent
    if not weights or not (folder / RUN).is_file():
        return None
    record = read_record(folder)
    return {"name": record.get("name", folder.name), "terms": terms_of_run(record)}


def command_of(record: Mapping[str, Any]) -> Sequence[str]:
    """The words that a run was asked for by."""
    words = record.get("command", [])
    return words.split() if isinstance(words, str) else words  # one text in older run folders


def _source(weights: str, of: Mapping[str, str] | None) -> Source:
    return Source(of["name"], of["terms"]) if of else Source(weights)


def _forbid_trade(terms: str) -> bool:
    """Whether they allow research alone; what a mixture of models says of itself begins so, then."""
    return "research" in terms.lower() or "non-commercial" in terms.lower()


def _words(source: Source) -> str:
    """Its name and terms. Of the strictest no more than that is told: they bind whatever else it came of, and
    weights that began with others, which began with others, would say all of it once more at each step."""
    if source.terms == NOT_STATED:
        return source.name
    first = source.terms.partition(";")[0]
    return f"{source.name} ({first if _forbid_trade(first) else source.terms})"


def _named(words: Sequence[str], option: str) -> str:
    """What follows the option in a command, or nothing."""
    return words[words.index(option) + 1] if option in words[:-1] else ""
