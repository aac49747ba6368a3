"""`facewright evaluate MODEL DATA`: how good a model is, and by which rules."""

from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter, validators

from facewright.cli.options import WHOLE_SIZE
from facewright.cli.outputs import Given
from facewright.core.errors import UsageError
from facewright.inference.card import Task
from facewright.inference.session import Session


def evaluate(
    model: str,
    /,
    *data: Annotated[str, Parameter(name="DATA")],
    size: int | Literal["full"] | None = None,
    json: Annotated[str | None, Parameter(allow_leading_hyphen=True)] = None,
    html: Annotated[Path | None, Given] = None,
    limit: Annotated[int | None, Parameter(validator=validators.Number(gte=1))] = None,
    threads: int | None = None,
) -> int:
    """Judge a model on labelled data, by what it is made for.

    Detectors: precision, recall, false alarms, landmarks, by face size. Localisers: IoU, also by the face's
    distance from the middle. Attributes: accuracy, F1, AP ... each. Face or not: ROC. Points: RMSE.
    Exit status 1 when some picture could not be read; the others are judged all the same.

    Parameters
    ----------
    model:
        A shipped model's name, such as detector-nano, or an ONNX file.
    data:
        FORMAT:PATH, or a named set such as street-masks/val. Face or not takes several: sets with faces and
        faceless ones.
    size:
        For detectors: upper limit of the long side that the network sees, or full; 640 when not given.
    json:
        Write all figures, unrounded, to this file; - for standard output (the table then goes to standard
        error).
    html:
        Write a page with plots and the worst mistakes as pictures to this file.
    limit:
        Judge only so many pictures, spread evenly over the data.
    threads:
        For the network.
    """
    if not data:
        raise UsageError("give the DATA to judge by: FORMAT:PATH, or a named set such as street-masks/val")
    task: Task = Session(model, threads=threads).card.task
    options: dict[str, Any] = {"json": json, "html": html, "limit": limit, "threads": threads}
    if task == "detection":
        options["size"] = size or WHOLE_SIZE
    elif size is not None:
        raise UsageError(f"--size is for detectors, whose input has any size, not for {task}")
    judge = import_module(f"facewright.cli.judge_{task}").judge
    if task == "classification":
        return judge(model, list(data), **options)
    if len(data) > 1:
        raise UsageError(f"{task} is judged on one DATA at a time; give {data[0]} or {data[1]}")
    return judge(model, data[0], **options)
