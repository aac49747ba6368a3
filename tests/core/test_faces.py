"""`Faces`: what it refuses, how it is picked from, and what it turns into and back."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facewright.core.faces import Face, Faces, rounded

quick = settings(max_examples=40)


@pytest.fixture
def three() -> Faces:
    return Faces(
        [[30, 0, 40, 10], [0, 0, 20, 20], [10, 5, 15, 9]],
        [0.5, 0.9, 0.7],
        np.arange(30).reshape(3, 5, 2),
        {"smiling": [0.1, 0.2, 0.3]},
        width=100,
        height=50,
    )


@st.composite
def any_faces(draw) -> Faces:
    count = draw(st.integers(0, 5))
    # hundredths of a pixel and ten-thousandths of a score: what the JSON keeps
    numbers = st.integers(-9999, 99999).map(lambda v: v / 100)
    shares = st.integers(0, 10000).map(lambda v: v / 10000)
    boxes = []
    for _ in range(count):
        x0, x1 = sorted(draw(st.tuples(numbers, numbers)))
        y0, y1 = sorted(draw(st.tuples(numbers, numbers)))
        boxes.append([x0, y0, x1, y1])
    landmarks = None
    if draw(st.booleans()) or count == 0:
        rows = draw(st.lists(numbers, min_size=10 * count, max_size=10 * count))
        landmarks = np.array(rows, np.float32).reshape(count, 5, 2)
    scores = draw(st.lists(shares, min_size=count, max_size=count))
    names = draw(st.sets(st.sampled_from(["smiling", "mask", "glasses"]))) if count else set()
    attributes = {name: draw(st.lists(shares, min_size=count, max_size=count)) for name in sorted(names)}
    return Faces(boxes, scores, landmarks, attributes, draw(st.integers(0, 9000)), draw(st.integers(0, 9000)))


def assert_same(a: Faces, b: Faces) -> None:
    np.testing.assert_allclose(a.boxes, b.boxes, atol=1e-3)
    np.testing.assert_allclose(a.scores, b.scores, atol=1e-6)
    assert (a.landmarks is None) == (b.landmarks is None)
    if a.landmarks is not None:
        np.testing.assert_allclose(a.landmarks, b.landmarks, atol=1e-3)
    assert list(a.attributes) == list(b.attributes)
    for name, values in a.attributes.items():
        np.testing.assert_allclose(values, b.attributes[name], atol=1e-6)
    assert (a.width, a.height) == (b.width, b.height)


BOX = [0, 0, 1, 1]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (([BOX], [0.5, 0.5]), "scores must have shape"),
        (([BOX], [1.5]), "between 0 and 1"),
        (([BOX], [np.nan]), "between 0 and 1"),
        (([[0, 0, 1]], [0.5]), "boxes must have shape"),
        (([[5, 0, 1, 1]], [0.5]), "x1 >= x0"),
        (([[0, np.inf, 1, 1]], [0.5]), "finite"),
        (([BOX], [0.5], np.zeros((1, 4, 2))), "landmarks must have shape"),
        (([BOX], [0.5], np.full((1, 5, 2), np.nan)), "finite"),
        (([BOX], [0.5], None, {"smiling": [0.1, 0.2]}), "smiling must have shape"),
        (([BOX], [0.5], None, {"smiling": [-0.1]}), "smiling must lie between"),
        (([BOX], [0.5], None, {}, -1), "width must be a whole number of pixels"),
        (([BOX], [0.5], None, {}, 1, 2.5), "height must be a whole number of pixels"),
    ],
)
def test_what_does_not_fit_together_is_refused(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        Faces(*arguments)


def test_lists_become_float32_arrays():
    faces = Faces([BOX], [0.5], [[[1, 2]] * 5])
    assert faces.boxes.dtype == faces.scores.dtype == faces.landmarks.dtype == np.float32


def test_iteration_gives_each_face_in_order(three):
    faces = list(three)
    assert len(three) == len(faces) == 3
    assert all(isinstance(face, Face) for face in faces)
    assert [face.width for face in faces] == [10, 20, 5]
    assert [face.height for face in faces] == [10, 20, 4]
    assert faces[1].score == pytest.approx(0.9)
    assert faces[2].attributes["smiling"] == pytest.approx(0.3)
    np.testing.assert_array_equal(faces[1].landmarks, three.landmarks[1])


def test_an_index_gives_a_face_and_one_too_far_is_an_error(three):
    np.testing.assert_array_equal(three[-1].box, three.boxes[2])
    np.testing.assert_array_equal(three[np.int64(1)].box, three.boxes[1])
    with pytest.raises(IndexError):
        three[3]
    for key in (True, np.bool_(True), np.array([[0, 1]]), np.array(1)):
        with pytest.raises(IndexError, match="faces are picked by a number, slice, mask or list"):
            three[key]


@pytest.mark.parametrize(
    ("key", "kept"),
    [
        (slice(1, None), [1, 2]),
        ([2, 0], [2, 0]),
        (np.array([True, False, True]), [0, 2]),
        ([True, False, False], [0]),
        ([], []),
        (np.zeros(3, bool), []),
    ],
)
def test_faces_are_picked_by_slice_mask_and_list(three, key, kept):
    picked = three[key]
    np.testing.assert_array_equal(picked.boxes, three.boxes[kept])
    np.testing.assert_array_equal(picked.scores, three.scores[kept])
    np.testing.assert_array_equal(picked.landmarks, three.landmarks[kept])
    np.testing.assert_array_equal(picked.attributes["smiling"], three.attributes["smiling"][kept])
    assert (picked.width, picked.height) == (100, 50)


def test_a_mask_over_no_faces_gives_no_faces():
    empty = Faces.empty(10, 10)
    assert len(empty[empty.scores > 0.5]) == 0


@pytest.mark.parametrize(("by", "order"), [("score", [1, 2, 0]), ("area", [1, 0, 2]), ("left", [1, 2, 0])])
def test_sorting(three, by, order):
    np.testing.assert_array_equal(three.sorted(by).boxes, three.boxes[order])


def test_sorting_by_something_unknown_says_what_there_is(three):
    with pytest.raises(ValueError, match=r"score, area, left.*'size'"):
        three.sorted("size")


def test_sorting_keeps_the_order_of_ties():
    faces = Faces([[i, 0, i + 1, 1] for i in range(5)], [0.5] * 5)
    np.testing.assert_array_equal(faces.sorted().boxes, faces.boxes)


@quick
@given(any_faces())
def test_through_json_and_back(faces):
    assert_same(Faces.from_dict(json.loads(json.dumps(faces.to_dict()))), faces)


def test_the_json_has_the_fields_that_the_command_line_promises(three):
    record = three[:1].to_dict()
    assert record["width"] == 100 and record["height"] == 50
    assert record["faces"] == [
        {
            "box": [30.0, 0.0, 40.0, 10.0],
            "score": 0.5,
            "landmarks": [[0.0, 1.0], [2.0, 3.0], [4.0, 5.0], [6.0, 7.0], [8.0, 9.0]],
            "attributes": {"smiling": 0.1},
        }
    ]
    assert Faces([BOX], [0.5])[0].to_dict() == {"box": [0.0, 0.0, 1.0, 1.0], "score": 0.5}


@pytest.mark.parametrize(
    ("probability", "told"), [(0.49996, 0.4999), (0.5, 0.5), (0.50004, 0.5), (0.49994, 0.4999), (0.7, 0.7)]
)
def test_rounding_changes_no_decision_at_one_half(probability, told):
    faces = Faces([BOX], [0.5], attributes={"Young": [probability]})
    assert faces.to_dict()["faces"][0]["attributes"] == {"Young": told}


def test_no_faces_through_json_and_back():
    back = Faces.from_dict({"width": 7, "height": 8, "faces": []})
    assert len(back) == 0
    assert (back.width, back.height) == (7, 8)
    assert len(Faces.from_dict({"faces": []})) == 0


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda record: record["faces"][1].pop("landmarks"), "some faces have landmarks or attributes that"),
        (lambda record: record["faces"][0].pop("attributes"), "some faces have landmarks or attributes that"),
        (lambda record: record["faces"][0]["attributes"].pop("smiling"), "some faces have landmarks or attr"),
        (lambda record: record["faces"][2].pop("box"), "there is no 'box'"),
        (lambda record: record.pop("faces"), "there is no 'faces'"),
        (lambda record: record.update(faces=[1]), "not what `to_dict` gives"),
        (lambda record: record["faces"][0].update(score=10**400), "not what `to_dict` gives"),
        (lambda record: record.update(width="100"), "width must be a whole number of pixels"),
    ],
)
def test_a_record_that_to_dict_does_not_give_is_refused(three, change, sentence):
    record = three.to_dict()
    change(record)
    with pytest.raises(ValueError, match=sentence):
        Faces.from_dict(record)


def test_a_text_is_no_record(three):
    with pytest.raises(ValueError, match="not what `to_dict` gives"):
        Faces.from_dict(json.dumps(three.to_dict()))


def test_integers_of_numpy_go_through_json(three):
    faces = Faces([BOX], [0.5], None, {}, *np.array([100, 50]))
    assert json.loads(json.dumps(faces.to_dict()))["width"] == 100


def test_repr_says_how_many_and_how_sure(three):
    assert repr(three) == "<Faces: 3 faces in 100x50, scores 0.50 to 0.90>"
    assert repr(Faces.empty()) == "<Faces: 0 faces>"
    assert "1 face," in repr(Faces([BOX], [0.25]))


@pytest.mark.filterwarnings("default")  # what supervision's own imports warn of is not ours to mend
def test_through_supervision_and_back(three):
    pytest.importorskip("supervision", reason="needs the supervision extra")
    for faces in (three, three[[]], Faces([BOX], [0.5])):
        detections = faces.to_supervision()
        assert len(detections) == len(faces)
        back = Faces.from_supervision(detections, faces.width, faces.height)
        np.testing.assert_array_equal(back.boxes, faces.boxes)
        np.testing.assert_array_equal(back.scores, faces.scores)
        assert (back.landmarks is None) == (faces.landmarks is None)
        if faces.landmarks is not None:
            np.testing.assert_array_equal(back.landmarks, faces.landmarks)


@pytest.mark.filterwarnings("default")
def test_supervision_without_confidence_counts_as_sure():
    supervision = pytest.importorskip("supervision", reason="needs the supervision extra")
    faces = Faces.from_supervision(supervision.Detections(xyxy=np.array([[0, 0, 1, 1]])))
    assert faces.scores.tolist() == [1.0]


def test_a_face_is_itself_and_no_other(three):
    first = three[0]
    assert first in [first] and len({first, three[1]}) == 2
    assert first != three[0]  # like Faces: no comparison of arrays


def test_a_probability_is_never_rounded_up_to_what_decides():
    assert rounded(0.49996) == 0.4999 and rounded(0.50004) == 0.5
    assert rounded(0.62998, 0.63) == 0.6299 and rounded(0.63, 0.63) == 0.63
