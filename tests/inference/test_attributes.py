import io
import pickle

import numpy as np
import onnx
import pytest
from PIL import Image

from facewright import Attributes, Detector
from facewright.core.errors import ModelError, PictureError, UsageError
from facewright.core.faces import Faces
from facewright.core.pictures import load_picture
from facewright.inference.align import frame
from facewright.inference.attributes import with_attributes


@pytest.fixture
def attributes(colour_attributes):
    return Attributes(colour_attributes, every=True)


def plain(red, green, blue, width=20, height=30):
    return np.full((height, width, 3), (red, green, blue), np.uint8)


def test_crops_of_any_sizes_are_described_in_their_order(attributes):
    found = attributes.crops([plain(255, 0, 51), plain(0, 102, 0, 7, 5)])
    assert found[0] == pytest.approx(
        {"Smiling": 1, "Attractive": 0, "Bald": 0.2, "Black_Hair": 0, "Brown_Hair": 1, "Male": 0.8}
    )
    assert found[1]["Attractive"] == pytest.approx(0.4) and list(found[1]) == list(found[0])
    assert attributes.crops(np.stack([plain(255, 0, 51)] * 3)) == [pytest.approx(found[0])] * 3
    assert attributes.crops([]) == []


def test_vague_and_judging_ones_are_told_on_request_only(colour_attributes, attributes):
    assert "Attractive" in attributes.names
    shown = Attributes(colour_attributes)
    assert shown.names == ("Smiling", "Bald", "Black_Hair", "Brown_Hair", "Male")
    assert tuple(shown.crops([plain(9, 9, 9)])[0]) == shown.names


def test_many_crops_are_done_in_batches(attributes):
    crops = [plain(i, 0, 0) for i in range(150)]
    assert [f["Smiling"] for f in attributes.crops(crops)] == pytest.approx([i / 255 for i in range(150)])


def test_each_face_is_described_by_its_own_place(attributes):
    array = plain(0, 0, 0, 400, 200)
    array[:, :200] = (255, 0, 0)
    faces = Faces([[270, 70, 330, 130], [70, 70, 130, 130]], [0.9, 0.8], width=400, height=200)
    right, left = attributes.describe(array, faces)
    assert (right["Smiling"], left["Smiling"]) == pytest.approx((0, 1))
    assert attributes.describe(array, faces[:0]) == []
    told = with_attributes(faces, [right, left])
    assert told[1].attributes == pytest.approx(left) and told[0].score == faces[0].score
    assert len(with_attributes(faces[:0], [])) == 0


def test_a_small_face_of_a_large_jpeg_is_read_as_large_as_it_takes(attributes):
    array = np.zeros((1600, 2400, 3), np.uint8)
    array[400:424, 600:624] = 255
    file = io.BytesIO()
    Image.fromarray(array).save(file, "JPEG", quality=95)
    small = Faces([[600, 400, 624, 424]], [0.9], width=2400, height=1600)
    large = Faces([[600, 400, 1600, 1400]], [0.9], width=2400, height=1600)
    assert attributes.long_side(small) > 1000 and attributes.long_side(large) < 100
    assert attributes.read(file.getvalue(), small).array.shape == (800, 1200, 3)
    assert attributes.read(file.getvalue(), large).array.shape == (200, 300, 3)
    seen = attributes.cut(attributes.read(file.getvalue(), small), attributes.frames(small))
    whole = attributes.cut(load_picture(array), attributes.frames(small))
    assert np.abs(seen.astype(int) - whole).mean() < 6


def test_a_crop_shows_more_above_and_below_than_the_aligned_one(attributes):
    faces = Faces([[40, 40, 80, 80]], [0.9], width=200, height=200)
    (placed,) = attributes.frames(faces)
    tight = np.vstack([frame(faces[0].box, None).matrix, (0, 0, 1)])
    (left, top, _), (right, bottom, _) = (np.linalg.solve(tight, (*corner, 1)) for corner in ((0, 0), (1, 1)))
    assert placed.matrix @ (left, top, 1) == pytest.approx((0, 0.08 / 1.12))
    assert placed.matrix @ (right, bottom, 1) == pytest.approx((1, 1.08 / 1.12))


def test_faces_from_a_detector_are_aligned_by_their_landmarks(colour_model, boxes_model, attributes, paint):
    array = paint(100, 60, red=(20, 10, 50, 40))
    faces = Detector(colour_model)(array)
    assert [f.by for f in attributes.frames(faces)] == ["landmarks"]
    without = Detector(boxes_model)(array)
    assert without.landmarks is None and [f.by for f in attributes.frames(without)] == ["box"]
    assert attributes.describe(array, without)[0]["Smiling"] > 0.4


def test_pickles(attributes):
    copy = pickle.loads(pickle.dumps(attributes))
    assert (
        copy.crops([plain(1, 2, 3)]) == attributes.crops([plain(1, 2, 3)]) and copy.names == attributes.names
    )


def test_what_is_no_crop_is_refused(attributes):
    for wrong in ([np.zeros((4, 4), np.uint8)], [np.zeros((4, 4, 3))], np.zeros((4, 4, 3), np.uint8)):
        with pytest.raises(PictureError, match=r"crops: .*(values|shape) must be"):
            attributes.crops(wrong)
    with pytest.raises(PictureError):
        attributes.describe(b"junk", Faces([[0, 0, 5, 5]], [1], width=9, height=9))


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        (
            {"classes": ["Smiling"]},
            r"probabilities of shape \(1, 6\) for 1 crops, where its card promises \(1, 1\)",
        ),
        ({"side": None}, "does not say the side"),
        ({"task": "detection"}, "a model for detection, not for attributes"),
    ],
)
def test_a_file_that_breaks_its_cards_promise_is_refused(make_model, fields, sentence):
    model = make_model(graph="attributes", **{"task": "attributes", "side": 16} | fields)
    with pytest.raises(ModelError, match=sentence):
        Attributes(model).crops([plain(1, 2, 3)])


def test_faces_that_do_not_say_the_pictures_size_are_described_in_all_of_it(attributes):
    array = np.zeros((900, 1200, 3), np.uint8)
    array[300:600, 300:600, 0] = np.indices((300, 300)).sum(axis=0) % 2 * 255  # gone in a smaller copy
    data = io.BytesIO()
    Image.fromarray(array).save(data, "JPEG", quality=100, subsampling=0)
    box = [[320, 320, 580, 580]]
    known, unknown = Faces(box, [0.9], width=1200, height=900), Faces(box, [0.9])
    expected = attributes.describe(array, known)
    assert attributes.describe(array, unknown) == expected
    assert attributes.long_side(unknown) is None
    assert attributes.read(data.getvalue(), unknown).array.shape == array.shape


def test_another_picture_than_that_of_the_faces_is_refused(attributes):
    faces = Faces([[20, 20, 60, 60]], [0.9], width=120, height=90)
    with pytest.raises(
        UsageError, match="faces are of a picture of 120 x 90 pixels, and this one has 40 x 30"
    ):
        attributes.describe(plain(9, 9, 9, 40, 30), faces)


def test_what_are_no_faces_is_refused(attributes):
    faces = Faces([[2, 2, 18, 28]], [0.9])
    for wrong in (faces[0], list(faces), faces.boxes):
        with pytest.raises(
            UsageError, match=r"describe takes the Faces of a picture, of one face as faces\[:1\]"
        ):
            attributes.describe(plain(255, 0, 51), wrong)
    with pytest.raises(UsageError, match="max_pixels"):
        Attributes(attributes.session.path, max_pixels=0)


def test_bgr_as_a_detector_takes_it(attributes):
    rgb = plain(255, 0, 51, 120, 90)
    faces = Faces([[20, 20, 60, 60]], [0.9], width=120, height=90)
    assert attributes.describe(rgb[..., ::-1], faces, bgr=True) == attributes.describe(rgb, faces)


@pytest.mark.parametrize("shade", [0, 255])
def test_a_model_that_answers_no_probability_says_so(colour_attributes, tmp_path, shade):
    model = onnx.load(colour_attributes)
    most = next(value for value in model.graph.initializer if value.name == "most")
    most.CopyFrom(onnx.numpy_helper.from_array(np.array([0], np.float32), "most"))
    onnx.save(model, tmp_path / "broken.onnx")
    attributes = Attributes(tmp_path / "broken.onnx", every=True)
    with pytest.raises(ModelError, match=r"broken\.onnx: answers (nan|inf), which is no probability"):
        attributes.crops([plain(shade, shade, shade)])
