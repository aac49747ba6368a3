"""`facewright count`: pictures in; how many faces each shows out, as `wc` counts lines."""

from collections.abc import Sequence
from time import perf_counter

from facewright.cli.inputs import STDIN, find_inputs, refuse_options
from facewright.cli.options import COMMON, FINDING, Common, Finding, Model, Paths
from facewright.cli.pictures import Found, Look, found_faces, look_at
from facewright.cli.say import printable


def count(
    *paths: Paths, model: Model = "detector-nano", finding: Finding = FINDING, common: Common = COMMON
) -> int:
    """Count the faces in pictures."""
    refuse_options([*paths, common.json or ""], count)
    inputs = find_inputs(paths, common.recursive)
    start = perf_counter()
    detector = finding.detector(model, common)
    look = Look(
        read=lambda item: detector.read(item.source()),
        find=lambda _, picture: found_faces(detector.find(picture)),
        opened=perf_counter() - start,
        lines=_Counts,
    )
    return look_at(inputs, look, common)


class _Counts:
    """A number and a picture a line, a total where there are several; of standard input the number alone."""

    def __init__(self, names: Sequence[str], columns: tuple[str, str]) -> None:
        self._several = len(names) > 1
        self._total = 0

    def add(self, path: str, found: Found | None) -> None:
        if found is None:  # said on standard error
            return
        self._total += len(found.faces)
        alone = path == STDIN and not self._several
        print(len(found.faces) if alone else f"{len(found.faces)} {printable(path)}", flush=True)

    def end(self, failed: int, closing: str) -> None:
        if self._several:
            print(f"{self._total} total")
