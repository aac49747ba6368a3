"""An int8 version of a model file: static quantisation of the network's nodes, none of the decoding's.

The weights shrink to a quarter. It is for devices with int8 arithmetic and little memory, and not faster
everywhere: attributes-small takes .6 of its time in float (on a CPU with AVX2), detector-nano, whose layers
look at one channel each, 1.4 times as long (on one with AVX-512).

All layers are quantised but the last ones. Their numbers share one range of 256 steps, and the logits of a
calibrated detector reach down to -100: steps of .4 are left for the boxes, and detector-nano's AP@.5 on
street-masks falls by .19. With a detector's first layer in float it takes twice the float file's time.

Weights have seven bits: CPUs without int8 dot products add two products in 16 bits, which eight bits overflow
silently (attributes-small's accuracy over 40 falls by .025 on such a one), and a file is for all CPUs.

The range of a value is the mean of the pictures' ranges: one odd picture would widen that of all, and coarsen
the steps (with the widest range the AP@.5 of a former detector-nano on portraits-grey fell by .017, with the
mean by .001).
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

from facewright.core.errors import DataError, ModelError, PictureError
from facewright.core.pictures import resize_picture
from facewright.core.whole import whole_file
from facewright.datasets.sample import Problem, Sample
from facewright.export.onnx_file import OPSET, describe
from facewright.inference.crops import fixed_side, squash
from facewright.inference.session import INTERFACES, PICTURE, Session

OPERATIONS = ("Conv", "Relu", "Add", "MaxPool", "Resize")
"""run on int8; convolutions alone would turn every value to float and back between them"""
CALIBRATION_SIDE = 320
"""long side of the pictures from which the ranges of values are learned; crops have the model's own"""
LAYERS = ("Conv", "Gemm")
"""nodes with weights"""

Feed = dict[str, NDArray[np.uint8]]
"""name of the model's input -> picture (H, W, 3) or crops (1, S, S, 3), RGB"""


def check_float(model: Session) -> None:
    """Raises ModelError for a model that is int8 already, or whose card does not say what it looks at."""
    if model.card.precision != "float32":
        raise ModelError(
            f"{model.path}: is {model.card.precision} already; give the float model that it was made of"
        )
    if INTERFACES[model.card.task].input != PICTURE:
        fixed_side(model)


def quantise(model: Session, target: Path, samples: Sequence[Sample]) -> list[Problem]:
    """Write the int8 version of the float `model`, of any task that looks at pictures, to `target`.

    The ranges of all values come from the pictures of `samples`; some dozens that look like what will be
    looked at. Its card is the model's, without results, and its name ends in -int8. Returns those pictures
    that cannot be read and were left out; raises DataError where none can, ModelError as `check_float`, and
    where the int8 version does not run.
    """
    check_float(model)
    feeds, unread = _feeds(samples, model)
    with tempfile.TemporaryDirectory() as folder, whole_file(target) as partial:
        folded = Path(folder) / "folded.onnx"
        inside = _fold(model.path, folded)
        onnxruntime.set_default_logger_severity(3)  # it advises against optional inputs
        try:
            quantize_static(
                folded,
                partial,
                _Feeds(feeds),
                quant_format=QuantFormat.QDQ,
                activation_type=QuantType.QUInt8,  # signed ones take three times as long on a CPU
                weight_type=QuantType.QInt8,
                per_channel=True,
                reduce_range=True,
                op_types_to_quantize=list(OPERATIONS),
                nodes_to_quantize=inside,
                extra_options={"CalibMovingAverage": True},
            )
        finally:
            onnxruntime.set_default_logger_severity(2)  # its default
        quantised = onnx.load(partial)
        named = {"name": f"{model.card.name}-int8", "precision": "int8", "results": {}}
        describe(quantised, model.card.model_copy(update=named))
        onnx.save(quantised, partial)
        Session(partial).run(feeds[0])  # what the runtime cannot run is not kept
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
    return _before_last(model_proto.graph.node)


def _before_last(nodes: Sequence[NodeProto]) -> list[str]:
    """Names of the nodes that a layer with weights follows: neither the last layers nor what decodes them.
    Nodes come in their order."""
    before: list[str] = []
    wanted: set[str] = set()  # names of values that go into a layer, by whatever way
    for node in reversed(nodes):
        if not wanted.isdisjoint(node.output):
            before.append(node.name)
        elif node.op_type not in LAYERS:
            continue
        wanted.update(node.input)
    return [name for name in before if name]


class _Feeds(CalibrationDataReader):
    """Inputs one by one, as the calibration wants them."""

    def __init__(self, feeds: Iterable[Feed]) -> None:
        self._feeds = iter(feeds)

    def get_next(self) -> Feed | None:
        return next(self._feeds, None)


def _feeds(samples: Iterable[Sample], session: Session) -> tuple[list[Feed], list[Problem]]:
    """What the model is given of each picture, as it is in use."""
    name = INTERFACES[session.card.task].input
    feeds: list[Feed] = []
    unread = []
    for sample in samples:
        try:
            picture = sample.read()
        except PictureError as error:
            unread.append(Problem(sample.name, str(error), "unreadable"))
            continue
        if name == PICTURE:
            feeds.append({name: resize_picture(picture, CALIBRATION_SIDE)})
        else:
            feeds.append({name: squash(picture, fixed_side(session))[np.newaxis]})
    if not feeds:
        raise DataError(f"none of {len(unread)} pictures to calibrate by can be read; first: {unread[0]}")
    return feeds, unread
