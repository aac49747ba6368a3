"""Our detectors beside others: accuracy on the named sets' validation parts, and latency on one thread.

    python benchmarks/detectors.py --json detectors.json --markdown detectors.md

See README.md beside this file for what is measured and what has to be installed.
"""

import json as json_format
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import cyclopts

from facewright.core.errors import ModelError
from facewright.core.faces import Faces
from facewright.core.pictures import Picture
from facewright.inference import timing
from facewright.inference.detections import run_detection, to_faces
from facewright.inference.detector import Detector
from facewright.metrics.evaluation import lowest_score
from peers import PEERS, Found, NotInstalled, Pixels

REFERENCE = "YuNet"
SEVERAL = cyclopts.Parameter(consume_multiple=True, negative="")
PROTOCOL = """\
AP@.5 is COCO's, with up to 1,000 detections a picture from score .02 up (our calibrated
models: from what that became). All detectors get the same pixels,
scaled down to the long side named, never enlarged. Where a set leaves faces un-annotated (helen, mtfl: the
whole picture) extra finds are neutral. "Fitted": each detector's boxes, ours too, are changed by one
constant for each set (factors of width and height about the centre, a vertical shift: the median ratio to
the truth on the set's training part, kept only where it raises AP there), so that another convention of
boxes costs nothing: our models could learn a set's convention, the peers could not. In use: at each
detector's own default threshold. Where a set mixes conventions (masks-grey) the fit can cost. "All" pools
all pictures, the faceless ones too. Our models never trained on these validation parts; what the peers
trained on is their makers' choice (YuNet and CenterFace: WIDER FACE)."""


class Ours:
    """A facewright model, given arrays as the peers are."""

    rgb = True

    def __init__(self, model: str) -> None:
        self.name = Path(model).stem
        self.detector = Detector(model, threads=1, size=640)
        self.threshold = self.detector.card.score_threshold
        self.lowest = lowest_score(self.detector.card)

    def find(self, picture: Pixels, min_score: float) -> Faces:
        found = run_detection(self.detector.session, picture, score_threshold=min_score)
        return to_faces(found, Picture(picture, picture.shape[1], picture.shape[0]))


def main(
    *,
    models: Annotated[Sequence[str], SEVERAL] = ("detector-nano", "detector-small"),
    sizes: Annotated[Sequence[int], SEVERAL] = (640, 320),
    limit: int = 300,
    rounds: int = 30,
    only: Literal["accuracy", "latency"] | None = None,
    json: Path | None = None,
    markdown: Path | None = None,
) -> int:
    """Measure all detectors that are installed in one run; those that are not are named.

    Parameters
    ----------
    models:
        Ours: names of shipped models or ONNX files.
    sizes:
        Long sides for accuracy.
    limit:
        Pictures a set, spread evenly.
    rounds:
        Of timing, the detectors taking turns.
    only:
        Measure only this.
    json:
        Write all figures, unrounded, to this file.
    markdown:
        Write the tables to this file (they are printed in any case).
    """
    detectors: list[Found] = []
    left_out = []
    ours = {}
    for model in models:
        try:
            own = Ours(model)
        except ModelError as error:
            left_out.append(f"{model}: {error}")
        else:
            detectors.append(own)
            ours[own.name] = own.detector
    for peer in PEERS:
        try:
            detectors.append(peer())
        except NotInstalled as error:
            left_out.append(f"{peer.name}: {error}")
    if not detectors:
        sys.exit("no detector to measure:\n" + "\n".join(left_out))
    result: dict[str, Any] = {
        "machine": machine(),
        "left_out": left_out,
        "limit": limit,
        "protocol": PROTOCOL,
    }
    if only != "latency":
        from accuracy import accuracy

        result["accuracy"] = accuracy(detectors, sizes, limit, _say)
    if only != "accuracy":
        from latency import latency

        result["rounds"] = rounds
        result["latency"] = latency(detectors, ours, rounds, REFERENCE, _say)
    text = tables(result)
    print(text)
    if json is not None:
        json.write_text(json_format.dumps(result, indent=1) + "\n", encoding="utf-8")
    if markdown is not None:
        markdown.write_text(text + "\n", encoding="utf-8")
    return 0


def machine() -> dict[str, str]:
    """What the figures depend on; no name of the machine."""
    return timing.machine((*timing.PACKAGES, "opencv-python-headless"))


def tables(result: dict[str, Any]) -> str:
    """The figures as Markdown."""
    parts = ["Machine: " + ", ".join(f"{k} {v}" for k, v in result["machine"].items()) + "."]
    parts += [f"Left out: {reason}" for reason in result["left_out"]]
    if "accuracy" in result:
        parts += [_accuracy_tables(result["accuracy"]), result["protocol"]]
    if "latency" in result:
        parts.append(
            f"### Milliseconds on one thread (ratio to {REFERENCE}), "
            f"medians of {result['rounds']} interleaved rounds"
        )
        names = list(next(iter(result["latency"].values())))
        rows = [
            [task, *(_milliseconds(values.get(name)) for name in names)]
            for task, values in result["latency"].items()
        ]
        parts.append(_table(["task", *names], rows))
    return "\n\n".join(parts)


def _accuracy_tables(accuracy: dict[str, Any]) -> str:
    parts = []
    faces = accuracy["faces"]
    for size, detectors in accuracy["sizes"].items():
        names = list(detectors)
        labelled = [name for name in faces if faces[name]]
        parts.append(f"### AP@.5 at long side {size}: as it is / fitted")
        rows = []
        for name in labelled:
            cells = (detectors[d]["sets"][name] for d in names)
            head = f"{name} ({accuracy['pictures'][name]} pictures, {faces[name]} faces)"
            rows.append([head, *(f"{c['ap50']:.3f} / {c['ap50_fitted']:.3f}" for c in cells)])
        for figure in next(iter(detectors.values()))["all"]["fitted"]:
            pairs = (detectors[d]["all"] for d in names)
            cells = (f"{p['as it is'][figure]:.3f} / {p['fitted'][figure]:.3f}" for p in pairs)
            rows.append([f"all: {figure}", *cells])
        for name in (name for name in faces if not faces[name]):
            head = f"false alarms a picture in use, {name} ({accuracy['pictures'][name]})"
            rows.append([head, *(f"{detectors[d]['sets'][name]['false_alarms']:.3f}" for d in names)])
        parts.append(_table(["set", *names], rows))
    parts.append("### Boxes fitted on the training parts: width x height, shift down")
    fits = accuracy["box_fit"]
    rows = [[name, *(_factors(fit[name]) for fit in fits.values())] for name in next(iter(fits.values()))]
    parts.append(_table(["set", *fits], rows))
    return "\n\n".join(parts)


def _factors(fit: dict[str, float]) -> str:
    return f"{fit['width']:.3f} x {fit['height']:.3f}, {fit['down']:+.3f}"


def _milliseconds(values: dict[str, float] | None) -> str:
    if values is None:
        return "-"
    return f"{values['ms']:.1f}" + (f" ({values['ratio']:.2f})" if "ratio" in values else "")


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(cyclopts.run(main))
