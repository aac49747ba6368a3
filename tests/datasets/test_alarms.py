import numpy as np
import pytest
from PIL import Image

from facewright.core.errors import DataError
from facewright.datasets.alarms import alarms, open_alarms
from facewright.datasets.cache import cached
from facewright.datasets.negatives import write_list
from facewright.datasets.open import open_dataset
from facewright.inference.detector import Detector


@pytest.fixture
def faceless(tmp_path, paint):
    """Two pictures; on one of them our detector of red sees a face."""
    folder = tmp_path / "faceless"
    folder.mkdir()
    Image.fromarray(paint(160, 120, red=(40, 24, 72, 64))).save(folder / "alarm.png")
    Image.fromarray(paint(160, 120)).save(folder / "calm.png")
    return open_dataset(f"folder:{folder}")


@pytest.fixture
def table(tmp_path, faceless, colour_model):
    raised, problems = alarms(Detector(colour_model), faceless)
    assert not problems
    assert [a.score for a in raised] == sorted((a.score for a in raised), reverse=True)
    assert max(raised[0].closer.shape) == 160
    return write_list([alarm.named for alarm in raised], tmp_path / "alarms.csv")


def test_alarms_are_named_and_found_again_in_the_shrunk_picture(tmp_path, faceless, table):
    (sample,) = open_alarms(table, [cached(faceless, tmp_path / "cache", max_side=80)])
    assert sample.name == "alarm.png"
    picture = sample.read()
    assert picture.shape == (60, 80, 3)
    assert len(sample.boxes) == len(sample.landmarks) >= 1
    for x0, y0, x1, y1 in sample.boxes.round().astype(int):
        assert (np.abs(picture[y0 + 1 : y1 - 1, x0 + 1 : x1 - 1].astype(int) - (255, 0, 0)) < 60).all()


def test_unreadable_pictures_are_told(faceless, colour_model):
    from pathlib import Path

    Path(faceless[1].picture).write_bytes(b"nothing")
    raised, (problem,) = alarms(Detector(colour_model), faceless)
    assert {alarm.named.picture for alarm in raised} == {"alarm.png"}
    assert "calm.png" in str(problem)


def test_faces_are_no_false_alarms(colour_model):
    with pytest.raises(DataError, match="holds faces; alarms are false where none is"):
        alarms(Detector(colour_model), open_dataset("toy:6?size=64"))


def test_a_table_that_does_not_fit_is_refused(tmp_path, faceless, table):
    packed = cached(faceless, tmp_path / "cache")
    with pytest.raises(DataError, match=r"faceless, which is not among data\.faceless"):
        open_alarms(table, [])
    with pytest.raises(DataError, match=r"alarm\.png is no picture of"):
        open_alarms(table, [packed.subset([1])])
    with pytest.raises(DataError, match="names no alarm"):
        open_alarms(write_list([], tmp_path / "none.csv"), [packed])
    with pytest.raises(DataError, match="no list of windows here"):
        open_alarms(tmp_path / "missing.csv", [packed])
