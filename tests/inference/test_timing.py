import numpy as np
import pytest

from facewright.inference.timing import WARM_UP, interleaved, machine, summary


def test_calls_take_turns_and_another_is_first_each_round():
    order = []
    times = interleaved({name: lambda name=name: order.append(name) for name in "abc"}, rounds=4)
    assert "".join(order) == "aaabbbccc" + "abc" + "bca" + "cab" + "abc" and WARM_UP == 3
    assert all(values.shape == (4,) and (values >= 0).all() for values in times.values())


def test_medians_and_ratios_of_the_rounds():
    times = {"a": np.array([1.0, 2.0, 3.0]), "b": np.array([2.0, 2.0, 9.0])}
    found = summary(times, "a")
    assert found["a"].ms == 2000 and found["a"].ratio == 1 and found["b"].ratio == 2
    assert found["b"].p10 == pytest.approx(2000) and found["b"].p90 == pytest.approx(7600)
    assert summary(times)["a"].ratio is None and summary(times, "gone")["a"].ratio is None


def test_the_machine_is_told_without_its_name():
    found = machine(("numpy", "no-such-package"))
    assert found["numpy"] == np.__version__ and found["no-such-package"] == "not installed"
    assert list(found)[:2] == ["cpu", "python"]
