import gc
import io
import pickle
from pathlib import Path, PurePath

import numpy as np
import pytest
from PIL import Image

from facewright.core.faces import Faces
from facewright.core.seen import Seen
from facewright.inference.detector import Detector


def shown(faces):
    data = faces._repr_jpeg_()
    return None if data is None else np.asarray(Image.open(io.BytesIO(data)))


@pytest.fixture
def find(colour_model):
    return Detector(colour_model)


def test_faces_show_themselves_in_the_picture_they_were_found_in(find, paint, tmp_path):
    picture = paint(100, 60, red=(20, 20, 50, 50))
    path = tmp_path / "a.png"
    Image.fromarray(picture).save(path)
    for source in (path, PurePath(path), str(path), picture):
        faces = find(source)
        there = shown(faces)
        assert there.shape == picture.shape and np.abs(there.astype(int) - picture).max() > 60
        assert shown(faces[faces.scores > 2]) is not None  # the picture without any
        np.testing.assert_array_equal(shown(faces.sorted("left")), there)
    image = Image.open(path)
    image.load()
    assert shown(find(image)) is not None
    image.close()
    assert shown(next(find.batch([path]))) is not None
    swapped = np.ascontiguousarray(picture[..., ::-1])
    np.testing.assert_array_equal(shown(find(swapped, bgr=True)), there)


def test_a_large_picture_is_shown_small(find, paint):
    picture = paint(3000, 900, red=(200, 200, 500, 500))
    assert shown(find(picture)).shape == (240, 800, 3)


def test_a_picture_that_is_gone_is_told_as_text(find, paint, tmp_path):
    path = tmp_path / "a.png"
    Image.fromarray(paint(100, 60)).save(path)
    faces = find(path)
    Image.fromarray(paint(60, 100)).save(path)  # another one in its place
    assert shown(faces) is None
    path.unlink()
    assert shown(faces) is None and repr(faces).startswith("<Faces: 0 faces in 100x60")
    array = paint(100, 60)
    faces = find(array)
    del array
    gc.collect()
    assert shown(faces) is None
    file = io.BytesIO()
    Image.fromarray(paint(9, 9)).save(file, "PNG")
    assert shown(find(file.getvalue())) is None and shown(Faces.empty(9, 9)) is None


def test_only_a_path_survives_pickling(find, paint, tmp_path):
    array = paint(30, 20)
    path = tmp_path / "a.png"
    Image.fromarray(array).save(path)
    assert pickle.loads(pickle.dumps(Seen(Path(path)))).picture().shape == (20, 30, 3)
    assert pickle.loads(pickle.dumps(find(array))).seen.picture() is None
