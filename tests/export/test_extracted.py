import numpy as np
import pytest
import torch
from torch import nn

from facewright.core.errors import ModelError, UsageError
from facewright.export.extracted import both_ways, extract, load_extracted, write_extracted
from facewright.export.run_folder import read_network, read_run
from facewright.metrics.classification import Judged
from facewright.models.crop_net import CropNet
from facewright.models.darknet19 import DarknetBackbone
from facewright.training.classification import ClassificationRecipe
from facewright.training.run import train


class Small(nn.Module):
    """Convolution with a bias, batch norm with an epsilon of its own, linear."""

    def __init__(self, epsilon=1e-5):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4, eps=epsilon), nn.ReLU())
        self.head = nn.Linear(4, 2)

    def forward(self, x):
        return self.head(self.features(x).mean((2, 3)))


def trained(network):
    """Some steps' worth of moved weights and statistics."""
    torch.manual_seed(0)
    network.train()
    for _ in range(3):
        network(255 * torch.rand(2, 3, 32, 32))
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(0.05 * torch.randn_like(parameter))
    return network.eval()


@pytest.mark.parametrize("ending", [".npz", ".safetensors"])
@pytest.mark.parametrize(
    "make", [lambda: Small(1e-3), lambda: CropNet(1), DarknetBackbone], ids=["small", "ours", "darknet"]
)
def test_a_fresh_network_gives_identical_outputs(make, ending, tmp_path):
    network = trained(make())
    path = write_extracted(network, tmp_path / f"weights{ending}")
    fresh = make().eval()
    pictures = 255 * torch.rand(2, 3, 64, 64)
    with torch.inference_mode():
        assert not torch.equal(fresh(pictures), network(pictures))
        load_extracted(fresh, path)
        assert torch.equal(fresh(pictures), network(pictures))
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("ending", [".npz", ".safetensors"])
def test_the_epsilon_comes_along(ending, tmp_path):
    path = write_extracted(trained(Small(1e-3)), tmp_path / f"w{ending}")
    other = Small(1e-5)
    load_extracted(other, path)
    assert other.features[1].eps == 1e-3


def test_names_and_arrays_are_the_layers_own():
    network = trained(Small())
    arrays = extract(network)
    assert sorted(arrays) == sorted(
        [f"features.0.{p}" for p in ("weight", "bias")]
        + [f"features.1.{p}" for p in ("weight", "bias", "running_mean", "running_var", "eps")]
        + [f"head.{p}" for p in ("weight", "bias")]
    )
    np.testing.assert_array_equal(arrays["features.0.weight"], network.features[0].weight.detach().numpy())
    assert arrays["features.1.eps"] == 1e-5


def test_weights_of_another_network_are_refused(tmp_path):
    path = write_extracted(Small(), tmp_path / "w.npz")
    with pytest.raises(UsageError, match="another network"):
        load_extracted(CropNet(1), path)


@pytest.mark.parametrize("name", ["w.npz", "w.safetensors"])
def test_missing_and_damaged_files_are_told(name, tmp_path):
    with pytest.raises(ModelError, match="no such file"):
        load_extracted(Small(), tmp_path / name)
    whole = write_extracted(Small(), tmp_path / name).read_bytes()
    for damaged in (b"", b"nothing of the kind", whole[: len(whole) // 2], whole[:-30]):
        (tmp_path / name).write_bytes(damaged)
        with pytest.raises(ModelError, match="damaged"):
            load_extracted(Small(), tmp_path / name)


def test_only_what_can_be_written_is(tmp_path):
    with pytest.raises(UsageError, match="npz or"):
        write_extracted(Small(), tmp_path / "weights.pickle")
    with pytest.raises(UsageError, match="cannot be written"):
        write_extracted(Small(), tmp_path / "nowhere" / "weights.npz")


def test_accuracy_is_the_same_both_ways(tmp_path):
    toy = "toy:6?seed=0&size=96"
    recipe = ClassificationRecipe.model_validate(
        {
            "name": "tiny",
            "steps": 3,
            "data": {
                "train": {toy: 1},
                "faceless": {toy: 1},
                "validation": [toy],
                "validation_faceless": [toy],
                "workers": 0,
            },
            "stages": [{"rounds": 1, "batch": 4, "side": 32}],
            "averaging": {"decay": 0},
        }
    )
    train(recipe, tmp_path / "run", device="cpu", threads=1, cache=tmp_path)
    run = read_run(tmp_path / "run")
    file = write_extracted(read_network(run, recipe.system()), tmp_path / "w.npz")
    rng = np.random.default_rng(0)
    parts = [Judged("a", face, rng.integers(0, 256, (5, 32, 32, 3), np.uint8)) for face in (True, False)]
    trained, extracted = both_ways(run, file, parts)
    for one, other in zip(trained.probabilities, extracted.probabilities, strict=True):
        np.testing.assert_array_equal(one, other)
    assert trained.accuracy == extracted.accuracy
    assert len({p.tobytes() for p in trained.probabilities}) == 2  # colour and grey were both looked at
