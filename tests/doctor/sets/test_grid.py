from facewright.doctor.sets.grid import crowded, too_small
from facewright.doctor.sets.subject import Splits


def seen(toys, data, **how):
    return Splits("mine", {"train": [data("train", toys)]}, **how)


def test_s2_faces_that_one_box_a_cell_must_lose(toys, data, ids, errors):
    coarse = seen(toys, data, input=(480, 480), cells=(3, 3))
    assert "cells-crowded" in ids(coarse)
    (finding,) = crowded(coarse)
    assert 0.02 < finding.evidence["share"] < 0.5
    fine = seen(toys, data, input=(480, 480), cells=(60, 60))
    assert crowded(fine) == []
    assert errors(fine) == []


def test_two_faces_in_one_cell_lose_one(toys, data):
    both = [toy for toy in toys if len(toy.boxes) == 2]
    (finding,) = crowded(seen(both, data, input=(128, 128), cells=(1, 1)))
    assert finding.evidence["lost"] * 2 == finding.evidence["faces"]


def test_faces_are_measured_against_the_stride(toys, data, ids):
    assert "faces-too-small" in ids(seen(toys, data, input=(64, 64), stride=32))
    assert too_small(seen(toys, data, input=(512, 512), stride=4)) == []
    assert too_small(seen(toys, data, input=(64, 64))) == []


def test_without_an_input_nothing_is_asked(toys, data, ids):
    assert not {"cells-crowded", "faces-too-small"} & ids(seen(toys, data, cells=(2, 2), stride=64))
