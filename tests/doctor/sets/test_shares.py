from dataclasses import replace

import numpy as np
import pytest

from facewright.core.errors import UsageError
from facewright.datasets.sample import Dataset
from facewright.doctor.data import Data
from facewright.doctor.sets.shares import constant_presence, lacks_class, mean_box, thinned
from facewright.doctor.sets.subject import Splits


@pytest.fixture
def split(data):
    def make(train, judged=(), **more):
        parts = {"train": [data("train", train)]}
        if judged:
            parts["test"] = [data("test", judged)]
        return Splits("mine", parts, **more)

    return make


def with_at_most(samples, most):
    return [sample for sample in samples if len(sample.boxes) <= most]


def test_s0_a_confidence_that_is_always_one(portraits, scene, split, ids, errors):
    assert "constant-presence" in ids(split(portraits))
    healthy = split([*portraits, *(scene(seed) for seed in range(30))])
    assert "constant-presence" not in ids(healthy)
    assert errors(healthy) == []


def test_what_is_not_learnt_is_not_asked_about(portraits, split):
    assert constant_presence(split(portraits, learnt={"attributes"})) == []
    assert mean_box(split(portraits, learnt={"attributes"})) == []


def test_s0_the_mean_box_is_nearly_right(portraits, toys, split, ids):
    assert "mean-box" in ids(split(portraits))
    (finding,) = mean_box(split(portraits))
    assert finding.evidence["iou"] > 0.5
    assert finding.picture is not None
    single = [toy for toy in toys if len(toy.boxes) == 1]
    assert len(single) >= 30
    assert mean_box(split(single)) == []


def test_s4_validation_holds_faces_only(toys, split, ids, errors):
    faces = [toy for toy in toys if len(toy.boxes)]
    negatives = [toy for toy in toys if not len(toy.boxes)]
    assert len(negatives) > 20
    poor = split([*faces[:100], *negatives], faces[100:])
    assert "validation-lacks-class" in ids(poor)
    (finding,) = lacks_class(poor)
    assert (
        finding.message
        == f"test ({len(faces) - 100} pictures) holds none of: pictures without a face; train does."
    )
    good = split([*faces[:100], *negatives[:15]], [*faces[100:], *negatives[15:]])
    assert lacks_class(good) == []
    assert errors(good) == []


def test_an_attribute_that_nobody_has_in_validation_is_named(portraits, split):
    bare = [p for p in portraits if not p.attributes["Wearing_Hat"][0]]
    (finding,) = lacks_class(split(portraits, bare, learnt={"attributes"}))
    assert list(finding.evidence["lacking"]) == ["Wearing_Hat"]
    assert lacks_class(split(portraits, portraits, learnt={"attributes"})) == []


def test_s4_test_pictures_were_thinned(toys, split, ids, errors):
    splits = split(toys[:120], with_at_most(toys[120:], 2))
    assert "test-thinned" in ids(splits)
    (finding,) = thinned(splits)
    assert finding.evidence["most_faces"] == 2
    assert "more than 2 faces" in finding.message
    whole = split(toys[:120], toys[120:])
    assert thinned(whole) == []
    assert errors(whole) == []


def test_s4_small_faces_were_thinned_out(toys, split):
    def large(sample):
        sides = sample.boxes[:, 2:] - sample.boxes[:, :2]
        return bool((sides.prod(axis=1) > 0.01 * 128 * 128).all())

    (finding,) = thinned(split(toys[:120], [toy for toy in toys[120:] if large(toy)]))
    assert "a face below" in finding.message
    assert finding.evidence["smallest_face"] > 0.01


def test_parts_too_small_to_tell_are_left_alone(toys, split):
    splits = split(toys[:20], with_at_most(toys[20:60], 1)[:10])
    assert thinned(splits) == lacks_class(splits) == constant_presence(splits) == mean_box(splits) == []


def test_faces_without_a_known_place_have_no_mean_box(portraits, split):
    unplaced = [replace(p, boxes=np.full((1, 4), np.nan, np.float32)) for p in portraits]
    assert mean_box(split(unplaced)) == thinned(split(unplaced, unplaced)) == []


def test_names_that_no_check_knows_are_refused(toys):
    data = [Data("toys", Dataset("toys", toys[:4]))]
    with pytest.raises(UsageError, match="call the part that is learnt from \"train\"; there are 'training'"):
        Splits("mine", {"training": data, "validation": data})
    with pytest.raises(UsageError, match="learnt knows no 'box'; did you mean 'boxes'"):
        Splits("mine", {"train": data}, learnt={"box"})


def test_training_pictures_of_which_none_has_a_face(toys, scene, split, ids):
    faceless = [scene(seed) for seed in range(30)]
    assert "train-lacks-faces" in ids(split(faceless, toys))
    assert "train-lacks-faces" not in ids(split([*faceless, *toys[:20]], toys))
    assert "train-lacks-faces" not in ids(split(faceless, faceless))  # a faceless set's own parts
    assert "train-lacks-faces" not in ids(split(faceless, learnt={"boxes"}))  # a faceless set beside others


def test_so_few_pictures_judge_that_chance_decides(toys, split, ids):
    assert "validation-small" in ids(split(toys[:100], toys[100:120]))
    assert "validation-small" not in ids(split(toys[:100], toys[100:130]))
