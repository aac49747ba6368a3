import pytest
import torch
from torch import nn

from facewright.doctor.examination import examine
from facewright.doctor.network.probe import at_rest
from facewright.doctor.network.sight import receptive_field
from facewright.doctor.network.subject import Network
from facewright.models.box_localiser import BoxLocaliser
from facewright.models.pool_resnet import PoolResnet


@pytest.fixture(scope="module")
def faces():
    """Three pictures (3, 3, 128, 128), 0 .. 255, of a bright disc with two dark eyes on a grey ground."""
    y, x = torch.meshgrid(torch.arange(128.0), torch.arange(128.0), indexing="ij")
    pictures = torch.full((3, 3, 128, 128), 90.0)
    for i, (cx, cy, r) in enumerate(((60, 64, 40), (70, 50, 30), (50, 70, 36))):
        for dx, dy, size, shade in ((0, 0, 1, 220), (-0.4, -0.2, 0.15, 20), (0.4, -0.2, 0.15, 20)):
            disc = (x - cx - dx * r).square() + (y - cy - dy * r).square() < (size * r) ** 2
            pictures[i, :, disc] = shade * torch.tensor([1.0, 0.8, 0.6])[:, None] - 10 * i
    return pictures


@pytest.fixture(autouse=True)
def _weights():
    torch.manual_seed(1)


def errors(subject):
    return [f.id for f in examine([subject], cheap=True).findings if f.severity == "error"]


def ids(subject):
    return [f.id for f in examine([subject], cheap=True).findings]


def convolutions(*channels, kernel=3):
    layers = []
    for before, after in zip((3, *channels), channels, strict=False):
        layers += [nn.Conv2d(before, after, kernel, padding=kernel // 2), nn.ReLU(), nn.MaxPool2d(2)]
    return layers


class Mean(nn.Module):
    """Over all places."""

    def forward(self, x):
        return x.mean((2, 3))


class Scaled(nn.Module):
    def forward(self, x):
        return x / 255


def s0(*, pooled):
    """Convolutions, then a mean over all places or all of them, a dense layer, a sigmoid."""
    end = [Mean(), nn.Linear(64, 5)] if pooled else [nn.Flatten(), nn.Linear(64 * 16 * 16, 5)]
    return nn.Sequential(Scaled(), *convolutions(16, 32, 64), *end, nn.Sigmoid())


def test_s0_pooling_throws_the_place_away(faces):
    subject = Network("pooled", s0(pooled=True), faces, "box")
    assert errors(subject) == ["network-position-blind"]
    (sheet,) = [f.picture for f in examine([subject], cheap=True).findings]
    assert sheet.ndim == 3 and sheet.std() > 0


def test_s0_twin_that_keeps_the_places_is_healthy(faces):
    assert ids(Network("flat", s0(pooled=False), faces, "box")) == []


def test_a_trained_network_that_is_position_blind_is_found_by_its_own_weights(faces):
    assert errors(Network("pooled", s0(pooled=True), faces, "box", trained=True)) == [
        "network-position-blind"
    ]


def test_pooling_is_right_where_no_place_is_asked_for(faces):
    assert errors(Network("pooled", s0(pooled=True), faces, "class")) == []


def test_a_deep_pooled_network_knows_the_place_by_its_padding_only(faces):
    wide = [layer for _ in range(12) for layer in (nn.Conv2d(16, 16, 3, padding=1), nn.ReLU())]
    network = nn.Sequential(Scaled(), *convolutions(16, 16, 16), *wide, Mean(), nn.Linear(16, 4))
    assert ids(Network("deep", network, faces, "box")) == ["network-place-by-padding"]


@pytest.mark.parametrize("network", [BoxLocaliser(), PoolResnet(8, 128, 4)], ids=["localiser", "grid"])
def test_networks_with_cells_keep_the_place(network, faces):
    assert ids(Network("cells", network, faces, "map")) == []


def s3(kernel):
    side = 32 * 32 * 32
    layers = [nn.Conv2d(3, 16, kernel, padding=kernel // 2), nn.ReLU(), nn.MaxPool2d(2)]
    layers += [nn.Conv2d(16, 32, kernel, padding=kernel // 2), nn.ReLU(), nn.Flatten(), nn.Linear(side, 1)]
    return nn.Sequential(Scaled(), *layers, nn.Sigmoid())


def test_s3_kernels_of_one_pixel_see_no_edge(faces):
    crops = faces[:, :, 32:96, 32:96]
    (finding,) = examine([Network("1x1", s3(1), crops, "class")], cheap=True).findings
    assert finding.id == "network-sees-single-places"
    assert finding.evidence["cell"] == 2  # its pooling lets pixels of a cell change places


def test_s3_twin_with_kernels_of_three_pixels_is_healthy(faces):
    assert ids(Network("3x3", s3(3), faces[:, :, 32:96, 32:96], "class")) == []


def test_a_bag_of_pixels_is_found_too(faces):
    network = nn.Sequential(Scaled(), nn.Conv2d(3, 16, 1), nn.ReLU(), Mean(), nn.Linear(16, 2))
    (finding,) = examine([Network("bag", network, faces, "class")], cheap=True).findings
    assert finding.id == "network-sees-single-places" and "shuffled" in finding.message


def test_a_smaller_copy_of_the_picture_is_no_bag_of_pixels(faces):
    layers = [nn.AvgPool2d(4), nn.Flatten(), nn.Linear(3 * 32 * 32, 32), nn.ReLU(), nn.Linear(32, 1)]
    assert ids(Network("shrunk", nn.Sequential(Scaled(), *layers), faces, "class")) == []


def test_a_receptive_field_is_measured_to_the_pixel(faces):
    network = nn.Sequential(nn.Conv2d(3, 8, 3), nn.Tanh(), nn.Conv2d(8, 8, 3, dilation=2), nn.Conv2d(8, 1, 5))
    assert receptive_field(at_rest(Network("map", network, faces, "map")), faces) == (11, 11)


def test_faces_larger_than_the_receptive_field_are_counted(faces):
    network = nn.Sequential(Scaled(), nn.Conv2d(3, 8, 3, stride=4), nn.ReLU(), nn.Conv2d(8, 5, 3))
    sizes = [(40.0, 50.0), (44.0, 44.0), (8.0, 9.0)]
    (finding,) = examine([Network("short", network, faces, "map", faces=sizes)], cheap=True).findings
    assert finding.id == "network-short-sighted"
    assert finding.evidence == {"sees": [11, 11], "faces": 3, "larger": 2}
    assert ids(Network("short", network, faces, "map", faces=[(8.0, 9.0)])) == []


def test_examining_leaves_a_network_and_the_random_numbers_as_they_are(faces):
    network = s0(pooled=True).train()
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    examine([Network("pooled", network, faces, "box")], cheap=True)
    assert torch.equal(torch.rand(3), expected)
    assert network.training and all(torch.equal(network.state_dict()[name], before[name]) for name in before)
    assert all(p.requires_grad and p.grad is None for p in network.parameters())


class Transformer(nn.Module):
    """Patches, to which their places are added or not; the answer is that of a token beside them."""

    def __init__(self, *, placed):
        super().__init__()
        self.patches = nn.Conv2d(3, 32, 16, 16)
        self.token = nn.Parameter(torch.zeros(1, 1, 32))
        if placed:
            self.places = nn.Parameter(0.02 * torch.randn(1, 65, 32))
        layer = nn.TransformerEncoderLayer(32, 4, 64, batch_first=True, norm_first=True)
        self.layers = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.box = nn.Linear(32, 4)

    def forward(self, x):
        parts = self.patches(x / 255).flatten(2).transpose(1, 2)
        parts = torch.cat([self.token.expand(len(x), -1, -1), parts], 1)
        if hasattr(self, "places"):
            parts = parts + self.places
        return self.box(self.layers(parts)[:, 0])


def test_a_fresh_transformer_knows_its_places_though_they_begin_small(faces):
    assert ids(Network("placed", Transformer(placed=True), faces, "box")) == []
    assert ids(Network("not placed", Transformer(placed=False), faces, "box")) == ["network-position-blind"]
