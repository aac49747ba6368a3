"""facewright builds, judges and ships face models from scratch, and uses them.

>>> from facewright import Detector  # doctest: +SKIP
>>> faces = Detector()("photo.jpg")  # doctest: +SKIP
"""

import os
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from facewright.apps.index.index import Index
    from facewright.core.errors import FacewrightError, ModelError, PictureError, UsageError
    from facewright.core.faces import Face, Faces
    from facewright.core.pictures import read_picture, write_picture
    from facewright.inference.attributes import Attributes
    from facewright.inference.classifier import FaceClassifier
    from facewright.inference.detector import Detector
    from facewright.inference.regressor import Regressor

__version__ = "0.1.0"
__all__ = [
    "Attributes", "Detector", "Face", "FaceClassifier", "Faces", "FacewrightError", "Index", "ModelError",
    "PictureError", "Regressor", "UsageError", "__version__", "read_picture", "write_picture",
]  # fmt: skip

# What libraries would tell their makers, or ask them, at each use: not from here. It has to be said before
# they are imported. Whoever wants it sets the variables to something else.
for _variable, _silent in {
    "ORT_DISABLE_TELEMETRY": "1",  # onnxruntime from 1.29 on: machine, process, models, to Microsoft
    "NO_ALBUMENTATIONS_UPDATE": "1",  # is there a newer version?
    "RAY_USAGE_STATS_ENABLED": "0",
}.items():
    os.environ.setdefault(_variable, _silent)

# Imported on first use: `import facewright` stays fast and loads neither onnxruntime nor torch.
_HOME = {
    "Attributes": "facewright.inference.attributes",
    "FaceClassifier": "facewright.inference.classifier",
    "Detector": "facewright.inference.detector",
    "Face": "facewright.core.faces",
    "Faces": "facewright.core.faces",
    "FacewrightError": "facewright.core.errors",
    "Index": "facewright.apps.index.index",
    "ModelError": "facewright.core.errors",
    "PictureError": "facewright.core.errors",
    "Regressor": "facewright.inference.regressor",
    "UsageError": "facewright.core.errors",
    "read_picture": "facewright.core.pictures",
    "write_picture": "facewright.core.pictures",
}


if not TYPE_CHECKING:  # a type checker would believe that there is whatever is asked for

    def __getattr__(name):
        if name in _HOME:
            return getattr(import_module(_HOME[name]), name)
        raise AttributeError(f"module 'facewright' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
