"""Extracted weights: what a network has learnt as named arrays in one file, without training or recipe."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save
from torch import nn

from facewright.core.errors import UsageError
from facewright.core.whole import whole_file
from facewright.export.run_folder import Run, read_network
from facewright.metrics.classification import Classification, Judged, judge
from facewright.tasks.classification.predict import predict
from facewright.training.weights import COUNTER, EPSILON, Norm, load_weights, read_weights

ENDINGS = (".npz", ".safetensors")


def extract(network: nn.Module) -> dict[str, NDArray]:
    """Name -> array: weights and biases of every layer, of batch norms also running statistics and epsilon.

    Counters of training steps are left out. Names are PyTorch's, such as `features.0.weight`; `NORM.eps` is a
    batch norm's epsilon, float64 of shape (): another one would give other outputs.
    """
    arrays = {
        name: value.detach().cpu().contiguous().numpy()
        for name, value in network.state_dict().items()
        if not name.endswith(COUNTER)
    }
    for name, module in network.named_modules():
        if isinstance(module, Norm):
            arrays[f"{name}{EPSILON}"] = np.array(module.eps)
    return arrays


def write_extracted(network: nn.Module, path: Path) -> Path:
    """Write `extract(network)` as .npz or .safetensors, by the path's ending; returns the path.

    The file appears complete or not at all. Raises UsageError for another ending, or when it cannot be
    written.
    """
    if path.suffix not in ENDINGS:
        raise UsageError(
            f"{path}: weights are written as {' or '.join(ENDINGS)}; choose one of these endings"
        )
    arrays = extract(network)
    try:
        with whole_file(path) as written:
            if path.suffix == ".npz":
                np.savez(written, **arrays)  # type: ignore[arg-type]
            else:
                written.write_bytes(save(arrays))
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror}); choose another place") from error
    return path


def load_extracted(network: nn.Module, path: Path) -> None:
    """Put extracted weights into a fresh network of the same structure, which then gives identical outputs.

    Raises ModelError for a file that is missing or damaged, UsageError for weights of another network.
    """
    load_weights(network, read_weights(path))


def both_ways(run: Run, file: Path, parts: Sequence[Judged]) -> tuple[Classification, Classification]:
    """A classifier's run, judged as it was trained and as a fresh network with the weights in `file`.

    parts: windows of the side that the run's recipe says. Raises what `load_extracted` raises.
    """
    system = run.recipe.system()
    fresh = system.network().eval()
    load_extracted(fresh, file)
    trained, extracted = (
        judge(parts, partial(predict, network)) for network in (read_network(run, system), fresh)
    )
    return trained, extracted
