import io
import pickle
from concurrent.futures import ThreadPoolExecutor
from itertools import count, islice
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from facewright import Detector
from facewright.core.errors import ModelError, PictureError, UsageError


def png(array, **options):
    file = io.BytesIO()
    Image.fromarray(array).save(file, "PNG", **options)
    return file.getvalue()


def test_the_same_faces_whatever_the_picture_comes_as(colour_model, paint, tmp_path):
    array = paint(100, 60, red=(20, 10, 50, 40))
    path = tmp_path / "a.png"
    path.write_bytes(png(array))
    detector = Detector(colour_model)
    for source in (
        array,
        path,
        str(path),
        path.read_bytes(),
        io.BytesIO(path.read_bytes()),
        Image.fromarray(array),
    ):
        faces = detector(source)
        assert faces.boxes.tolist() == [[20, 10, 50, 40]]
        assert (faces.width, faces.height) == (100, 60)
    assert detector(array[:, :, ::-1], bgr=True).boxes.tolist() == [[20, 10, 50, 40]]
    assert len(detector(array[:, :, ::-1])) == 0  # blue, below the threshold


def test_faces_of_a_large_picture_are_in_its_own_pixels(colour_model, paint):
    array = paint(1500, 1000, red=(300, 200, 600, 500))
    for size in (150, 300, None):
        faces = Detector(colour_model, size=size)(array)
        assert faces.boxes[0] == pytest.approx([300, 200, 600, 500], abs=1500 / (size or 1500))
        assert faces.landmarks[0, 2] == pytest.approx([450, 380], abs=10)
        assert (faces.width, faces.height) == (1500, 1000)


def test_a_large_jpeg_is_decoded_small_and_its_faces_scaled_back(colour_model, paint):
    file = io.BytesIO()
    Image.fromarray(paint(2003, 1501, red=(400, 300, 1200, 900))).save(file, "JPEG", quality=95)
    detector = Detector(colour_model, size=320)
    assert max(detector.read(file.getvalue()).array.shape) == 320
    faces = detector(file.getvalue())
    assert (faces.width, faces.height) == (2003, 1501)
    assert faces.boxes[0] == pytest.approx([400, 300, 1200, 900], abs=2003 / 320)


def test_small_pictures_are_enlarged_only_when_asked(colour_model, paint):
    array = paint(40, 30, red=(10, 5, 30, 25))
    assert Detector(colour_model).read(array).array.shape == (30, 40, 3)
    large = Detector(colour_model, size=400, enlarge=True)
    assert large.read(array).array.shape == (300, 400, 3)
    assert large(array).boxes[0] == pytest.approx([10, 5, 30, 25], abs=1)


def test_a_model_with_a_fixed_side_is_given_no_more_than_that(make_model, paint):
    array = paint(400, 200, red=(100, 40, 200, 160))
    letterbox = make_model(side=100, framing="letterbox")
    for size in (640, None):
        detector = Detector(letterbox, size=size)
        assert detector.read(array).array.shape == (50, 100, 3)
        assert detector(array).boxes[0] == pytest.approx([100, 40, 200, 160], abs=4)
    assert Detector(letterbox, size=80).size == 80
    assert Detector(make_model(side=100, framing="squash")).read(array).array.shape == (200, 400, 3)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_every_exif_orientation_gives_the_same_faces(colour_model, paint, orientation, kind):
    upright = Image.fromarray(paint(96, 64, red=(16, 8, 48, 56)))
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # the transposition that the tag takes back
    stored = upright.transpose(Image.Transpose(undo[orientation])) if orientation > 1 else upright
    exif = Image.Exif()
    exif[274] = orientation
    file = io.BytesIO()
    options = {"JPEG": {"quality": 100, "subsampling": 0}, "WEBP": {"lossless": True}}.get(kind, {})
    stored.save(file, kind, exif=exif, **options)
    faces = Detector(colour_model)(file.getvalue())
    assert (faces.width, faces.height) == (96, 64)
    assert faces.boxes.tolist() == [[16, 8, 48, 56]]
    assert faces.landmarks[0, 0] == pytest.approx([25.6, 27.2])


def test_min_score_is_the_cards_unless_given(colour_model, paint):
    array = paint(60, 20, red=(0, 0, 9, 9), green=(20, 0, 29, 9), blue=(40, 0, 49, 9))
    assert [len(Detector(colour_model, min_score=score)(array)) for score in (None, 0, 0.7, 1)] == [
        2,
        3,
        1,
        0,
    ]
    assert Detector(colour_model).min_score == 0.5


def test_batch_gives_each_pictures_faces_in_order(colour_model, paint):
    detector = Detector(colour_model)
    pictures = [paint(60, 40, red=(i, i, i + 10, i + 5)) for i in range(20)]
    assert [f.boxes[0, 0] for f in detector.batch(pictures, workers=3)] == list(range(20))
    assert list(detector.batch([])) == []


def test_batch_takes_an_endless_source_and_reads_only_a_little_ahead(colour_model, paint):
    taken = count()
    sources = (paint(20, 20, red=(0, 0, 5, 5)) for _ in taken)
    assert len(list(islice(Detector(colour_model).batch(sources, workers=2), 10))) == 10
    assert next(taken) <= 10 + 2 * 2 + 1


def test_batch_raises_or_returns_what_went_wrong_with_one_picture(colour_model, paint):
    good = paint(20, 20, red=(0, 0, 5, 5))
    detector = Detector(colour_model)
    found = list(detector.batch([good, b"junk", "gone.jpg", good], on_error="return"))
    assert [len(found[0]), len(found[3])] == [1, 1]
    assert isinstance(found[1], PictureError) and "gone.jpg" in str(found[2])
    stream = detector.batch([good, b"junk", good])
    assert len(next(stream)) == 1
    with pytest.raises(PictureError):
        next(stream)


def test_threads_share_a_detector_and_processes_get_a_copy(colour_model, paint):
    detector = Detector(colour_model, threads=1, min_score=0.2, size=64)
    pictures = [paint(200, 100, blue=(i, i, i + 50, i + 50)) for i in range(16)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(detector, pictures))
    copy = pickle.loads(pickle.dumps(detector))
    for faces, picture in zip(found, pictures, strict=True):
        assert faces.boxes.tolist() == copy(picture).boxes.tolist()


@pytest.mark.parametrize(
    "options",
    [
        {"size": 0}, {"size": -5}, {"size": 6.5}, {"size": "full"}, {"size": True}, {"min_score": 1.1},
        {"min_score": -0.1}, {"min_score": float("nan")}, {"size": None, "enlarge": True},
        {"size": 300_000, "enlarge": True}, {"threads": 0}, {"max_pixels": 0}, {"max_pixels": "all"},
        {"device": None}, {"device": 0},
    ],
)  # fmt: skip
def test_wrong_arguments_are_refused_at_once(colour_model, options):
    with pytest.raises(UsageError):
        Detector(colour_model, **options)


def test_wrong_arguments_of_batch_are_refused_at_once(colour_model):
    for workers in (0, 2.5, "2"):
        with pytest.raises(UsageError, match="workers must be a whole number"):
            Detector(colour_model).batch([], workers=workers)
    with pytest.raises(UsageError, match="on_error"):
        Detector(colour_model).batch([], on_error="ignore")


def test_an_unusable_model_is_refused_at_once(tmp_path):
    with pytest.raises(ModelError):
        Detector(tmp_path / "gone.onnx")


def test_the_pixel_limit_can_be_set(colour_model, paint):
    data = png(paint(100, 100, red=(0, 0, 50, 50)))
    with pytest.raises(PictureError, match="limit"):
        Detector(colour_model, max_pixels=9_999)(data)
    assert len(Detector(colour_model, max_pixels=10_000)(data)) == 1


@pytest.mark.parametrize("wrong", [float("nan"), -1, 5, "0.5", None, [0.5]])
def test_a_score_that_makes_no_sense_is_refused_wherever_it_is_given(colour_model, paint, wrong):
    detector = Detector(colour_model)
    with pytest.raises(UsageError, match="min_score must be a number between 0 and 1"):
        detector.min_score = wrong
    if wrong is not None:
        for call in (
            lambda: Detector(colour_model, min_score=wrong),
            lambda: detector.find(detector.read(paint(20, 20)), min_score=wrong),
        ):
            with pytest.raises(UsageError, match="min_score must be a number between 0 and 1"):
                call()


def test_integers_of_numpy_are_whole_numbers(colour_model):
    detector = Detector(colour_model, threads=np.int64(1), size=np.int64(320), tiles=np.int64(2))
    assert (detector.size, detector.reads) == (320, 576)


@pytest.mark.parametrize(
    "one",
    ["photo.jpg", Path("photo.jpg"), b"\xff\xd8", bytearray(b"\xff\xd8"), io.BytesIO(b"\xff\xd8"),
     np.zeros((9, 9, 3), np.uint8), None],
)  # fmt: skip
def test_one_picture_is_no_batch_and_a_path_is_not_found_in(colour_model, one):
    detector = Detector(colour_model)
    with pytest.raises(UsageError, match=r"batch takes several pictures; give \[picture\]"):
        detector.batch(one)
    with pytest.raises(UsageError, match="find takes what `read` gave"):
        detector.find(one)


def test_a_batch_of_bgr_arrays(colour_model, paint):
    rgb = paint(60, 40, red=(10, 10, 30, 30))
    expected = Detector(colour_model)(rgb).boxes
    (found,) = Detector(colour_model).batch([rgb[..., ::-1]], bgr=True)
    np.testing.assert_array_equal(found.boxes, expected)
    assert len(expected) == 1
