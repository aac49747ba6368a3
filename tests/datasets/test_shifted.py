import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facewright.core.errors import DataError, UsageError
from facewright.datasets.open import open_dataset
from facewright.datasets.sample import Dataset, Sample, no_landmarks
from facewright.datasets.shifted import ROOM, frame, shifted


def photo(name, *boxes, width=90, height=60):
    """The pixel at (x, y) is (x, y, 0), so that what a frame shows is known."""
    y, x = np.mgrid[:height, :width].astype(np.uint8)
    boxes = np.array(boxes, np.float32).reshape(-1, 4)
    marks = no_landmarks(len(boxes))
    marks[:] = 30
    whole = np.array([[0, 0, width, height]], np.float32)
    return Sample(name, np.stack([x, y, 0 * x], axis=2), boxes, marks, ignore=whole)


BOX = (40, 20, 60, 50)
PHOTOS = Dataset("photos", [photo("a", BOX), photo("b", BOX, (1, 2, 5, 9)), photo("c"), photo("d", BOX)])


@st.composite
def faces(draw):
    width, height = draw(st.integers(20, 300)), draw(st.integers(20, 300))
    x0, y0 = draw(st.floats(-5, width - 10)), draw(st.floats(-5, height - 10))
    x1, y1 = draw(st.floats(x0 + 2, x0 + width)), draw(st.floats(y0 + 2, y0 + height))
    return np.array([x0, y0, x1, y1], np.float32), width, height


@settings(max_examples=80)
@given(faces(), st.integers(0, 1000))
def test_the_whole_face_is_in_the_frame(face, seed):
    box, width, height = face
    x, y, size_x, size_y = frame(box, width, height, np.random.default_rng(seed))
    assert x <= box[0] and y <= box[1]
    assert box[2] <= x + size_x and box[3] <= y + size_y
    assert size_x >= ROOM * (box[2] - box[0]) - 1e-3 and size_y >= ROOM * (box[3] - box[1]) - 1e-3


def test_the_face_may_be_anywhere():
    box = np.array(BOX, np.float32)
    places = []
    for seed in range(400):
        x, y, size_x, size_y = frame(box, 90, 60, np.random.default_rng(seed))
        places.append([(box[0] - x) / (size_x - 20), (box[1] - y) / (size_y - 30)])
    for axis in range(2):
        counts, _ = np.histogram(np.array(places)[:, axis], 4, (0, 1))
        assert counts.min() > 60  # of 100 each


def test_pixels_and_labels_move_together():
    for sample in shifted(PHOTOS, seed=5, copies=8):
        x0, y0, x1, y1 = sample.boxes[0].round().astype(int)
        inside = sample.picture[y0:y1, x0:x1]
        assert inside[0, 0].tolist() == [40, 20, 0]
        assert inside[-1, -1].tolist() == [59, 49, 0]
        move = sample.boxes[0, :2] - [40, 20]
        np.testing.assert_allclose(sample.landmarks[0, 0], move + 30)
        np.testing.assert_allclose(sample.ignore[0], [*move, *(move + [90, 60])])


def test_only_single_faces_are_used_and_the_rest_is_counted():
    made = shifted(PHOTOS, seed=0, copies=2)
    assert [sample.name for sample in made] == ["a#0", "a#1", "d#0", "d#1"]
    assert str(made.problems[-1]) == "photos: 2 of 4 pictures hold no face or several; left out"
    with pytest.raises(DataError, match="no picture with exactly one face"):
        shifted(PHOTOS[2:3], seed=0)


def test_frames_depend_on_the_seed_and_their_number_alone():
    one, again, other = shifted(PHOTOS, 1, 2), shifted(PHOTOS, 1, 2), shifted(PHOTOS, 2, 2)
    assert np.array_equal(one[3].picture, again[3].picture)
    assert np.array_equal(one.spread(2)[1].picture, again[3].picture)
    assert any(a.boxes.tolist() != b.boxes.tolist() for a, b in zip(one, other, strict=True))


def test_it_opens_from_the_command_line():
    made = open_dataset("shifted:toy:6?seed=2&copies=3")
    assert made.name == "shifted:toy:6?seed=2&copies=3"
    assert len(made) % 3 == 0 and len(made[0].boxes) == 1
    with pytest.raises(UsageError, match="no option 'copy'"):
        open_dataset("shifted:toy:6?copy=3")
    with pytest.raises(DataError, match="copies must be 1 or more"):
        open_dataset("shifted:toy:6?copies=0")


def test_a_seed_below_zero_is_a_sentence():
    with pytest.raises(DataError, match="seed must be 0 or more, not -1"):
        open_dataset("shifted:toy:4?seed=-1")
