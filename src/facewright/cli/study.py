"""`facewright study`: one question, several trainings, their spread."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from facewright.cli.options import OneOrMore
from facewright.cli.outputs import Given, make_folder, text_file
from facewright.cli.say import printable
from facewright.core.counted import counted

MOST_CURVES = 10
"""settings whose curves have colours of their own"""


def study(
    study: str | None = None,
    /,
    *,
    changes: Annotated[list[str] | None, OneOrMore, Parameter(name="--set")] = None,
    seeds: Annotated[list[int] | None, OneOrMore] = None,
    output: Annotated[Path, Given] = Path("runs/studies"),
    cores: Annotated[int | None, Parameter(validator=Number(gte=1))] = None,
    threads: Annotated[int, Parameter(validator=Number(gte=1))] = 1,
    device: str = "cpu",
    cache: Annotated[Path, Given] = Path("data/cache"),
) -> int:
    """Train all variants of a study with several seeds, and write its table and plots.

    Without STUDY: list those that come with facewright. What is in OUTPUT already is not trained again, and
    what was interrupted goes on. Exit status 1 when some training failed; the others are told all the same.

    Parameters
    ----------
    study
        A study's file, or the name of one that comes with facewright.
    changes
        To every training's recipe, such as a smaller budget: --set steps=20
    seeds
        Instead of the study's own.
    output
        Folder of the studies; this one's runs, table.md, plot.png and, of ten settings at most that are
        looked at three times or more, curves.png are in OUTPUT/NAME.
    cores
        Of this machine, to be used: as many trainings run side by side as they allow, at least one. Each
        takes its threads and its recipe's data.workers: on four cores two with a thread and a worker, or four
        with --set data.workers=0. Default all.
    threads
        Of each training.
    device
        cpu, cuda, mps or auto; what is no CPU is shared by all that run side by side.
    cache
        Folder for the packed pictures.
    """
    from facewright.training.study import Study, find_study, load_study, study_names, trials_of

    if study is None:
        for name in study_names():
            known = load_study(name)
            print(f"{name}: {known.about}\n  {known.found or 'not run yet'}")
        return 0
    from rich.console import Console

    from facewright.inference.session import available_cores
    from facewright.reports.study import study_table
    from facewright.training.callbacks import tell
    from facewright.training.loading import validated
    from facewright.training.trials import run_trials

    chosen = load_study(study)
    if seeds:
        chosen = validated(Study, chosen.model_dump() | {"seeds": seeds}, Path("--seeds"))
    trials = trials_of(chosen, changes or [])
    folder = output / find_study(study).stem
    make_folder("--output", folder)
    console = Console(stderr=True)
    each = threads + max(trial.recipe.data.workers for trial in trials)
    processes = min(max((cores or available_cores()) // each, 1), len(trials))
    taken = f"{processes} at a time by their threads and data.workers ({each} each)"
    tell(console, f"{counted(len(trials), 'training')}, {taken}, in {folder}")
    outcomes = run_trials(
        trials,
        folder,
        processes=processes,
        threads=threads,
        device=device,
        cache=cache,
        tell=lambda line: tell(console, line),
        wanted=[part for parts in chosen.parts.values() for part in parts],
    )
    lines = [f"### {chosen.about}", "", *study_table(chosen, outcomes)]
    print("\n".join(lines))
    with text_file("--output", str(folder / "table.md"), []) as file:
        print(*lines, sep="\n", file=file)
    for path in _plots(chosen, outcomes, folder):
        print(printable(str(path)))
    return 1 if any(outcome.failure for outcome in outcomes) else 0


def _plots(chosen, outcomes, folder: Path) -> list[Path]:  # type: ignore[no-untyped-def]  # loaded when used
    from facewright.reports.html import plot_style
    from facewright.reports.plots import save_plot
    from facewright.reports.study import curves_figure, study_figure

    finished = [outcome for outcome in outcomes if not outcome.failure]
    if not finished:
        return []
    with plot_style():
        plots = [save_plot(study_figure(chosen, finished), folder / "plot.png")]
        recipe = finished[0].trial.recipe
        settings = {outcome.trial.setting for outcome in finished}
        if recipe.rounds // recipe.evaluation.every >= 3 and len(settings) <= MOST_CURVES:
            first = next(iter(finished[0].trial.recipe.system().figures))
            plots.append(save_plot(curves_figure(finished, folder, first), folder / "curves.png"))
    return plots
