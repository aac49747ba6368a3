"""`facewright data convert`, from words to folders and exit statuses."""

from pathlib import Path

import pytest

from facewright.cli.main import run
from facewright.datasets.open import open_dataset


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_the_text_that_is_printed_opens_what_was_written(capsys):
    assert run(["data", "convert", "toy:6?size=64", "coco:out"]) == 0
    first, *rest = capsys.readouterr().out.splitlines()
    before, after = open_dataset("toy:6?size=64"), open_dataset(first.partition(": ")[2])
    assert first == f"6 pictures, {before.counts()['faces']} faces: coco:out"
    assert rest == ["written as PNG: 6 pictures, which were no files that can be taken as they are"]
    for a, b in zip(before, after, strict=True):
        assert b.boxes == pytest.approx(a.boxes, abs=1e-3)
        assert b.landmarks == pytest.approx(a.landmarks, abs=1e-3)
        assert (b.read() == a.read()).all()
        assert b.group == a.group
        known = {name: values.tolist() for name, values in a.attributes.items() if (values >= 0).any()}
        assert {name: values.tolist() for name, values in b.attributes.items()} == known


def test_what_does_not_fit_is_refused_and_then_counted(capsys):
    words = ["data", "convert", "toy:20?size=64", "celeba:out"]
    assert run(words) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1 and "--lossy leaves these out" in err
    assert list(Path().iterdir()) == []
    assert run([*words, "--lossy"]) == 0
    assert "left out: " in capsys.readouterr().out


def test_problems_are_told_and_the_rest_is_written(capsys):
    assert run(["data", "convert", "toy:3?size=64", "yolo:a"]) == 0
    label = next(Path("a/labels").iterdir())
    label.write_text("0 .5 .5\n")
    next(Path("a/images").glob(f"{sorted(p.stem for p in Path('a/images').iterdir())[-1]}*")).write_bytes(
        b"x"
    )
    capsys.readouterr()
    assert run(["data", "convert", "yolo:a", "voc:b", "--pictures", "link"]) == 1
    out, err = capsys.readouterr()
    assert out.startswith("2 pictures, ") and "columns where 5 are needed" in err and "cannot be read" in err
    assert all(picture.is_symlink() for picture in Path("b/images").iterdir())


def test_a_wrong_to_is_known_before_the_data_are_read(capsys):
    assert run(["data", "convert", "voc:nowhere", "toy:3"]) == 2
    assert "toy can be read, not written" in capsys.readouterr().err
    assert run(["data", "convert", "voc:nowhere", "yolo:out"]) == 1
    assert run(["data", "convert", "toy:3", "yolo:out", "--pictures", "move"]) == 2
    assert run(["data", "convert", "toy:3"]) == 2
