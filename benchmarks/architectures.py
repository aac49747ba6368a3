"""What width, depth and activation cost a detector: parameters, and milliseconds of its file on one thread.

    python benchmarks/architectures.py --markdown architectures.md

Networks with random weights: only their time tells. One row a shape, beside YuNet where it is installed;
all in the same rounds. docs/detector.md says what was chosen by it, and why.
"""

import argparse
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import onnx
import torch
from torch import nn

from facewright.export.onnx_file import model_of
from facewright.inference.card import Card
from facewright.inference.detections import run_detection
from facewright.inference.session import Session
from facewright.inference.timing import interleaved, summary
from facewright.models.detector import SIZES, FaceDetector, Size
from latency import ARRAYS, _photo, _tiled
from peers import NotInstalled, YuNet

SHAPES = {
    "before": Size((16, 32, 64, 64, 64), (1, 3, 2, 2), 64),
    "one more at /8": Size((16, 32, 64, 64, 64), (1, 4, 2, 2), 64),
    "one more at /8, two at /16": Size((16, 32, 64, 64, 64), (1, 4, 4, 2), 64),
    "and one at /4": Size((16, 32, 64, 64, 64), (2, 4, 4, 2), 64),
    "and one more at /8 (nano)": SIZES["nano"],
    "48 channels at /4": Size((16, 48, 64, 64, 64), (1, 4, 4, 2), 64),
    "80 channels from /16 on": Size((16, 32, 64, 80, 80), (1, 4, 3, 2), 64),
    "80 channels from /8 on": Size((16, 32, 80, 80, 80), (1, 3, 2, 2), 80),
    "20 and 40 channels first": Size((20, 40, 64, 80, 96), (1, 4, 3, 2), 64),
    "small": SIZES["small"],
    "medium": SIZES["medium"],
}
ACTIVATIONS = {"leaky ReLU": nn.LeakyReLU, "hard swish": nn.Hardswish, "SiLU": nn.SiLU}
"""tried in nano instead of ReLU"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--markdown", type=Path, help="file for the table")
    given = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        networks = {name: FaceDetector(shape) for name, shape in SHAPES.items()}
        networks |= {f"nano, {name}": _with(activation) for name, activation in ACTIVATIONS.items()}
        sessions = {name: _session(name, network.eval(), Path(folder)) for name, network in networks.items()}
        timed = {size: interleaved(_calls(sessions, size), given.rounds) for size in ARRAYS}
        columns = {size: summary(times, "YuNet") for size, times in timed.items()}
    heads = " | ".join(f"{width}x{height}" for width, height in ARRAYS)
    lines = [f"| shape | parameters | {heads} |", "|---|---:|" + "---:|" * len(ARRAYS)]
    for name in columns[ARRAYS[0]]:
        times = [columns[size][name] for size in ARRAYS]
        cells = (f"{t.ms:.1f} ms" + (f" ({t.ratio:.2f})" if t.ratio else "") for t in times)
        count = f"{sessions[name].card.parameters:,}" if name in sessions else ""
        lines.append(f"| {name} | {count} | {' | '.join(cells)} |")
    print("\n".join(lines))
    if given.markdown:
        given.markdown.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _with(activation: type[nn.Module]) -> FaceDetector:
    network = FaceDetector("nano")
    for unit in network.modules():
        if isinstance(getattr(unit, "act", None), nn.ReLU):
            unit.act = activation()
    for stem in network.stem.children():
        if isinstance(stem, nn.Sequential):
            stem[-1] = activation()
    return network


def _session(name: str, network: FaceDetector, folder: Path) -> Session:
    parameters = sum(p.numel() for p in network.parameters())
    card = Card(name=name, task="detection", version="0", parameters=parameters, terms="random weights")
    path = folder / f"{name.replace('/', '')}.onnx"
    onnx.save(model_of(network, nn.Identity(), card), path)
    return Session(path, threads=1)


def _calls(sessions: dict[str, Session], size: tuple[int, int]) -> dict[str, Callable[[], object]]:
    picture = _tiled(_photo(), *size)
    calls: dict[str, Callable[[], object]] = {
        name: partial(run_detection, session, picture, score_threshold=0.5)
        for name, session in sessions.items()
    }
    try:
        peer, mirrored = YuNet(), np.ascontiguousarray(picture[..., ::-1])
        calls["YuNet"] = lambda: peer.find(mirrored, peer.threshold)
    except NotInstalled as absent:
        print(absent)
    return calls


if __name__ == "__main__":
    main()
