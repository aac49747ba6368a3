"""MATLAB's files as scipy writes them, and as nobody should."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from facewright.datasets import matlab
from facewright.datasets.matlab import read

io = pytest.importorskip("scipy.io", reason="it writes the .mat files")


def cells(*values):
    out = np.empty((len(values), 1), object)
    for i, value in enumerate(values):
        out[i, 0] = value
    return out


def test_the_official_files_are_read_as_scipy_reads_them(oracles):
    lists = {
        "wider_face_val.mat": ["event_list", "file_list", "face_bbx_list"],
        "wider_hard_val.mat": ["gt_list"],
    }
    for name, variables in lists.items():
        path = oracles / "widerface" / name
        ours, theirs = read(path, variables), io.loadmat(path)
        assert list(ours) and all(_alike(ours[variable], theirs[variable]) for variable in variables)


def _alike(a, b):
    if isinstance(a, list):
        return all(_alike(x, y) for x, y in zip(a, b.reshape(-1, order="F"), strict=True))
    return a == "".join(b) if isinstance(a, str) else np.array_equal(a, b)


numbers = arrays.arrays(
    st.sampled_from(["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8"]),
    st.tuples(st.integers(0, 4), st.integers(0, 4)),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(numbers, st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1), st.booleans())
def test_numbers_text_and_cells(tmp_path, array, text, compressed):
    path = tmp_path / "x.mat"
    io.savemat(path, {"a": array, "b": text, "c": cells(array, text, cells(1.5))}, do_compression=compressed)
    found = read(path, ("a", "b", "c", "d"))
    assert found.keys() == {"a", "b", "c"}
    assert np.array_equal(found["a"], array, equal_nan=array.dtype.kind == "f") and found["b"] == text
    assert np.array_equal(found["c"][0], array, equal_nan=array.dtype.kind == "f")
    assert found["c"][1] == text and found["c"][2][0].item() == 1.5


def test_only_what_is_asked_for_is_looked_at(tmp_path):
    io.savemat(tmp_path / "x.mat", {"a": {"field": 1}, "b": 2.0})
    assert read(tmp_path / "x.mat", ("b",))["b"].item() == 2
    with pytest.raises(ValueError, match="only numbers, text and cells"):
        read(tmp_path / "x.mat", ("a",))


def test_complex_numbers_are_refused(tmp_path):
    io.savemat(tmp_path / "x.mat", {"a": np.array([1 + 2j])})
    with pytest.raises(ValueError, match="only numbers, text and cells"):
        read(tmp_path / "x.mat", ("a",))


def test_a_bomb_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(matlab, "MOST_BYTES", 10_000)
    io.savemat(tmp_path / "x.mat", {"a": np.zeros(20_000)}, do_compression=True)
    with pytest.raises(ValueError, match="beyond reason"):
        read(tmp_path / "x.mat", ("a",))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(at=st.integers(0, 5000), byte=st.integers(0, 255), cut=st.booleans(), compressed=st.booleans())
def test_a_damaged_file_is_read_or_said(tmp_path, at, byte, cut, compressed):
    path = tmp_path / "x.mat"
    value = cells(np.arange(12).reshape(3, 4), "some", cells("more", np.ones((2, 2))))
    io.savemat(path, {"first": value, "second": np.arange(300)}, do_compression=compressed)
    whole = path.read_bytes()
    at %= len(whole)
    path.write_bytes(whole[:at] if cut else whole[:at] + bytes([byte]) + whole[at + 1 :])
    try:
        read(path, ("first", "second"))
    except ValueError as error:
        assert str(error)
