from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from facewright.core.errors import ModelError, TrainingError
from facewright.training.checkpoints import WholeFiles, reached, save_weights


@pytest.fixture
def checkpoint(tmp_path):
    path = tmp_path / "last.ckpt"
    state = {"network.a": torch.arange(6.0).reshape(2, 3).T, "other.b": torch.zeros(1)}
    WholeFiles().save_checkpoint({"global_step": 12, "state_dict": state}, path)
    return path


def test_a_checkpoint_replaces_the_old_one_whole(checkpoint, monkeypatch):
    def fail(path, content):
        with path.open("wb") as file:
            file.write(content[:100])
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "write_bytes", fail)
    with pytest.raises(KeyboardInterrupt):
        WholeFiles().save_checkpoint({"global_step": 15}, checkpoint)
    step, weights = reached(checkpoint)
    assert step == 12 and list(weights) == ["a"] and weights["a"].tolist() == [[0, 3], [1, 4], [2, 5]]


def test_only_the_networks_weights_are_taken(checkpoint):
    target = checkpoint.with_name("weights.safetensors")
    save_weights(checkpoint, target)
    weights = load_file(target)
    assert list(weights) == ["a"]
    assert weights["a"].tolist() == [[0, 3], [1, 4], [2, 5]]
    assert [file.name for file in sorted(target.parent.iterdir())] == ["last.ckpt", "weights.safetensors"]


@pytest.mark.parametrize("content", [b"", b"rubbish", None])
def test_a_damaged_checkpoint_is_one_sentence(checkpoint, content):
    checkpoint.write_bytes(checkpoint.read_bytes()[:300] if content is None else content)
    with pytest.raises(TrainingError, match=r"last\.ckpt: this checkpoint is damaged"):
        reached(checkpoint)
    with pytest.raises(ModelError, match=r"last\.ckpt: not a checkpoint"):
        save_weights(checkpoint, checkpoint.with_name("weights.safetensors"))
