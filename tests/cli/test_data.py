"""`facewright data show` and `stats`, from words to files and figures."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from facewright.cli.main import run
from facewright.core.draw import IGNORED, TRUTH
from facewright.core.pictures import read_picture

DATA = "toy:6?size=64&seed=1"


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _folder(tmp_path: Path, bad: bool) -> str:
    folder = tmp_path / "pictures"
    folder.mkdir()
    Image.new("RGB", (50, 40)).save(folder / "good.png")
    if bad:
        (folder / "bad[red].png").write_bytes(b"nothing")
    return "folder:pictures"


def test_show_writes_a_sheet_named_after_the_data_and_says_where(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["data", "show", DATA]) == 0
    assert capsys.readouterr().out == "6 of 6 pictures: toy-6-size-64-seed-1.png\n"
    with Image.open("toy-6-size-64-seed-1.png") as sheet:
        assert sheet.width > 500


def test_show_draws_boxes_and_ignored_regions(monkeypatch: pytest.MonkeyPatch) -> None:
    from facewright.datasets import open as opening
    from facewright.datasets.sample import Dataset, Sample, no_landmarks

    sample = Sample(
        "a",
        np.zeros((100, 200, 3), np.uint8),
        np.array([[20, 20, 60, 60]], np.float32),
        no_landmarks(1),
        ignore=np.array([[100, 20, 180, 80]], np.float32),
    )
    monkeypatch.setattr(opening, "open_dataset", lambda _: Dataset("set", [sample]))
    assert run(["data", "show", "set", "--output", "sheet.png"]) == 0
    pixels = read_picture("sheet.png").reshape(-1, 3)
    for colour in (TRUTH, IGNORED):
        assert np.any(np.all(pixels == colour, axis=1))


def test_show_takes_count_and_seed() -> None:
    def sheet(*words: str) -> bytes:
        assert run(["data", "show", "toy:40?size=32", "--output", "sheet.png", "--count", "3", *words]) == 0
        return Path("sheet.png").read_bytes()

    first = sheet()
    assert first == sheet("--seed", "0") != sheet("--seed", "1")


def test_show_names_unreadable_pictures_and_shows_the_rest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["data", "show", _folder(tmp_path, bad=True), "--output", "sheet.png"]) == 1
    said = capsys.readouterr()
    assert said.out.startswith("1 of 2 pictures") and "bad[red].png" in said.err


def test_stats_prints_every_figure_whole(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["data", "stats", DATA]) == 0
    said = capsys.readouterr().out
    assert said.splitlines()[0].strip() == DATA
    assert "…" not in said and "Mouth_Slightly_Open" in said and "face size, px at long side 640" in said


def test_stats_as_json_alone_on_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["data", "stats", DATA, "--json", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["pictures"] == 6


def test_stats_as_json_in_a_file_beside_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["data", "stats", DATA, "--json", "figures.json"]) == 0
    assert json.loads(Path("figures.json").read_text())["name"] == DATA
    assert "pictures" in capsys.readouterr().out


def test_stats_counts_what_is_wrong_and_everything_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["data", "stats", _folder(tmp_path, bad=True), "--json", "figures.json"]) == 1
    said = capsys.readouterr()
    assert "bad[red].png" in said.err
    values = json.loads(Path("figures.json").read_text())
    assert values["pictures"] == 1 and len(values["problems"]) == 1


@pytest.mark.parametrize(
    "words",
    [
        ["data", "show", "toy:0"],
        ["data", "show", DATA, "--count", "0"],
        ["data", "stats", "nothing:here"],
        ["data", "stats", DATA, "--json", "missing/figures.json"],
        ["data", "show", DATA, "--output", "missing/sheet.png"],
        ["data", "show", DATA, "--output", "sheet.xyz"],
        ["data", "show", DATA, "--output", ""],
        ["data", "show", DATA, "--output", "."],
    ],
)
def test_wrong_words_are_one_sentence_and_status_2(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(words) == 2
    said = capsys.readouterr()
    assert said.err.startswith("facewright: ") and said.err.count("\n") == 1


def test_a_sheet_that_cannot_be_written_is_refused_before_the_data_are_read(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["data", "show", "folder:nowhere", "--output", "sheet.xyz"]) == 2
    assert "--output sheet.xyz: its ending must be one of .jpeg, .jpg" in capsys.readouterr().err


def test_missing_data_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["data", "show", "folder:nowhere"]) == 1
    assert "nowhere" in capsys.readouterr().err
