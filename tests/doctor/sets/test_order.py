from dataclasses import replace

import numpy as np

from facewright.doctor.sets.order import split_by_order
from facewright.doctor.sets.subject import Splits


def film(scene, frames, seed=0, name="frame"):
    """A view that wanders along a long scene, a few pixels each frame."""
    long = scene(seed, width=1200).read()
    return [
        replace(scene(0), name=f"{name}-{i}.jpg", picture=long[:, 10 * i : 10 * i + 160], group="")
        for i in range(frames)
    ]


def halves(data, samples, at):
    return Splits("mine", {"train": [data("train", samples[:at])], "val": [data("val", samples[at:])]})


def test_s0_the_last_fifth_of_a_sequence_is_validation(scene, data, ids):
    splits = halves(data, film(scene, 100), 80)
    assert "split-by-order" in ids(splits)
    (finding,) = split_by_order(splits)
    assert "holds the last 20 of 100 pictures by name" in finding.message


def test_the_first_part_of_a_sequence_is_found_too(scene, data):
    frames = film(scene, 100)
    splits = Splits("mine", {"train": [data("train", frames[30:])], "val": [data("val", frames[:30])]})
    (finding,) = split_by_order(splits)
    assert "the first 30 of 100" in finding.message


def test_the_last_fifth_of_pictures_that_have_nothing_to_do_with_one_another(scene, toys, data, errors):
    scenes = [scene(seed) for seed in range(100)]
    assert split_by_order(halves(data, scenes, 80)) == []
    assert split_by_order(halves(data, toys, 200)) == []
    assert errors(halves(data, scenes, 80)) == []


def test_whole_films_in_each_part_are_divided_well(scene, data, errors):
    films = [[replace(f, group=f"film {n}") for f in film(scene, 40, seed=n)] for n in range(4)]
    numbered = [
        replace(frame, name=f"{i:04}.jpg") for i, frame in enumerate(f for frames in films for f in frames)
    ]
    assert split_by_order(halves(data, numbered, 120)) == []
    assert errors(halves(data, numbered, 120)) == []


def test_a_part_drawn_from_all_over_the_sequence_is_no_end_of_it(scene, data):
    frames = film(scene, 100)
    chosen = set(np.random.default_rng(0).choice(100, 20, replace=False).tolist())
    parts = {
        "train": [data("train", [f for i, f in enumerate(frames) if i not in chosen])],
        "val": [data("val", [f for i, f in enumerate(frames) if i in chosen])],
    }
    assert split_by_order(Splits("mine", parts)) == []
