"""Where a set is written: nothing half is left, and what lies there is not touched."""

import errno
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from facewright.core.errors import FacewrightError, UsageError
from facewright.datasets.sample import Dataset
from facewright.datasets.writers import pictures as putting
from facewright.datasets.writers.convert import WRITERS, convert

from .conftest import sample


@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(errno.ENOSPC, "No space left on device")])
def test_nothing_half_is_left(tmp_path, kind, error):
    def watch(samples, what):
        for number, one in enumerate(samples):
            if number and what == "writing":
                raise error
            yield one

    height, width = 60, 80
    boxes = [(0, 0, width, height)] if kind not in ("folder", "pts", "mtfl") else []
    samples = [sample(f"{i}.png", boxes) for i in range(3)]
    if kind in ("pts", "mtfl"):
        from facewright.datasets.landmarks import tight_box

        points = np.array([[30, 20], [50, 20], [40, 30], [33, 40], [47, 40]], np.float32)
        box = np.clip(tight_box(points), 0, [width, height, width, height])
        samples = [replace(sample(f"{i}.png", [box]), landmarks=points[None]) for i in range(3)]
    with pytest.raises(type(error)):
        convert(Dataset("set", samples), f"{kind}:{tmp_path / 'out'}", watch=watch)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_no_damaged_picture(tmp_path, monkeypatch):
    from facewright.core.errors import PictureError

    def full(*_, **__):
        raise PictureError("a.png: cannot be written (No space left on device)")

    monkeypatch.setattr(putting, "write_picture", full)
    with pytest.raises(FacewrightError, match="No space left") as error:
        convert(Dataset("set", [sample()]), f"voc:{tmp_path / 'out'}")
    assert not isinstance(error.value, PictureError)


def test_the_place_must_be_free(tmp_path, monkeypatch):
    dataset = Dataset("set", [sample()])
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").write_text("mine")
    (tmp_path / "file").write_text("mine")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="is not empty"):
        convert(dataset, f"voc:{tmp_path / 'full'}")
    for kind in ("voc", "npz"):
        with pytest.raises(UsageError, match="exists already"):
            convert(dataset, f"{kind}:{tmp_path / 'file'}")
    with pytest.raises(UsageError, match="cannot be made"):
        convert(dataset, f"voc:{tmp_path / 'file' / 'below'}")
    convert(dataset, f"voc:{tmp_path / 'empty'}")
    convert(dataset, f"voc:{tmp_path / 'new' / 'below'}")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    with pytest.raises(UsageError, match="is the current folder"):
        convert(dataset, "voc:.")
    (tmp_path / "disk").mkdir()
    monkeypatch.setattr(os.path, "ismount", lambda place: Path(place).name == "disk")
    with pytest.raises(UsageError, match=r"is where another disk is mounted; give the name of a folder"):
        convert(dataset, f"voc:{tmp_path / 'disk'}")
