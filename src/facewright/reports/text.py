"""The evaluation of a detector as lines of plain text."""

import math

from facewright.metrics.evaluation import Evaluation


def share(value: float, digits: int = 3) -> str:
    """A share for people: `0.917`, a dash where there is nothing to measure."""
    return "-" if math.isnan(value) else f"{value:.{digits}f}"


def evaluation_lines(result: Evaluation) -> list[str]:
    """The figures as a table for a terminal of 80 columns; a dash where there is nothing to measure."""
    use = result.in_use
    lines = [
        f"{result.pictures} pictures, {result.faces} faces, {result.ignore_regions} ignore regions, "
        f"{result.detections} detections ({result.ignored} ignored)",
        "",
        f"{'AP@.5':<38}{share(result.ap50)}",
        f"{'AP@.75':<38}{share(result.ap75)}",
        f"{'AP@.5:.95':<38}{share(result.ap)}",
    ]
    for rate, point in result.at_false_alarms.items():
        at = f"  (threshold {share(point.threshold)})" if point.threshold <= 1 else ""
        lines.append(f"{f'recall at {rate:g} false alarms a picture':<38}{share(point.recall)}{at}")
    lines += [
        f"{f'in use (threshold {use.threshold:g})':<38}recall {share(use.recall)}, "
        f"precision {share(use.precision)},",
        f"{'':<38}{share(use.false_alarms)} false alarms a picture",
        f"{'calibration error':<38}{share(result.calibration_error)}",
        f"{'landmark NME':<38}{share(result.landmarks.nme, 4)}  ({result.landmarks.faces} faces)",
        "",
    ]
    rates = [f"at {rate:g}" for rate in result.at_false_alarms]
    lines.append(_row("size", "faces", "AP@.5", "recall", *(f"recall {rate}" for rate in rates)))
    for name, size in result.sizes.items():
        recalls = [share(recall) for recall in (size.recall, *size.recall_at.values())]
        lines.append(_row(name, str(size.faces), share(size.ap50), *recalls))
    return lines


def _row(name: str, *cells: str) -> str:
    return f"{name:<10}" + "".join(f"{cell:>14}" for cell in cells)
