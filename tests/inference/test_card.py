import json
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from hypothesis import given
from hypothesis import strategies as st

from facewright.core.errors import ModelError
from facewright.inference.card import TASKS, Card, ScoreCalibration, Task, read_card


def read(path: Path, tasks: tuple[Task, ...] = ("detection",)) -> Card:
    return read_card(onnxruntime.InferenceSession(str(path)), path, tasks)


def test_the_card_comes_out_as_it_went_in(make_model):
    card = Card(
        name="n", task="detection", version="1", parameters=7, terms="any", results={"toy": {"AP50": 0.9}}
    )
    assert read(make_model(card.model_dump_json())) == card


def test_what_calibrated_the_scores_comes_out_as_it_went_in_and_older_files_have_none(make_model):
    found = ScoreCalibration(
        slope=2.5, offset=0.5, error_before=0.1, error_after=0.02, detections=900, right=80,
        pictures={"crowds/val": 80, "woods/val": 120}, faceless=0.5,
    )  # fmt: skip
    card = Card(name="n", task="detection", version="1", parameters=7, terms="any", score_calibration=found)
    assert read(make_model(card.model_dump_json())) == card
    older = {k: v for k, v in card.model_dump(mode="json").items() if k != "score_calibration"}
    assert read(make_model(json.dumps(older))).score_calibration is None
    with pytest.raises(ValueError, match="slope"):
        ScoreCalibration(**found.model_dump() | {"slope": 0.0})


def fitted(slope, offset):
    return ScoreCalibration(
        slope=slope, offset=offset, error_before=None, error_after=None, detections=2, right=1, pictures={},
        faceless=0.5,
    )  # fmt: skip


def card_of(calibration=None):
    return Card(
        name="n", task="detection", version="1", parameters=7, terms="any", score_calibration=calibration
    )


shares = st.floats(0.001, 0.999)
lines = st.builds(fitted, st.floats(0.5, 4), st.floats(-3, 3))


@given(lines, shares)
def test_the_networks_own_score_and_the_files_are_each_others_inverse(line, score):
    assert line.of(line.own(score)) == pytest.approx(score)
    assert line.own(line.of(score)) == pytest.approx(score)


@given(st.builds(fitted, st.floats(1e-3, 1e3), st.floats(-50, 50)), st.floats(0, 1), st.floats(0, 1))
def test_calibrated_scores_are_scores_and_keep_their_order(line, one, other):
    low, high = sorted([one, other])
    for turn in (line.of, line.own):
        assert 0 <= turn(low) <= turn(high) <= 1
        assert (turn(0), turn(1)) == (0, 1)


def test_a_calibrated_score_is_the_line_through_the_logits():
    assert fitted(2, 0).of(0.9) == pytest.approx(0.81 / 0.82)
    assert fitted(1, np.log(3)).of(0.5) == pytest.approx(0.75)


@given(shares, st.floats(0.1, 3), lines)
def test_a_share_of_a_score_is_one_of_the_networks_own(score, share, line):
    assert card_of().scaled(score, share) == min(1.0, share * score)
    assert card_of(line).scaled(line.of(score), share) == pytest.approx(line.of(min(1.0, share * score)))
    assert card_of(line).scaled(score, 1.0) == pytest.approx(score)


@pytest.mark.parametrize("task", TASKS)
def test_any_task_that_is_asked_for_is_accepted(make_model, task):
    assert read(make_model(task=task), TASKS).task == task
    others = tuple(other for other in TASKS if other != task)
    with pytest.raises(ModelError, match=f"a model for {task}, not for {' or '.join(others)}; give"):
        read(make_model(task=task), others)


@pytest.mark.parametrize(
    ("card", "sentence"),
    [
        (None, "without a facewright card"),
        ("{", "is not JSON"),
        ("[]", "cannot be understood"),
        ({"task": "attributes"}, "a model for attributes, not for detection"),
        ({"task": "detection"}, r"cannot be understood \(name: Field required\)"),
        ({"task": "detection", "name": "n", "format": 2}, "made by a newer facewright; update facewright"),
    ],
)
def test_a_missing_or_foreign_card_is_one_sentence(make_model, card, sentence):
    with pytest.raises(ModelError, match=sentence) as caught:
        read(make_model(card))
    assert "colours.onnx" in str(caught.value) and "\n" not in str(caught.value)


def test_what_a_later_card_says_besides_is_passed_over(make_model):
    card = {
        "task": "detection",
        "name": "n",
        "version": "9",
        "parameters": 1,
        "terms": "",
        "licence_url": "x",
    }
    assert read(make_model(card)).name == "n"


def test_a_card_is_valid_json_for_other_programs(colour_model):
    properties = onnxruntime.InferenceSession(str(colour_model)).get_modelmeta().custom_metadata_map
    assert json.loads(properties["facewright"])["name"] == "colours"
