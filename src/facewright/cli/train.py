"""`facewright train`: a recipe becomes a run folder."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from facewright.cli.outputs import Given
from facewright.core.errors import TrainingError, UsageError

if TYPE_CHECKING:
    from torch import nn

    from facewright.training.recipe import Recipe
    from facewright.training.system import System

PICTURES = 160
"""looked at before training, of all sets together: a few seconds"""
SECONDS = 6.5
"""after which no further question is begun, so that training starts within ten; most recipes need less for
all of them"""


def train(
    recipe: str | None = None,
    *,
    changes: Annotated[list[str] | None, Parameter(name="--set", consume_multiple=True, negative="")] = None,
    output: Annotated[Path | None, Given] = None,
    resume: Annotated[Path | None, Given] = None,
    init: str | None = None,
    device: str = "auto",
    threads: int | None = None,
    offset: int = 0,
    limit: int | None = None,
    fast: Annotated[bool, Parameter(negative="")] = False,
    range_test: Annotated[bool, Parameter(negative="")] = False,
    cache: Annotated[Path, Given] = Path("data/cache"),
    no_doctor: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Train a model from a recipe.

    Parameters
    ----------
    recipe
        A recipe's file, or the name of one that comes with facewright (see facewright recipes).
    changes
        Change values of the recipe: --set optimiser.rate=1e-3 seed=2
    output
        Folder of the run; default runs/NAME, numbered when taken.
    resume
        Go on with this run folder from its last checkpoint, exactly; needs no recipe.
    init
        Begin with the weights of a run folder, a .safetensors file or a model (file or shipped name).
    device
        auto, cpu, cuda or mps.
    threads
        Threads of the training process; default: the cores that the processes making canvases leave.
    offset
        Leave out the first N pictures of each training set.
    limit
        Use at most N pictures of each training set.
    fast
        A few steps only, to see that everything works.
    range_test
        Do not train: raise the rate from far too low to far too high within 200 steps, and write how the loss
        answered to OUTPUT/rates.csv and rates.png, to choose optimiser.rate and lowest by.
    cache
        Folder for the packed pictures.
    no_doctor
        Do not look first for what goes wrong silently, as facewright doctor --quick does it; where that finds
        an error nothing is trained. (--fast, --resume and --range-test do not look.)
    """
    from facewright.training.loading import load_recipe, load_resolved
    from facewright.training.run import LAST, RECIPE, new_folder
    from facewright.training.run import train as run

    if (recipe is None) == (resume is None):
        raise UsageError("give a recipe, or --resume with a run folder, and not both")
    if resume is not None:
        if changes or init or output or offset or limit is not None or fast or range_test:
            raise UsageError(
                "--resume goes on exactly as the run began: "
                "it takes no --set, --init, --output, --offset, --limit, --fast or --range-test"
            )
        if not (resume / LAST).is_file():
            raise UsageError(f"{resume}: no run to resume here ({LAST} is missing)")
        chosen = load_resolved(resume / RECIPE)
        folder = resume
    else:
        assert recipe is not None
        chosen = load_recipe(recipe, changes or [])
        folder = output or new_folder(Path("runs"), chosen.name)
        if fast:
            chosen = chosen.shortened()
        if range_test:
            if init or offset or limit is not None or threads is not None:
                raise UsageError("--range-test takes no --init, --offset, --limit or --threads")
            _range_test(chosen, folder, cache, device)
            return
    weights = None
    if init is not None:
        from facewright.training.weights import read_weights

        weights = read_weights(init)
    run(
        chosen,
        folder,
        resume=resume is not None,
        init=weights,
        device=device,
        threads=threads,
        offset=offset,
        limit=limit,
        cache=cache,
        look=None if no_doctor or fast or resume is not None else _refuse,
    )
    print(folder)


def _refuse(system: "System[Recipe]", network: "nn.Module") -> None:
    """Ask the cheap checks of all that training is made of. Raises TrainingError for findings of severity
    error, and tells how many warnings there are."""
    from rich.console import Console

    from facewright.doctor.examination import examine
    from facewright.doctor.seeded import seeded
    from facewright.doctor.sources.looking import Looking
    from facewright.doctor.sources.recipe import subjects_of
    from facewright.export.parity import one_thread
    from facewright.training.callbacks import tell

    name = system.recipe.name
    each = max(PICTURES // len(system.sets + system.validation_sets), 1)
    # A training does not depend on whether it was looked at; several threads only wait in what is so small.
    with seeded(), one_thread():
        result = examine(subjects_of(name, system, network, Looking(each)), cheap=True, seconds=SECONDS)
    console = Console(stderr=True)
    if not result.healthy:
        first, *more = result.findings
        others = f" (and {len(more)} more)" if more else ""
        raise TrainingError(
            f"{first.subject}: {first.message.rstrip('.')}{others}; facewright doctor tells all of it, "
            "--no-doctor trains all the same"
        )
    if warnings := ", ".join(dict.fromkeys(finding.id for finding in result.findings)):
        tell(console, f"the doctor warns ({warnings}); facewright doctor tells what and why")
    if result.late:
        count = len(result.asked) + len(result.late)
        tell(
            console,
            f"the doctor asked {len(result.asked)} of {count} questions within {SECONDS} s; "
            f"facewright doctor {name} --quick asks them all",
        )


def _range_test(recipe: "Recipe", folder: Path, cache: Path, device: str) -> None:
    from facewright.reports.range_test import write_range_plot
    from facewright.training.range_test import range_test, steepest, write_trials

    trials = range_test(recipe, cache, device=device)
    write_trials(trials, folder / "rates.csv")
    plot = write_range_plot(trials, folder / "rates.png")
    print(f"the loss falls fastest at a rate of {steepest(trials):.1e}; {plot}")
