"""What `facewright detect --json` wrote, as labels."""

import json

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from facewright.cli.main import run
from facewright.core.errors import DataError, UsageError
from facewright.core.faces import Faces
from facewright.datasets.found import read
from facewright.datasets.open import open_dataset

WIDTH, HEIGHT = 100, 80  # of the pictures that `draw` makes
MARKS = [[20.5, 20], [30, 20], [25, 25], [21, 30], [29, 30.25]]


def face(score, box=(10, 10, 40, 50), marks=MARKS):
    return {"box": list(box), "score": score, **({"landmarks": marks} if marks else {})}


def line(path, *faces, **changes):
    record = {"path": str(path), "width": WIDTH, "height": HEIGHT, "faces": list(faces), "error": None}
    return json.dumps(record | changes)


@pytest.fixture
def found(tmp_path, write):
    """`found(line, ...)` writes a file of lines and gives its path."""
    return lambda *lines: write("faces.jsonl", "\n".join(lines) + "\n")


def test_sure_finds_are_faces_doubtful_ones_ignore_regions_and_the_rest_nothing(found, draw):
    picture = draw("a.png")
    sure, doubtful, nothing = face(0.75), face(0.74, (50, 10, 70, 30)), face(0.004, (0, 0, 9, 9))
    data = read(found(line(picture, sure, doubtful, nothing), line(draw("b.png"))))
    first, second = data
    assert first.boxes.tolist() == [[10, 10, 40, 50]] and first.landmarks.tolist() == [MARKS]
    assert first.ignore.tolist() == [[50, 10, 70, 30]]
    assert (first.name, first.group) == (str(picture), "a")
    assert len(second.boxes) == len(second.ignore) == 0
    assert not data.problems and first.read().shape == (HEIGHT, WIDTH, 3)


def test_the_scores_are_options_and_a_face_without_landmarks_has_none(found, draw):
    path = found(
        line(draw("a.png"), face(0.8, marks=None), face(0.5, (50, 10, 70, 30), None), face(0.2, marks=None))
    )
    (one,) = open_dataset(f"found:{path}?least=.5&doubtful=.3")
    assert one.boxes.shape == (2, 4) and np.isnan(one.landmarks).all() and len(one.ignore) == 0
    for options in ("least=.2&doubtful=.3", "least=1.5", "doubtful=-1", "least=nan"):
        with pytest.raises(UsageError, match="doubtful not above least"):
            open_dataset(f"found:{path}?{options}")


def test_unannotated_claims_nothing_where_nothing_was_found(found, draw):
    path = found(line(draw("a.png"), face(0.9)))
    (one,) = read(path, unannotated=True)
    assert one.ignore.tolist() == [[0, 0, WIDTH, HEIGHT]] and len(one.boxes) == 1


def test_finds_above_a_high_min_score_would_make_background_of_doubtful_faces(found, draw):
    path = found(line(draw("a.png"), face(0.93), face(0.47)))
    told = r"no score is below 0\.47.*--min-score 0\.005, or say doubtful=0\.47"
    with pytest.raises(DataError, match=told):
        read(path)
    with pytest.raises(DataError, match=r"no score is below 0\.1: --min-score was above doubtful=0\.005"):
        read(found(line(draw("b.png"), face(0.1))))
    path = found(line(draw("a.png"), face(0.93), face(0.47)))
    assert len(read(path, doubtful=0.47)[0].ignore) == 1
    assert len(read(path, unannotated=True)[0].ignore) == 2


def test_a_part_of_a_set_keeps_its_names_and_groups_and_loses_its_labels(found, draw, write, tmp_path):
    pictures = [draw(f"images/{name}.png") for name in ("ada-1", "ada-2", "bob-1")]
    for picture in pictures:
        write(f"labels/{picture.stem}.txt", "0 .5 .5 .2 .2\n")
    write("images/facewright.csv", "picture,group,from\nada-1.png,Ada,\nada-2.png,Ada,\nbob-1.png,Bob,\n")
    around = tmp_path / "images" / ".." / "images"
    lines = [line(around / p.name, face(0.9), face(0.01)) for p in pictures[:2]]
    data = open_dataset(f"found:{found(*lines, line(draw('other.png')))}?of=yolo:{tmp_path}")
    assert [(one.name, one.group) for one in data] == [
        ("images/ada-1.png", "Ada"),
        ("images/ada-2.png", "Ada"),
    ]
    assert data[0].boxes.tolist() == [[10, 10, 40, 50]]
    assert [problem.message for problem in data.problems] == [
        f"1 pictures of yolo:{tmp_path} are not in it; left out"
    ]


def test_pictures_that_are_no_files_cannot_have_been_looked_at(found, draw):
    with pytest.raises(DataError, match="of=toy:3: its pictures are no files"):
        read(found(line(draw("a.png"), face(0.01))), of="toy:3")


def test_relative_paths_hold_from_here_or_from_the_file(found, draw, tmp_path, monkeypatch):
    draw("in/a.png")
    path = found(line("in/a.png", face(0.01)))
    monkeypatch.chdir("/")
    assert read(path)[0].picture == tmp_path / "in" / "a.png"
    monkeypatch.chdir(draw("here/in/a.png").parents[1])
    assert read(path)[0].picture == tmp_path / "here" / "in" / "a.png"


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ("{", "is no JSON"),
        ("[1]", "is not what facewright detect writes (path, width, height, faces)"),
        ('{"path": "", "faces": []}', "is not what facewright detect writes"),
        (line("gone.png"), "its picture gone.png does not exist; the picture is left out"),
        (line("x", width=None), "is not what facewright detect writes (no width and height)"),
        (line("x", {"box": [1, 2]}), "is not what facewright detect writes"),
        (line("x", face(2)), "is not what facewright detect writes (scores must lie between 0 and 1)"),
        (line("x.png", error="x.png: damaged"), "x.png could not be looked at (x.png: damaged); left out"),
        (line("x.mp4", frame=3, time=0.1), "1 lines are of videos, which are no pictures to train on"),
        (line("x" * 5000), "no path of a picture"),
    ],
)
def test_a_line_that_cannot_be_used_is_a_problem_and_the_others_are_kept(found, draw, bad, why):
    data = read(found(line(draw("a.png"), face(0.01)), bad))
    assert len(data) == 1 and len(data.problems) == 1
    assert why in data.problems[0].message


def test_a_picture_of_another_size_or_told_twice_is_left_out(found, draw):
    a, b = draw("a.png"), draw("b.png", 99, 80)
    data = read(found(line(a, face(0.01)), line(a), line(b, face(0.9))))
    assert [one.name for one in data] == [str(a)] and len(data[0].ignore) == 1
    assert [problem.message.partition(": ")[0] for problem in data.problems] == ["line 2", "line 3"]
    assert "line 1 already" in data.problems[0].message and data.problems[1].kind == "size"


def test_boxes_are_cut_to_the_picture_and_those_outside_left_out(found, draw):
    data = read(
        found(line(draw("a.png"), face(0.9, (-5, -5, 40, 50)), face(0.8, (200, 5, 240, 50)), face(0.01)))
    )
    assert data[0].boxes.tolist() == [[0, 0, 40, 50]]
    assert [problem.kind for problem in data.problems] == ["outside"]


def test_a_file_without_anything_usable_is_one_sentence(found, tmp_path):
    with pytest.raises(DataError, match=r"no usable pictures with finds .* 1 problems: .*is no JSON"):
        read(found("rubbish"))
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataError, match="not a text file; give what facewright detect --json wrote"):
        read(tmp_path / "binary")


shares = st.integers(0, 100).map(lambda hundredths: hundredths / 100)
boxes = st.tuples(*[st.floats(0, 60) for _ in range(2)], *[st.floats(2, 20) for _ in range(2)])
marks = st.lists(st.floats(-50, 150), min_size=10, max_size=10)


@given(st.lists(st.tuples(boxes, marks, shares), max_size=6), shares, shares)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_written_comes_back(found, draw, given_faces, one_score, other_score):
    doubtful, least = sorted([one_score, other_score])
    scores = np.array([0.0, *(score for *_, score in given_faces)])  # one that tells how low it was looked
    told = Faces(
        [[0, 0, 9, 9], *([x, y, x + w, y + h] for (x, y, w, h), _, _ in given_faces)],
        scores,
        np.reshape([MARKS, *(np.reshape(numbers, (5, 2)) for _, numbers, _ in given_faces)], (-1, 5, 2)),
        width=WIDTH,
        height=HEIGHT,
    )
    (one,) = read(found(line(draw("a.png"), **told.to_dict())), doubtful=doubtful, least=least)
    sure, doubt = scores >= least, (scores >= doubtful) & (scores < least)
    np.testing.assert_allclose(one.boxes, told.boxes[sure], atol=0.06)
    np.testing.assert_allclose(one.landmarks, told.landmarks[sure], atol=0.06)
    np.testing.assert_allclose(one.ignore, told.boxes[doubt], atol=0.06)


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=8,
)
near = st.fixed_dictionaries(
    {
        "path": st.just("a.png") | json_values,
        "faces": json_values | st.lists(json_values | st.just(face(0.5))),
    },
    optional={
        "width": st.just(WIDTH) | json_values,
        "height": st.just(HEIGHT) | json_values,
        "error": json_values,
    },
)


@given(st.lists(st.text() | near.map(json.dumps) | json_values.map(json.dumps), max_size=4))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_line_brings_the_reader_down(found, draw, lines):
    draw("a.png")
    data = read(found(line("a.png", face(0.01)), *lines))
    assert 1 <= len(data) <= 1 + len(lines)
    assert all(np.isfinite(one.boxes).all() and one.boxes.shape[1] == 4 for one in data)


def test_what_detect_writes_is_read(draw, tmp_path, colour_model, capsys):
    draw("photos/sub/a.png")
    out = tmp_path / "faces.jsonl"
    words = [
        "detect",
        str(tmp_path / "photos"),
        "--recursive",
        "--model",
        str(colour_model),
        "--json",
        str(out),
    ]
    assert run(words) == 0
    data = open_dataset(f"found:{out}?unannotated=true")
    assert [one.name for one in data] == [str(tmp_path / "photos/sub/a.png")] and not data.problems
