"""An int8 version of a model file: static quantisation of the network's nodes, none of the decoding's.

The weights shrink to a quarter, the whole file of detector-nano to a half. It is for devices with int8
arithmetic and little memory, and not faster everywhere: on a CPU with AVX-512 detector-nano takes 1.4 times
as long as in float, where ONNX Runtime's convolutions are at their best.

All layers are quantised but the last ones. Their numbers share one range of 256 steps, and the logits of a
calibrated detector reach down to -100: steps of .4 are left for the boxes, and detector-nano's AP@.5 on
street-masks falls by .19. With the first layer in float it takes twice the float file's time.

The range of a value is the mean of the pictures' ranges: one odd picture would widen that of all, and coarsen
the steps (of the widest range detector-nano's AP@.5 on portraits-grey falls by .017, of the mean by .001).
"""

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, helper
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.quant_utils import add_pre_process_metadata

from facewright.core.errors import DataError, PictureError
from facewright.core.pictures import resize_picture
from facewright.core.whole import whole_file
from facewright.datasets.sample import Problem, Sample
from facewright.export.onnx_file import OPSET, describe
from facewright.inference.card import Card
from facewright.inference.session import PICTURE

OPERATIONS = ("Conv", "Relu", "Add", "MaxPool", "Resize")
"""run on int8; convolutions alone would turn every value to float and back between them"""
CALIBRATION_SIDE = 320
"""long side of the pictures from which the ranges of values are learned"""


def quantise(model: Path, target: Path, samples: Sequence[Sample], card: Card) -> list[Problem]:
    """Write the int8 version of the float `model` with its `card` to `target`.

    The ranges of all values come from the pictures of `samples`; some dozens that look like what will be
    looked at. Returns those that cannot be read and were left out; raises DataError where none can.
    """
    pictures, unread = _read(samples)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, whole_file(target) as partial:
        folded = Path(folder) / "folded.onnx"
        inside = _fold(model, folded)
        onnxruntime.set_default_logger_severity(3)  # it advises against optional inputs
        try:
            quantize_static(
                folded,
                partial,
                _Pictures(pictures),
                quant_format=QuantFormat.QDQ,
                activation_type=QuantType.QUInt8,  # signed ones take three times as long on a CPU
                weight_type=QuantType.QInt8,
                per_channel=True,
                op_types_to_quantize=list(OPERATIONS),
                nodes_to_quantize=inside,
                extra_options={"CalibMovingAverage": True},
            )
        finally:
            onnxruntime.set_default_logger_severity(2)  # its default
        quantised = onnx.load(partial)
        describe(quantised, card.model_copy(update={"precision": "int8"}))
        onnx.save(quantised, partial)
    return unread


def _fold(model: Path, folded: Path) -> list[str]:
    """Merge batch norms into convolutions, as int8 needs it; returns the names of what becomes int8."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.optimized_model_filepath = str(folded)
    options.log_severity_level = 3
    onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    model_proto: ModelProto = onnx.load(folded)
    # The runtime declares all operator sets that it knows, other runtimes may not; only ONNX's own is used.
    del model_proto.opset_import[:]
    model_proto.opset_import.append(helper.make_opsetid("", OPSET))
    add_pre_process_metadata(model_proto)  # or the quantiser advises to do what was just done
    onnx.save(model_proto, folded)
    nodes = model_proto.graph.node
    last = _last_layers(nodes)
    return [node.name for node in nodes if node.name and node.name not in last]


def _last_layers(nodes: Sequence[NodeProto]) -> set[str]:
    """Names of the convolutions that no other layer with weights follows; nodes come in their order."""
    last: set[str] = set()
    before_a_layer: set[str] = set()  # names of values
    for node in reversed(nodes):
        followed = not before_a_layer.isdisjoint(node.output)
        if node.op_type == "Conv" and not followed:
            last.add(node.name)
        if followed or node.op_type in ("Conv", "Gemm"):
            before_a_layer.update(node.input)
    return last


class _Pictures(CalibrationDataReader):
    """Pictures one by one, as the calibration wants them."""

    def __init__(self, pictures: Iterable[NDArray[np.uint8]]) -> None:
        self._pictures = iter(pictures)

    def get_next(self) -> dict[str, NDArray[np.uint8]] | None:
        picture = next(self._pictures, None)
        return None if picture is None else {PICTURE: picture}


def _read(samples: Iterable[Sample]) -> tuple[list[NDArray[np.uint8]], list[Problem]]:
    pictures, unread = [], []
    for sample in samples:
        try:
            pictures.append(resize_picture(sample.read(), CALIBRATION_SIDE))
        except PictureError as error:
            unread.append(Problem(sample.name, str(error), "unreadable"))
    if not pictures:
        raise DataError(f"none of {len(unread)} pictures to calibrate by can be read; first: {unread[0]}")
    return pictures, unread
