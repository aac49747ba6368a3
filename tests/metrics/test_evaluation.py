import json
import math

import numpy as np
import pytest

from facewright.core.faces import Faces
from facewright.datasets.sample import Sample, no_landmarks
from facewright.inference.card import Card, ScoreCalibration
from facewright.metrics.evaluation import EVALUATION_MIN_SCORE, evaluate, lowest_score, protocol
from facewright.metrics.scale import scale_of


def sample(boxes, width=1280, height=640, ignore=()):
    boxes = np.asarray(boxes, np.float32).reshape(-1, 4)
    picture = np.zeros((height, width, 3), np.uint8)
    return Sample(
        "s", picture, boxes, no_landmarks(len(boxes)), {}, np.asarray(ignore, np.float32).reshape(-1, 4)
    )


TWO = sample([[0, 0, 40, 40], [500, 0, 700, 200]])  # 20 and 100 pixels on the scale of 640
NONE = sample([])


def test_sizes_are_said_on_the_scale_of_long_side_640():
    result = evaluate([TWO], [Faces([[500, 0, 700, 200]], [0.9], None, {}, 1280, 640)])
    assert {name: s.faces for name, s in result.sizes.items()} == {"small": 1, "medium": 0, "large": 1}
    assert result.sizes["small"].recall == 0
    assert result.sizes["large"].recall == result.sizes["large"].ap50 == 1
    assert math.isnan(result.sizes["medium"].ap50)
    assert math.isnan(result.sizes["medium"].recall)


def test_the_picture_is_asked_when_the_faces_do_not_know_its_size_and_never_enlarged():
    assert scale_of(TWO, Faces.empty()) == 0.5
    assert scale_of(sample([], 320, 240), Faces.empty()) == 1
    assert scale_of(TWO, Faces.empty(6400, 100)) == 0.1


def test_figures_at_the_threshold_of_use_and_at_rates_of_false_alarms():
    faces = [
        Faces([[0, 0, 40, 40], [500, 0, 700, 200]], [0.9, 0.3], None, {}, 1280, 640),
        Faces([[0, 0, 9, 9]], [0.4], None, {}, 1280, 640),
    ]
    result = evaluate([TWO, NONE], faces, threshold=0.35)
    assert result.in_use == (0.35, 0.5, 0.5, 0.5)
    assert result.at_false_alarms[0.1].recall == 0.5
    assert result.at_false_alarms[1.0].recall == 1
    assert result.sizes["large"].recall == 0
    assert result.sizes["large"].recall_at == {0.1: 0, 1.0: 1}
    assert (result.pictures, result.faces, result.detections) == (2, 2, 3)


def test_whole_picture_ignore_makes_extra_finds_neutral():
    boxes = [[0, 0, 40, 40], [500, 0, 700, 200]]
    faces = [Faces(boxes, [0.9, 0.8], None, {}, 1280, 640)]
    result = evaluate([sample(boxes[1:], ignore=[[0, 0, 1280, 640]])], faces)
    assert (result.ap50, result.ignored, result.in_use.precision) == (pytest.approx(1), 1, 1)


def test_scores_are_believed_by_detections_that_could_be_wrong_and_are_shown():
    boxes = [[0, 0, 40, 40], [500, 0, 700, 200], [800, 0, 900, 100], [0, 100, 40, 140]]
    faces = [Faces(boxes, [0.9, 0.7, 0.05, 0.7], None, {}, 1280, 640)]
    result = evaluate([sample(boxes[:1], ignore=[boxes[3]])], faces)
    assert [b.answers for b in result.calibration] == [1, 1, 1]
    assert result.calibration_error == pytest.approx((0.1 + 0.7) / 2)  # .9 is right, .7 wrong, .05 not shown
    nothing_known = evaluate([sample(boxes[:1], ignore=[[0, 0, 1280, 640]])], faces)
    assert nothing_known.calibration == [] and nothing_known.to_dict()["calibration_error"] is None


def test_a_calibrated_file_is_asked_for_what_the_network_itself_would_give():
    card = Card(name="n", task="detection", version="1", parameters=1, terms="")
    assert lowest_score(card) == EVALUATION_MIN_SCORE
    fitted = ScoreCalibration(
        slope=2, offset=0, error_before=0, error_after=0, detections=1, right=1, pictures={}, faceless=0
    )
    lowest = lowest_score(card.model_copy(update={"score_calibration": fitted}))
    assert lowest / (1 - lowest) == pytest.approx((0.02 / 0.98) ** 2)


def test_json_is_plain_and_unrounded():
    record = evaluate(
        [TWO, NONE], [Faces([[0, 0, 40, 40]], [1 / 3], None, {}, 1280, 640), Faces.empty(9, 9)]
    ).to_dict()
    again = json.loads(json.dumps(record, allow_nan=False))
    assert again == record
    assert record["sizes"]["medium"]["ap50"] is None
    assert record["curve"]["thresholds"][0] == float(np.float32(1 / 3))
    assert record["at_false_alarms"]["0.1"]["recall"] == 0.5
    assert record["landmarks"] == {"nme": None, "faces": 0}


@pytest.mark.parametrize("pictures", [[], [NONE], [NONE, NONE]])
def test_nothing_to_find_is_said_as_none(pictures):
    record = evaluate(pictures, [Faces.empty(9, 9)] * len(pictures)).to_dict()
    assert record["ap50"] is None
    assert record["in_use"]["false_alarms"] == 0
    json.dumps(record, allow_nan=False)


def test_lengths_must_agree():
    with pytest.raises(ValueError, match="1 samples but detections for 0 pictures"):
        evaluate([TWO], [])


def test_the_protocol_names_threshold_and_size():
    text = " ".join(protocol(0.35, 320))
    assert "0.35" in text
    assert "320" in text
    assert "small < 32" in text
    assert "Close-ups" not in text and "Close-ups" in " ".join(protocol(0.35, 320, close_ups=True))
