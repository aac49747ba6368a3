import json

import numpy as np
import pytest
import torch
from pydantic import ValidationError

from facewright.core.errors import DataError
from facewright.inference.card import Card
from facewright.training.classification import ClassificationRecipe
from facewright.training.run import train

TABLE = {
    "name": "tiny",
    "steps": 4,
    "data": {
        "train": {"toy:12?seed=0&size=96": 1.0},
        "faceless": {"toy:12?seed=0&size=96": 1.0},
        "validation": ["toy:6?seed=1&size=96"],
        "validation_faceless": ["toy:6?seed=1&size=96"],
        "validation_limit": 8,
        "workers": 0,
    },
    "stages": [{"rounds": 2, "batch": 4, "side": 32, "grey": 0.3, "strength": 0.3}],
    "evaluation": {"every": 1},
}


def recipe(**changes):
    return ClassificationRecipe.model_validate(TABLE | changes)


def test_trains_and_says_how_good_it_is(tmp_path):
    weights = train(recipe(), tmp_path / "run", device="cpu", threads=1, cache=tmp_path)
    assert weights.is_file()
    record = json.loads((tmp_path / "run" / "run.json").read_text(encoding="utf-8"))
    assert 0 <= record["best"] <= 1


@pytest.mark.parametrize(("name", "outputs"), [("crop-net", 1), ("darknet19", 2), ("face-64", 1)])
def test_networks_and_their_probabilities_fit(name, outputs):
    system = recipe(network={"name": name}, stages=[{"rounds": 1, "side": 64}]).system()
    with torch.inference_mode():
        raw = system.network().eval()(torch.zeros(2, 3, 64, 64))
    assert raw.shape == (2, outputs)
    card = Card(name="a", version="0", parameters=0, terms="", **system.card())
    assert system.decode(card)(raw).shape == (2,)


def test_ours_has_at_most_a_fiftieth_of_darknets_parameters():
    ours, darknet = (
        sum(p.numel() for p in recipe(network={"name": name}).system().network().parameters())
        for name in ("crop-net", "darknet19")
    )
    assert ours * 50 <= darknet


def test_half_of_a_batch_are_faces_and_validation_stands_still(tmp_path):
    system = recipe().system()
    system.open(tmp_path)
    for batch in system.loader(0):
        assert batch.labels.tolist() == [1, 0, 1, 0]
    assert [face for face, _ in system.judged] == [True, False]
    again = recipe().system()
    again.open(tmp_path)
    for (_, one), (_, other) in zip(system.judged, again.judged, strict=True):
        np.testing.assert_array_equal(one, other)
    figures = system.validate(system.network().eval())
    assert tuple(figures) == tuple(system.figures)
    assert system.sheet(batch).ndim == 3


def test_arrays_of_crops_are_taken_whole(tmp_path):
    rng = np.random.default_rng(0)
    faces, others = (rng.integers(low, low + 20, (6, 40, 40, 3)).astype(np.uint8) for low in (200, 20))
    np.savez(tmp_path / "crops.npz", faces=faces, non_faces=others)
    name = f"npz:{tmp_path / 'crops.npz'}"
    sets = {
        "train": {name: 1},
        "faceless": {name: 1},
        "validation": [name],
        "validation_faceless": [name],
        "workers": 0,
    }
    system = recipe(data=sets).system()
    system.open(tmp_path)
    (_, bright), (_, dark) = system.judged
    assert len(bright) == len(dark) == 6
    assert bright.min() >= 200
    assert dark.max() < 40


def test_sets_without_what_they_are_given_for_are_refused(tmp_path):
    whole = np.full((4, 20, 20, 3), 90, np.uint8)
    np.savez(tmp_path / "faces.npz", faces=whole)
    np.savez(tmp_path / "others.npz", non_faces=whole)
    faces, others = (f"npz:{tmp_path / name}.npz" for name in ("faces", "others"))
    for key, value, message in (
        ("train", {others: 1}, "holds no face"),
        ("faceless", {faces: 1}, "holds no window without a face"),
        ("validation", [others], "holds no face"),
    ):
        with pytest.raises(DataError, match=message):
            recipe(data=TABLE["data"] | {key: value}).system().open(tmp_path)


def test_unknown_keys_are_refused():
    with pytest.raises(ValidationError):
        recipe(network={"name": "vgg"})


def test_calibrated_probabilities_decide_at_one_half(tmp_path):
    system = recipe().system()
    torch.manual_seed(0)
    network = system.network().eval()
    fitted = system.calibrate(network, tmp_path)
    assert fitted["data"] == ["toy:6?seed=1&size=96", "toy:6?seed=1&size=96"]
    card = Card(name="x", version="0", parameters=0, terms="-", **system.card(), calibration=fitted)
    raw = torch.tensor([[-1.0], [0.5], [3.0]])
    wanted = torch.sigmoid(raw[:, 0] * fitted["slope"] + fitted["offset"])
    torch.testing.assert_close(system.decode(card)(raw), wanted)
    # A network that knows nothing says of every window how many of all show a face, so that few are far off.
    faces, windows = (len(w) for _, w in system._windows(system._judges(tmp_path), 1000))
    share = system.decode(card)(torch.tensor([[0.0]])).item()
    assert abs(share - faces / (faces + windows)) < 0.2
    assert recipe(calibrated=False).system().calibrate(network, tmp_path) == {}


@pytest.mark.parametrize(("name", "side"), [("face-64", 80), ("darknet19", 16), ("crop-net", 8)])
def test_crops_that_a_network_cannot_look_at_are_refused(name, side):
    stages = [{"rounds": 1, "side": side}]
    with pytest.raises(ValidationError, match=rf"stages\.0\.side: {name} takes crops of .*, not {side}"):
        recipe(network={"name": name}, stages=stages)
