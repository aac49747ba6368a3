"""The door: parse, call, print. Each command lives in its own module, imported only when it is called."""

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import cyclopts
from cyclopts.exceptions import UnknownCommandError

from facewright import __version__
from facewright.cli.say import WORDS, complain
from facewright.core.errors import FacewrightError, UsageError
from facewright.core.extras import missing_extra
from facewright.core.suggest import nearest

app = cyclopts.App(
    name="facewright",
    version=__version__,
    help="Build, judge and ship face models from scratch, and use them.",
    help_format="markdown",  # plain text keeps the line breaks of docstrings
)
# The helps stand here, because cyclopts would otherwise import every command to list them.
STATUS = (
    "\n\nExit status: 0 when every picture was read, with faces or without; 1 when some PATH or picture "
    "could not be read (the others are done all the same); 2 for wrong usage or an unusable model."
)
OVER_PICTURES = {
    "detect": ("detect", "Find the faces in pictures, and follow those in videos."),
    "locate": ("detect", "Find the most probable face in each picture."),
    "blur": ("blur", "Write copies of pictures and videos with the faces hidden."),
    "crop": ("crop", "Cut the faces out of pictures, each into a picture of its own."),
    "annotate": ("annotate", "Write copies of pictures with the faces drawn in."),
    "count": ("count", "Print how many faces each picture shows."),
    "describe": ("attributes", "Find the faces in pictures, and describe them."),
    "attributes": ("attributes", "The same as describe."),
    "classify": ("classify", "Tell pictures, each taken whole, that are a face from those that are none."),
}
for name, (module, about) in OVER_PICTURES.items():
    app.command(
        f"facewright.cli.{module}:{'attributes' if name == 'describe' else name}",
        name=name,
        help=about + STATUS,
        usage=f"Usage: facewright {name} [OPTIONS] PATH...",
    )
app.command(
    "facewright.cli.watch:watch",
    name="watch",
    help="Show the faces that a camera sees, live.",
    usage="Usage: facewright watch [SOURCE] [OPTIONS]",
)
app.command(
    "facewright.cli.index:index",
    name="index",
    help="Make or update an index of the faces in folders, for find to answer from." + STATUS,
    usage="Usage: facewright index [OPTIONS] DIR...",
)
app.command(
    "facewright.cli.find:find",
    name="find",
    help="Find pictures in an index by what is on them.",
    usage="Usage: facewright find [INDEX] [--where QUESTION] [OPTIONS]",
)
app.command(
    "facewright.cli.serve:serve",
    name="serve",
    help="Run a web page and a REST interface that find, describe, blur and crop faces.",
)
app.command(
    "facewright.cli.predict:predict",
    name="predict",
    help="Append a regression model's prediction to each row of a CSV table.",
    usage="Usage: facewright predict [OPTIONS] MODEL POINTS",
)
app.command(
    "facewright.cli.train:train",
    name="train",
    help="Train a model by a recipe.",
    usage="Usage: facewright train [OPTIONS] RECIPE | --resume RUN | --repeat RUN",
)
app.command(
    "facewright.cli.study:study",
    name="study",
    help="Answer a question by several trainings: their means, spread, and what matters.",
    usage="Usage: facewright study [STUDY] [OPTIONS]",
)
app.command(
    "facewright.cli.evaluate:evaluate",
    name="evaluate",
    help="Measure a model on data.",
    usage="Usage: facewright evaluate [OPTIONS] MODEL DATA... | --predictions DIR|ZIP DATA",
)
app.command(
    "facewright.cli.compare:compare",
    name="compare",
    help="Compare models: accuracy and its spread, latency, size, recipes, where they disagree.",
    usage="Usage: facewright compare [OPTIONS] MODEL MODEL...",
)
app.command(
    "facewright.cli.doctor:doctor",
    name="doctor",
    help="Examine data, recipes, runs and models: what is wrong, what shows it, what mends it.",
    usage="Usage: facewright doctor [OPTIONS] SUBJECT...",
)
app.command("facewright.cli.export:export", name="export", help="Make one model file of a training run.")
app.command(
    "facewright.cli.quantise:quantise",
    name="quantise",
    help="Make the int8 version of a model file.",
    usage="Usage: facewright quantise [OPTIONS] MODEL",
)
app.command("facewright.cli.anchors:anchors", name="anchors", help="Find sizes for anchor boxes.")
app.command("facewright.cli.recipes:recipes", name="recipes", help="List the recipes there are.")
data = cyclopts.App(name="data", help="Fetch, look at and convert data; cut crops and negatives from them.")
data.command("facewright.cli.data:show", name="show", help="Write a contact sheet with the boxes drawn.")
data.command("facewright.cli.data:stats", name="stats", help="Print counts, sizes and scales.")
data.command(
    "facewright.cli.data_crops:crops",
    name="crops",
    help="Cut crops into an .npz file.",
    usage="Usage: facewright data crops DATA... --faceless DATA... --output FILE [OPTIONS]",
)
data.command(
    "facewright.cli.data_convert:convert",
    name="convert",
    help="Write data in another format, without losing a box.",
    usage="Usage: facewright data convert FROM TO [OPTIONS]",
)
data.command(
    "facewright.cli.data_negatives:negatives",
    name="negatives",
    help="Cut windows without a face out of photos.",
    usage="Usage: facewright data negatives PHOTOS... --output DIR [OPTIONS]",
)
data.command(
    "facewright.cli.data_alarms:alarms",
    name="alarms",
    help="Look for false alarms in data without faces.",
    usage="Usage: facewright data alarms DATA... --output FILE [OPTIONS]",
)
data.command(
    "facewright.cli.data_fetch:fetch",
    name="fetch",
    help="Fetch a public data set from its official place.",
    usage="Usage: facewright data fetch [NAME] [OPTIONS]",
)
data.command("facewright.cli.data_points:saddle", name="saddle", help="Write points of a surface.")
app.command(data)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and leave with its status: 0 fine, 1 some input failed, 2 wrong usage, 130 Ctrl-C,
    143 told to end."""
    signal.signal(signal.SIGTERM, _leave)
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by the caller, as `>&-` does
            setattr(sys, name, Path(os.devnull).open("w"))  # noqa: SIM115  (open until the end)
        # a file name that the terminal's encoding lacks is no reason to fail
        getattr(sys, name).reconfigure(errors="backslashreplace")
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """As `main`, but returns the exit status."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    WORDS.set(words)
    try:
        status = app(words, exit_on_error=False, print_error=False, result_action="return_value")
        sys.stdout.flush()
        return status if isinstance(status, int) else 0
    except cyclopts.CycloptsError as error:
        return _fail(UsageError(_usage(error)))
    except FacewrightError as error:
        return _fail(error)
    except ImportError as error:  # cyclopts wraps what a command's module misses into another ImportError
        missing = error.__cause__ if isinstance(error.__cause__, ImportError) else error
        sentence = missing_extra(missing)
        if sentence is None:
            raise
        return _fail(UsageError(sentence))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader of our output went away, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains when it flushes
        return 141
    except OSError as error:  # a full disk, a read-only folder
        where = f"{error.filename}: " if error.filename else ""
        return _fail(FacewrightError(f"{where}{error.strerror or error}"))


def _leave(number: int, _: object) -> None:
    """As on Ctrl-C nothing half-written is left, and no process. Once: `timeout` tells a process twice."""
    signal.signal(number, signal.SIG_IGN)
    raise SystemExit(128 + number)


def _usage(error: cyclopts.CycloptsError) -> str:
    if isinstance(error, UnknownCommandError) and error.unused_tokens and error.app is not None:
        # Its own text would import every command, also those whose libraries are not installed.
        commands = [name for name in error.app if not name.startswith("-")]
        return f"there is no command {error.unused_tokens[0]!r}{nearest(error.unused_tokens[0], commands)}"
    return " ".join(str(error).split()) + " (see facewright --help)"


def _fail(error: FacewrightError) -> int:
    complain(error)
    return error.exit_code
