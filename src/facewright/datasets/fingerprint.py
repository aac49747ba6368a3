"""Whether a cache is still of its set: what changes when a picture, a label or the choice of samples does."""

import os
import re
from hashlib import sha256
from pathlib import Path

import numpy as np

from facewright.core.errors import PictureError
from facewright.core.pictures import read_picture
from facewright.datasets.sample import AttributeTable, Dataset, Sample

LAYOUT = b"facewrt2"
"""of the cache's file: another one is read by nobody"""


def file_name(dataset: Dataset, max_side: int) -> str:
    """Readable, and one for each choice of samples: training and validation must not replace each other."""
    samples = dataset.samples
    own = getattr(samples, "fingerprint", None)
    names = [own] if isinstance(own, str) else [sample.name for sample in samples]
    digest = sha256(_bytes("\n".join([dataset.name, *names]))).hexdigest()[:8]
    readable = re.sub(r"[^A-Za-z0-9]+", "-", dataset.name).strip("-")[-60:]
    return f"{readable}-{max_side}-{digest}.cache"


def fingerprint_of(dataset: Dataset, max_side: int) -> str:
    """Changes whenever a picture file, a label, the choice of samples or `max_side` does."""
    digest = sha256(_bytes(f"{LAYOUT!r} {dataset.name} {max_side}"))
    own = getattr(dataset.samples, "fingerprint", None)
    if isinstance(own, str):
        digest.update(own.encode())
        return digest.hexdigest()
    for sample in dataset:
        digest.update(_bytes(f"\n{sample.name}\t{sample.group}\t{_picture_state(sample)}\t"))
        for labels in (sample.boxes, sample.landmarks, sample.ignore):
            digest.update(f"{labels.shape}".encode() + labels.tobytes())
        attributes = sample.attributes
        if isinstance(attributes, AttributeTable):  # two hundred thousand times forty values
            digest.update("\n".join(attributes).encode() + attributes.table.tobytes())
        else:
            for name in sorted(attributes):
                digest.update(name.encode() + np.asarray(attributes[name]).tobytes())
    return digest.hexdigest()


def _bytes(text: str) -> bytes:
    """Of a text with names of files, which need not be UTF-8."""
    return text.encode(errors="surrogateescape")


def _picture_state(sample: Sample) -> str:
    """What changes when the picture does: a file's size and time, anything else's content."""
    source = sample.picture
    if isinstance(source, str | Path):
        try:
            state = os.stat(source)  # noqa: PTH116  (no Path for each of so many)
        except FileNotFoundError:
            return f"{source} missing"
        return f"{source} {state.st_size} {state.st_mtime_ns}"
    if isinstance(source, bytes):
        return sha256(source).hexdigest()
    try:
        pixels = read_picture(source)
    except PictureError as error:
        return str(error)
    return f"{pixels.shape} {sha256(pixels.tobytes()).hexdigest()}"
