"""`facewright` gives its names when they are asked for, and type checkers know which there are."""

import subprocess
import sys
from pathlib import Path

import pytest

import facewright


def test_there_is_every_name_that_is_promised_and_no_other():
    assert all(hasattr(facewright, name) for name in facewright.__all__)
    with pytest.raises(AttributeError, match="'facewright' has no attribute 'Detectr'"):
        facewright.Detectr  # noqa: B018


def test_a_type_checker_finds_a_misspelt_name(tmp_path):
    pytest.importorskip("mypy", reason="of the dev extra")
    code = f"from facewright import Detectr, {', '.join(facewright.__all__)}\n"
    Path(tmp_path, "user.py").write_text(code)
    command = [sys.executable, "-m", "mypy", "--strict", "--follow-imports=skip", "--config-file=", "user.py"]
    told = subprocess.run(
        [*command, str(Path(facewright.__file__).absolute())], cwd=tmp_path, capture_output=True, text=True
    ).stdout
    assert 'Module "facewright" has no attribute "Detectr"' in told
    assert "Found 1 error" in told
