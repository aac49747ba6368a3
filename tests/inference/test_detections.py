from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facewright.core.errors import ModelError, PictureError
from facewright.core.pictures import Picture
from facewright.inference.detections import Detections, run_detection, to_faces
from facewright.inference.session import Session

NOTHING = """<ir_version: 10, opset_import: ["" : 18]>
g (uint8[H, W, 3] picture, float score_threshold = {0.5}) => (float[0, 4] boxes, float[0] scores)
{
    boxes = ConstantOfShape (no_boxes)
    scores = ConstantOfShape (none)
}
""".replace("scores)", "scores) <int64[2] no_boxes = {0, 4}, int64[1] none = {0}>", 1)


def test_finds_boxes_scores_and_landmarks_in_pixels_best_first(colour_model, paint):
    picture = paint(64, 48, green=(40, 0, 64, 48), red=(8, 10, 28, 30))
    found = run_detection(Session(colour_model), picture)
    assert found.boxes.tolist() == [[8, 10, 28, 30], [40, 0, 64, 48]]
    assert found.scores.tolist() == pytest.approx([0.9, 0.6])
    assert found.landmarks.shape == (2, 5, 2)
    assert found.landmarks[0, 0].tolist() == pytest.approx([14, 18])


def test_the_optional_inputs_override_what_the_file_says(colour_model, paint):
    session = Session(colour_model)
    picture = paint(32, 32, red=(0, 0, 4, 4), green=(8, 8, 12, 12), blue=(16, 16, 20, 20))
    assert len(run_detection(session, picture, score_threshold=0.1, iou_threshold=0.3).scores) == 3
    assert len(run_detection(session, picture, score_threshold=0.95).scores) == 0
    found = run_detection(session, picture, score_threshold=0.1, max_faces=1)
    assert found.scores.tolist() == pytest.approx([0.9])


@pytest.mark.parametrize("size", [(1, 1), (1, 700), (3, 2)])
def test_any_size_will_do_and_no_face_is_an_empty_answer(colour_model, size):
    found = run_detection(Session(colour_model), np.zeros((*size, 3), np.uint8))
    assert found.boxes.shape == (0, 4) and found.landmarks.shape == (0, 5, 2)


@pytest.mark.parametrize(
    "array", [np.zeros((4, 4, 3)), np.zeros((4, 4), np.uint8), np.zeros((0, 4, 3), np.uint8)]
)
def test_what_is_no_rgb_picture_is_refused(colour_model, array):
    with pytest.raises(PictureError, match=r"uint8|shape must be|no pixels"):
        run_detection(Session(colour_model), array)


def test_several_threads_may_call_it_at_once(colour_model, paint):
    session = Session(colour_model)
    pictures = [paint(60, 40, red=(i, i, i + 10, i + 5)) for i in range(24)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(partial(run_detection, session), pictures))
    assert [f.boxes[0].tolist() for f in found] == [[i, i, i + 10, i + 5] for i in range(24)]


def test_a_localiser_needs_neither_landmarks_nor_every_option(make_model):
    session = Session(make_model(task="localisation", graph=NOTHING))
    picture = np.zeros((4, 4, 3), np.uint8)
    found = run_detection(session, picture, score_threshold=0.1)
    assert found.boxes.shape == (0, 4) and found.landmarks is None
    with pytest.raises(ModelError, match="has no input max_faces"):
        run_detection(session, picture, max_faces=3)


@given(
    st.integers(1, 5000), st.integers(1, 5000), st.integers(1, 64), st.integers(1, 64),
    st.lists(st.floats(-100, 200, width=32), min_size=4, max_size=4),
)  # fmt: skip
@settings(max_examples=50)
def test_boxes_lie_inside_the_picture_and_have_an_area(full_width, full_height, width, height, numbers):
    x0, x1 = sorted(numbers[:2])
    y0, y1 = sorted(numbers[2:])
    found = Detections(
        np.array([[x0, y0, x1, y1]], np.float32), np.array([0.5], np.float32), np.zeros((1, 5, 2), np.float32)
    )
    picture = Picture(np.zeros((height, width, 3), np.uint8), full_width, full_height)
    assert to_faces(found._replace(landmarks=None), picture).landmarks is None
    for face in to_faces(found, picture):
        assert 0 <= face.box[0] < face.box[2] <= full_width
        assert 0 <= face.box[1] < face.box[3] <= full_height
