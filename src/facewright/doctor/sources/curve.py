"""What a training run wrote down, as subjects."""

import csv
from pathlib import Path

from facewright.core.errors import DataError
from facewright.doctor.training.subject import Run, Training
from facewright.export.run_folder import Run as Folder
from facewright.training.recipe import Recipe
from facewright.training.system import System
from facewright.training.weights import BEST, LAST, WEIGHTS

UNUSED = "a GPU is there and not used"
"""what a run's record says of its device where it is so, see `training.devices`"""


def run_of(name: str, folder: Folder, system: System[Recipe]) -> Run:
    """A run folder's curve, record and checkpoints; `system` is open."""
    remark = folder.record.get("device", "")
    device = folder.record.get("accelerator")
    curve = read_curve(folder.folder / "metrics.csv")
    figure = f"val/{system.figures[0]}"
    return Run(
        f"{name}: run",
        curve=curve,
        figure=figure if any(figure in row for row in curve or ()) else None,
        waiting=folder.record.get("waiting_for_data"),
        device=device,
        available=("cpu", "cuda") if UNUSED in remark else None if device is None else (device,),
        checkpoints=[name for name in (WEIGHTS, BEST, LAST) if (folder.folder / name).is_file()],
    )


def rates_of(name: str, folder: Folder) -> list[Training]:
    """The rate that was trained with beside a range test, where one was written to the same folder."""
    table = read_curve(folder.folder / "rates.csv")
    if table is None:
        return []
    try:
        tested = [(row["rate"], row["smooth"]) for row in table]
    except KeyError as error:
        raise DataError(f"{folder.folder / 'rates.csv'}: no range test; {error} is missing") from error
    return [Training(f"{name}: rate", highest=folder.recipe.optimiser.rate, range_test=tested)]


def read_curve(path: Path) -> list[dict[str, float]] | None:
    """Rows of a table of numbers, each with what is known in it; None without a file. Raises DataError."""
    if not path.is_file():
        return None
    with path.open(encoding="utf-8", newline="") as file:
        try:
            return [
                {key: float(value) for key, value in row.items() if value} for row in csv.DictReader(file)
            ]
        except (ValueError, AttributeError, csv.Error) as error:
            raise DataError(f"{path}: not a curve that training wrote ({error})") from error
