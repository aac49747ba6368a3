"""`facewright detect` and `facewright locate`: pictures (the first takes videos too) in; a table, JSON Lines
and annotated copies of their faces out."""

from collections.abc import Sequence
from functools import partial
from time import perf_counter

from facewright.cli.inputs import find_inputs, refuse_options
from facewright.cli.options import COMMON, FINDING, Common, Finding, Model, Paths
from facewright.cli.pictures import Look, found_faces, look_at
from facewright.cli.videos import look_through


def detect(
    *paths: Paths, model: Model = "detector-nano", finding: Finding = FINDING, common: Common = COMMON
) -> int:
    """Find the faces in pictures, and follow those in videos."""
    refuse_options([*paths, common.json or ""], detect)
    return _find(paths, model, finding, common, films=True)


def locate(
    *paths: Paths, model: Model = "detector-nano", finding: Finding = FINDING, common: Common = COMMON
) -> int:
    """Find the most probable face in each picture."""
    refuse_options([*paths, common.json or ""], locate)
    return _find(paths, model, finding, common, choices=["best"])


def _find(
    paths: Sequence[str],
    model: str,
    finding: Finding,
    common: Common,
    choices: Sequence[str] = (),
    films: bool = False,
) -> int:
    inputs = find_inputs(paths, common.recursive)
    start = perf_counter()
    detector = finding.detector(model, common)
    look = Look(
        read=lambda item: detector.read(item.source()),
        find=lambda _, picture: found_faces(detector.find(picture), choices),
        opened=perf_counter() - start,
        film=partial(look_through, detector) if films else None,
    )
    return look_at(inputs, look, common)
