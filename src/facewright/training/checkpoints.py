"""Checkpoints: tensors and plain numbers only, written so that a kill never leaves half of one."""

import io
from pathlib import Path
from typing import Any

import torch
from lightning.pytorch.plugins.io import TorchCheckpointIO
from safetensors.torch import save
from torch import Tensor

from facewright.core.errors import TrainingError
from facewright.core.whole import whole_file
from facewright.training.weights import DAMAGED, read_checkpoint, weights_in


class WholeFiles(TorchCheckpointIO):
    """Writes beside the target and renames; Lightning's way copies when /tmp is another disk."""

    def save_checkpoint(self, checkpoint: dict[str, Any], path: Any, storage_options: Any = None) -> None:
        content = io.BytesIO()
        torch.save(checkpoint, content)  # into a file, a full disk would be a RuntimeError of riddles
        with whole_file(Path(path)) as partial:
            partial.write_bytes(content.getbuffer())


def reached(checkpoint: Path) -> tuple[int, dict[str, Tensor]]:
    """How many steps were done when it was written, and the network's (averaged) weights by then.

    Raises TrainingError for a damaged file.
    """
    try:
        content = torch.load(checkpoint, map_location="cpu", weights_only=True)
        return int(content["global_step"]), weights_in(content)
    except DAMAGED as error:
        raise TrainingError(f"{checkpoint}: this checkpoint is damaged; begin the run again") from error


def save_weights(checkpoint: Path, target: Path) -> None:
    """The network's (averaged) weights out of a checkpoint, as safetensors."""
    content = save({name: w.contiguous() for name, w in read_checkpoint(checkpoint).items()})
    with whole_file(target) as partial:
        partial.write_bytes(content)
