"""`facewright evaluate MODEL DATA`: how good a model is, and by which rules."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter, validators

from facewright.cli.options import WHOLE_SIZE
from facewright.cli.outputs import Given, check_writable
from facewright.core.errors import UsageError
from facewright.inference.card import Task
from facewright.inference.session import Session


def evaluate(
    model: str | None = None,
    /,
    *data: Annotated[str, Parameter(name="DATA")],
    size: int | Literal["full"] | None = None,
    json: Annotated[str | None, Parameter(allow_leading_hyphen=True)] = None,
    html: Annotated[Path | None, Given] = None,
    limit: Annotated[int | None, Parameter(validator=validators.Number(gte=1))] = None,
    threads: int | None = None,
    multi_scale: Annotated[bool, Parameter(negative="")] = False,
    save_predictions: Annotated[Path | None, Given] = None,
    predictions: Annotated[Path | None, Given] = None,
) -> int:
    """Judge a model on labelled data, by what it is made for.

    Detectors: precision, recall, false alarms, landmarks, by face size. Localisers: IoU, also by the face's
    distance from the middle. Attributes: accuracy, F1, AP ... each. Face or not: ROC. Points: RMSE.
    WIDER FACE (wider:DIR, with the four official .mat files in DIR or its ground_truth) and FDDB (fddb:DIR)
    are judged by their own protocols, too.
    Exit status 1 when some picture could not be read; the others are judged all the same.

    Parameters
    ----------
    model:
        A shipped model's name, such as detector-nano, or an ONNX file; none with --predictions.
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
        CPU threads of the network.
    multi_scale:
        For detectors: look at each picture at half, once and twice the size, mirrored too, and merge what is
        found by non-maximum suppression and box voting.
    save_predictions:
        Write what is found into this folder in the layout of the benchmark, WIDER FACE's or FDDB's, for other
        programs to judge.
    predictions:
        Judge the predictions in this folder or zip, of whatever detector, instead of a model: DATA is then
        widerface-gt:DIR (the four official .mat files) or fddb-gt:DIR (the ellipse lists). No picture is
        needed.
    """
    check_writable("--json", json)
    check_writable("--html", html)
    if predictions is not None:
        return _judge_predictions(
            predictions,
            [model, *data] if model is not None else [],
            json,
            html,
            {
                "--size": size,
                "--limit": limit,
                "--threads": threads,
                "--multi-scale": multi_scale or None,
                "--save-predictions": save_predictions,
            },
        )
    if model is None:
        raise UsageError("give the MODEL to judge, a shipped model's name or an ONNX file, and the DATA")
    if not data:
        raise UsageError("give the DATA to judge by: FORMAT:PATH, or a named set such as street-masks/val")
    task: Task = Session(model, threads=threads).card.task
    options: dict[str, Any] = {"json": json, "html": html, "limit": limit, "threads": threads}
    if task == "detection":
        options |= {
            "size": WHOLE_SIZE if size is None else size,
            "multi_scale": multi_scale,
            "save_predictions": save_predictions,
        }
    elif size is not None:
        raise UsageError(f"--size is for detectors, whose input has any size, not for {task}")
    elif multi_scale or save_predictions is not None:
        option = "--multi-scale" if multi_scale else "--save-predictions"
        raise UsageError(f"{option} is for detectors, not for {task}")
    judge = import_module(f"facewright.cli.judge_{task}").judge
    if task == "classification":
        return judge(model, list(data), **options)
    if len(data) > 1:
        raise UsageError(f"{task} is judged on one DATA at a time; give {data[0]} or {data[1]}")
    return judge(model, data[0], **options)


def _judge_predictions(
    predictions: Path, data: Sequence[str], json: str | None, html: Path | None, others: Mapping[str, object]
) -> int:
    from facewright.cli.judge_predictions import judge

    if len(data) != 1:
        raise UsageError(
            "--predictions takes no MODEL and one DATA, such as widerface-gt:DIR or fddb-gt:DIR, "
            f"{f'not {len(data)} words' if data else 'and none is given'}"
        )
    given = next((option for option, value in others.items() if value is not None), None)
    if given is not None:
        raise UsageError(f"{given} is for models, and --predictions judges files; leave one of them out")
    return judge(predictions, data[0], json=json, html=html)
