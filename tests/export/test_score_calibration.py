"""The line through the logits is found again where it was drawn, and a network with it worked in says it."""

import numpy as np
import pytest
import torch

from facewright.core.errors import DataError
from facewright.core.faces import Faces
from facewright.core.logits import logit, sigmoid
from facewright.datasets.sample import Sample, no_landmarks
from facewright.export.onnx_file import export_model
from facewright.export.score_calibration import Judged, fit_scores, fold_scores, judged
from facewright.inference.card import Card, ScoreCalibration
from facewright.inference.detector import Detector
from facewright.training.weights import load_weights, read_weights

FACE, NOTHING = [0, 0, 40, 40], [60, 0, 90, 30]
FOUND = ScoreCalibration(
    slope=2.5, offset=0.75, error_before=0.2, error_after=0.02, detections=9, right=4,
    pictures={"toy:9": 9}, faceless=0.0,
)  # fmt: skip


def drawn(slope, offset, *, count=40000, seed=0, faceless=False):
    """Detections that are right as often as the line says."""
    rng = np.random.default_rng(seed)
    z = rng.normal(-1, 1.5, count)
    right = rng.random(count) < sigmoid(slope * z + offset)
    return Judged(faceless, 100, sigmoid(z), right & (not faceless))


def sample(*boxes, ignore=()):
    picture, ignore = np.zeros((100, 100, 3), np.uint8), np.asarray(ignore, np.float32).reshape(-1, 4)
    boxes = np.array(boxes, np.float32).reshape(-1, 4)
    return Sample("a", picture, boxes, no_landmarks(len(boxes)), ignore=ignore)


@pytest.mark.parametrize(("slope", "offset"), [(2.5, 0.7), (0.5, -1.0)])
def test_the_line_that_drew_the_labels_is_found_again(slope, offset):
    found = fit_scores({"crowds": drawn(slope, offset)})
    assert (found.slope, found.offset) == pytest.approx((slope, offset), rel=0.05, abs=0.05)
    assert found.error_after < 0.02 < found.error_before
    assert (found.pictures, found.detections, found.faceless) == ({"crowds": 100}, 40000, 0)


def test_half_of_the_pictures_are_faceless_however_many_there_are():
    crowds, empty = drawn(2, 0), drawn(2, 0, seed=1, faceless=True)
    mixed = fit_scores({"crowds": crowds, "empty": empty})
    assert mixed.faceless == 0.5 and mixed.offset < fit_scores({"crowds": crowds}).offset - 0.2
    # The same pictures three times, or another set like it, are no other mix.
    thrice = Judged(True, 300, np.tile(empty.scores, 3), np.tile(empty.right, 3))
    again = fit_scores({"crowds": crowds, "empty": thrice})
    twice = fit_scores({"crowds": crowds, "empty": empty, "emptier": empty})
    for other in (again, twice):
        assert (other.slope, other.offset) == pytest.approx((mixed.slope, mixed.offset), rel=1e-3)


def test_pictures_whose_other_faces_nobody_annotated_say_nothing():
    faces = Faces([FACE, NOTHING], [0.9, 0.4], width=100, height=100)
    unknown = judged([sample(FACE, ignore=[[0, 0, 100, 100]])], [faces])
    assert unknown.pictures == 0 and len(unknown.scores) == 0
    found = judged([sample(FACE, ignore=[[0, 0, 100, 100]]), sample(FACE)], [faces, faces])
    assert (found.pictures, found.faceless) == (1, False)
    assert found.scores == pytest.approx([0.9, 0.4]) and found.right.tolist() == [True, False]
    fitted = fit_scores({"portraits": unknown, "crowds": drawn(2, 0)})
    assert list(fitted.pictures) == ["crowds"]


def test_what_cannot_be_calibrated_is_one_sentence():
    crowds = drawn(2, 0, count=200)
    with pytest.raises(DataError, match=r"of 200 detections .* none is right.*train longer.*--min-score"):
        fit_scores({"crowds": crowds._replace(right=np.zeros(200, bool))})
    with pytest.raises(DataError, match=r"of 200 detections .* none is wrong.*validation_faceless"):
        fit_scores({"crowds": crowds._replace(right=np.ones(200, bool))})
    with pytest.raises(DataError, match=r"not right more often"):
        fit_scores({"crowds": drawn(-2, 0)})
    for sets in ({}, {"empty": drawn(2, 0, faceless=True)}, {"portraits": crowds._replace(pictures=0)}):
        with pytest.raises(DataError, match=r"no validation picture with faces is fully annotated"):
            fit_scores(sets)


def test_a_network_with_it_worked_in_says_the_line_and_all_else_as_before(network):
    pixels = torch.rand(1, 3, 96, 128) * 255
    with torch.inference_mode():
        before, after = network(pixels), fold_scores(network, FOUND)(pixels)
        again = network(pixels)
    assert torch.equal(before, again)  # the network itself is left alone
    assert torch.equal(before[..., 1:], after[..., 1:])
    torch.testing.assert_close(after[..., 0], 2.5 * before[..., 0] + 0.75)


def test_the_file_gives_calibrated_scores_with_the_same_nodes_and_training_begins_with_the_networks_own(
    network, card, system, exported, tmp_path
):
    import onnx

    path = tmp_path / "calibrated.onnx"
    card = Card.model_validate(card.model_dump() | {"score_calibration": FOUND.model_dump()})
    export_model(system, network, card, path)
    plain, calibrated = (onnx.load(file).graph.node for file in (exported, path))
    assert [node.op_type for node in plain] == [node.op_type for node in calibrated]
    picture = np.random.default_rng(0).integers(0, 256, (128, 160, 3), np.uint8)
    before, after = (Detector(file, min_score=0.0, size=None)(picture) for file in (exported, path))
    assert len(before) == len(after) > 5 and Detector(path).card.score_calibration == FOUND
    np.testing.assert_allclose(before.boxes, after.boxes, atol=1e-3)
    np.testing.assert_allclose(sigmoid(2.5 * logit(before.scores) + 0.75), after.scores, atol=1e-5)
    fresh = system.network()
    load_weights(fresh, read_weights(path))
    for name, value in fresh.state_dict().items():
        torch.testing.assert_close(value, network.state_dict()[name], rtol=1e-6, atol=1e-6)
