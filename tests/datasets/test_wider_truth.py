"""WIDER FACE's .mat files: read, and refused where they are not all there, damaged, or of something else."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from facewright.core.errors import DataError
from facewright.datasets.wider_truth import find, read

FACES = {"0--Parade/a": [(1, 2, 3, 4), (5, 6, 7, 8)], "0--Parade/b": [], "1--Handshaking/c": [(9, 9, 2, 2)]}


@pytest.fixture
def folder(tmp_path, write_wider_truth):
    return write_wider_truth(tmp_path, FACES, easy={"1--Handshaking/c": [1]}, medium={"0--Parade/a": [2]})


def test_faces_and_subsets_are_read(folder):
    truth = read(folder)
    assert list(truth.names) == list(FACES)
    assert [boxes.tolist() for boxes in truth.boxes] == [[list(b) for b in boxes] for boxes in FACES.values()]
    assert [keep.tolist() for keep in truth.subsets["medium"]] == [[False, True], [], [False]]
    assert {subset: truth.faces(subset) for subset in truth.subsets} == {"easy": 1, "medium": 1, "hard": 3}


@pytest.mark.parametrize("place", ["wider_face_split", "ground_truth", "eval_tools/ground_truth"])
def test_the_files_are_found_where_they_are_unpacked(tmp_path, write_wider_truth, place):
    write_wider_truth(tmp_path / place, FACES)
    assert find(tmp_path) == tmp_path / place
    assert len(read(tmp_path).names) == 3


def test_the_one_file_that_lies_beside_the_lists_is_not_enough(tmp_path, write_wider_truth):
    write_wider_truth(tmp_path / "wider_face_split", FACES)
    for subset in ("easy", "medium", "hard"):
        (tmp_path / f"wider_face_split/wider_{subset}_val.mat").unlink()
    assert find(tmp_path) is None
    with pytest.raises(DataError, match=r"in wider_face_split but no wider_easy_val\.mat"):
        read(tmp_path)
    write_wider_truth(tmp_path / "eval_tools/ground_truth", FACES)
    assert find(tmp_path) == tmp_path / "eval_tools/ground_truth"


def test_what_is_missing_is_named(folder, tmp_path):
    with pytest.raises(DataError, match="gone: no such folder"):
        read(tmp_path / "gone")
    (folder / "wider_hard_val.mat").unlink()
    with pytest.raises(DataError, match=r"no wider_hard_val\.mat; the protocol needs all four"):
        read(folder)
    (folder / "wider_face_val.mat").unlink()
    assert find(folder) is None
    with pytest.raises(DataError, match=r"holds no wider_face_val\.mat"):
        read(folder)


@pytest.mark.parametrize("name", ["wider_face_val.mat", "wider_easy_val.mat"])
@pytest.mark.parametrize("content", [b"", b"<html>404</html>" * 99, b"MATLAB 5.0 MAT-file" + bytes(300)])
def test_a_file_of_another_kind_is_said(folder, name, content):
    (folder / name).write_bytes(content)
    with pytest.raises(DataError, match=f"{name}: is damaged, or none of"):
        read(folder)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(at=st.floats(0, 1), byte=st.integers(0, 255), cut=st.booleans())
def test_a_damaged_file_is_read_or_said(folder, at, byte, cut):
    path = folder / "wider_easy_val.mat"
    whole = path.read_bytes()
    place = int(at * (len(whole) - 1))
    path.write_bytes(whole[:place] if cut else whole[:place] + bytes([byte]) + whole[place + 1 :])
    try:
        read(folder)
    except DataError as error:
        assert "wider_easy_val.mat" in str(error)
    finally:
        path.write_bytes(whole)


@pytest.mark.parametrize(
    ("faces", "match"), [([3], "a has 2 faces, and another one"), ([0], "another one is named")]
)
def test_a_subset_that_names_faces_that_are_not_there_is_said(tmp_path, write_wider_truth, faces, match):
    write_wider_truth(tmp_path, FACES, hard={"0--Parade/a": faces})
    with pytest.raises(DataError, match=match):
        read(tmp_path)


def test_a_subset_of_other_pictures_is_said(tmp_path, write_wider_truth, folder):
    write_wider_truth(tmp_path / "other", {"0--Parade/a": [(1, 1, 5, 5)]})
    (folder / "wider_easy_val.mat").write_bytes((tmp_path / "other/wider_easy_val.mat").read_bytes())
    with pytest.raises(DataError, match=r"1 pictures where .* has 3"):
        read(folder)


def test_a_mat_file_of_something_else_is_said(folder):
    io = pytest.importorskip("scipy.io", reason="it writes the .mat file")
    io.savemat(folder / "wider_face_val.mat", {"x": np.zeros(3)})
    with pytest.raises(DataError, match="event_list"):
        read(folder)
