"""A trained detector as one ONNX file: picture in, faces out, its card inside."""

import copy
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import onnx
import torch
from onnx import ModelProto, helper

from facewright.core.errors import ModelError
from facewright.export.detection_graph import after_network, before_network
from facewright.export.first_layer import read_flat_picture
from facewright.export.network import network_graph
from facewright.export.parity import Parity, check_parity
from facewright.inference.card import METADATA_KEY, Card
from facewright.inference.session import INTERFACES
from facewright.models.detector import FaceDetector

OPSET, IR_VERSION = 18, 8
"""old enough for every ONNX Runtime since 1.14, onnxruntime-web included"""


def export_detector(network: FaceDetector, card: Card, path: Path) -> Parity:
    """Write `network` with its card to `path`, once the file was seen to find what the network finds.

    Returns the largest differences. Raises ModelError, and leaves `path` as it was, when they are too large.
    """
    network = copy.deepcopy(network).cpu().float().eval()
    broken = [name for name, value in network.state_dict().items() if not torch.isfinite(value).all()]
    if broken:
        raise ModelError(f"{len(broken)} of the network's arrays hold NaN or infinity (first: {broken[0]})")
    path.parent.mkdir(parents=True, exist_ok=True)
    with written_beside(path) as partial:
        onnx.save(detector_model(network, card), partial)
        return check_parity(network, partial)


@contextmanager
def written_beside(path: Path) -> Iterator[Path]:
    """A name beside `path` to write to; renamed to `path` at the end, or removed when something went
    wrong."""
    partial = path.with_name(f".{path.stem}.{os.getpid()}.part.onnx")
    try:
        yield partial
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def detector_model(network: FaceDetector, card: Card) -> ModelProto:
    """The whole file as a value: `picture`, and optionally thresholds, -> `boxes`, `scores`, `landmarks`."""
    before, after = before_network(), after_network(card)
    body = read_flat_picture(network_graph(network, "pixels", "raw"), "padded", "pixels")
    graph = helper.make_graph(
        [*before.node, *body.node, *after.node],
        card.name,
        [*before.input, *(value for value in after.input if value.name != "raw")],
        after.output,
        [*before.initializer, *body.initializer, *after.initializer],
        doc_string="RGB picture of any size -> faces, best first, in its pixels; thresholds are optional",
    )
    model = helper.make_model(
        graph,
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="facewright",
    )
    model.producer_version = card.version
    describe(model, card)
    onnx.checker.check_model(model, full_check=True)
    return model


def describe(model: ModelProto, card: Card) -> None:
    """Put the card into the file's metadata, and beside it what other tools show people."""
    helper.set_model_props(
        model,
        {
            METADATA_KEY: card.model_dump_json(),
            "description": f"{card.name}: finds faces and five landmarks in RGB pictures",
            "license": card.terms,
            "precision": card.precision,
        },
    )


def update_card(path: Path, card: Card) -> None:
    """Give a model file another card, and with it other defaults of its optional inputs."""
    model = onnx.load(path)
    defaults = {
        value.name: value
        for value in after_network(card).initializer
        if value.name in INTERFACES["detection"].options
    }
    for value in model.graph.initializer:
        if value.name in defaults:
            value.CopyFrom(defaults[value.name])
    describe(model, card)
    with written_beside(path) as partial:
        onnx.save(model, partial)
