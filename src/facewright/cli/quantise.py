"""`facewright quantise MODEL`: the int8 version of a model file, and what it costs in accuracy."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

from facewright.cli.options import OneOrMore
from facewright.cli.outputs import Given, check_writable, make_folder
from facewright.core.counted import counted
from facewright.core.errors import DataError, UsageError
from facewright.inference.card import TASKS, Card
from facewright.inference.session import Session, find_model

PICTURES = 128
"""to calibrate by; with half of them the AP@.5 of a former detector-nano fell by .014 on a set, with these by
.003 at most"""


def quantise(
    model: str,
    /,
    *,
    output: Annotated[Path | None, Given] = None,
    calibrate: Annotated[list[str] | None, OneOrMore] = None,
    evaluate: Annotated[list[str] | None, OneOrMore] = None,
) -> None:
    """Make the int8 version of a model file, half its size or less, and measure what that costs in accuracy.

    Whether it is faster, too, depends on the network and the CPU: facewright compare tells.

    Parameters
    ----------
    model:
        A shipped model's name, such as attributes-small, or a model file that looks at pictures.
    output:
        File to write; default NAME-int8.onnx, here.
    calibrate:
        Data whose pictures tell the ranges of values; default: the training sets that the model's card names.
    evaluate:
        Data to measure both files on, figures that go into the new one's card; default: the card's validation
        sets.
    """
    from facewright.cli.measures import complain_of_left_out, measures_of, open_filled
    from facewright.export import quantise as to_int8
    from facewright.export.onnx_file import update_card

    file = find_model(model)
    session = Session(file, [task for task in TASKS if task != "regression"])
    to_int8.check_float(session)
    card = session.card
    path = output or Path(f"{file.stem}-int8.onnx")
    if path.suffix != ".onnx":
        raise UsageError(f"--output {path}: the name of a model file ends in .onnx")
    by = calibrate or _named(card, "--calibrate", "train")
    # What tells faces from others is measured on both.
    parts = ("validation", "validation_faceless") if card.task == "classification" else ("validation",)
    judged = evaluate or _named(card, "--evaluate", *parts)
    try:
        samples = [sample for name in by for sample in open_filled(name).spread(-(-PICTURES // len(by)))]
        measures = measures_of(card, judged)
    except DataError as error:
        if calibrate and evaluate:
            raise
        raise DataError(f"{error} (the card's data; or give --calibrate and --evaluate)") from error
    make_folder("--output", path.parent)
    check_writable("--output", path, [str(file)])

    unread = to_int8.quantise(session, path, samples)
    complain_of_left_out(unread)
    size, by_pictures = path.stat().st_size / 1024, len(samples) - len(unread)
    print(f"{path}: {size:.0f} KiB, int8, calibrated on {counted(by_pictures, 'picture')}")
    results = {}
    for measure in measures:
        before, after = measure(file), measure(path)
        print(f"float32: {before.line}")
        print(f"int8:    {after.line}")
        results[after.name] = after.figures | {"by": "facewright quantise"}
    update_card(path, Session(path).card.model_copy(update={"results": results}))


def _named(card: Card, option: str, *keys: str) -> Sequence[str]:
    """The data that the card's recipe names below `keys`: of what a model labelled, the set that it is of."""
    from facewright.datasets.open import FOUND, parts, pictured_set

    said: dict[str, Any] = json.loads(card.recipe or "{}").get("data", {})
    names = [name for key in keys for name in said.get(key, ())]
    names = [pictured_set(name) if parts(name)[0] == FOUND else name for name in names]
    if not names:
        raise UsageError(f"the card of {card.name} names no such data: give {option}")
    return names
