"""The optional extras: which libraries each brings, and what is said where one of them is missing."""

from collections.abc import Iterator
from contextlib import contextmanager

EXTRAS = {
    "train": {
        "torch", "lightning", "albumentations", "cv2", "onnx", "safetensors", "tensorboard",
        "matplotlib", "jinja2", "markupsafe", "faster_coco_eval", "scipy",
    },
    "video": {"av"},
    "serve": {"fastapi", "starlette", "uvicorn", "python_multipart", "prometheus_client"},
    "parquet": {"pyarrow"},
    "ray": {"ray"},
    "supervision": {"supervision"},
}  # fmt: skip
"""extra -> what it installs, by the names that are imported"""


def missing_extra(error: ImportError) -> str | None:
    """What to install where the error is that a library of an extra is missing; else None."""
    name = (isinstance(error, ModuleNotFoundError) and error.name) or ""
    extra = next((extra for extra, names in EXTRAS.items() if name.partition(".")[0] in names), None)
    if extra is None:
        return None
    return (
        f"{name} is not installed; this needs the {extra} extra; in facewright's checkout: "
        f"pip install '.[{extra}]'"
    )


@contextmanager
def optional() -> Iterator[None]:
    """Around imports of an extra's libraries: the ModuleNotFoundError then says which extra to install."""
    try:
        yield
    except ModuleNotFoundError as error:
        sentence = missing_extra(error)
        if sentence is None:
            raise
        raise ModuleNotFoundError(sentence, name=error.name) from error
