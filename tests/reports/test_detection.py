import re

import numpy as np
import pytest

from facewright.core.faces import Faces
from facewright.datasets.sample import Problem, Sample, no_landmarks
from facewright.metrics.evaluation import evaluate, protocol
from facewright.reports.detection import detection_page, false_alarms, missed_faces, tile

NAME = "<b>crowd</b>.jpg"


def scene():
    picture = np.random.default_rng(0).integers(0, 255, (200, 300, 3), np.uint8)
    boxes = np.array([[0, 0, 20, 20], [100, 20, 180, 110], [200, 20, 250, 80]], np.float32)
    sample = Sample(NAME, picture, boxes, no_landmarks(3), {}, np.array([[0, 150, 300, 200]], np.float32))
    found = [[100, 20, 180, 110], [200, 20, 250, 80], [60, 60, 90, 90], [40, 60, 60, 90], [0, 160, 30, 190]]
    return [sample], [Faces(found, [0.9, 0.3, 0.6, 0.8, 0.95], np.zeros((5, 5, 2)), {}, 300, 200)]


def page(samples, faces, **options):
    result = evaluate(samples, faces)
    return detection_page(result, samples, faces, title="t", protocol=protocol(0.5), **options)


def test_misses_come_largest_first_and_false_alarms_surest_first():
    samples, faces = scene()
    result = evaluate(samples, faces)
    assert [m.box.tolist() for m in missed_faces(result, samples)] == [[200, 20, 250, 80], [0, 0, 20, 20]]
    assert [round(m.weight, 3) for m in false_alarms(result, faces)] == [0.8, 0.6]


def test_the_page_holds_everything_and_fetches_nothing():
    text = page(*scene(), problems=[Problem("a.xml", "is <empty>")])
    assert text.count("<svg") == 4
    assert text.count("data:image/jpeg;base64,") == 4
    assert not re.search(r"""(src|href)=["'](?!data:|#)""", re.sub(r"xlink:href=", "href=", text))
    assert "url(http" not in text
    assert "@import" not in text
    assert "<link" not in text
    assert "<script" not in text


def test_names_and_problems_are_escaped():
    text = page(*scene(), problems=[Problem("a.xml", "is <empty>")])
    assert NAME not in text
    assert "&lt;b&gt;crowd&lt;/b&gt;.jpg" in text
    assert "a.xml: is &lt;empty&gt;" in text


def test_at_most_so_many_mistakes_are_shown():
    assert page(*scene(), most=1).count("data:image/jpeg;base64,") == 2


@pytest.mark.parametrize("boxes", [[], [[10, 10, 60, 60]]])
def test_a_set_without_mistakes_or_without_faces(boxes):
    boxes = np.asarray(boxes, np.float32).reshape(-1, 4)
    sample = Sample("s", np.zeros((80, 80, 3), np.uint8), boxes, no_landmarks(len(boxes)))
    text = page([sample], [Faces(boxes, [0.9] * len(boxes), None, {}, 80, 80)])
    assert "No face was missed." in text
    assert "No false alarm." in text


def test_a_tile_shows_a_face_at_the_border_and_draws_all_boxes():
    samples, faces = scene()
    picture = tile(samples[0], faces[0], samples[0].boxes[0])
    assert max(picture.shape[:2]) == 300
    assert picture.dtype == np.uint8
