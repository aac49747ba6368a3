"""Our detectors beside others: accuracy, turned and frame-filling faces, latency, all in one run.

    python benchmarks/detectors.py --json detectors.json --markdown detectors.md

See README.md beside this file for what is measured and what has to be installed.
"""

import json as json_format
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import cyclopts

from facewright.inference import timing
from line_up import PEERS, line_up
from ours import Ours
from tables import PROTOCOL, tables

REFERENCE = "YuNet"
SEVERAL = cyclopts.Parameter(consume_multiple=True, negative="")


def main(
    *,
    models: Annotated[Sequence[str], SEVERAL] = ("detector-nano", "detector-small"),
    peers: Annotated[Sequence[str], SEVERAL] = tuple(PEERS),
    sizes: Annotated[Sequence[int], SEVERAL] = (640, 320),
    limit: int = 300,
    rounds: int = 30,
    only: Literal["accuracy", "latency", "poses"] | None = None,
    json: Path | None = None,
    markdown: Path | None = None,
) -> int:
    """Measure all detectors that are installed in one run; those that are not are named.

    Parameters
    ----------
    models:
        Ours: names of shipped models or ONNX files.
    peers:
        Only these of the others.
    sizes:
        Long sides for accuracy.
    limit:
        Pictures a set (canvases, faceless pictures in all), spread evenly.
    rounds:
        Of timing, the detectors taking turns.
    only:
        Measure only this.
    json:
        Write all figures, unrounded, to this file.
    markdown:
        Write the tables to this file (they are printed in any case).
    """
    for name in peers:
        if name not in PEERS:
            sys.exit(f"no peer is named {name!r}; there are {', '.join(PEERS)}")
    detectors, left_out = line_up(models, peers, once=only != "accuracy")
    if not detectors:
        sys.exit("no detector to measure:\n" + "\n".join(left_out))
    result: dict[str, Any] = {
        "machine": machine(),
        "left_out": left_out,
        "limit": limit,
        "protocol": PROTOCOL,
    }
    if only in (None, "accuracy"):
        from accuracy import accuracy

        in_use = [d for d in detectors if not (isinstance(d, Ours) and d.once)]
        result["accuracy"] = accuracy(in_use, sizes, limit, _say)
    if only in (None, "poses"):
        from poses import poses

        result["poses"] = poses(detectors, limit, _say)
    if only in (None, "latency"):
        from latency import latency

        result["rounds"] = rounds
        result["latency"] = latency(
            lambda threads: line_up(models, peers, threads)[0], rounds, REFERENCE, _say
        )
    text = tables(result, REFERENCE)
    print(text)
    if json is not None:
        json.write_text(json_format.dumps(result, indent=1) + "\n", encoding="utf-8")
    if markdown is not None:
        markdown.write_text(text + "\n", encoding="utf-8")
    return 0


def machine() -> dict[str, str]:
    """What the figures depend on; no name of the machine."""
    return timing.machine((*timing.PACKAGES, "opencv-python-headless"))


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(cyclopts.run(main))
