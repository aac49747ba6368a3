import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import fx

from facewright.tasks.localisation.coding import CellDecode, CornerDecode

SIDE = 128
CODES = [CornerDecode(SIDE).double(), CellDecode(SIDE, 8).double(), CellDecode(SIDE, 32).double()]


@st.composite
def truths(draw):
    """Boxes (B, 4) inside the square, and whether each is there."""
    boxes, present = [], []
    for _ in range(draw(st.integers(1, 4))):
        x, y = draw(st.floats(0, SIDE - 1)), draw(st.floats(0, SIDE - 1))
        boxes.append([x, y, draw(st.floats(x + 0.5, SIDE)), draw(st.floats(y + 0.5, SIDE))])
        present.append(draw(st.integers(0, 1)))
    return torch.tensor(boxes).double(), torch.tensor(present)


@pytest.mark.parametrize("code", CODES, ids=["corners", "cells", "large cells"])
@settings(max_examples=40)
@given(truths())
def test_decode_gives_back_what_encode_took(code, truth):
    boxes, present = truth
    decoded = code(code.encode(boxes, present))
    assert decoded.shape == (len(boxes), 1, 5)
    torch.testing.assert_close(decoded[:, 0, :4], boxes, rtol=1e-9, atol=1e-6)
    torch.testing.assert_close(decoded[:, 0, 4], present.double(), rtol=0, atol=1e-5)


@pytest.mark.parametrize("code", CODES, ids=["corners", "cells", "large cells"])
def test_a_trace_does_the_same(code):
    raw = code.encode(torch.tensor([[10.0, 20.0, 50.0, 90.0]]).double(), torch.tensor([1]))
    assert torch.equal(fx.symbolic_trace(code)(raw), code(raw))


def test_the_answer_moves_with_the_cell_that_is_sure():
    code = CellDecode(SIDE, 8)
    raw = torch.zeros(2, 6, 256)
    raw[0, 0, 3 * 16 + 5] = raw[1, 0, 10 * 16 + 5] = 50.0
    first, second = code(raw)[:, 0]
    assert first.tolist() == pytest.approx([44 - 16, 28 - 16, 44 + 16, 28 + 16, 0.5])
    assert (second - first).tolist() == pytest.approx([0, 56, 0, 56, 0])


@settings(max_examples=30)
@given(truths())
def test_a_face_lies_in_its_cell(truth):
    boxes, _ = truth
    code = CellDecode(SIDE, 8)
    number = code.cell_of(boxes)
    middle = code.grid[0, 1:3, number].T * code.unit
    assert ((boxes[:, :2] + boxes[:, 2:]) / 2 - middle).abs().max() <= 4 + 1e-4


def test_wild_numbers_stay_finite():
    for raw in (torch.full((1, 6, 256), 1e4), torch.full((1, 6, 256), -1e4)):
        assert torch.isfinite(CellDecode(SIDE, 8)(raw)).all()
