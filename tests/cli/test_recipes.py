import subprocess
import sys

from facewright.cli.main import run
from facewright.training.loading import recipe_names


def test_lists_every_recipe_with_what_it_says_about_itself(capsys):
    assert run(["recipes"]) == 0
    out = capsys.readouterr().out
    assert all(f"{name}: " in out for name in recipe_names())
    assert "109,180 parameters" in out and "five minutes" in out


def test_without_the_training_extra_it_says_what_to_install():
    # In a process of its own, where torch was not imported before.
    code = "import sys; sys.modules['torch'] = None; from facewright.cli.main import main; main(['recipes'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 2 and ".[train]" in done.stderr
    assert "Traceback" not in done.stderr
