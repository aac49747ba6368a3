"""`facewright train`: a recipe becomes a run folder."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from facewright.cli.options import OneOrMore
from facewright.cli.outputs import Given
from facewright.cli.say import WORDS
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
    changes: Annotated[list[str] | None, OneOrMore, Parameter(name="--set")] = None,
    output: Annotated[Path | None, Given] = None,
    resume: Annotated[Path | None, Given] = None,
    repeat: Annotated[Path | None, Given] = None,
    init: str | None = None,
    device: str | None = None,
    devices: int | None = None,
    threads: int | None = None,
    offset: int = 0,
    limit: int | None = None,
    fast: Annotated[bool, Parameter(negative="")] = False,
    range_test: Annotated[bool, Parameter(negative="")] = False,
    cache: Annotated[Path, Given] = Path("data/cache"),
    no_doctor: Annotated[bool, Parameter(negative="")] = False,
) -> int:
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
    repeat
        Train again, into a new folder, as this run folder was trained: recipe, data, first weights, threads
        and processes. What differs from then is said before it begins, and at the end whether the weights do.
    init
        Begin with the weights of a run folder, a .safetensors file or a model (file or shipped name).
    device
        auto (the default), cpu, cuda or mps.
    devices
        Processes that train together on this machine, each on a GPU of its own or on its part of the cores;
        they share each batch of the recipe. Default 1. For several machines start it by torchrun.
    threads
        Threads of each training process; default: the cores that the processes making canvases leave.
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
    from facewright.training.launch import end_with_launcher, launch
    from facewright.training.loading import load_recipe, load_resolved
    from facewright.training.record import Command
    from facewright.training.run import RECIPE, new_folder
    from facewright.training.run import train as run
    from facewright.training.run_record import read_record
    from facewright.training.share import ALONE, share_of_environment
    from facewright.training.weights import LAST, read_weights

    if [recipe, resume, repeat].count(None) != 2:
        raise UsageError("give a recipe, or --resume or --repeat with a run folder, and not two of them")
    changed = changes or init or offset or limit is not None or fast or range_test
    if resume is not None and (changed or output):
        raise UsageError(
            "--resume goes on exactly as the run began: "
            "it takes no --set, --init, --output, --offset, --limit, --fast or --range-test"
        )
    if repeat is not None and changed:
        raise UsageError(
            "--repeat trains as the run was trained: "
            "it takes no --set, --init, --offset, --limit, --fast or --range-test"
        )
    share = share_of_environment()
    repeats: Mapping[str, Any] = {}
    if resume is not None:
        if not (resume / LAST).is_file():
            raise UsageError(f"{resume}: no run to resume here ({LAST} is missing)")
        chosen, output = load_resolved(resume / RECIPE), resume
        if share == ALONE:
            devices = devices or read_record(resume).get("processes")
    elif repeat is not None:
        chosen, repeats = load_resolved(repeat / RECIPE), read_record(repeat)
        init, offset, limit = repeats.get("init"), repeats.get("offset", 0), repeats.get("limit")
        device, threads = device or repeats.get("accelerator"), threads or repeats.get("threads")
        if share == ALONE:
            devices = devices or repeats.get("processes")
    else:
        assert recipe is not None
        chosen = load_recipe(recipe, changes or [])
    if devices is not None and devices < 1:
        raise UsageError(f"--devices takes 1 or more, not {devices}")
    if share != ALONE and devices not in (None, share.local_processes):
        raise UsageError(f"started as {share.local_processes} processes of this machine, not {devices}")
    several = share != ALONE or (devices or 1) > 1
    if range_test:
        if init or offset or limit is not None or threads is not None or several:
            raise UsageError("--range-test takes no --init, --offset, --limit, --threads or --devices")
        chosen = chosen.shortened() if fast else chosen
        _range_test(chosen, output or new_folder(Path("runs"), chosen.name), cache, device or "auto")
        return 0
    if several and share == ALONE:
        return launch(WORDS.get(), devices or 1)
    end_with_launcher()
    weights = run(
        chosen.shortened(share.processes) if fast else chosen,
        output,
        resume=resume is not None,
        init=None if init is None else read_weights(init),
        device=device or "auto",
        threads=threads,
        offset=offset,
        limit=limit,
        cache=cache,
        look=None if no_doctor or fast or resume is not None or repeat is not None else _refuse,
        command=Command(["facewright", *WORDS.get()], init or "", repeats),
    )
    if share.first:
        print(weights.parent)
    return 0


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
