"""Windows that touch no face, cut from photos and written so that each can be found again."""

import numpy as np
import pytest
from PIL import Image

from facewright.core.boxes import coverage, intersection
from facewright.core.errors import DataError, FacewrightError, PictureError
from facewright.core.pictures import read_picture
from facewright.datasets import cutouts, detected
from facewright.datasets.cutouts import CutStyle, by_labels, cut, windows_of
from facewright.datasets.negatives import read_list
from facewright.datasets.open import open_dataset
from facewright.datasets.sample import Dataset, Sample, no_landmarks
from facewright.inference.detector import Detector


@pytest.fixture
def scenes(paint):
    """Five noisy pictures, each with a face of its own in red."""
    rng = np.random.default_rng(0)

    def one(number):
        x, y = rng.integers(5, 90, 2).tolist()
        picture = paint(200, 160)
        picture[...] = rng.integers(60, 120, picture.shape)
        picture[y : y + 40, x : x + 40] = (255, 0, 0)
        boxes = np.array([[x, y, x + 40, y + 40]], np.float32)
        return Sample(f"scene-{number}.jpg", picture, boxes, no_landmarks(1), group=f"day-{number // 2}")

    return Dataset("scenes", [one(number) for number in range(5)])


def test_what_is_cut_is_what_the_list_says_and_holds_no_face(tmp_path, scenes):
    found = cut([scenes], by_labels, CutStyle(a_picture=3), tmp_path)
    listed = read_list(tmp_path / "windows.csv")
    assert listed == found.windows and len(listed) > 8 and found.photos == 5
    dataset = open_dataset(f"folder:{tmp_path}")
    by_name = {sample.name: sample for sample in scenes}
    for window, sample in zip(listed, dataset, strict=True):
        photo = by_name[window.picture]
        x0, y0, x1, y1 = map(int, window.box)
        assert (sample.read() == photo.picture[y0:y1, x0:x1]).all()
        assert intersection([window.box], photo.boxes)[0, 0] <= 0.03 * 1600
        assert sample.group == photo.group
        assert x1 - x0 == y1 - y0 >= 31


def test_the_seed_and_the_name_alone_decide(tmp_path, scenes):
    style = CutStyle(a_picture=2, seed=4)
    alone = windows_of(scenes[3], 200, 160, style)
    folders = [tmp_path / name for name in "ab"]
    for folder in folders:
        folder.mkdir()
    cut([scenes], by_labels, style, folders[0])
    cut([scenes.subset([3, 1])], by_labels, style, folders[1])
    both = [[w.box for w in read_list(f / "windows.csv") if w.picture == "scene-3.jpg"] for f in folders]
    assert both[0] == both[1] == [tuple(w.tolist()) for w in alone]
    other = windows_of(scenes[3], 200, 160, CutStyle(a_picture=2, seed=5))
    assert [w.tolist() for w in other] != [w.tolist() for w in alone]


def test_sizes(tmp_path, scenes):
    cut([scenes], by_labels, CutStyle(a_picture=2, smallest=48, size=64, jpeg=True), tmp_path)
    for window, sample in zip(
        read_list(tmp_path / "windows.csv"), open_dataset(f"folder:{tmp_path}"), strict=True
    ):
        side = window.box[2] - window.box[0]
        assert side >= 47 and sample.read().shape[:2] == (min(side, 64),) * 2
        with Image.open(sample.picture) as image:
            assert image.format == "JPEG"


def test_a_photo_smaller_than_the_smallest_window_is_taken_once():
    tiny = Sample("t", np.zeros((20, 20, 3), np.uint8), np.zeros((0, 4), np.float32), no_landmarks(0))
    assert [w.tolist() for w in windows_of(tiny, 20, 20, CutStyle(a_picture=5))] == [[0, 0, 20, 20]]


def test_photos_without_a_window_and_damaged_ones_are_counted(tmp_path, scenes):
    full = Sample(
        "full", np.zeros((50, 50, 3), np.uint8), np.array([[0, 0, 50, 50]], np.float32), no_landmarks(1)
    )
    gone = Sample("gone", tmp_path / "gone.jpg", np.zeros((0, 4), np.float32), no_landmarks(0))
    found = cut([Dataset("set", [full, gone, scenes[0]])], by_labels, CutStyle(), tmp_path)
    assert (found.photos, found.without) == (2, 1)
    assert [p.path for p in found.problems] == ["gone"]


def test_a_full_disk_is_no_damaged_photo(tmp_path, scenes, monkeypatch):
    def full(*_, **__):
        raise PictureError("1.png: cannot be written (No space left on device)")

    monkeypatch.setattr(cutouts, "write_picture", full)
    with pytest.raises(FacewrightError, match="No space left") as error:
        cut([scenes], by_labels, CutStyle(), tmp_path)
    assert not isinstance(error.value, PictureError)


def test_labels_that_do_not_tell_all_faces_are_not_believed(tmp_path, scenes):
    unsure = Sample(
        "u", scenes[0].picture, scenes[0].boxes, no_landmarks(1), ignore=np.array([[0, 0, 200, 160]])
    )
    with pytest.raises(DataError, match="faces may be in it that nobody annotated"):
        cut([Dataset("set", [unsure])], by_labels, CutStyle(), tmp_path)


@pytest.mark.parametrize("labels", [False, True])
def test_a_detector_tells_faces_that_no_label_does(colour_model, paint, labels):
    """The red one it finds, unlabelled; one that it does not know counts only when labels are asked for."""
    picture = paint(200, 160, red=(10, 10, 60, 60))
    boxes = np.array([[120, 100, 160, 140], [np.nan] * 4], np.float32)
    sample = Sample("a", picture, boxes, no_landmarks(2), ignore=np.array([[0, 0, 200, 160]], np.float32))
    pixels, told = detected.by_detector(Detector(colour_model, min_score=0.1), labels=labels)(sample)
    assert pixels is picture
    assert told.boxes[0] == pytest.approx([10, 10, 60, 60], abs=2)
    assert [box.tolist() for box in told.boxes[1:]] == [[120, 100, 160, 140]] * labels
    assert len(told.ignore) == 0 and len(told.landmarks) == len(told.boxes)


def test_the_thorough_detector_looks_at_small_photos_enlarged(colour_model, paint):
    detector = detected.thorough(str(colour_model))
    assert detector.min_score == detected.MIN_SCORE and detector.views.close_ups
    seen = []
    detector.find = lambda picture: seen.append(picture) or Detector(colour_model).find(picture)
    _, told = detected.by_detector(detector)(
        Sample("a", paint(100, 80, red=(10, 20, 40, 60)), np.zeros((0, 4), np.float32), no_landmarks(0))
    )
    assert max(seen[0].array.shape) == detected.LONG_SIDE
    assert told.boxes[0] == pytest.approx([10, 20, 40, 60], abs=1)


def test_a_face_of_a_photo_is_not_cut(tmp_path):
    """With the shipped detector, on a sample photo that a library carries."""
    matplotlib = pytest.importorskip("matplotlib", reason="it carries the photo (train extra)")
    from pathlib import Path

    photo = Path(matplotlib.get_data_path()) / "sample_data" / "grace_hopper.jpg"
    detector = detected.thorough(threads=1)
    if detector.card.score_calibration is None:
        detector.min_score = 0.1  # of the network's own scores
    look = detected.by_detector(detector)
    nothing = np.zeros((0, 4), np.float32)
    found = cut([Dataset("one", [Sample("a", photo, nothing, no_landmarks(0))])], look, CutStyle(8), tmp_path)
    assert len(found.windows) >= 3
    face = Detector(threads=1)(photo)[0].box
    assert coverage(face[None], [w.box for w in found.windows]).max() < 0.1
    assert read_picture(tmp_path / "000001.png").shape[0] >= 31
