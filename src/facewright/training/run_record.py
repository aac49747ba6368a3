"""run.json, what a run folder keeps of how its run was made: read and written."""

import json
from pathlib import Path
from typing import Any

from facewright.core.errors import TrainingError
from facewright.core.whole import whole_file

RUN = "run.json"


def read_record(folder: Path) -> dict[str, Any]:
    """A run folder's run.json. Raises TrainingError where it is missing or no record of a run."""
    path = folder / RUN
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise TrainingError(f"{path}: missing, so that nothing says how the run began; begin again") from None
    except ValueError as error:
        raise TrainingError(f"{path}: {RUN} is damaged ({error}); begin the run again") from error
    sets = record.get("sets") if isinstance(record, dict) else None
    if not isinstance(sets, list) or not all(isinstance(one, dict) and "name" in one for one in sets):
        raise TrainingError(f"{path}: {RUN} is damaged (it names no sets); begin the run again")
    return record


def write_json(path: Path, record: Any) -> None:
    """Complete or not at all."""
    with whole_file(path) as partial:
        partial.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
