"""A trained network's weights: from a run folder, a safetensors file, a checkpoint or a model file."""

import pickle
import re
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from pydantic import ValidationError
from torch import Tensor

from facewright.core.errors import ModelError, UsageError, first_line
from facewright.inference.card import METADATA_KEY, Card
from facewright.inference.session import find_model
from facewright.models.blocks import SeparableUnit
from facewright.models.detector import FaceDetector

WEIGHTS, LAST, BEST = "weights.safetensors", "last.ckpt", "best.ckpt"
"""files of a run folder; see training.run"""
DAMAGED = (
    pickle.UnpicklingError, RuntimeError, EOFError, LookupError, TypeError, ValueError, AttributeError
)  # fmt: skip
"""what torch.load raises for a file that is no checkpoint, or half of one"""
NETWORK = "network."
"""before the names of the network's weights in a checkpoint"""
SCORED = re.compile(r"heads\.\d+\.1\.(weight|bias)")
"""arrays of a `FaceDetector` whose first row makes the score's logit"""
COUNTER, EPSILON = "num_batches_tracked", ".eps"
"""ends of names of what is no weight: a batch norm's count of steps; its epsilon, in extracted weights"""
Norm = torch.nn.modules.batchnorm._BatchNorm


def read_weights(name_or_path: str | Path) -> dict[str, Tensor]:
    """Name in the network -> array, on the CPU. Nothing of the file is run.

    From a run folder (its weights, or where it is unfinished its last checkpoint), a .safetensors, .npz or
    .ckpt file, an .onnx file that facewright exported, or the name of a shipped model. What calibrated the
    scores of such a file is taken off again: they are the network's own, as labels teach them. Raises
    ModelError.
    """
    path = Path(name_or_path)
    if path.is_dir():
        path = run_weights(path)
    if path.suffix == ".safetensors":
        return _from_safetensors(path)
    if path.suffix == ".npz":
        return _from_npz(path)
    if path.suffix == ".ckpt":
        return read_checkpoint(path)
    return _from_onnx(find_model(name_or_path))


def run_weights(folder: Path) -> Path:
    """The file in a run folder that holds its weights: averaged and best, or else the last checkpoint's."""
    for name in (WEIGHTS, LAST):
        if (folder / name).is_file():
            return folder / name
    raise ModelError(f"{folder}: holds neither {WEIGHTS} nor {LAST}; give the folder of a training run")


def read_checkpoint(path: Path) -> dict[str, Tensor]:
    """The network's averaged weights out of a checkpoint. Raises ModelError."""
    try:
        return weights_in(torch.load(path, map_location="cpu", weights_only=True))
    except FileNotFoundError:
        raise ModelError(f"{path}: no such checkpoint; check the path") from None
    except DAMAGED as error:
        raise ModelError(
            f"{path}: not a checkpoint of facewright, or a damaged one ({first_line(error)})"
        ) from error


def weights_in(checkpoint: Mapping[str, Any]) -> dict[str, Tensor]:
    """Those of the network, by its own names."""
    state = checkpoint["state_dict"]
    return {k.removeprefix(NETWORK): v for k, v in state.items() if k.startswith(NETWORK)}


def _from_safetensors(path: Path) -> dict[str, Tensor]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return load_file(path)
    except FileNotFoundError:
        raise ModelError(f"{path}: no such file of weights; check the path") from None
    except SafetensorError as error:
        raise ModelError(f"{path}: not a safetensors file, or a damaged one ({first_line(error)})") from error


def _from_npz(path: Path) -> dict[str, Tensor]:
    try:
        with path.open("rb") as file:  # np.load leaves one that is damaged open
            arrays = np.load(file, allow_pickle=False)
            return {name: torch.from_numpy(arrays[name]) for name in arrays.files}
    except FileNotFoundError:
        raise ModelError(f"{path}: no such file of weights; check the path") from None
    except (zipfile.BadZipFile, zlib.error, OSError, *DAMAGED) as error:
        raise ModelError(
            f"{path}: not an .npz file of weights, or a damaged one ({first_line(error)})"
        ) from error


def _from_onnx(path: Path) -> dict[str, Tensor]:
    import onnx
    from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
    from onnx import numpy_helper

    try:
        model = onnx.load(path)
    except DecodeError as error:
        raise ModelError(f"{path}: not an ONNX file, or a damaged one ({first_line(error)})") from error
    graph = model.graph
    if any(node.op_type == "QuantizeLinear" for node in graph.node):
        raise ModelError(
            f"{path}: an int8 model, whose weights are rounded; begin with the float model it was made of"
        )
    # PyTorch's names have dots; the file's own constants have none.
    weights = {
        i.name: torch.from_numpy(numpy_helper.to_array(i).copy()) for i in graph.initializer if "." in i.name
    }
    if not weights:
        raise ModelError(
            f"{path}: holds no weights by PyTorch's names; give a file that `facewright export` made"
        )
    texts = [entry.value for entry in model.metadata_props if entry.key == METADATA_KEY]
    try:
        found = Card.model_validate_json(texts[0]).score_calibration if texts else None
    except ValidationError as error:
        raise ModelError(f"{path}: its card cannot be understood; export the model again") from error
    if found is not None:
        for name, value in weights.items():
            if SCORED.fullmatch(name):  # as `export.score_calibration.fold_scores` did, backwards
                value[0] = (value[0] - (found.offset if name.endswith("bias") else 0)) / found.slope
    return weights


def load_weights(network: torch.nn.Module, weights: dict[str, Tensor]) -> None:
    """Put named weights into a network; a sentence, not a traceback, when they belong to another one.

    Extracted weights bring the epsilons of their batch norms along.
    """
    own = network.state_dict()
    if wrong := misfits(network, weights):
        advice = "the recipe of the same size"
        if _may_grow(network, weights):
            advice += ", or --set network.grow=true where they are of a smaller network"
        raise UsageError(
            f"the weights given to begin with are of another network: {len(wrong)} of {len(own)} arrays do "
            f"not fit (first: {wrong[0]}); choose {advice}"
        )
    network.load_state_dict({name: weights.get(name, value) for name, value in own.items()})
    for name, module in network.named_modules():
        if isinstance(module, Norm) and (epsilon := weights.get(f"{name}{EPSILON}")) is not None:
            module.eps = float(epsilon)


def check_own(network: torch.nn.Module, weights: dict[str, Tensor], folder: Path) -> None:
    """Raises ModelError where a run's own weights do not fit the network that its recipe makes today."""
    if wrong := misfits(network, weights):
        with_them = f" with --init {folder} --set network.grow=true" if _may_grow(network, weights) else ""
        raise ModelError(
            f"{folder}: its weights are of an earlier {type(network).__name__} (first array that does not "
            f"fit: {wrong[0]}); begin a new run{with_them}"
        )


def _may_grow(network: torch.nn.Module, weights: dict[str, Tensor]) -> bool:
    """Whether a detector's weights that do not fit are those of a smaller one."""
    return isinstance(network, FaceDetector) and not _no_smaller(network, weights)


def misfits(network: torch.nn.Module, weights: dict[str, Tensor]) -> list[str]:
    """Names of the network's arrays that `weights` lack or have in another shape."""
    return [
        name
        for name, value in network.state_dict().items()
        if not name.endswith(COUNTER) and (name not in weights or weights[name].shape != value.shape)
    ]


def load_part(network: torch.nn.Module, part: str, name_or_path: str | Path) -> None:
    """Put the weights of one module, such as `backbone`, of another network into the same one of this.

    Raises ModelError where there are no such weights, UsageError where they do not fit.
    """
    if not Path(name_or_path).exists():
        raise ModelError(
            f"{name_or_path}: no such run or weights, wanted for the {part}; train it, or name another"
        )
    weights = read_weights(name_or_path)
    prefix = f"{part}."
    load_weights(
        network.get_submodule(part),
        {name.removeprefix(prefix): value for name, value in weights.items() if name.startswith(prefix)},
    )


NEW_UNIT = 0.1
"""scale of a new residual unit's norm: it begins as nearly nothing, but not without a gradient"""


def grow(network: torch.nn.Module, weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Arrays for `network` that begin as `weights`, of a shallower or narrower network of the same kind.

    New residual units begin as hardly any, and what new channels tell the old ones begins as nothing, so that
    the network says nearly what the smaller one said (Chen et al., "Net2Net", 2016, but the new channels
    start as the network's own draws, not as copies). Raises UsageError where an array is larger than the
    network's, a unit or layer is there in part, or nothing fits.
    """
    if wrong := _no_smaller(network, weights):
        raise UsageError(
            f"the weights given to grow from are not of a smaller network of this kind (first: {wrong[0]}); "
            "only whole units, levels and channels may be new"
        )
    own = network.state_dict()
    grown = own | {name: _widened(v, own[name]) if name in own else v for name, v in weights.items()}
    for name, module in network.named_modules():
        if isinstance(module, SeparableUnit) and module.residual and f"{name}.mix.weight" not in weights:
            grown[f"{name}.norm.weight"] = torch.full_like(own[f"{name}.norm.weight"], NEW_UNIT)
    return grown


def _no_smaller(network: torch.nn.Module, weights: dict[str, Tensor]) -> list[str]:
    """Names of what keeps `network` from growing out of `weights`; empty where it can."""
    own = network.state_dict()
    if not own.keys() & weights:
        return ["no array"]
    wrong = [name for name, value in weights.items() if name in own and not _fits_into(value, own[name])]
    wrong += [name for name in weights if name not in own and not name.endswith(EPSILON)]
    return wrong + _missing_of_what_is_there(network, weights) + _no_longer_residual(network, weights)


def _no_longer_residual(network: torch.nn.Module, weights: dict[str, Tensor]) -> list[str]:
    """Units that add to their input in the smaller network, but have other outputs than inputs here."""
    return [
        f"{name}.mix.weight"
        for name, unit in network.named_modules()
        if isinstance(unit, SeparableUnit)
        and (old := weights.get(f"{name}.mix.weight")) is not None
        and old.shape[0] == old.shape[1]
        and unit.mix.in_channels != unit.mix.out_channels
    ]


def _fits_into(value: Tensor, own: Tensor) -> bool:
    """Whether `value` is of `own`'s shape, but for fewer outputs (axis 0) or inputs (axis 1)."""
    narrower = all(a <= b for a, b in zip(value.shape[:2], own.shape[:2], strict=False))
    return value.ndim == own.ndim and narrower and value.shape[2:] == own.shape[2:]


def _widened(value: Tensor, own: Tensor) -> Tensor:
    """`own` with `value` in its first outputs and inputs; those outputs get nothing of the new inputs."""
    if value.shape == own.shape:
        return value
    wide = own.clone()
    wide[: value.shape[0]] = 0
    wide[tuple(slice(size) for size in value.shape)] = value
    return wide


def _missing_of_what_is_there(network: torch.nn.Module, weights: dict[str, Tensor]) -> list[str]:
    """Arrays of units, and of layers outside them, that `weights` hold only in part."""
    missing: list[str] = []
    for prefix, module in network.named_modules():
        if isinstance(module, SeparableUnit) or not any(module.children()):
            names = [f"{prefix}.{name}" for name in module.state_dict() if not name.endswith(COUNTER)]
            lacking = [name for name in names if name not in weights]
            if len(lacking) < len(names):
                missing += lacking
    return missing
