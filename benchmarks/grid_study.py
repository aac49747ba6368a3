"""Studies of the grid detectors: variants of a recipe, each trained, judged per set, and timed as a file.

    python benchmarks/grid_study.py benchmarks/studies/loss-weights.toml

Runs lie in runs/studies/STUDY/VARIANT. What is there already is not done again: a study that was stopped goes
on where it was. The table and the plot are written beside the runs.
"""

import json
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import cyclopts
import numpy as np
from rich.console import Console
from torch import Tensor

from detectors import machine
from faces_latency import measure
from facewright.core.errors import UsageError
from facewright.datasets.toy_crowd import crowd
from facewright.export.onnx_file import export_model
from facewright.export.run_folder import card_of, read_network, read_run
from facewright.inference.detector import Detector
from facewright.training.grid_detection import GridDetectionRecipe, GridDetectionSystem, lost_faces
from facewright.training.loading import load_recipe
from facewright.training.prune import inner_widths, prune
from facewright.training.run import train
from facewright.training.weights import LAST, WEIGHTS

FACES = 10
"""in the picture on which latency is measured"""
ROUNDS = 20
SEVERAL = cyclopts.Parameter(consume_multiple=True, negative="")


class Variant(NamedTuple):
    name: str
    recipe: GridDetectionRecipe
    keep: float | None = None
    """share of the first variant's filters, for one that begins with its pruned weights"""


class Row(NamedTuple):
    """One variant's figures."""

    name: str
    parameters: int
    steps: int
    minutes: float
    ap50: dict[str, float]
    lost: dict[str, float]
    ms: float


def main(
    study: Path,
    *,
    changes: Annotated[Sequence[str], SEVERAL] = (),
    output: Path = Path("runs/studies"),
    cache: Path = Path("data/cache"),
    threads: int = 1,
    device: str = "cpu",
) -> None:
    """Run a study, as far as it has not been run, and draw its table and plot.

    Parameters
    ----------
    study:
        A TOML file of benchmarks/studies.
    changes:
        To every variant's recipe, for instance a smaller budget: steps=20
    output:
        Folder of the studies' runs.
    cache:
        Folder for the packed pictures.
    threads:
        Of the training process.
    device:
        To train on: cpu, cuda or mps. Files are timed on the CPU whatever it is.
    """
    console = Console(stderr=True)
    table = tomllib.loads(study.read_text(encoding="utf-8"))
    folder = output / study.stem
    chosen = variants(table, changes)
    for variant in chosen:
        console.print(f"{study.stem}: {variant.name}", markup=False)
        run_variant(variant, folder, folder / slug(chosen[0].name), threads, device, cache, console)
    rows = judge(chosen, folder, cache)
    text = "\n".join([f"### {table['about']}", "", markdown(rows)])
    print(text)
    (folder / "table.md").write_text(text + "\n", encoding="utf-8")
    figures = {"machine": machine(), "rows": [row._asdict() for row in rows]}
    (folder / "figures.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    plot(rows, table["about"], folder / "plot.png")


def variants(table: dict[str, Any], changes: Sequence[str]) -> list[Variant]:
    """A study's variants. Raises UsageError for a recipe of another task, RecipeError for a wrong change."""
    base, common = table["base"], [*table.get("changes", []), *changes]
    out = []
    for name, given in table["variants"].items():
        recipe, own = (given, []) if isinstance(given, str) else (base, given)
        out.append(Variant(name, _recipe(recipe, [*common, *own])))
    for name, (keep, *own) in table.get("pruned", {}).items():
        out.append(Variant(name, _recipe(base, [*common, *own]), keep))
    return out


def run_variant(
    variant: Variant, folder: Path, first: Path, threads: int, device: str, cache: Path, console: Console
) -> None:
    """Train a variant unless its weights are there; one that begins pruned takes those of the run `first`."""
    run, recipe, init = folder / slug(variant.name), variant.recipe, None
    if (run / WEIGHTS).is_file():
        return
    if variant.keep is not None:
        whole = read_run(first)
        thin = prune(read_network(whole, whole.recipe.system()), variant.keep)
        init = thin.state_dict()
        network = recipe.network.model_copy(update={"inner": inner_widths(thin)})
        recipe = recipe.model_copy(update={"network": network})
    resume = (run / LAST).is_file()
    begin: dict[str, Tensor] | None = None if resume else init
    train(
        recipe, run, resume=resume, init=begin, device=device, threads=threads, cache=cache, console=console
    )


def judge(chosen: Sequence[Variant], folder: Path, cache: Path) -> list[Row]:
    """Figures of all variants on all of the validation pictures, and their latency in turns."""
    rows, detectors = [], {}
    for variant in chosen:
        run = read_run(folder / slug(variant.name))
        system = run.recipe.model_copy(update={"data": _whole(run.recipe.data)}).system()
        assert isinstance(system, GridDetectionSystem)
        system.open(cache)
        network = read_network(run, system)
        path = run.folder / f"{slug(variant.name)}.onnx"
        if not path.is_file():
            export_model(system, network, card_of(run, system, network), path)
        detectors[variant.name] = Detector(path, threads=1)
        figures = system.validate(network)
        lost = {}
        for dataset in system.validation_sets:
            gone, faces = lost_faces(system.head, dataset)
            lost[dataset.name] = gone / faces
        rows.append(
            Row(
                variant.name,
                sum(p.numel() for p in network.parameters()),
                run.record["steps"],
                run.record["seconds"] / 60,
                {name: value for name, value in figures.items() if name != "lost"},
                lost,
                float("nan"),
            )
        )
    times = measure(detectors, crowd(FACES), ROUNDS)
    return [row._replace(ms=times[row.name]["ms"]) for row in rows]


def markdown(rows: Sequence[Row]) -> str:
    """AP@.5 of each validation set and, in brackets, the share of its faces without a place."""
    sets = list(rows[0].lost)
    head = ["variant", "parameters", "ms", "steps", "minutes", "AP@.5", *sets]
    lines = ["| " + " | ".join(head) + " |", "|---|" + "---|" * (len(head) - 1)]
    for row in rows:
        cells = [row.name, f"{row.parameters:,}", f"{row.ms:.1f}", f"{row.steps}", f"{row.minutes:.0f}"]
        cells += [f"{row.ap50['ap50']:.3f}", *(f"{row.ap50[s]:.3f} ({row.lost[s]:.1%})" for s in sets)]
        lines.append("| " + " | ".join(cells) + " |")
    note = (
        "AP@.5 on all validation pictures of each set, the first their mean; in brackets the share of faces "
        "lost to a larger one in the same place. Milliseconds: the exported file, one thread, 640 x 480 with "
        f"{FACES} drawn faces, medians of {ROUNDS} interleaved rounds."
    )
    return "\n".join([*lines, "", note])


def plot(rows: Sequence[Row], title: str, path: Path) -> None:
    """AP against latency, a disc's area the parameters; and AP by set: single faces against crowds."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 4.5), layout="constrained")
    cost, by_set = figure.subplots(1, 2)
    figure.suptitle(title)
    for row in rows:
        cost.scatter(row.ms, row.ap50["ap50"], s=20 + 0.3 * np.sqrt(row.parameters))
        cost.annotate(
            row.name, (row.ms, row.ap50["ap50"]), fontsize=8, xytext=(4, 4), textcoords="offset points"
        )
    cost.set(xlabel="milliseconds a picture, one thread", ylabel="AP@.5", xscale="log")
    sets = list(rows[0].lost)
    for row in rows:
        by_set.plot(sets, [row.ap50[s] for s in sets], marker="o", label=row.name)
    by_set.set(ylabel="AP@.5", ylim=(0, 1))
    by_set.tick_params(axis="x", rotation=15)
    by_set.legend(fontsize=8)
    figure.savefig(path, dpi=110)


def slug(name: str) -> str:
    """A variant's name as the name of a folder."""
    return re.sub(r"[^a-z0-9.]+", "-", name.lower()).strip("-")


def _recipe(name: str, changes: Sequence[str]) -> GridDetectionRecipe:
    recipe = load_recipe(name, changes)
    if not isinstance(recipe, GridDetectionRecipe):
        raise UsageError(f"{name}: a recipe for {recipe.task}; this study takes recipes for grid-detection")
    return recipe


def _whole(data: Any) -> Any:
    """All validation pictures, not only those looked at while training."""
    return data.model_copy(update={"validation_limit": 10**9})


if __name__ == "__main__":
    cyclopts.run(main)
