import json

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from facewright.core.errors import ModelError
from facewright.datasets.toy import ToySamples
from facewright.export import onnx_file
from facewright.export.finding_steps import MOST_POINTS
from facewright.export.onnx_file import export_model, model_of, update_card
from facewright.export.quantise import quantise
from facewright.inference.detections import run_detection
from facewright.inference.detector import Detector
from facewright.inference.session import Session
from facewright.tasks.detection.predict import predict
from facewright.tasks.square import predict_square
from facewright.training.system import FindingSystem


@pytest.fixture(scope="module")
def runtime(exported):
    """The file as anyone opens it: ONNX Runtime with nothing set (but its advice not printed)."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(exported), options)


@pytest.fixture(scope="module")
def picture():
    return np.random.default_rng(1).integers(0, 256, (75, 110, 3), dtype=np.uint8)


def test_has_the_inputs_and_outputs_of_the_contract(runtime):
    assert [(i.name, i.type, i.shape) for i in runtime.get_inputs()] == [
        ("picture", "tensor(uint8)", ["height", "width", 3])
    ]
    assert {i.name: (i.type, i.shape) for i in runtime.get_overridable_initializers()} == {
        "score_threshold": ("tensor(float)", []),
        "iou_threshold": ("tensor(float)", []),
        "max_faces": ("tensor(int64)", [1]),
    }
    assert {o.name: o.shape for o in runtime.get_outputs()} == {
        "boxes": ["faces", 4],
        "scores": ["faces"],
        "landmarks": ["faces", 5, 2],
    }


def test_options_left_out_are_the_cards_and_options_given_win(runtime, picture, card):
    def scores(**options):
        return runtime.run(["scores"], {"picture": picture, **options})[0]

    usual = scores()
    assert len(usual) and usual.min() >= card.score_threshold and len(usual) <= card.max_faces
    spelt_out = scores(
        score_threshold=np.array(card.score_threshold, np.float32),
        iou_threshold=np.array(card.iou_threshold, np.float32),
        max_faces=np.array([card.max_faces]),
    )
    assert usual.tolist() == spelt_out.tolist()
    assert len(scores(score_threshold=np.array(0.0, np.float32))) > len(usual)
    assert scores(max_faces=np.array([2])).tolist() == usual[:2].tolist()
    assert len(scores(iou_threshold=np.array(0.9, np.float32))) > len(usual)
    assert len(scores(score_threshold=np.array(1.0, np.float32))) == 0


def test_faces_come_best_first_inside_the_picture_and_not_empty(exported, picture):
    found = run_detection(
        Session(exported), picture, score_threshold=0.0, iou_threshold=1.0, max_faces=MOST_POINTS
    )
    assert len(found.scores) > 100
    assert np.all(np.diff(found.scores) <= 0)
    assert found.boxes.min() >= 0 and (found.boxes.max(axis=0) <= [110, 75, 110, 75]).all()
    assert (found.boxes[:, 2:] > found.boxes[:, :2]).all()


@pytest.mark.parametrize("size", [(1, 1), (1, 200), (32, 32), (33, 31), (200, 64)])
def test_any_size_finds_what_pytorch_finds(exported, network, size):
    picture = np.random.default_rng(2).integers(0, 256, (*size, 3), dtype=np.uint8)
    theirs = run_detection(Session(exported), picture, 0.3, 0.45, 1000)
    ours = predict(network, picture, 0.3)
    ours = ours[(ours.boxes[:, 2:] > ours.boxes[:, :2]).all(1)]
    np.testing.assert_allclose(theirs.scores, ours.scores, atol=1e-5)
    np.testing.assert_allclose(theirs.boxes, ours.boxes, atol=0.01)
    np.testing.assert_allclose(theirs.landmarks, ours.landmarks, atol=0.01)


def test_a_picture_without_faces_gives_empty_arrays(exported):
    found = run_detection(Session(exported), np.zeros((40, 40, 3), np.uint8), score_threshold=1.0)
    assert [part.shape for part in found] == [(0, 4), (0,), (0, 5, 2)]


def test_a_threshold_of_nothing_looks_at_the_best_points_only(exported):
    picture = np.random.default_rng(0).integers(0, 256, (480, 640, 3), dtype=np.uint8)  # 6,300 points
    found = run_detection(
        Session(exported), picture, score_threshold=0.0, iou_threshold=1.0, max_faces=10_000
    )
    assert len(found.scores) <= MOST_POINTS


def test_is_one_self_contained_file_with_its_card_and_words_for_people(exported, card):
    model = onnx.load(exported, load_external_data=False)
    assert [file.name for file in exported.parent.iterdir()] == [exported.name]
    assert all(tensor.data_location == onnx.TensorProto.DEFAULT for tensor in model.graph.initializer)
    assert {(o.domain, o.version) for o in model.opset_import} == {("", 18)}
    metadata = {prop.key: prop.value for prop in model.metadata_props}
    assert json.loads(metadata["facewright"])["name"] == "detector-test"
    assert metadata["license"] == "for tests"
    assert Detector(exported).card == card


def test_batch_norms_and_weights_stay_as_pytorch_has_them(exported, network):
    graph = onnx.load(exported).graph
    arrays = {i.name: onnx.numpy_helper.to_array(i) for i in graph.initializer}
    state = {name: v for name, v in network.state_dict().items() if not name.endswith("num_batches_tracked")}
    assert all(np.array_equal(arrays[name], value.numpy()) for name, value in state.items())
    norms = sum(isinstance(module, torch.nn.BatchNorm2d) for module in network.modules())
    assert sum(node.op_type == "BatchNormalization" for node in graph.node) == norms


def test_another_card_brings_other_defaults(exported, card, tmp_path, picture):
    path = tmp_path / "other.onnx"
    path.write_bytes(exported.read_bytes())
    update_card(path, card.model_copy(update={"score_threshold": 0.9, "max_faces": 3}))
    assert Detector(path).card.score_threshold == 0.9
    found = run_detection(Session(path), picture)
    assert len(found.scores) <= 3 and (found.scores >= 0.9).all()
    assert (
        found.scores.tolist() == run_detection(Session(exported), picture, 0.9, max_faces=3).scores.tolist()
    )


def test_a_file_that_differs_from_pytorch_is_not_kept(system, network, card, tmp_path, monkeypatch, copy_of):
    other = copy_of()
    other.heads[0][-1].bias.data[5] += 0.5  # an eye at the finest level
    monkeypatch.setattr(onnx_file, "model_of", lambda network, decode, card: model_of(other, decode, card))
    path = tmp_path / "detector.onnx"
    path.write_bytes(b"an earlier model")
    with pytest.raises(ModelError, match=r"the file .* PyTorch"):
        export_model(system, network, card, path)
    assert path.read_bytes() == b"an earlier model"
    assert list(tmp_path.iterdir()) == [path]


def test_a_network_with_nan_is_refused(system, card, tmp_path, copy_of):
    broken = copy_of()
    broken.stages[0][0].mix.weight.data[0] = torch.nan
    with pytest.raises(ModelError, match=r"NaN or infinity \(first: stages\.0\.0\.mix\.weight"):
        export_model(system, broken, card, tmp_path / "x.onnx")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("size", ["small", "medium"])
def test_every_size_has_a_graph(size, card):
    from facewright.models.detector import FaceDetector

    network = FaceDetector(size).eval()
    onnx.checker.check_model(model_of(network, torch.nn.Identity(), card), full_check=True)


class Square(torch.nn.Module):
    """A network of fixed input, 32 x 32, with a box for each of 16 cells: moved by its colours."""

    def __init__(self):
        super().__init__()
        self.look = torch.nn.Conv2d(3, 5, 8, 8)
        torch.nn.init.normal_(self.look.weight, std=0.01)

    def forward(self, x):
        return self.look((x - 127.5) * 0.01).flatten(2)


class SquareDecode(torch.nn.Module):
    def __init__(self):
        super().__init__()
        y, x = torch.meshgrid(torch.arange(4.0), torch.arange(4.0), indexing="ij")
        self.register_buffer("middles", torch.stack([x, y]).reshape(1, 2, 16) * 8 + 4)

    def forward(self, raw):
        centre = self.middles + raw[:, 1:3]
        half = torch.exp(raw[:, 3:5]) * 5
        return torch.cat([centre - half, centre + half, raw[:, 0:1].sigmoid()], dim=1).transpose(1, 2)


class SquareSystem(FindingSystem):
    """Just enough of a system to be exported."""

    def __init__(self, framing):
        self.framing = framing

    figures = property(lambda self: ["ap50"])
    network = open_training = open_validation = loader = loss = validate = sheet = None

    def decode(self, card):
        return SquareDecode()

    def find(self, network, picture, score_threshold, iou_threshold=0.45, max_faces=1000):
        return predict_square(
            network, SquareDecode(), 32, picture, score_threshold, iou_threshold, max_faces, self.framing
        )


@pytest.mark.parametrize("framing", ["letterbox", "squash"])
def test_a_network_of_fixed_input_gets_its_picture_fitted_inside_the_file(card, tmp_path, framing):
    torch.manual_seed(1)
    card = card.model_copy(update={"side": 32, "framing": framing, "max_faces": 1000})
    parity = export_model(SquareSystem(framing), Square().eval(), card, tmp_path / "square.onnx")
    assert parity.compared > 100
    found = Detector(tmp_path / "square.onnx", min_score=0.0)(np.zeros((50, 90, 3), np.uint8))
    assert found.landmarks is None and len(found) > 8
    assert found.boxes.min() >= 0 and (found.boxes.max(axis=0) <= [90, 50, 90, 50]).all()


class Deeper(Square):
    """With a layer more, which becomes int8."""

    def __init__(self):
        super().__init__()
        self.first = torch.nn.Sequential(torch.nn.Conv2d(3, 3, 3, padding=1), torch.nn.ReLU())

    def forward(self, x):
        return super().forward(self.first(x))


@pytest.mark.parametrize("framing", ["letterbox", "squash"])
def test_a_network_of_fixed_input_runs_in_int8(card, tmp_path, framing):
    torch.manual_seed(1)
    card = card.model_copy(update={"side": 32, "framing": framing, "max_faces": 1000})
    float_file, small = tmp_path / "square.onnx", tmp_path / "small.onnx"
    export_model(SquareSystem(framing), Deeper().eval(), card, float_file)
    quantise(Session(float_file), small, ToySamples(2, size=96))
    assert any(node.op_type == "QuantizeLinear" for node in onnx.load(small).graph.node)
    picture = ToySamples(1, size=96)[0].read()[:60]
    before, after = (Detector(file, min_score=0.0)(picture) for file in (float_file, small))
    assert len(before) > 8 and abs(len(after) - len(before)) < 3
