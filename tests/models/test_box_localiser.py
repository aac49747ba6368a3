import pytest
import torch
from torch import fx

from facewright.models.box_localiser import OUTPUTS, STRIDE, BoxLocaliser


def test_small():
    assert sum(parameter.numel() for parameter in BoxLocaliser().parameters()) <= 200_000


@pytest.mark.parametrize("side", [96, 128])
def test_six_numbers_a_cell_and_a_trace_that_does_the_same(side):
    torch.manual_seed(0)
    network = BoxLocaliser().eval()
    pictures = torch.rand(2, 3, side, side) * 255
    with torch.inference_mode():
        said = network(pictures)
        assert said.shape == (2, OUTPUTS, (side // STRIDE) ** 2)
        torch.testing.assert_close(fx.symbolic_trace(network)(pictures), said)


def test_cells_are_told_row_by_row():
    """A change at the left border, half way down, is felt most in that row's first cell."""
    torch.manual_seed(0)
    network = BoxLocaliser().eval()
    pictures = torch.zeros(2, 3, 128, 128)
    pictures[1, :, 64:72, 0:8] = 255
    with torch.inference_mode():
        one, other = network(pictures)
    change = (one - other).abs().sum(0).reshape(16, 16)
    row, column = divmod(int(change.argmax()), 16)
    assert abs(row - 8) <= 1 and column <= 1
