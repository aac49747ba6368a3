import re

import pytest
import torch

from facewright.export import detection_graph
from facewright.models.detector import OUTPUTS, SIZES, STRIDES, FaceDetector
from facewright.tasks.detection.points import points

torch.set_num_threads(1)


@pytest.fixture(scope="module", params=SIZES)
def size(request):
    return request.param


@pytest.fixture(scope="module")
def network(size):
    torch.manual_seed(0)
    return FaceDetector(size).eval()


def test_the_file_and_the_network_mean_the_same_strides():
    """The file's graph has them written out; what it places a point by is compared when it is exported."""
    written = re.search(r"float\[4\] strides = {(.*?)}", detection_graph._AFTER)
    assert tuple(map(int, written[1].split(", "))) == STRIDES


@pytest.mark.parametrize(("height", "width"), [(32, 32), (96, 64), (64, 160), (480, 224)])
def test_gives_fifteen_numbers_a_point(network, height, width):
    with torch.inference_mode():
        raw = network(torch.zeros(2, 3, height, width))
    assert raw.shape == (2, len(points(height, width)), OUTPUTS)
    assert torch.isfinite(raw).all()


@pytest.mark.parametrize(("size", "most"), [("nano", 120_000), ("small", 700_000)])
def test_stays_within_its_number_of_parameters(size, most):
    assert sum(p.numel() for p in FaceDetector(size).parameters()) <= most


def test_every_parameter_gets_a_gradient(size):
    torch.manual_seed(0)
    network = FaceDetector(size)
    network(255 * torch.rand(2, 3, 96, 96)).square().sum().backward()
    idle = [name for name, p in network.named_parameters() if p.grad is None or not p.grad.any()]
    assert not idle


def test_begins_with_the_belief_that_faces_are_rare(network):
    with torch.inference_mode():
        scores = network(255 * torch.rand(1, 3, 96, 96))[..., 0].sigmoid()
    assert scores.max() < 0.2


@pytest.mark.parametrize(("right", "down"), [(64, 0), (0, 64), (64, -64)])
def test_what_moves_in_the_picture_moves_in_the_map_of_each_level(network, right, down):
    """Row = y, column = x: what a bright spot changes in the map follows the spot, and nothing else does."""
    side = 512  # wide enough for the coarsest map not to see its own border
    where = points(side, side)

    def change(x, y):
        picture = torch.full((1, 3, side, side), 90.0)
        with torch.inference_mode():
            before = network(picture)
            picture[..., y - 12 : y + 12, x - 12 : x + 12] = 255
            return (network(picture) - before)[0].norm(dim=1)

    begin, end = change(224, 288), change(224 + right, 288 + down)
    for stride in STRIDES:
        there, later = (c[where[:, 2] == stride].reshape(-(-side // stride), -1) for c in (begin, end))
        moves = [(right, down), (0, 0), (down, right), (-right, -down)]
        gaps = [
            float((there.roll((y // stride, x // stride), (0, 1)) - later).norm())
            for x, y in dict.fromkeys(moves)
        ]
        assert gaps[0] < 0.5 * min(gaps[1:])


def test_a_coarse_point_sees_a_face_of_600_pixels_whole(size):
    torch.manual_seed(0)
    network = FaceDetector(size).eval()
    side = 960
    picture = torch.normal(127.0, 40.0, (1, 3, side, side)).requires_grad_()
    where = points(side, side)
    centre = int(((where[:, 2] == 64) & (where[:, 0] == 480) & (where[:, 1] == 480)).nonzero())
    network(picture)[0, centre].square().sum().backward()
    seen = picture.grad[0].abs().sum(0) > 0
    for axis in (0, 1):
        reached = seen.any(axis).nonzero()
        assert int(reached.max() - reached.min()) >= 600
