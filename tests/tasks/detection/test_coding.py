import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from facewright.tasks.detection.coding import UNIT, decode, encode
from facewright.tasks.detection.points import points

POINTS = points(128, 192).double()
number = st.floats(-100, 300)
length = st.floats(0.5, 500)


@st.composite
def faces(draw):
    """A face for each of some points: boxes, landmarks (or NaN), points."""
    chosen = draw(st.lists(st.integers(0, len(POINTS) - 1), min_size=1, max_size=6))
    boxes, marks = [], []
    for _ in chosen:
        x, y, w, h = draw(number), draw(number), draw(length), draw(length)
        boxes.append([x, y, x + w, y + h])
        known = draw(st.booleans())
        marks.append([[draw(number), draw(number)] if known else [torch.nan] * 2 for _ in range(5)])
    return torch.tensor(boxes).double(), torch.tensor(marks).double(), POINTS[chosen]


@settings(max_examples=60)
@given(faces())
def test_decode_gives_back_what_encode_took(face):
    boxes, landmarks, where = face
    again, marks = decode(encode(boxes, landmarks, where), where)
    torch.testing.assert_close(again, boxes, rtol=1e-9, atol=1e-6)
    torch.testing.assert_close(marks, landmarks, rtol=1e-9, atol=1e-6, equal_nan=True)


def test_a_face_of_four_strides_on_its_point_is_zero():
    where = torch.tensor([[100.0, 60.0, 16.0]])
    box = torch.tensor([[100 - 32.0, 60 - 32, 100 + 32, 60 + 32]])
    code = encode(box, torch.tensor([[[100.0, 60.0]] * 5]), where)
    assert UNIT == 4
    assert code.tolist() == [[0.0] * 14]


def test_wild_numbers_stay_finite():
    boxes, _ = decode(torch.full((1, 14), 1e4), torch.tensor([[4.0, 4.0, 8.0]]))
    assert torch.isfinite(boxes).all()


def test_batches_and_no_faces():
    where = points(32, 32)
    boxes, marks = decode(torch.zeros(3, len(where), 14), where)
    assert boxes.shape == (3, len(where), 4)
    assert marks.shape == (3, len(where), 5, 2)
    assert encode(torch.zeros(0, 4), torch.zeros(0, 5, 2), where[:0]).shape == (0, 14)
