"""An int8 version of a model file: static quantisation of the network's nodes, none of the decoding's.

The file is a quarter as large, for small devices with int8 arithmetic; it is not faster everywhere. On a CPU
with AVX-512 the float detector-nano takes two thirds of the int8 one's time: its convolutions are depthwise
or narrow.
"""

import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import ModelProto
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

from facewright.core.pictures import resize_picture
from facewright.datasets.sample import Sample
from facewright.export.onnx_file import describe, written_beside
from facewright.inference.card import Card
from facewright.inference.session import INPUT

OPERATIONS = ("Conv", "Relu", "Add", "MaxPool", "Resize")
"""run on int8; convolutions alone would turn every value to float and back between them"""
CALIBRATION_SIDE = 320
"""long side of the pictures from which the ranges of values are learned"""


def quantise(model: Path, target: Path, samples: Iterable[Sample], card: Card) -> None:
    """Write the int8 version of the float `model` with its `card` to `target`.

    The ranges of all values come from the pictures of `samples`; some dozens that look like what will be
    looked at. Raises PictureError for a picture that cannot be read.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, written_beside(target) as partial:
        folded = Path(folder) / "folded.onnx"
        inside = _fold(model, folded)
        quantize_static(
            folded,
            partial,
            _Pictures(samples),
            quant_format=QuantFormat.QDQ,
            activation_type=QuantType.QUInt8,  # signed activations take four times as long on a CPU
            weight_type=QuantType.QInt8,
            per_channel=True,
            op_types_to_quantize=list(OPERATIONS),
            nodes_to_quantize=inside,
        )
        quantised = onnx.load(partial)
        describe(quantised, card.model_copy(update={"precision": "int8"}))
        onnx.save(quantised, partial)


def _fold(model: Path, folded: Path) -> list[str]:
    """Merge batch norms into convolutions, as int8 needs it, and list the network's nodes by name."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.optimized_model_filepath = str(folded)
    options.log_severity_level = 3
    onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    graph: ModelProto = onnx.load(folded)
    return [node.name for node in graph.graph.node if node.name]


class _Pictures(CalibrationDataReader):
    """Pictures one by one, as the calibration wants them."""

    def __init__(self, samples: Iterable[Sample]) -> None:
        self._pictures: Iterator[NDArray[np.uint8]] = (sample.read() for sample in samples)

    def get_next(self) -> dict[str, NDArray[np.uint8]] | None:
        picture = next(self._pictures, None)
        return None if picture is None else {INPUT: resize_picture(picture, CALIBRATION_SIDE)}
