"""`facewright` gives its names when they are asked for, and type checkers know which there are."""

import subprocess
import sys
from pathlib import Path

import pytest

import facewright
from facewright import doctor


@pytest.mark.parametrize("package", [facewright, doctor])
def test_there_is_every_name_that_is_promised_and_no_other(package):
    assert all(hasattr(package, name) for name in package.__all__)
    with pytest.raises(AttributeError, match=f"'{package.__name__}' has no attribute 'Misspelt'"):
        package.Misspelt  # noqa: B018


@pytest.mark.parametrize("package", [facewright, doctor])
def test_a_type_checker_finds_a_misspelt_name(tmp_path, package):
    pytest.importorskip("mypy", reason="of the dev extra")
    code = f"from {package.__name__} import Misspelt, {', '.join(package.__all__)}\n"
    Path(tmp_path, "user.py").write_text(code)
    command = [sys.executable, "-m", "mypy", "--strict", "--follow-imports=skip", "--config-file=", "user.py"]
    told = subprocess.run(
        [*command, str(Path(package.__file__).absolute())], cwd=tmp_path, capture_output=True, text=True
    ).stdout
    assert f'Module "{package.__name__}" has no attribute "Misspelt"' in told
    assert "Found 1 error" in told
