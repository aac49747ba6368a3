"""The door: parse, call, print. Each command lives in its own module, imported only when it is called."""

import sys
from collections.abc import Sequence

import cyclopts

from facewright import __version__
from facewright.core.errors import FacewrightError, UsageError

app = cyclopts.App(
    name="facewright",
    version=__version__,
    help="Build, judge and ship face models from scratch, and use them.",
    help_format="plaintext",
)
app.command("facewright.cli.detect:detect", name="detect")
app.command("facewright.cli.train:train", name="train")
app.command("facewright.cli.evaluate:evaluate", name="evaluate")
app.command("facewright.cli.export:export", name="export")
app.command("facewright.cli.recipes:recipes", name="recipes")
data = cyclopts.App(name="data", help="Look at data before you train on it.")
data.command("facewright.cli.data:show", name="show")
data.command("facewright.cli.data:stats", name="stats")
app.command(data)

INSTALL_TRAIN = "this command needs the training extra; install it with: pip install 'facewright[train]'"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and leave with its exit status: 0 fine, 1 some input failed, 2 wrong usage, 130 Ctrl-C."""
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """As `main`, but returns the exit status."""
    try:
        status = app(arguments, exit_on_error=False, print_error=False, result_action="return_value")
        return status if isinstance(status, int) else 0
    except cyclopts.CycloptsError as error:
        return _fail(UsageError(" ".join(str(error).split()) + " (see facewright --help)"))
    except FacewrightError as error:
        return _fail(error)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in TRAIN_MODULES:
            return _fail(UsageError(f"{error.name} is not installed; {INSTALL_TRAIN}"))
        raise
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader of our output went away, as `| head` does
        sys.stderr.close()
        return 141


TRAIN_MODULES = {
    "torch", "lightning", "albumentations", "cv2", "onnx", "onnxscript", "safetensors", "tensorboard",
    "matplotlib", "jinja2", "faster_coco_eval",
}  # fmt: skip


def _fail(error: FacewrightError) -> int:
    print(f"facewright: {error}", file=sys.stderr)
    return error.exit_code
