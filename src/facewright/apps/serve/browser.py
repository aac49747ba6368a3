"""What the page is told when it opens, and whether it can find faces by itself.

It can where ONNX Runtime for browsers lies in page/vendor, put there by `make browser`: its WebAssembly has
14 MB, too many for every checkout.
"""

from pathlib import Path

from pydantic import BaseModel

from facewright import __version__
from facewright.apps.careful import careful_score
from facewright.apps.serve.looking import Looker
from facewright.apps.serve.settings import Settings

VENDOR = Path(__file__).parent / "page" / "vendor"
RUNTIME = ("ort.wasm.bundle.min.mjs", "ort-wasm-simd-threaded.wasm")
"""the files of the npm package onnxruntime-web that the page needs"""


class About(BaseModel):
    """For the page alone."""

    version: str
    model: str
    min_score: float
    """from which a face is one"""
    careful_score: float
    """from which what may be a face is hidden, unless a person says otherwise"""
    iou: float
    max_faces: int
    size: int
    max_bytes: int
    max_pixels: int
    browser: bool
    """whether the page can find faces itself"""


def about(settings: Settings, looker: Looker) -> About:
    """Of this service."""
    card = looker.detector.card
    return About(
        version=__version__,
        model=card.name,
        min_score=card.score_threshold,
        careful_score=careful_score(card),
        iou=card.iou_threshold,
        max_faces=card.max_faces,
        size=looker.detector.size or card.size,
        max_bytes=settings.max_bytes,
        max_pixels=settings.max_pixels,
        browser=card.task == "detection" and all((VENDOR / name).is_file() for name in RUNTIME),
    )
