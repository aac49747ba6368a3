"""Landmarks of the person's left, in another order, or beside their faces, are told; good ones, however
turned, are not."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from facewright.datasets.sample import Dataset, Sample
from facewright.doctor.data import Data
from facewright.doctor.examination import examine
from facewright.doctor.labels.landmarks import LANDMARKS

FIVE = np.array([[40, 40], [60, 40], [50, 50], [43, 60], [57, 60]], np.float32)
BOX = np.array([25, 20, 75, 80], np.float32)


def found(*faces):
    """Check -> evidence, of a set of one face a picture: landmarks and box."""
    samples = [
        Sample(f"{i}", np.full((100, 100, 3), 90, np.uint8), box[None], five[None])
        for i, (five, box) in enumerate(faces)
    ]
    findings = examine([Data("mine", Dataset("mine", samples))], checks=LANDMARKS).findings
    return {finding.id: finding.evidence["found"] for finding in findings}


def turned(degrees):
    angle = np.radians(degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return ((FIVE - 50) @ turn.T + 50).astype(np.float32)


@pytest.mark.parametrize("degrees", [0, 30, 90, 180, 270])
def test_left_and_right_are_told_of_faces_turned_by_any_angle(degrees):
    five = turned(degrees)
    assert found(*[(five, BOX)] * 4) == {}
    assert found(*[(five[[1, 0, 2, 4, 3]], BOX)] * 4, (five, BOX)) == {"landmarks-swapped": 4}
    assert found(*[(five[[1, 0, 2, 4, 3]], BOX)] * 3, *[(five, BOX)] * 7) == {"landmarks-swapped": 3}


def test_landmarks_beside_their_boxes_are_told():
    shares = FIVE / 100
    assert found(*[(shares, BOX)] * 3, *[(FIVE, BOX)] * 147) == {"landmarks-outside": 3}
    assert found(*[(shares, BOX)] * 3, *[(FIVE, BOX)] * 148) == {}
    assert found(*[(shares, BOX)] * 2, *[(FIVE, BOX)] * 2) == {}
    assert found(*[(shares, np.full(4, np.nan, np.float32))] * 5) == {}
    assert found(*[(np.full((5, 2), np.nan, np.float32), BOX)] * 5) == {}


def of_toys(toys, findings, wrong):
    """Ids of what is found of landmarks where those of drawn faces, and their boxes, were made wrong."""
    spoilt = [replace(s, landmarks=wrong(s.landmarks, s.boxes)) for s in toys]
    return {id: f.message for id, f in findings(spoilt).items() if id.startswith("landmarks-")}


def test_landmarks_in_another_order_are_told_with_the_order_that_they_have(toys, findings):
    assert of_toys(toys, findings, lambda points, boxes: points) == {}
    told = of_toys(toys, findings, lambda points, boxes: points[:, [2, 0, 1, 3, 4]])
    assert list(told) == ["landmarks-order"]
    assert "lies at nose, left eye, right eye, left mouth, right mouth" in told["landmarks-order"]
    told = of_toys(toys, findings, lambda points, boxes: points[:, [3, 4, 2, 0, 1]])
    assert list(told) == ["landmarks-order"]  # and not left for right
    told = of_toys(toys, findings, lambda points, boxes: points[:, [1, 0, 2, 4, 3]])
    assert list(told) == ["landmarks-swapped"]


def test_landmarks_beside_eyes_nose_and_mouth_are_told_within_their_boxes_too(toys, findings):
    def moved(points, boxes):
        return points + (boxes[:, None, 2:] - boxes[:, None, :2]) * np.float32([0.22, 0])

    assert list(of_toys(toys, findings, moved)) == ["landmarks-off-faces"]


def test_landmarks_of_faces_that_the_detector_takes_for_upright_are_not_accused(toys, findings):
    """Upside down, it finds the faces and calls their mouths eyes."""
    turned = []
    for sample in toys:
        height, width = sample.picture.shape[:2]
        boxes = np.float32([width, height, width, height]) - sample.boxes[:, [2, 3, 0, 1]]
        landmarks = np.float32([width, height]) - sample.landmarks
        picture = np.ascontiguousarray(sample.picture[::-1, ::-1])
        turned.append(replace(sample, picture=picture, boxes=boxes, landmarks=landmarks))
    assert not {"landmarks-order", "landmarks-off-faces"} & set(findings(turned))


def test_landmarks_of_faces_of_a_few_pixels_are_not_held_against_those_found(toys, findings):
    shrunk = []
    for sample in toys:
        height, width = sample.picture.shape[:2]
        picture = np.full_like(sample.picture, 90)
        small = Image.fromarray(sample.picture).resize((width // 6, height // 6), Image.Resampling.BOX)
        picture[: height // 6, : width // 6] = np.asarray(small)
        moved = replace(sample, picture=picture, boxes=sample.boxes / 6, landmarks=sample.landmarks / 6)
        shrunk.append(replace(moved, landmarks=moved.landmarks + np.float32([1, 0])))
    assert not {"landmarks-order", "landmarks-off-faces"} & set(findings(shrunk))


def test_left_and_right_of_faces_in_profile_are_not_judged():
    profile = np.float32([[40, 40], [38, 40], [60, 55], [42, 70], [41, 70]])
    assert found(*[(profile, BOX)] * 30) == {}


def test_boxes_that_are_not_finite_are_not_asked_for_their_landmarks(toys, findings):
    endless = [
        replace(s, boxes=np.where(np.arange(len(s.boxes))[:, None] == 0, np.inf, s.boxes)) for s in toys
    ]
    assert not {"landmarks-order", "landmarks-off-faces"} & set(findings(endless))
