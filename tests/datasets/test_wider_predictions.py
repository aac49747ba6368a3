"""WIDER FACE's layout of predictions: what is written is read, and whatever is wrong with it is said."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from facewright.core.errors import DataError
from facewright.datasets.labels import Problems
from facewright.datasets.wider_predictions import read, without_ending, write

NAMES = ["0--Parade/a", "0--Parade/b", "1--Handshaking/c"]
FULL = "0_a\n1\n1 2 3 4 .5\n"


def files(write, **texts):
    """Right files of all pictures, but for those in `texts`."""
    for name in NAMES:
        stem = name.partition("/")[2]
        write(f"p/{name}.txt", texts.get(stem, f"{stem}\n1\n1 2 3 4 .5\n"))


def told(tmp_path, names=NAMES):
    problems = Problems()
    return read(tmp_path / "p", names, problems), [str(problem) for problem in problems]


def test_right_files_are_read_without_a_word(tmp_path, write):
    files(
        write,
        a="a\n2\n1 2 3 4 0.25\n-5.5 6e0 7 8 1e-05\n\n",
        b="b.jpg\n0\n",
        c="1--Handshaking/c.jpg\r\n1\r\n1 2 3 4 1\r\n",
    )
    found, problems = told(tmp_path)
    assert problems == []
    assert [rows.tolist() for rows in found] == [
        [[1, 2, 3, 4, 0.25], [-5.5, 6, 7, 8, 1e-5]], [], [[1, 2, 3, 4, 1]]
    ]  # fmt: skip


def test_folders_before_the_event_do_not_matter(tmp_path, write):
    write("p/results/val/0--Parade/a.txt", "a\n1\n1 2 3 4 .5\n")
    found, problems = told(tmp_path, NAMES[:1])
    assert len(found[0]) == 1 and problems == []


def test_missing_pictures_count_as_nothing_found_and_are_said(tmp_path, write):
    write("p/0--Parade/a.txt", "a\n1\n1 2 3 4 .5\n")
    found, problems = told(tmp_path)
    assert [len(rows) for rows in found] == [1, 0, 0]
    assert len(problems) == 1
    assert "no file for 2 of 3 pictures, such as 0--Parade/b.txt; nothing counts as found" in problems[0]


def test_unknown_events_and_second_files_are_said(tmp_path, write):
    files(write)
    write("p/0--parade/a.txt", FULL)
    write("p/0--Parade/z.txt", FULL)
    write("p/again/0--Parade/a.txt", FULL)
    _, problems = told(tmp_path)
    assert len(problems) == 2
    assert "0--Parade/a.txt: is a second file of 0--Parade/a; the first one counts" in problems[0]
    assert "2 files are of no picture of the set, such as 0--Parade/z.txt" in problems[1]


def test_a_misspelt_event_gets_the_nearest_right_one(tmp_path, write):
    files(write)
    write("p/0-Parade/a.txt", FULL)
    assert "there is no event '0-Parade'; did you mean '0--Parade'?" in told(tmp_path)[1][0]


def test_a_wrong_place_is_an_error_and_never_a_figure_of_0(tmp_path, write):
    write("p/notes.txt", "something")
    with pytest.raises(DataError, match=r"none of its 1 .* notes\.txt; files such as 0--Parade/a\.txt"):
        told(tmp_path)
    (tmp_path / "p/notes.txt").unlink()
    with pytest.raises(DataError, match="holds no predictions"):
        told(tmp_path)
    write("p/0--Parade/a.txt", "").write_bytes(FULL.encode("utf-16"))  # as PowerShell's > does
    with pytest.raises(DataError, match=r"holds no predictions.* problems: .*a\.txt: is not a text file in"):
        told(tmp_path)


@pytest.mark.parametrize(
    ("text", "rows", "words"),
    [
        ("a\n2\n1 2 3 4 .5\n", 1, "1 rows where the count says 2; the rows count"),
        ("a\nmany\n1 2 3 4 .5\n", 1, "1 rows where the count says many"),
        ("a\n1 2 3 4 .5\n5 6 7 8 .4\n", 1, "line 2: is no count: '1 2 3 4 .5'; it is left out"),
        ("a\n2\n1 2 3 4 .5\n1 2 x 4 .5\n", 1, "line 4: not all numbers: '1 2 x 4 .5'; the row is left out"),
        ("a\n1\n1,2,3,4,.5\n", 0, "line 3: 1 columns where 5 are needed"),
        ("a\n1\n1 2 3 4\n", 0, "line 3: 4 columns where 5 are needed"),
        ("a\n1\n1 2 3 4 nan\n", 0, "line 3: numbers that are not finite"),
        ("a\n1\n1 2 inf 4 1\n", 0, "line 3: numbers beyond reason"),
        ("a\n1\n1 2 -3 4 1\n", 0, "line 3: a width or height below 0"),
        ("b\n1\n1 2 3 4 .5\n", 1, "its first line names 'b'; the file's own name counts"),
        ("", 0, "its first line names ''"),
        ("a", 0, "0 rows where the count says nothing"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_file_is_said_with_its_line(tmp_path, write, text, rows, words):
    files(write, a=text)
    found, problems = told(tmp_path)
    assert len(found[0]) == rows
    assert all("0--Parade/a.txt: " in problem for problem in problems)
    assert any(words in problem for problem in problems)


def test_without_an_ending_dots_in_names_stay():
    assert without_ending("0--Parade/a.b.JPG") == "0--Parade/a.b"
    assert without_ending("2002/07/19/big/img_18.5") == "2002/07/19/big/img_18.5"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.tuples(*[st.floats(0, 1e6)] * 5), max_size=4), min_size=3, max_size=3))
def test_what_is_written_is_read(tmp_path, rows):
    write(tmp_path / "p", dict(zip([f"{NAMES[0]}.jpg", *NAMES[1:]], rows, strict=True)))
    found, problems = told(tmp_path)
    assert problems == []
    assert all(np.array_equal(a, np.reshape(b, (-1, 5))) for a, b in zip(found, rows, strict=True))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet="0123456789. -\nenaif\t", max_size=60))
def test_any_text_is_read_or_said(tmp_path, text):
    (tmp_path / "p/0--Parade").mkdir(parents=True, exist_ok=True)
    (tmp_path / "p/0--Parade/a.txt").write_text(text)
    found, _ = told(tmp_path, NAMES[:1])
    assert np.isfinite(found[0]).all()
