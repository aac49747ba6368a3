"""Packets go on in time where a recording begins anew."""

from fractions import Fraction
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("av", reason="videos need PyAV (video extra)")

from facewright.apps.joined import Joined

BASE = Fraction(1, 1000)


def packet(stream, dts, duration=40):
    at = SimpleNamespace(index=stream)
    return SimpleNamespace(stream=at, dts=dts, pts=dts + 80, duration=duration, time_base=BASE)


def told(joined, *packets):
    for one in packets:
        joined.go_on(one)
        assert one.pts == one.dts + 80
    return [one.dts for one in packets]


@given(st.lists(st.integers(0, 900), min_size=1), st.integers(0, 10**7))
def test_times_that_never_go_back_stay(steps, start):
    times = [start + sum(steps[:n]) for n in range(len(steps))]
    assert told(Joined(), *(packet(0, time) for time in times)) == times


def test_a_gap_stays_a_gap_and_a_trifle_is_no_new_beginning():
    assert told(Joined(), *(packet(0, t) for t in (0, 40, 9000, 8950, 9040))) == [0, 40, 9000, 8950, 9040]


def test_sound_and_picture_stay_together():
    """The picture began anew first; a packet of the old sound came after that."""
    joined = Joined()
    assert told(joined, packet(0, 1960), packet(1, 1950), packet(0, 0)) == [1960, 1950, 2000]
    assert told(joined, packet(1, 1990), packet(1, 30), packet(0, 40)) == [1990, 2030, 2040]


def test_one_damaged_time_moves_nothing_behind_it():
    assert told(Joined(), *(packet(0, t) for t in (9000, 9040, 3, 9120, 9160))) == [
        9000,
        9040,
        9080,
        9120,
        9160,
    ]


def test_what_has_no_time_is_left_alone():
    bare = packet(0, 5)
    bare.dts = bare.pts = None
    Joined().go_on(bare)
    assert bare.dts is None and bare.pts is None
