"""`facewright export RUN`: a training run becomes one model file, checked, measured and described."""

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter, validators

from facewright.cli.options import OneOrMore
from facewright.cli.outputs import Given, check_writable, make_folder
from facewright.core.errors import UsageError


def export(
    run: Path,
    /,
    *,
    output: Annotated[Path | None, Given] = None,
    checkpoint: Literal["best", "last"] = "best",
    weights: Annotated[Path | None, Given] = None,
    min_score: Annotated[float | None, Parameter(validator=validators.Number(gte=0, lte=1))] = None,
    evaluate: Annotated[list[str] | None, OneOrMore] = None,
    cache: Annotated[Path, Given] = Path("data/cache"),
) -> None:
    """Make one ONNX file of a training run: pictures of any size in, the answer out, its card inside.

    The file is kept only if it gives what the PyTorch network gives.

    Parameters
    ----------
    run:
        Folder of the run, such as runs/detector-nano.
    output:
        File to write; default RUN/NAME.onnx.
    checkpoint:
        The best weights by the validation sets, or the last ones.
    weights:
        Write the weights to this file too, .npz or .safetensors: every convolution and batch norm as named
        arrays, for a fresh network of the same structure.
    min_score:
        Default score threshold of the file; else chosen by the best F1 and few false alarms on the recipe's
        validation sets, after the scores were calibrated on them. With it no validation data is needed, and
        scores stay the network's own.
    evaluate:
        Data to measure the file on, figures that go into its card: helen/val yolo:my-faces (face or not: on
        all of it together; points: csv:points.csv)
    cache:
        Folder for the packed pictures.
    """
    from facewright.cli.exporting import because, calibrated, make_file, validation_sets
    from facewright.cli.measures import measures_of
    from facewright.export.extracted import write_extracted
    from facewright.export.onnx_file import update_card
    from facewright.export.run_folder import card_of, read_network, read_run
    from facewright.inference.detections import FINDING

    found = read_run(run)
    system = found.recipe.system()
    network = read_network(found, system, checkpoint)
    card = card_of(found, system, network, checkpoint)
    path = output or run / f"{card.name}.onnx"
    if path.suffix != ".onnx":
        raise UsageError(f"--output {path}: the name of a model file ends in .onnx")
    finds = card.task in FINDING
    if not finds and min_score is not None:
        raise UsageError(f"--min-score is for models that find faces, not for {card.task}")
    measures = measures_of(card, evaluate or [])
    thinned = validation_sets(found.recipe) if finds and min_score is None else []
    make_folder("--output", path.parent)
    check_writable("--output", path)
    check_writable("--weights", weights)

    if weights is not None:
        print(f"{write_extracted(network, weights)}: the weights as named arrays")
    card, parity = make_file(system, network, card, path, min_score=min_score, thinned=thinned, cache=cache)
    measured = [measure(path) for measure in measures]
    results = {one.name: one.figures | {"by": "facewright export --evaluate"} for one in measured}
    card = card.model_copy(update={"results": results})
    update_card(path, card)
    print(f"{path}: {path.stat().st_size / 1024:.0f} KiB, {card.parameters:,} parameters")
    print(f"{parity}")
    if finds:
        print(calibrated(card.score_calibration))
        print(f"score threshold {card.score_threshold:g}" + because(min_score, card.task, thinned))
    for one in measured:
        print(one.line)
