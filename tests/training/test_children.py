import os
import time

import pytest

from facewright.core.errors import DataError, TrainingError, UsageError
from facewright.core.lock import locked
from facewright.training.children import Children


def refuse():
    raise DataError("no pictures")


def die():
    os._exit(3)


def say_who(path):
    path.write_text(str(os.getpid()))
    time.sleep(60)


def test_what_was_called_returns_and_what_fails_is_raised():
    with Children() as children:
        children.begin("a", "first", max, 3, 4)
        assert len(children) == 1
        assert children.wait() == [("a", 4)]
        children.begin("b", "second", refuse)
        with pytest.raises(DataError, match="no pictures"):
            children.wait()
        children.begin("c", "third", die)
        with pytest.raises(TrainingError, match="third: its process ended with status 3"):
            children.wait()


def test_none_is_left_behind(tmp_path):
    path = tmp_path / "who"
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt), Children() as children:
        children.begin("a", "sleeper", say_who, path)
        while not path.exists() or not path.read_text():
            time.sleep(0.05)
        raise KeyboardInterrupt
    assert time.monotonic() - began < 50
    with pytest.raises(ProcessLookupError):
        os.kill(int(path.read_text()), 0)


def test_a_lock_is_free_again_when_it_was_left(tmp_path):
    for _ in range(2):
        with (
            locked(tmp_path / "lock", UsageError("left")),
            pytest.raises(UsageError, match="held"),
            locked(tmp_path / "lock", UsageError("held")),
        ):
            pass
