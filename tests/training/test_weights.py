import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from facewright.core.errors import ModelError, UsageError
from facewright.export.onnx_file import model_of
from facewright.inference import session
from facewright.inference.card import Card
from facewright.models.darknet19 import Darknet19
from facewright.models.detector import FaceDetector, Size
from facewright.training.weights import LAST, WEIGHTS, grow, load_part, load_weights, read_weights


@pytest.fixture(scope="module")
def network() -> FaceDetector:
    torch.manual_seed(1)
    network = FaceDetector("nano").eval()
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_()
            module.running_var.uniform_(0.5, 2)
    return network


@pytest.fixture(scope="module")
def model(network, tmp_path_factory):
    import onnx

    path = tmp_path_factory.mktemp("model") / "detector-a.onnx"
    card = Card(name="detector-a", task="detection", version="0", parameters=1, terms="for tests")
    onnx.save(model_of(network, torch.nn.Identity(), card), path)
    return path


def same(weights, network):
    state = {k: v for k, v in network.state_dict().items() if not k.endswith("num_batches_tracked")}
    return all(torch.equal(weights[name], value) for name, value in state.items())


def checkpoint(network, path):
    """As Lightning writes it: other things beside the network's arrays."""
    state = {f"network.{name}": value for name, value in network.state_dict().items()}
    torch.save({"state_dict": state | {"other": torch.zeros(1)}, "global_step": 3}, path)


def test_a_fresh_network_with_the_weights_of_a_model_file_gives_the_same_numbers(network, model):
    fresh = FaceDetector("nano").eval()
    load_weights(fresh, read_weights(model))
    x = torch.from_numpy(np.random.default_rng(0).uniform(0, 255, (1, 3, 32, 64)).astype(np.float32))
    with torch.inference_mode():
        assert torch.equal(fresh(x), network(x))


def test_a_shipped_models_name_will_do(network, model, monkeypatch):
    monkeypatch.setattr(session, "MODELS", model.parent)
    assert same(read_weights("detector-a"), network)
    with pytest.raises(ModelError, match="no model is named 'detector-b'; did you mean 'detector-a'"):
        read_weights("detector-b")


def test_a_run_folder_gives_its_weights_and_an_unfinished_one_its_last_checkpoint(network, tmp_path):
    checkpoint(network, tmp_path / LAST)
    assert same(read_weights(tmp_path), network)
    assert "other" not in read_weights(tmp_path)
    finished = {name: value + 1 for name, value in network.state_dict().items()}
    save_file(finished, tmp_path / WEIGHTS)
    assert torch.equal(read_weights(str(tmp_path))["stem.0.0.weight"], finished["stem.0.0.weight"])


def test_files_by_themselves_will_do(network, tmp_path):
    save_file(network.state_dict(), tmp_path / "a.safetensors")
    checkpoint(network, tmp_path / "a.ckpt")
    assert same(read_weights(tmp_path / "a.safetensors"), network)
    assert same(read_weights(tmp_path / "a.ckpt"), network)


@pytest.mark.parametrize("name", ["a.safetensors", "a.ckpt", "a.onnx"])
@pytest.mark.parametrize("content", [None, b"", b"not weights at all"])
def test_missing_and_damaged_files_are_one_sentence_that_names_them(tmp_path, name, content):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ModelError, match=rf"{name}: (no such|not an?|holds no)") as caught:
        read_weights(tmp_path / name)
    assert "\n" not in str(caught.value)


def test_a_folder_without_a_run_is_refused(tmp_path):
    with pytest.raises(ModelError, match=r"holds neither weights\.safetensors nor last\.ckpt"):
        read_weights(tmp_path)


def test_a_checkpoint_of_something_else_is_refused(tmp_path):
    torch.save({"state": 1}, tmp_path / "a.ckpt")
    with pytest.raises(ModelError, match="not a checkpoint of facewright"):
        read_weights(tmp_path / "a.ckpt")


def test_a_part_takes_the_weights_of_the_same_part_of_another_network(tmp_path):
    torch.manual_seed(0)
    classifier, whole = Darknet19(), torch.nn.ModuleDict({"backbone": Darknet19().backbone})
    save_file(classifier.state_dict(), tmp_path / WEIGHTS)
    load_part(whole, "backbone", tmp_path)
    assert same(
        {f"backbone.{name}": value for name, value in classifier.backbone.state_dict().items()}, whole
    )
    with pytest.raises(ModelError, match="no such run or weights, wanted for the backbone"):
        load_part(whole, "backbone", tmp_path / "nowhere")
    save_file({"other.weight": torch.zeros(2)}, tmp_path / "other.safetensors")
    with pytest.raises(UsageError, match="another network"):
        load_part(whole, "backbone", tmp_path / "other.safetensors")


@pytest.fixture
def shallow():
    """Weights of nano without its last unit of a stage and without the coarsest level."""
    torch.manual_seed(0)
    state = FaceDetector("nano").state_dict()
    return {k: v for k, v in state.items() if not k.startswith(("stages.1.4.", "coarse.", "heads.3."))}


def test_a_grown_network_says_nearly_what_the_shallow_one_said(shallow):
    network = FaceDetector("nano").eval()
    load_weights(network, grow(network, shallow))
    picture = 255 * torch.rand(1, 3, 96, 96)
    with torch.inference_mode():
        stem = network.stem((picture - 127.5) / 64)
        before = network.stages[1][:4](
            torch.nn.functional.max_pool2d(network.stages[0](torch.nn.functional.max_pool2d(stem, 2)), 2)
        )
        after = network.stages[1][4](before)
    assert 0 < (after - before).norm() < 0.2 * before.norm()


def test_growing_keeps_every_array_that_is_given(shallow):
    network = FaceDetector("nano")
    grown = grow(network, shallow)
    assert grown.keys() == network.state_dict().keys()
    assert all(torch.equal(grown[name], value) for name, value in shallow.items())
    assert (grown["stages.1.4.norm.weight"] == 0.1).all()


@pytest.mark.parametrize("change", [{"stem.0.0.weight": torch.zeros(24, 3, 3, 3)}, {"other": torch.zeros(1)}])
def test_what_is_no_smaller_network_of_the_kind_is_refused(shallow, change):
    with pytest.raises(UsageError, match=next(iter(change))):
        grow(FaceDetector("nano"), shallow | change)


@pytest.fixture
def narrow():
    """A detector that is narrower than small everywhere but in its colours and answers."""
    torch.manual_seed(0)
    return FaceDetector(Size((8, 16, 32, 48, 48), (2, 4, 4, 2), 32)).eval()


def test_a_widened_network_says_what_the_narrow_one_said(narrow):
    wide = FaceDetector("small").eval()
    load_weights(wide, grow(wide, narrow.state_dict()))
    picture = 255 * torch.rand(1, 3, 96, 128)
    with torch.inference_mode():
        torch.testing.assert_close(wide(picture), narrow(picture), rtol=1e-4, atol=1e-4)


def test_new_channels_learn_and_are_heard(narrow):
    """What they tell the old ones is nothing at first, but has a gradient; their own weights are drawn."""
    wide = FaceDetector("small").train()
    load_weights(wide, grow(wide, narrow.state_dict()))
    wide(255 * torch.rand(2, 3, 96, 96)).square().sum().backward()
    unit = wide.stages[1][0].mix
    assert (unit.weight[:32, 16:] == 0).all() and unit.weight[32:].std() > 0
    assert unit.weight.grad is not None and (unit.weight.grad[:32, 16:] != 0).any()


def test_units_that_could_not_stay_residual_are_refused(narrow):
    wider = FaceDetector(Size((8, 16, 32, 48, 64), (2, 4, 4, 2), 32))
    with pytest.raises(UsageError, match=r"stages\.3\.0\.mix\.weight"):
        grow(wider, narrow.state_dict())
    with pytest.raises(UsageError, match="of a smaller network"):
        grow(narrow, FaceDetector("small").state_dict())


def test_growing_from_nothing_is_refused():
    with pytest.raises(UsageError, match="no array"):
        grow(FaceDetector("nano"), {})


def test_a_unit_that_is_there_in_part_is_refused_and_epsilons_are_not(shallow):
    network = FaceDetector("nano")
    with pytest.raises(UsageError, match=r"stages\.1\.3\.norm\.bias"):
        grow(network, {k: v for k, v in shallow.items() if k != "stages.1.3.norm.bias"})
    assert "stem.0.1.eps" in grow(network, shallow | {"stem.0.1.eps": torch.tensor(1e-5)})


def test_weights_of_another_network_are_one_sentence():
    with pytest.raises(UsageError, match=r"of another network: \d+ of \d+ arrays do not fit .*same size"):
        load_weights(FaceDetector("nano"), FaceDetector("small").state_dict())
    with pytest.raises(UsageError, match=r"do not fit \(first: stem\.0\.0\.weight\)"):
        load_weights(FaceDetector("nano"), {})
    without_counters = {k: v for k, v in FaceDetector("nano").state_dict().items() if "num_batches" not in k}
    load_weights(FaceDetector("nano"), without_counters)
