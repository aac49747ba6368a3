"""The evaluation of a detector as a page: figures, curves, and the worst mistakes to look at."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from markupsafe import Markup

from facewright.core.boxes import Floats, area, clip, coverage
from facewright.core.draw import FACE, IGNORED, TRUTH, draw_boxes, draw_faces
from facewright.core.faces import Faces
from facewright.datasets.sample import Problem, Sample
from facewright.metrics.curves import judged
from facewright.metrics.evaluation import Evaluation
from facewright.metrics.scale import LONG_SIDE, face_sizes
from facewright.reports.cut import cut_out
from facewright.reports.html import COLOURS, figure_svg, picture_uri, plot_style, render
from facewright.reports.official import Official
from facewright.reports.reliability import draw_reliability
from facewright.reports.text import share

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TILE = 300
"""long side of a mistake's picture, in pixels"""


class Mistake(NamedTuple):
    """A missed face or a false alarm."""

    picture: int
    box: Floats
    """(4,)"""
    weight: float
    """how bad it is: a missed face's size, a false alarm's score"""


def detection_page(
    result: Evaluation,
    samples: Sequence[Sample],
    faces: Sequence[Faces],
    *,
    whole: Sequence[Sample] | None = None,
    title: str,
    protocol: Sequence[str],
    problems: Sequence[Problem] = (),
    most: int = 12,
    official: Official | None = None,
) -> str:
    """The page as HTML. `result` is `evaluate(samples, faces)`; `most` mistakes of each kind are shown.

    `whole` are the same samples with their pictures, where `samples` come without; `official` are a published
    benchmark's figures, shown too.
    Reads the pictures of the mistakes shown; raises PictureError when one cannot be read any more.
    """
    whole = samples if whole is None else whole
    threshold = result.in_use.threshold
    misses, alarms = missed_faces(result, samples), false_alarms(result, faces)
    used = [found[found.scores >= threshold] for found in faces]

    def tiles(mistakes: list[Mistake], caption: str) -> list[dict[str, str]]:
        out = []
        for m in mistakes[:most]:
            picture = tile(whole[m.picture], used[m.picture], m.box)
            text = f"{samples[m.picture].name} · {caption.format(m.weight)}"
            out.append({"uri": picture_uri(picture), "caption": text})
        return out

    return render(
        "detection",
        title=title,
        result=result,
        plots=plots(result),
        official=official,
        official_plots=[] if official is None else official.plots(),
        misses=tiles(misses, f"{{:.0f}} px at long side {LONG_SIDE}"),
        missed=len(misses),
        false_alarms=tiles(alarms, "score {:.3f}"),
        alarms=len(alarms),
        colours={"truth": f"rgb{TRUTH}", "face": f"rgb{FACE}", "ignored": f"rgb{IGNORED}"},
        problems=[str(problem) for problem in problems],
        protocol=protocol,
    )


def missed_faces(result: Evaluation, samples: Sequence[Sample]) -> list[Mistake]:
    """Faces that nothing at the threshold in use found, largest first."""
    out = []
    for i, (sample, match, scale) in enumerate(zip(samples, result.matches, result.scales, strict=True)):
        sizes = face_sizes(sample.boxes, scale)
        for face, finder in enumerate(match.finder):
            if finder < 0 or match.scores[finder] < result.in_use.threshold:
                out.append(Mistake(i, sample.boxes[face], float(sizes[face])))
    return sorted(out, key=lambda m: -m.weight)


def false_alarms(result: Evaluation, faces: Sequence[Faces]) -> list[Mistake]:
    """Wrong detections at the threshold in use, best score first."""
    out = []
    for i, (found, match) in enumerate(zip(faces, result.matches, strict=True)):
        for k in np.flatnonzero(match.wrong & (match.scores >= result.in_use.threshold)):
            out.append(Mistake(i, found.boxes[k], float(match.scores[k])))
    return sorted(out, key=lambda m: -m.weight)


def tile(sample: Sample, faces: Faces, box: Floats) -> np.ndarray:
    """The surroundings of `box`, about three times as wide, with truth, detections, ignore regions."""
    picture = sample.read()
    height, width = picture.shape[:2]
    centre, side = (box[:2] + box[2:]) / 2, max(float(np.max(box[2:] - box[:2])) * 3, 64.0)
    cut = cut_out(picture, np.array([*(centre - side / 2), *(centre + side / 2)], np.float32), TILE)
    whole = area(clip(sample.ignore, width, height)) >= 0.99 * width * height  # nothing to draw around
    shown = draw_boxes(cut.pixels, cut.boxes(sample.ignore[~whole]), IGNORED, dashed=True)
    shown = draw_boxes(shown, cut.boxes(sample.boxes), TRUTH)
    faces = faces[(coverage(faces.boxes, [cut.window]) > 0)[:, 0]]  # labels of the others would crowd in
    points = None if faces.landmarks is None else cut.points(faces.landmarks)
    return draw_faces(shown, Faces(cut.boxes(faces.boxes), faces.scores, points))


def plots(result: Evaluation) -> list[Markup]:
    """Precision over recall, recall over false alarms, scores of right and wrong finds, calibration."""
    from matplotlib.figure import Figure

    drawn = []
    with plot_style():
        for draw in (_precision_recall, _recall_false_alarms, _scores, _calibration):
            figure = Figure(figsize=(5.2, 3.6))
            draw(figure.add_subplot(), result)
            drawn.append(figure_svg(figure))
    return drawn


def _precision_recall(axes: "Axes", result: Evaluation) -> None:
    if result.faces:
        axes.plot(result.curve.recall, result.curve.precision, color=COLOURS["line"])
        axes.plot(result.in_use.recall, result.in_use.precision, "o", color=COLOURS["mark"], label="in use")
        axes.legend(loc="lower left")
    axes.set(xlim=(0, 1.01), ylim=(0, 1.02), xlabel="recall", ylabel="precision")
    axes.set_title(f"Precision and recall, AP@.5 {share(result.ap50)}")


def _recall_false_alarms(axes: "Axes", result: Evaluation) -> None:
    if result.faces:
        lowest = 1 / result.pictures
        # a logarithmic axis has no place for no false alarm at all: half the least there is stands for it
        at = np.maximum(result.curve.false_alarms, lowest / 2)
        axes.plot(at, result.curve.recall, color=COLOURS["line"], drawstyle="steps-post")
        points = result.at_false_alarms.items()
        axes.plot([rate for rate, _ in points], [p.recall for _, p in points], "o", color=COLOURS["mark"])
        for rate, point in points:
            label = f"{point.recall:.3f}"
            axes.annotate(label, (rate, point.recall), xytext=(6, -14), textcoords="offset points")
        axes.set_xlim(lowest / 2, max(2.0, float(at.max(initial=0))))
    axes.set(xscale="log", ylim=(0, 1.02), xlabel="false alarms a picture", ylabel="recall")
    axes.set_title("Recall and false alarms")


def _scores(axes: "Axes", result: Evaluation) -> None:
    scores, right = judged(result.matches)
    bins = np.linspace(0, 1, 41).tolist()
    parts = (("right", scores[right]), ("wrong", scores[~right]))
    for name, values in parts:
        axes.hist(values, bins, color=COLOURS[name], alpha=0.65, label=f"{name} ({len(values)})")
    axes.axvline(result.in_use.threshold, color=COLOURS["mark"], linestyle="--", label="threshold in use")
    if len(scores):
        axes.set_yscale("log")
    axes.legend()
    axes.set(xlim=(0, 1), xlabel="score", ylabel="detections")
    axes.set_title("Scores of right and wrong detections")


def _calibration(axes: "Axes", result: Evaluation) -> None:
    draw_reliability(axes, result.calibration)
    axes.set(xlabel="score", ylabel="share that is right")
    axes.set_title(f"Calibration, error {share(result.calibration_error)}")
