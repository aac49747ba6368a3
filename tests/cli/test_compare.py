"""`facewright compare`, with models made by hand whose figures are known, and with shipped ones."""

import json
import os
from types import SimpleNamespace

import pytest
from PIL import Image

from facewright.cli.main import run
from facewright.cli.subjects import default_data, opened
from facewright.core.errors import UsageError

from .conftest import QUICK, figures


@pytest.fixture
def pictures(tmp_path, paint):
    """A YOLO set of four pictures: red and green faces, a blue one that only the bold model shows, none."""
    (tmp_path / "images").mkdir()
    (tmp_path / "labels").mkdir()
    boxes = {"a": {"red": (10, 10, 50, 50)}, "b": {"green": (20, 20, 60, 60)},
             "c": {"blue": (8, 8, 48, 48)}, "d": {"blue": (30, 30, 70, 70)}}  # fmt: skip
    for name, painted in boxes.items():
        Image.fromarray(paint(100, 80, **painted)).save(tmp_path / "images" / f"{name}.png")
        x0, y0, x1, y1 = next(iter(painted.values()))
        label = f"0 {(x0 + x1) / 200} {(y0 + y1) / 160} {(x1 - x0) / 100} {(y1 - y0) / 80}\n"
        (tmp_path / "labels" / f"{name}.txt").write_text("" if name == "d" else label)
    return f"yolo:{tmp_path}"


@pytest.fixture(scope="module")
def shy(make_model):
    """Shows only red and green, which it finds with .9 and .6."""
    return str(make_model(name="shy", task="detection", score_threshold=0.5))


@pytest.fixture(scope="module")
def bold(make_model):
    """The same network at a lower threshold: shows blue too."""
    return str(make_model(name="bold", task="detection", score_threshold=0.25))


def test_figures_and_their_differences_are_those_of_the_models(pictures, shy, bold, tmp_path, capsys):
    file, page = tmp_path / "out.json", tmp_path / "out.html"
    words = [shy, bold, "--data", pictures, "--json", str(file), "--html", str(page), *QUICK]
    assert run(["compare", *words]) == 0
    record = json.loads(file.read_text())
    found = figures(record, pictures)
    assert found["recall in use"]["values"] == {"shy": pytest.approx(2 / 3), "bold": 1.0}
    assert found["recall in use"]["differences"]["bold"]["value"] == pytest.approx(1 / 3)
    assert found["false alarms a picture in use"]["values"] == {"shy": 0.0, "bold": 0.25}
    same = found["AP@.5"]["differences"]["bold"]
    assert same == {"value": 0.0, "low": 0.0, "high": 0.0}  # the same scores, whatever the threshold
    first, second = record["disagreements"]
    assert {first["name"], second["name"]} == {"images/c.png", "images/d.png"}
    assert first["measure"] == 1 and record["reference"] == "shy" and record["latency"] == {}
    text = page.read_text(encoding="utf-8")
    assert (
        text.count("data:image/jpeg") == 4 and text.count("<svg") == 2 and "http" not in text.split("<svg")[0]
    )
    out = capsys.readouterr().out
    assert "+0.333 [" in out and "faceless, 1 false alarm" in out


def test_names_play_no_tricks_in_the_table(pictures, shy, make_model, tmp_path, capsys):
    for folder, ending in (("images", "png"), ("labels", "txt")):
        (tmp_path / folder / f"d.{ending}").rename(tmp_path / folder / f"d\x1b[2J.{ending}")
    odd = make_model(name="odd\x1b[2J", task="detection", score_threshold=0.25)
    assert run(["compare", shy, str(odd), "--data", pictures, *QUICK]) == 0
    assert run(["evaluate", str(odd), pictures]) == 0
    told = capsys.readouterr()
    assert "images/d\\x1b[2J.png" in told.out and "odd\\x1b[2J on" in told.out
    assert "\x1b" not in told.out + told.err


def test_what_evaluate_says_compare_says_too(capsys, tmp_path):
    assert run(["evaluate", "detector-nano", "toy:6", "--threads", "1", "--json", str(tmp_path / "a")]) == 0
    words = ["detector-small", "detector-nano", "--data", "toy:6", *QUICK, "--json", str(tmp_path / "b")]
    assert run(["compare", *words]) == 0
    alone, beside = (json.loads((tmp_path / name).read_text()) for name in "ab")
    found = figures(beside, "toy:6")
    assert found["AP@.5"]["values"]["detector-nano"] == alone["ap50"]
    assert found["AP@.5:.95"]["values"]["detector-nano"] == alone["ap"]
    assert found["recall in use"]["values"]["detector-nano"] == alone["in_use"]["recall"]
    assert found["landmark NME"]["values"]["detector-nano"] == alone["landmarks"]["nme"]
    sizes = figures(beside, "By face size")
    assert sizes
    assert beside["recipe_differences"]["network.size"] == {
        "detector-small": "small",
        "detector-nano": "nano",
    }


def test_several_sets_are_judged_together_and_each_by_itself(shy, bold, pictures, tmp_path, paint):
    (tmp_path / "none").mkdir()
    Image.fromarray(paint(60, 60, blue=(5, 5, 40, 40))).save(tmp_path / "none" / "n.png")
    faceless, file = f"folder:{tmp_path / 'none'}", tmp_path / "out.json"
    words = [shy, bold, "--data", pictures, faceless, "--json", str(file), *QUICK]
    assert run(["compare", *words]) == 0
    record = json.loads(file.read_text())
    assert figures(record, "AP@.5 of each set (pictures)")[f"{pictures} (4)"]["values"]["shy"] > 0.9
    alarms = figures(record, "False alarms a picture, faceless sets")[f"{faceless} (1)"]
    assert alarms["values"] == {"shy": 0.0, "bold": 1.0} and alarms["better"] == "less"
    assert figures(record, "All pictures")["false alarms a picture in use"]["values"]["bold"] == 0.4


def test_latency_is_measured_in_turns(shy, bold, pictures, tmp_path, capsys):
    file = tmp_path / "out.json"
    words = [shy, bold, "--data", pictures, "--rounds", "2", "--json", str(file)]
    assert run(["compare", *words]) == 0
    record = json.loads(file.read_text())
    assert set(record["latency"]) == {"320x240", "640x480"}
    assert record["latency"]["640x480"]["shy"]["ratio"] == 1.0
    assert record["latency"]["640x480"]["bold"]["ms"] > 0 and record["machine"]["onnxruntime"]
    assert "medians of 2 rounds" in capsys.readouterr().out


def test_a_picture_that_cannot_be_read_counts_for_none(pictures, shy, bold, tmp_path, capsys):
    damaged = tmp_path / "images" / "a.png"
    damaged.write_bytes(damaged.read_bytes()[:80])  # its size can still be read
    assert run(["compare", shy, bold, "--data", pictures, *QUICK]) == 1
    shown = capsys.readouterr()
    assert "3 pictures, 2 faces" in shown.out and "Left out for all: 1 picture that" in shown.out
    assert "1 problem" in shown.err and "a.png" in shown.err


def test_json_on_standard_output_leaves_the_table_to_the_error_output(pictures, shy, bold, capsys):
    assert run(["compare", shy, bold, "--data", pictures, "--json", "-", *QUICK]) == 0
    shown = capsys.readouterr()
    assert json.loads(shown.out)["task"] == "detection" and "AP@.5" in shown.err


def test_models_that_learnt_from_the_data_are_named(make_model, bold, pictures, capsys):
    trained = {"name": pictures, "terms": "made here"}
    knowing = str(make_model(name="knowing", task="detection", data=[trained]))
    assert run(["compare", bold, knowing, "--data", pictures, *QUICK]) == 0
    assert f"knowing was trained on {pictures}" in capsys.readouterr().err


def test_alike_names_are_told_apart_by_what_was_written(shy, make_model, tmp_path):
    other = str(make_model(name="shy", task="detection"))
    with opened([shy, other], tmp_path) as found:
        assert [one.name for one in found] == [shy, other]
    with opened([shy, "detector-nano"], tmp_path) as found:
        assert [one.name for one in found] == ["shy", "detector-nano"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "give two or more to compare"),
        (["detector-nano"], "give two or more to compare"),
        (["detector-nano", "detector-nano"], "detector-nano is given twice"),
        (["detector-nano", "attributes-nano"], "is for detection, attributes-nano for attributes; only"),
        (["detector-nano", "detector-smal"], "detector-small"),
        (["attributes-nano", "attributes-small", "--size", "320"], "--size is for detectors"),
        (["detector-nano", "detector-small", "--rounds", "0"], "--rounds"),
        (["detector-nano", "detector-small", "--html", "/gone/page.html"], "--html /gone/page.html"),
    ],
)
def test_wrong_words_give_one_sentence_and_status_2(words, sentence, capsys):
    assert run(["compare", *words]) == 2
    err = capsys.readouterr().err
    assert sentence in err and err.count("\n") == 1


def test_the_data_are_those_of_the_recipes_when_none_are_named(shy, bold, tmp_path, monkeypatch, capsys):
    def knows(*data, faceless=()):
        return SimpleNamespace(
            recipe={"data": {"validation": list(data), "validation_faceless": [*faceless]}}
        )

    assert default_data([knows("a", "b", faceless=["n"]), knows("b", "c")]) == ["a", "b", "n", "c"]
    with pytest.raises(UsageError, match="give --data"):
        default_data([SimpleNamespace(recipe={})])
    assert run(["compare", shy, bold, *QUICK]) == 2
    assert "none of the models says by which data it was validated" in capsys.readouterr().err
    monkeypatch.setenv("FACEWRIGHT_DATA", str(tmp_path))
    assert run(["compare", "detector-nano", "detector-small", *QUICK]) == 1
    assert "of the recipes' validation sets; name others with --data" in capsys.readouterr().err


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Two runs of a small regression that differ in their rate; the first one is exported."""
    folder = tmp_path_factory.mktemp("runs")
    small = [
        "steps=20", "stages.0.rounds=2", 'data.train={"saddle:100"=1}', "network.widths=[4]",
        'network.activations=["tanh"]', "evaluation.every=1", 'data.validation=["saddle:50?seed=1"]',
    ]  # fmt: skip
    for name, rate in (("a", "1e-2"), ("b", "1e-3")):
        words = ["--output", str(folder / name), "--device", "cpu", "--threads", "1", "--no-doctor"]
        assert run(["train", "monkey-saddle", *words, "--set", *small, f"optimiser.rate={rate}"]) == 0
    assert run(["export", str(folder / "a")]) == 0
    return folder


def test_runs_are_told_apart_by_their_folders_and_by_their_recipes(runs, tmp_path, capsys):
    page, file = tmp_path / "page.html", tmp_path / "out.json"
    first, second = str(runs / "a"), str(runs / "b")
    assert run(["compare", first, second, "--html", str(page), "--json", str(file), "--rounds", "2"]) == 0
    record = json.loads(file.read_text())
    assert record["recipe_differences"] == {"optimiser.rate": {first: "0.01", second: "0.001"}}
    assert record["data"] == ["saddle:50?seed=1"] and list(record["latency"]) == ["1 point", "1000 points"]
    assert "its exported file" in record["models"][first]["note"]
    assert "made for this comparison" in record["models"][second]["note"]
    assert not (runs / "b" / "monkey-saddle.onnx").exists()
    text = page.read_text(encoding="utf-8")
    assert text.count("<svg") == 3 and "training loss" in text and "validation" in text
    assert "one is made for this comparison" in capsys.readouterr().err


def test_an_exported_file_older_than_the_weights_is_not_taken(runs, tmp_path, capsys):
    file = runs / "a" / "monkey-saddle.onnx"
    os.utime(file, (1, 1))
    with opened([str(runs / "a"), str(runs / "b")], tmp_path) as found:
        assert "older than its weights" in found[0].note and found[0].path != file
        place = found[0].path
        assert place.is_file()
    assert not place.exists()


def test_localisers_by_the_overlap_of_the_same_faces(make_model, pictures, tmp_path):
    known = {"task": "localisation", "side": 64, "framing": "squash"}
    shy, bold = (
        str(make_model(**known, name=name, score_threshold=at)) for name, at in (("shy", 0.5), ("bold", 0.2))
    )
    file, page = tmp_path / "out.json", tmp_path / "out.html"
    assert (
        run(["compare", shy, bold, "--data", pictures, "--json", str(file), "--html", str(page), *QUICK]) == 0
    )
    found = figures(json.loads(file.read_text()), pictures)
    assert found["mean IoU"]["values"] == {"shy": 1.0, "bold": 1.0}
    assert found["faces missed in use"]["values"] == {"shy": pytest.approx(1 / 3), "bold": 0.0}
    assert found["faceless with a face in use"]["values"] == {"shy": 0.0, "bold": 1.0}
    assert "Nowhere: they say the same" in page.read_text(encoding="utf-8")


def test_wider_face_is_judged_by_its_own_protocol_too(shy, bold, write_wider_truth, paint, tmp_path):
    box = (20, 10, 60, 50)
    lines = []
    (tmp_path / "WIDER_val/images/0--Parade").mkdir(parents=True)
    for name, colour in (("a", "red"), ("b", "blue")):
        picture = paint(100, 80, **{colour: box})
        Image.fromarray(picture).save(tmp_path / f"WIDER_val/images/0--Parade/{name}.png")
        lines += [f"0--Parade/{name}.png", "1", "20 10 40 40 0 0 0 0 0 0"]
    write_wider_truth(
        tmp_path / "wider_face_split", {f"0--Parade/{name}": [(20, 10, 40, 40)] for name in "ab"}
    )
    (tmp_path / "wider_face_split/wider_face_val_bbx_gt.txt").write_text("\n".join(lines) + "\n")
    file = tmp_path / "out.json"
    words = [shy, bold, "--data", f"wider:{tmp_path}", "--json", str(file), *QUICK]
    assert run(["compare", *words]) == 0
    own = figures(json.loads(file.read_text()), "WIDER FACE val, its own protocol")
    assert set(own) == {"AP easy", "AP medium", "AP hard"}
    assert own["AP easy"]["values"]["shy"] == own["AP easy"]["values"]["bold"] > 0.9
    assert run(["compare", *words, "--limit", "1"]) == 0
    assert "WIDER FACE val, its own protocol" not in file.read_text()
