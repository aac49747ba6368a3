"""Any data set by one line of text."""

import importlib

import pytest

from facewright.core.errors import DataError, UsageError
from facewright.datasets.open import FORMATS, OF_A_SET, open_dataset, pictured_set, reader


@pytest.fixture
def yolo(draw, write, tmp_path):
    for split in ("train", "valid"):
        draw(f"set/{split}/images/a.png")
        write(f"set/{split}/labels/a.txt", "0 .5 .5 .2 .5\n")
    return tmp_path / "set"


def test_format_path_and_options(yolo):
    text = f"yolo:{yolo}?split=train&box_scale=.5&unannotated=true"
    dataset = open_dataset(text)
    assert dataset.name == text and len(dataset) == 1
    assert dataset[0].boxes[0] == pytest.approx([45, 30, 55, 50], abs=1e-4) and len(dataset[0].ignore) == 1


def test_options_of_the_call_win_over_those_in_the_text(yolo):
    assert (
        open_dataset(f"yolo:{yolo}?split=nonsense", options={"split": "val"})[0].name == "valid/images/a.png"
    )


def test_a_box_scale_must_be_above_zero(yolo):
    for wrong in ("0", "-1", "nan", "inf"):
        with pytest.raises(UsageError, match="takes a finite number above 0"):
            open_dataset(f"yolo:{yolo}?box_scale={wrong}")


def test_drawn_faces_are_opened_by_their_number():
    dataset = open_dataset("toy:3?seed=5&size=64")
    assert (len(dataset), dataset.name) == (3, "toy:3?seed=5&size=64")
    assert dataset[0].read().shape == (64, 64, 3)


def test_paths_are_relative_to_the_root(yolo):
    assert len(open_dataset("yolo:set", root=yolo.parent)) == 2


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("yollo:x", "did you mean 'yolo'"),
        ("yolo:x?splitt=train", "no option 'splitt'; did you mean 'split'"),
        ("yolo:x?box_scale=wide", "box_scale=wide: takes a number"),
        ("yolo:x?unannotated=perhaps", "takes true or false"),
        ("yolo:", "says no path"),
        ("C:\\pictures", "Windows path"),
        ("streat-masks", "did you mean 'street-masks'"),
        ("street-masks/vall", "did you mean 'val'"),
        ("toy:many", "toy:many: is no number of pictures"),
        ("toy:9999999999999999999999", "is no number of pictures from 1 to 1,000,000,000"),
        ("toy:3?size=0", "size=0 is too small"),
        ("toy:3?seed=-1", "seed=-1 is negative"),
        ("street-masks?root=x", "no option 'root'"),
    ],
)
def test_a_mistake_is_explained_with_the_nearest_right_word(tmp_path, monkeypatch, text, why):
    monkeypatch.setenv("FACEWRIGHT_DATA", str(tmp_path))
    with pytest.raises(UsageError, match=why):
        open_dataset(text)


def test_data_that_is_not_there_is_a_data_error(tmp_path):
    for kind in set(FORMATS) - {"toy", *OF_A_SET}:  # these have no path
        with pytest.raises(DataError, match="none"):
            open_dataset(f"{kind}:{tmp_path / 'none'}")


@pytest.mark.parametrize("kind", sorted(set(FORMATS) - {"toy"}))
def test_every_format_has_a_reader(kind):
    assert reader(kind) is importlib.import_module(f"facewright.datasets.{kind}").read


def test_a_table_of_points_is_said_to_be_no_pictures():
    with pytest.raises(
        UsageError, match="csv: holds points for a regression, and this command wants pictures"
    ) as error:
        open_dataset("csv:points.csv")
    assert ".py" not in str(error.value) and "yolo" in str(error.value)


def test_a_subset_fetches_a_sample_only_when_it_is_asked_for(monkeypatch):
    drawn = []
    monkeypatch.setattr(
        "facewright.datasets.toy.draw_sample", lambda seed, index, size, people: drawn.append(index)
    )
    part = open_dataset("toy:9?size=32").subset([7, 3, 5])
    assert len(part) == 3 and len(part[1:]) == 2 and not drawn
    part[-1], part[1:][0]
    assert drawn == [5, 3]


@pytest.mark.parametrize(
    ("text", "whose"),
    [
        ("helen/train", "helen/train"),
        ("yolo:faces?split=val", "yolo:faces?split=val"),
        ("aligned:helen/train", "helen/train"),
        ("found:f.jsonl?of=helen/train&least=.75", "helen/train"),
        ("found:f.jsonl?of=shifted:helen/val", "helen/val"),
        ("found:f.jsonl", "found:f.jsonl"),
    ],
)
def test_pictures_are_known_whoever_labelled_them(text, whose):
    assert pictured_set(text) == whose
