"""docs/examples/doctor_plain_pytorch.py: a project outside facewright uses the doctor."""

import runpy
from pathlib import Path

import pytest
import torch

from facewright.doctor import examine

SCRIPT = Path(__file__).parents[2] / "docs" / "examples" / "doctor_plain_pytorch.py"

torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


def test_the_script_prints_its_one_mistake_and_the_cure(capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(SCRIPT), run_name="__main__")
    finding, cure = capsys.readouterr().out.splitlines()
    assert finding.startswith("error: targets: The places at which the loss asks for a face")
    assert "row = y, column = x" in cure


def test_put_right_it_is_healthy() -> None:
    text = SCRIPT.read_text()
    for wrong, right in (
        ("target[:, column, row] = numbers", "target[:, row, column] = numbers"),
        ("column, row = torch.meshgrid", "row, column = torch.meshgrid"),
    ):
        assert text.count(wrong) == 1
        text = text.replace(wrong, right)
    names: dict[str, object] = {"__name__": "put_right"}
    exec(compile(text, str(SCRIPT), "exec"), names)
    result = examine(names["subjects"]())  # type: ignore[operator]
    assert result.asked
    assert [finding.message for finding in result.findings] == []
