import signal
import subprocess
import sys

import pytest

import facewright
from facewright import __version__
from facewright.cli import main as module
from facewright.cli.main import main, run
from facewright.core.errors import DataError


def modules_after(statement: str) -> set[str]:
    """Top-level modules that a fresh Python holds after `statement`."""
    listing = "print(*{name.partition('.')[0] for name in sys.modules}, file=sys.stderr)"
    code = f"import sys\n{statement}\n{listing}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stderr.split())


HEAVY = {"numpy", "PIL", "onnxruntime", "torch", "lightning", "onnx", "cv2", "albumentations", "pydantic"}


@pytest.mark.parametrize(
    "statement",
    [
        "import facewright",
        "from facewright.cli.main import run; run(['--help'])",
        "from facewright.cli.main import run; run(['--version'])",
        *(
            f"from facewright.cli.main import run; run(['{command}', '--help'])"
            for command in (
                "detect",
                "locate",
                "attributes",
                "classify",
                "index",
                "find",
                "predict",
                "compare",
            )
        ),
        "from facewright.cli.main import run; run(['data', 'convert', '--help'])",
        "from facewright.cli.main import run; run(['data', 'negatives', '--help'])",
    ],
)
def test_importing_and_asking_for_help_load_nothing_heavy(statement):
    assert not modules_after(statement) & HEAVY


def test_the_public_names_load_without_torch():
    assert "torch" not in modules_after(
        f"from facewright import {', '.join(name for name in facewright.__all__ if name != '__version__')}"
    )


WRITING = """
import time
from pathlib import Path
from facewright.cli import main
from facewright.core.whole import whole_file

def command(_):
    with whole_file(Path("big.txt")) as partial:
        partial.write_text("half")
        print("writing", flush=True)
        time.sleep(60)

main.run = command
main.main()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends a process without asking it")
def test_a_command_that_is_told_to_end_leaves_nothing_half_written(tmp_path):
    words = [sys.executable, "-c", WRITING]
    with subprocess.Popen(words, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"writing\n" and len(list(tmp_path.iterdir())) == 1
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGTERM)  # as `timeout` does
        assert process.stderr.read() == b""
    assert process.returncode == 143 and not list(tmp_path.iterdir())


def test_help_names_every_command(capsys):
    assert run(["--help"]) == 0
    text = capsys.readouterr().out
    for line in (
        "detect      Find the faces",
        "train       Train",
        "evaluate    Meas",
        "export      Make",
        "data   ",
    ):
        assert " ".join(line.split()) in " ".join(text.split())
    assert run([]) == 0
    assert capsys.readouterr().out == text


@pytest.mark.parametrize("command", ["detect", "locate", "attributes", "classify"])
def test_the_help_of_commands_over_pictures_tells_the_exit_status(capsys, command):
    assert run([command, "--help"]) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert f"Usage: facewright {command} [OPTIONS] PATH..." in text and "2 for wrong usage" in text


@pytest.mark.parametrize(
    ("command", "usage"),
    [
        ("evaluate", "facewright evaluate [OPTIONS] MODEL DATA... | --predictions DIR|ZIP DATA"),
        ("compare", "facewright compare [OPTIONS] MODEL MODEL..."),
        ("doctor", "facewright doctor [OPTIONS] SUBJECT..."),
        ("train", "facewright train [OPTIONS] RECIPE | --resume RUN | --repeat RUN"),
        ("data fetch", "facewright data fetch [NAME] [OPTIONS]"),
        ("data crops", "facewright data crops DATA... --faceless DATA... --output FILE [OPTIONS]"),
        ("data convert", "facewright data convert FROM TO [OPTIONS]"),
        ("data negatives", "facewright data negatives PHOTOS... --output DIR [OPTIONS]"),
    ],
)
def test_the_usage_names_what_is_to_be_given(capsys, command, usage):
    assert run([*command.split(), "--help"]) == 0
    assert f"Usage: {usage}\n" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["train", "export"])
def test_flags_have_no_opposite(capsys, command):
    assert run([command, "--help"]) == 0
    assert "--no-" not in capsys.readouterr().out.replace("--no-doctor", "")  # whose opposite is no flag


def test_line_breaks_of_docstrings_do_not_reach_the_help(capsys):
    assert run(["evaluate", "--help"]) == 0
    assert "sets with faces and faceless ones." in capsys.readouterr().out


def test_version(capsys):
    assert run(["--version"]) == 0
    assert capsys.readouterr().out.strip() == __version__


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["detct"], "there is no command 'detct'; did you mean 'detect'?"),
        (
            ["xyzzy"],
            "there is no command 'xyzzy'; there is detect, locate, blur, crop, annotate, count, describe, "
            "attributes, classify, watch, index, find, serve, predict, train, study, evaluate, compare, "
            "doctor, export, quantise, anchors, recipes, data",
        ),
        (["data", "shwo"], "there is no command 'shwo'; did you mean 'show'?"),
        (["--hlep"], "--hlep"),
        (["train", "quickstart", "--set"], "--set requires at least 1"),
        (["compare", "one", "other", "--data"], "--data requires at least 1"),
    ],
)
def test_a_wrong_word_is_one_sentence_and_status_2(capsys, arguments, sentence):
    assert run(arguments) == 2
    out, err = capsys.readouterr()
    assert out == "" and sentence in err and err.startswith("facewright: ") and err.count("\n") == 1


def fail_with(monkeypatch, error):
    def app(*_, **__):
        raise error

    monkeypatch.setattr(module, "app", app)


def wrapped(name):
    error = ImportError("Cannot import module")
    error.__cause__ = ModuleNotFoundError(f"No module named {name!r}", name=name)
    return error


@pytest.mark.parametrize(
    ("error", "status", "sentence"),
    [
        (DataError("a: broken"), 1, "a: broken"),
        (ModuleNotFoundError("no", name="torch.nn"), 2, "pip install '.[train]'"),
        (wrapped("lightning"), 2, "lightning is not installed"),
        (wrapped("scipy"), 2, "pip install '.[train]'"),
        (wrapped("markupsafe"), 2, "pip install '.[train]'"),
        (wrapped("pyarrow"), 2, "pip install '.[parquet]'"),
        (ModuleNotFoundError("no", name="ray.data"), 2, "pip install '.[ray]'"),
        (OSError(28, "No space left on device", "out/x"), 1, "out/x: No space left on device"),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_what_a_command_raises_becomes_a_sentence_and_a_status(monkeypatch, capsys, error, status, sentence):
    fail_with(monkeypatch, error)
    assert run(["x"]) == status
    assert sentence in capsys.readouterr().err


def test_a_bug_of_ours_is_not_hidden(monkeypatch):
    fail_with(monkeypatch, wrapped("facewright.gone"))
    with pytest.raises(ImportError):
        run(["x"])


def test_control_characters_in_names_stay_harmless(monkeypatch, capsys):
    fail_with(monkeypatch, DataError("evil\x1b[2J\nname"))
    run(["x"])
    assert capsys.readouterr().err == "facewright: evil\\x1b[2J\\x0aname\n"


def test_main_leaves_with_the_status():
    done = subprocess.run(
        [sys.executable, "-c", "from facewright.cli.main import main; main(['nope'])"], check=False
    )
    assert done.returncode == 2
    assert callable(main)


def test_a_reader_that_goes_away_is_no_error():
    code = "from facewright.cli.main import main; main(['--help'])"
    command = f'{sys.executable} -c "{code}" | true; exit ${{PIPESTATUS[0]}}'
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.stderr == "" and done.returncode in (0, 1, 141)


@pytest.mark.parametrize("closed", [">&-", "2>&-"])
def test_a_closed_output_is_no_error(closed):
    code = "from facewright.cli.main import main; main(['--version'])"
    command = f'{sys.executable} -c "{code}" {closed}'
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
