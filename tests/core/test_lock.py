import pytest

from facewright.core.errors import DataError
from facewright.core.lock import locked


def test_one_at_a_time_holds_it_and_it_is_free_again_afterwards(tmp_path):
    busy = DataError("busy")
    with (
        locked(tmp_path / "lock", busy),
        pytest.raises(DataError, match="busy") as told,
        locked(tmp_path / "lock", busy),
    ):
        raise AssertionError("held twice")
    assert told.value is busy
    with locked(tmp_path / "lock", busy):
        pass


def test_an_error_inside_lets_go(tmp_path):
    with pytest.raises(ValueError, match="inside"), locked(tmp_path / "lock", DataError("busy")):
        raise ValueError("inside")
    with locked(tmp_path / "lock", DataError("busy")):
        pass
