"""Where a detector's milliseconds go beside its network: decoding and suppression, buffers, resizing.

    python benchmarks/graph_cost.py detector-nano

All in turns on one thread: the whole file and its network alone; a run that gives new arrays and one into
buffers that are there (IOBinding); halving a picture by Pillow, as `Detector` does, and by a Resize node.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import cyclopts
import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import helper, parser

from facewright.core.pictures import resize_picture
from facewright.inference.session import find_model
from facewright.inference.timing import interleaved

SIZES = ((320, 240), (640, 480))
RAW = "raw"
"""the network's numbers, which decoding begins with"""


def main(model: str = "detector-nano", *, rounds: int = 100) -> None:
    """Print medians in milliseconds.

    Parameters
    ----------
    model:
        A detector: the name of a shipped one, or a model file.
    rounds:
        Calls of each.
    """
    path = find_model(model)
    print("| array | whole file | its network alone | into buffers | halving by Pillow | by a Resize node |")
    print("|---|--:|--:|--:|--:|--:|")
    with TemporaryDirectory() as folder:
        whole, network = session(path), session(network_of(path, Path(folder) / "network.onnx"))
        halving = session(halving_model(Path(folder) / "halving.onnx"))
        for width, height in SIZES:
            picture = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
            twice = np.random.default_rng(1).integers(0, 256, (2 * height, 2 * width, 3), np.uint8)
            calls: dict[str, Callable[[], object]] = {
                "whole file": partial(whole.run, None, {"picture": picture}),
                "its network alone": partial(network.run, None, {"picture": picture}),
                "into buffers": bound(whole, picture),
                "halving by Pillow": partial(resize_picture, twice, width),
                "by a Resize node": partial(halving.run, None, {"picture": twice}),
            }
            medians = [f"{np.median(seconds) * 1000:.2f}" for seconds in interleaved(calls, rounds).values()]
            print(f"| {width}x{height} | {' | '.join(medians)} |")


def session(path: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.log_severity_level = 1, 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def network_of(path: Path, cut: Path) -> Path:
    """The file up to the network's raw numbers."""
    onnx.utils.extract_model(str(path), str(cut), ["picture"], [RAW])
    return cut


def bound(whole: onnxruntime.InferenceSession, picture: NDArray[np.uint8]) -> Callable[[], object]:
    """A run whose input and outputs are bound once; outputs differ in length, so the runtime places them."""
    binding = whole.io_binding()
    binding.bind_ortvalue_input("picture", onnxruntime.OrtValue.ortvalue_from_numpy(picture))
    for output in whole.get_outputs():
        binding.bind_output(output.name)
    return lambda: whole.run_with_iobinding(binding)


def halving_model(path: Path) -> Path:
    """uint8 (H, W, 3) -> half as high and wide, bilinear and antialiased."""
    graph = parser.parse_graph(
        """
        halving (uint8[height, width, 3] picture) => (uint8[h, w, 3] half)
        <float[3] scales = {0.5, 0.5, 1}>
        {
            pixels = Cast <to = 1> (picture)
            small = Resize <mode = "linear", antialias = 1> (pixels, , scales)
            half = Cast <to = 2> (small)
        }
        """
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9), path)
    return path


if __name__ == "__main__":
    cyclopts.run(main)
