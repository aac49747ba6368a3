"""What leaving out filters costs a grid detector: its blocks thinned by L1 norm, then a quarter of the steps.

    facewright train yolo-poolresnet-small --output runs/whole
    python benchmarks/pruning.py runs/whole

Each share is a run of its own, runs/whole-0.5 ...; one that is there is not trained again.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import cyclopts
import torch
from rich.console import Console

from facewright.core.errors import UsageError
from facewright.export.run_folder import read_network, read_run
from facewright.training.grid_detection import GridDetectionRecipe
from facewright.training.prune import inner_widths, prune
from facewright.training.run import train
from facewright.training.weights import WEIGHTS

ROUNDS, RATE = [2, 4], 3e-4
"""of the recipe's two stages, and its rate, to fine-tune"""


def main(
    run: Path,
    keep: Annotated[Sequence[float], cyclopts.Parameter(consume_multiple=True, negative="")] = (
        0.75,
        0.5,
        0.25,
    ),
    *,
    cache: Path = Path("data/cache"),
    threads: int = 1,
    device: str = "cpu",
) -> None:
    """Prune a finished run to each share `keep` of its inner filters, fine-tune, and print AP@.5.

    Parameters
    ----------
    run:
        Folder of a finished run of a grid detector with residual blocks.
    keep:
        Shares of the filters that stay.
    cache:
        Folder for the packed pictures.
    threads:
        Of the training process.
    device:
        To train on: cpu, cuda or mps.
    """
    whole = read_run(run)
    recipe = whole.recipe
    if not isinstance(recipe, GridDetectionRecipe) or "inner" not in type(recipe.network).model_fields:
        raise UsageError(f"{run}: a {recipe.task} recipe of {recipe.name}; its network cannot be thinned out")
    network = read_network(whole, recipe.system())
    folders = [run]
    for share in keep:
        folder = run.with_name(f"{run.name}-{share}")
        folders.append(folder)
        if (folder / WEIGHTS).is_file():
            continue
        thin = prune(network, share)
        stages = [
            stage.model_copy(update={"rounds": rounds})
            for stage, rounds in zip(recipe.stages, ROUNDS, strict=True)
        ]
        chosen = recipe.model_copy(
            update={
                "network": recipe.network.model_copy(update={"inner": inner_widths(thin)}),
                "stages": stages,
                "optimiser": recipe.optimiser.model_copy(update={"rate": RATE}),
            }
        )
        console = Console(stderr=True)
        train(
            chosen,
            folder,
            init=thin.state_dict(),
            device=device,
            threads=threads,
            cache=cache,
            console=console,
        )
    for folder in folders:
        print(judged(folder, cache))


def judged(folder: Path, cache: Path) -> str:
    """AP@.5 on all of the validation pictures, as a row of a table."""
    run = read_run(folder)
    data = run.recipe.data.model_copy(update={"validation_limit": 10**9})
    system = run.recipe.model_copy(update={"data": data}).system()
    system.open_validation(cache)
    network = read_network(run, system)
    with torch.inference_mode():
        figures = system.validate(network)
    parameters = sum(p.numel() for p in network.parameters())
    cells = [
        folder.name,
        f"{parameters:,}",
        str(run.record["steps"]),
        *(f"{v:.3f}" for v in figures.values()),
    ]
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    cyclopts.run(main)
