"""The figures of `detectors.py` as Markdown, as they stand in docs/results/detectors.md."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

PROTOCOL = """\
AP@.5 is COCO's, with up to 1,000 detections a picture from score .02 up. All detectors get the same pixels,
scaled down to the long side named, never enlarged. Where a set leaves faces un-annotated (helen, mtfl: the
whole picture) extra finds are neutral. "Fitted": each detector's boxes, ours too, are changed by one
constant for each set (factors of width and height about the centre, a vertical shift: the median ratio to
the truth on the set's training part, kept only where it raises AP there), so that another convention of
boxes costs nothing: our models could learn a set's convention, the peers could not. "By landmarks", where
a set has some: no boxes are compared; a detection is right when it holds four of the face's five true
landmarks and is no longer than three times their extent, one detection a face, best score first
(benchmarks/holding.py). In use: at each detector's own default threshold. Where a set mixes conventions
(masks-grey) the fit can cost. "All" pools all pictures, the faceless ones too, but not the crowd, which is
made of the same pictures. Crowd: canvases of 640 x 480 with faces of 6 to 40 pixels, sizes as on the whole
canvas. Our models never trained on these pictures; what the peers trained on is their makers' choice (YuNet
and CenterFace: WIDER FACE)."""


def tables(result: Mapping[str, Any], reference: str) -> str:
    """All that was measured; `reference` is the detector that latencies are compared with."""
    parts = ["Machine: " + ", ".join(f"{k} {v}" for k, v in result["machine"].items()) + "."]
    parts += [f"Left out: {reason}" for reason in result["left_out"]]
    if "accuracy" in result:
        parts += [*_accuracy(result["accuracy"]), PROTOCOL]
    if "poses" in result:
        parts += _poses(result["poses"])
    if "latency" in result:
        parts.append(
            f"### Milliseconds (ratio to {reference}), medians of {result['rounds']} interleaved rounds"
        )
        parts.append(_latency(result["latency"]))
    return "\n\n".join(parts)


def _accuracy(accuracy: Mapping[str, Any]) -> list[str]:
    parts = []
    for size, detectors in accuracy["sizes"].items():
        parts.append(f"### AP@.5 at long side {size}: as it is / fitted / by landmarks")
        rows = []
        for name, faces in accuracy["faces"].items():
            head = f"{name} ({accuracy['pictures'][name]} pictures, {faces} faces)"
            rows.append([head, *(_precisions(d["sets"][name]) for d in detectors.values())])
            for band, count in accuracy["bands"].items() if name == "crowd" else ():
                cells = (_precisions(d["sets"][name]["bands"][band]) for d in detectors.values())
                rows.append([f"crowd, {band} ({count} faces)", *cells])
        for figure in next(iter(detectors.values()))["all"]["fitted"]:
            pairs = (d["all"] for d in detectors.values())
            cells = (f"{p['as it is'][figure]:.3f} / {p['fitted'][figure]:.3f}" for p in pairs)
            rows.append([f"all: {figure}", *cells])
        parts.append(_table(["set", *detectors], rows))
        parts += [f"### False alarms on pictures without faces, in use, at long side {size}",
                  _false_alarms(detectors, accuracy["faceless"])]  # fmt: skip
    fits = accuracy["box_fit"]
    parts.append("### Boxes fitted on the training parts: width x height, shift down")
    rows = [[name, *(_factors(fit[name]) for fit in fits.values())] for name in next(iter(fits.values()))]
    return [*parts, _table(["set", *fits], rows)]


def _precisions(figures: Mapping[str, float]) -> str:
    held = f" / {figures['ap_holding']:.3f}" if "ap_holding" in figures else ""
    return f"{figures['ap50']:.3f} / {figures['ap50_fitted']:.3f}{held}"


def _false_alarms(detectors: Mapping[str, Any], pictures: Mapping[str, int]) -> str:
    rows = [
        [f"{source} ({count} pictures)", *(str(d["false_alarms"][source]) for d in detectors.values())]
        for source, count in pictures.items()
    ]
    whole = sum(pictures.values())
    alarms = [sum(d["false_alarms"].values()) / whole for d in detectors.values()]
    rows.append([f"a picture, of all {whole}", *(f"{rate:.3f}" for rate in alarms)])
    return _table(["source", *detectors], rows)


def _poses(poses: Mapping[str, Any]) -> list[str]:
    parts = []
    for side, by_pose in poses["sides"].items():
        rows, names = [], []
        for name, count in poses["pictures"].items():
            for pose, sets in by_pose.items():
                names = list(sets[name])
                head = f"{name} ({count}), {pose}"
                rows.append([head, *_pairs(sets[name].values(), "recall", "ap50")])
                if all("ap_holding" in figures for figures in sets[name].values()):
                    cells = _pairs(sets[name].values(), "recall_holding", "ap_holding")
                    rows.append([f"{head}, by landmarks", *cells])
        parts += [f"### Turned and frame-filling faces, frames of {side} pixels: recall in use / AP@.5",
                  _table(["faces", *names], rows)]  # fmt: skip
    return parts


def _pairs(figures: Iterable[Mapping[str, float]], first: str, second: str) -> list[str]:
    return [f"{f[first]:.3f} / {f[second]:.3f}" for f in figures]


def _latency(latency: Mapping[str, Any]) -> str:
    names = list(next(iter(next(iter(latency.values())).values())))
    rows = [
        [task, threads, *(_milliseconds(values[name]) for name in names)]
        for threads, tasks in latency.items()
        for task, values in tasks.items()
    ]
    return _table(["task", "threads", *names], rows)


def _factors(fit: Mapping[str, float]) -> str:
    return f"{fit['width']:.3f} x {fit['height']:.3f}, {fit['down']:+.3f}"


def _milliseconds(values: Mapping[str, float]) -> str:
    return f"{values['ms']:.1f}" + (f" ({values['ratio']:.2f})" if "ratio" in values else "")


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
