import pickle

import numpy as np
import pytest

from facewright.core.errors import DataError, PictureError
from facewright.datasets.sample import Dataset, Sample, no_landmarks
from facewright.transforms.crops import CropStyle
from facewright.transforms.windows import WindowMaker, faces_of, sources_of, still_windows, windows_of

STYLE = CropStyle(side=24, margin=0, shift=0.05, zoom=0.1, degrees=10, mirror=0.5)


def picture(name, boxes=(), size=80, value=0):
    """Dark, with a white rectangle for each face; a box of NaN makes all of it white."""
    boxes = np.array(boxes, np.float32).reshape(-1, 4)
    pixels = np.full((size, size, 3), value, np.uint8)
    for box in boxes:
        x0, y0, x1, y1 = (0, 0, size, size) if np.isnan(box).any() else box.astype(int)
        pixels[y0:y1, x0:x1] = 255
    return Sample(name, pixels, boxes, no_landmarks(len(boxes)))


FACES = Dataset("faces", [picture("a", [[10, 10, 50, 50]]), picture("b", [[5, 5, 45, 45], [60, 60, 64, 64]])])
WHOLE = Dataset("whole", [picture("w", [[np.nan] * 4])])
EMPTY = Dataset("empty", [picture("e"), picture("f", value=40)])


def maker(seed=0, style=STYLE):
    return WindowMaker(
        [faces_of(FACES), faces_of(WHOLE)], [windows_of(EMPTY), windows_of(FACES)], [1, 1, 1, 2], style, seed
    )


def test_even_windows_show_a_face_and_odd_ones_none():
    for number in range(40):
        window = maker().window(number)
        assert window.pixels.shape == (24, 24, 3)
        assert window.face == (number % 2 == 0)
        assert (window.pixels.mean() > 120) == window.face


def test_a_window_depends_on_the_seed_and_its_number_alone():
    one, other = maker(), pickle.loads(pickle.dumps(maker()))
    forward = [one.window(i).pixels for i in range(6)]
    backward = [other.window(i).pixels for i in reversed(range(6))][::-1]
    np.testing.assert_array_equal(forward, backward)
    assert not np.array_equal(forward, [maker(seed=1).window(i).pixels for i in range(6)])


def test_sources_are_drawn_by_their_weights():
    weighed = WindowMaker([faces_of(FACES), faces_of(WHOLE)], [windows_of(EMPTY)], [1, 3, 1], STYLE, 0)
    values = [source.dataset.name for source in weighed.sources[0]]
    assert values == ["faces", "whole"]
    np.testing.assert_allclose(weighed.shares[0], [0.25, 0.75])
    np.testing.assert_allclose(weighed.shares[1], [1])


def test_faces_too_small_to_see_are_not_shown():
    only = faces_of(Dataset("b", FACES[1:].samples))
    for number in range(10):
        rng = np.random.default_rng(number)
        assert only.cut(only.dataset[0], STYLE, rng, True).mean() > 250  # never the one of four pixels
    with pytest.raises(DataError, match="holds no face"):
        faces_of(Dataset("small", [picture("s", [[60, 60, 64, 64]])]))
    with pytest.raises(DataError, match="holds no face"):
        faces_of(EMPTY)


def test_crops_are_taken_whole_and_those_with_a_face_are_no_negatives():
    crops = Dataset("crops", [picture("a", [[0, 0, 20, 20]], 20), picture("b", (), 20, 40)])
    faces, others = faces_of(crops, crops=True), windows_of(crops, crops=True)
    assert [sample.name for sample in faces.dataset] == ["a"]
    assert [sample.name for sample in others.dataset] == ["b"]
    still = still_windows(others, STYLE, 0, 100)
    assert still.shape == (1, 24, 24, 3)
    assert (still == 40).all()


def test_still_windows_repeat_and_are_not_changed():
    faces = still_windows(faces_of(FACES), STYLE, 0, 100)
    assert faces.shape == (2, 24, 24, 3)
    assert faces[0].min() > 250
    windows = still_windows(windows_of(FACES), STYLE, 3, 30)
    assert windows.shape == (30, 24, 24, 3)
    assert windows.mean() < 255 * 0.05
    np.testing.assert_array_equal(windows, still_windows(windows_of(FACES), STYLE, 3, 30))


def test_a_set_without_room_for_a_window_is_refused():
    full = windows_of(Dataset("full", [picture("x", [[1, 1, 79, 79]])]))
    with pytest.raises(DataError, match="full: 100 pictures have no room"):
        still_windows(full, STYLE, 0, 1)
    with pytest.raises(DataError, match="not all of its faces are annotated"):
        windows_of(WHOLE)


def test_a_set_gives_what_it_is_good_for():
    crops = Dataset("crops", [picture("a", [[0, 0, 20, 20]], 20), picture("b", (), 20)])
    kinds = [
        [source.face for source in sources_of(*given)]
        for given in ((FACES,), (EMPTY,), (WHOLE,), (crops, True), (crops[:1], True), (crops[1:], True))
    ]
    assert kinds == [[True, False], [False], [True], [True, False], [True], [False]]


def test_pictures_that_cannot_be_read_are_told_once(tmp_path):
    broken = Sample("x", tmp_path / "x.jpg", np.zeros((0, 4), np.float32), no_landmarks(0))
    source = windows_of(Dataset("some", [*EMPTY, broken]))
    unread = []
    assert len(still_windows(source, STYLE, 0, 9, unread)) == 6
    assert [problem.path for problem in unread] == ["x"]
    with pytest.raises(PictureError):
        still_windows(source, STYLE, 0, 9)
