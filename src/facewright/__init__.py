"""facewright builds, judges and ships face models from scratch, and uses them.

>>> from facewright import Detector  # doctest: +SKIP
>>> faces = Detector()("photo.jpg")  # doctest: +SKIP
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from facewright.apps.index.index import Index
    from facewright.core.errors import FacewrightError
    from facewright.core.faces import Face, Faces
    from facewright.core.pictures import read_picture
    from facewright.inference.attributes import Attributes
    from facewright.inference.classifier import FaceClassifier
    from facewright.inference.detector import Detector

__version__ = "0.1.0"
__all__ = [
    "Attributes", "Detector", "Face", "FaceClassifier", "Faces", "FacewrightError", "Index",
    "__version__", "read_picture",
]  # fmt: skip

# Imported on first use: `import facewright` stays fast and loads neither onnxruntime nor torch.
_HOME = {
    "Attributes": "facewright.inference.attributes",
    "FaceClassifier": "facewright.inference.classifier",
    "Detector": "facewright.inference.detector",
    "Face": "facewright.core.faces",
    "Faces": "facewright.core.faces",
    "FacewrightError": "facewright.core.errors",
    "Index": "facewright.apps.index.index",
    "read_picture": "facewright.core.pictures",
}


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'facewright' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
