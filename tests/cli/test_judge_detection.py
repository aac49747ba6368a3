"""`facewright evaluate MODEL wider:DIR` and `fddb:DIR`: the benchmarks' own figures beside ours."""

import json
from pathlib import Path

import pytest
from PIL import Image

from facewright.cli.main import run

PICTURES = {"0--Parade/a": (20, 10, 40, 40), "0--Parade/b": (30, 30, 20, 30), "1--Riot/c": (5, 5, 30, 20)}


def box_of(x, y, w, h):
    return x, y, x + w, y + h


@pytest.fixture
def wider(tmp_path, write_wider_truth, paint, monkeypatch):
    """Three pictures with a red face each; in the last one it is green."""
    monkeypatch.chdir(tmp_path)
    lines = []
    for name, box in PICTURES.items():
        path = tmp_path / f"WIDER_val/images/{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(paint(120, 90, **{"green" if "Riot" in name else "red": box_of(*box)})).save(path)
        lines += [f"{name}.png", "1", " ".join(map(str, box)) + " 0 0 0 0 0 0"]
    write_wider_truth(tmp_path / "wider_face_split", {name: [box] for name, box in PICTURES.items()})
    (tmp_path / "wider_face_split/wider_face_val_bbx_gt.txt").write_text("\n".join(lines) + "\n")
    return tmp_path


@pytest.fixture
def fddb(tmp_path, paint, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "2002").mkdir()
    Image.fromarray(paint(120, 90, red=(20, 10, 60, 70))).save("2002/img_1.jpg", quality=100, subsampling=0)
    (tmp_path / "FDDB-fold-03-ellipseList.txt").write_text("2002/img_1\n1\n30 20 1.5707963 40 40 1\n")
    return tmp_path


def record(*words):
    status = run(["evaluate", *map(str, words), "--json", "figures.json"])
    return status, json.loads(Path("figures.json").read_text())


def test_easy_medium_and_hard_beside_our_figures(wider, colour_model, capsys):
    status, figures = record(colour_model, "wider:.", "--html", "page.html")
    out = capsys.readouterr().out
    assert status == 0 and figures["problems"] == []
    assert (figures["easy"], figures["medium"], figures["hard"]) == (1, 1, 1)
    assert figures["ap50"] == pytest.approx(1) and figures["multi_scale"] is False
    assert "WIDER FACE val, 3 pictures" in out and "looked at a single scale, its close-ups apart" in out
    assert "Close-ups: as in use, also sees one or two small copies" in out
    assert figures["views"] == {"tiles": None, "rotations": 1, "close_ups": True}
    page = (wider / "page.html").read_text()
    assert page.count("<svg") == 5 and "AP hard" in page


def test_several_scales_and_the_mirror_are_said(wider, colour_model, capsys):
    status, figures = record(colour_model, "wider:.", "--multi-scale")
    out = capsys.readouterr().out
    assert status == 0 and figures["multi_scale"] is True and figures["hard"] == 1
    assert "Multi-scale: not once, but at 0.5, 1, 2 times that size" in out
    assert figures["views"]["scales"] == [0.5, 1, 2] and "Close-ups" not in out
    assert "multi-scale testing" in out and "single scale" not in out


def test_saved_predictions_give_the_same_figures(wider, colour_model):
    _, ours = record(colour_model, "wider:.", "--save-predictions", "found/here")
    assert sorted(p.name for p in (wider / "found/here/0--Parade").iterdir()) == ["a.txt", "b.txt"]
    assert (wider / "found/here/0--Parade/a.txt").read_text().startswith("a\n1\n20.0 10.0 40.0 40.0 0.9\n")
    status, again = record("--predictions", "found/here", "widerface-gt:.")
    assert status == 0
    assert all(ours[subset] == again[subset] for subset in ("easy", "medium", "hard"))


def test_pictures_that_are_not_there_count_as_nothing_found_and_are_said(wider, colour_model, capsys):
    (wider / "WIDER_val/images/0--Parade/b.png").unlink()
    _, figures = record(colour_model, "wider:.")
    assert figures["hard"] == pytest.approx(2 / 3)
    assert any("is the first of 1 pictures of 3 that were not looked at" in p for p in figures["problems"])


def test_with_a_limit_the_official_figures_are_left_out_and_it_is_said(wider, colour_model, capsys):
    _, figures = record(colour_model, "wider:.", "--limit", "2")
    assert "hard" not in figures
    assert "not judged by its own protocol, which takes all pictures" in capsys.readouterr().out


def test_without_the_official_files_it_is_said_where_they_belong(wider, colour_model, capsys):
    for file in (wider / "wider_face_split").glob("*.mat"):
        file.unlink()
    _, figures = record(colour_model, "wider:.")
    assert "hard" not in figures
    assert "need its evaluation tools' wider_face_val.mat, wider_easy_val.mat" in capsys.readouterr().out


def test_the_pictures_own_folder_holds_one_mat_file_and_is_judged_by_our_rules(wider, colour_model, capsys):
    for subset in ("easy", "medium", "hard"):
        (wider / f"wider_face_split/wider_{subset}_val.mat").unlink()
    status, figures = record(colour_model, "wider:.")
    assert status == 0 and figures["ap50"] == pytest.approx(1) and "hard" not in figures
    assert "wider_easy_val.mat" in capsys.readouterr().out


@pytest.mark.parametrize("words", [[], ["--multi-scale"]])
def test_the_size_at_which_pictures_are_seen_is_said(wider, colour_model, capsys, words):
    _, figures = record(colour_model, "wider:.", "--size", "full", *words)
    assert figures["protocol"][0] == "Detector: is given each picture at its full size."
    assert ("times that size" in figures["protocol"][1]) == bool(words)
    _, figures = record(colour_model, "wider:.", *words)
    assert "at most 640 pixels" in figures["protocol"][0]
    assert ("times that size" in figures["protocol"][1]) == bool(words)


def test_fddb_discrete_and_continuous(fddb, colour_model, capsys):
    status, figures = record(colour_model, "fddb:.", "--html", "page.html", "--save-predictions", "found")
    assert status == 0
    assert set(figures["discrete"].values()) == {1.0}
    assert figures["continuous"]["100"] == pytest.approx(3.14159 / 4, abs=0.03)
    assert figures["fddb"]["folds"]["3"]["faces"] == 1
    out = capsys.readouterr().out
    assert "FDDB, 1 pictures, 1 ellipses" in out and "regions are cut to their pictures" in out
    assert (fddb / "page.html").read_text().count("<svg") == 6
    assert (fddb / "found/fold-03-out.txt").read_text().startswith("2002/img_1\n1\n")
    _, again = record("--predictions", "found", "fddb:.")
    assert again["continuous"] == figures["continuous"]


def test_layouts_of_what_is_no_benchmark_are_refused(colour_model, capsys):
    assert run(["evaluate", str(colour_model), "toy:2", "--save-predictions", "found"]) == 2
    assert "toy:2 is neither" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["--multi-scale"], ["--save-predictions", "x"]])
def test_options_of_detectors_are_refused_for_other_models(red_classifier, capsys, words):
    assert run(["evaluate", str(red_classifier), "toy:2", *words]) == 2
    assert f"{words[0]} is for detectors, not for classification" in capsys.readouterr().err


def test_a_folder_that_holds_files_is_refused_and_a_full_disk_leaves_none(
    wider, colour_model, capsys, monkeypatch
):
    (wider / "old").mkdir()
    (wider / "old/a.txt").write_text("")
    assert run(["evaluate", str(colour_model), "wider:.", "--save-predictions", "old"]) == 2
    assert "--save-predictions old: holds files already" in capsys.readouterr().err

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_text", full)
    assert run(["evaluate", str(colour_model), "wider:.", "--save-predictions", "found"]) == 2
    assert "found: cannot be written (No space left on device)" in capsys.readouterr().err
    assert [path.name for path in wider.iterdir() if "found" in path.name] == ["found"]
    assert list((wider / "found").iterdir()) == []


def test_a_place_that_cannot_be_a_folder_is_said_before_the_work(wider, colour_model, capsys):
    (wider / "file").write_text("")
    assert run(["evaluate", str(colour_model), "wider:.", "--save-predictions", "file/x"]) == 2
    assert "--save-predictions file/x: cannot be made a folder" in capsys.readouterr().err
