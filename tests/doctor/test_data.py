import numpy as np
import pytest
from PIL import Image

from facewright.datasets.sample import Dataset, Sample, no_landmarks
from facewright.doctor.data import SMALL, Data, once, spread_indices


def sample(name, picture):
    return Sample(name, picture, np.zeros((0, 4), np.float32), no_landmarks(0))


def test_a_glimpse_tells_size_and_what_the_file_says(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    array = np.random.default_rng(0).integers(0, 256, (300, 400, 3), np.uint8)
    Image.fromarray(array).save(tmp_path / "a.jpg", quality=70, exif=exif)
    Image.fromarray(array[:, :, 0]).save(tmp_path / "b.png")
    (tmp_path / "c.jpg").write_bytes(b"nothing")
    samples = [sample(name, tmp_path / name) for name in ("a.jpg", "b.png", "c.jpg")]
    turned, grey, damaged = Data("x", Dataset("x", [*samples])).glimpses
    assert (turned.width, turned.height) == (300, 400)
    assert turned.picture.shape == (SMALL, SMALL * 3 // 4, 3)
    assert (turned.file.format, turned.file.mode, turned.file.orientation) == ("JPEG", "RGB", 6)
    assert turned.file.quality == pytest.approx(70, abs=1)
    assert (grey.file.format, grey.file.mode, grey.file.quality) == ("PNG", "L", None)
    assert "c.jpg" in damaged.error
    assert damaged.picture.size == 0


@pytest.mark.parametrize("quality", [10, 30, 50, 75, 90, 95])
def test_the_quality_of_a_jpeg_is_told(tmp_path, quality):
    file = tmp_path / "a.jpg"
    Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(file, quality=quality)
    (glimpse,) = Data("x", Dataset("x", [sample("a", file)])).glimpses
    assert glimpse.file.quality == pytest.approx(quality, abs=5 if quality == 10 else 1)


def test_each_picture_is_looked_at_once_and_progress_is_told():
    told = []
    pictures = [sample(str(i), np.full((20, 20, 3), i, np.uint8)) for i in range(10)]
    data = Data("x", Dataset("x", pictures), limit=4, progress=lambda *seen: told.append(seen))
    assert [glimpse.index for glimpse in data.glimpses] == [0, 3, 6, 9]
    assert data.glimpses is data.glimpses
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert not data.whole
    assert [g.file for g in data.readable] == [None] * 4


def test_once_computes_once_for_each_set():
    asked = []

    @once
    def look(data):
        asked.append(data.name)
        return

    one, other = (Data(name, Dataset(name, [])) for name in "ab")
    assert [look(one), look(one), look(other)] == [None] * 3
    assert asked == ["a", "b"]


def test_indices_are_spread_to_both_ends():
    assert spread_indices(5, 9) == [0, 1, 2, 3, 4]
    assert spread_indices(100, 3) == [0, 50, 99]
