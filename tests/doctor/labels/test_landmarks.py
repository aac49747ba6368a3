"""Landmarks of the person's left, or beside their faces, are told; good ones, however turned, are not."""

import numpy as np
import pytest

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
    assert found(*[(shares, BOX)] * 3, *[(FIVE, BOX)] * 27) == {"landmarks-outside": 3}
    assert found(*[(shares, BOX)] * 3, *[(FIVE, BOX)] * 28) == {}
    assert found(*[(shares, BOX)] * 2, *[(FIVE, BOX)] * 2) == {}
    assert found(*[(shares, np.full(4, np.nan, np.float32))] * 5) == {}
    assert found(*[(np.full((5, 2), np.nan, np.float32), BOX)] * 5) == {}
