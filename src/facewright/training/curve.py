"""A run's curve, metrics.csv: one row whenever something is logged, in step with the checkpoints."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lightning.pytorch.loggers.logger import Logger

from facewright.core.whole import whole_file


class CurveFile(Logger):
    """Appends rows to a CSV file of fixed columns.

    Lightning's own CSVLogger deletes what an interrupted run has left. Here rows of steps below `resumed_at`
    stay, and later ones, whose round will be done again, go: the file of a run that was killed and resumed is
    the file of a run that never stopped.
    """

    def __init__(self, path: Path, columns: Sequence[str], resumed_at: int = 0) -> None:
        super().__init__()
        self._path, self._columns = path, ["epoch", "step", *columns]
        rows = _rows(path, resumed_at) if resumed_at and path.exists() else []
        with whole_file(path) as partial, partial.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, self._columns, extrasaction="ignore")
            writer.writeheader()
            writer.writerows(rows)

    @property
    def name(self) -> str:
        return "curve"

    @property
    def version(self) -> str:
        return ""

    def log_metrics(self, metrics: Mapping[str, float], step: int | None = None) -> None:
        with self._path.open("a", newline="", encoding="utf-8") as file:
            csv.DictWriter(file, self._columns).writerow({"step": step, **metrics})

    def log_hyperparams(self, params: Any, *args: Any, **kwargs: Any) -> None:
        """The recipe has a file of its own."""


def _rows(path: Path, before: int) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    # A kill in the middle of writing leaves a last row that lacks some of its cells.
    return [row for row in rows if None not in row.values() and int(row["step"]) < before]
