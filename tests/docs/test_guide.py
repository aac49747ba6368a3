"""Every Python example of README and guide runs as it stands, in a folder that holds what it names."""

import re
from pathlib import Path

import matplotlib
import numpy as np
import pytest

from facewright.core.pictures import write_picture
from facewright.datasets.open import open_dataset

ROOT = Path(__file__).parents[2]
FRAMES, RATE = 12, 12


def examples():
    for page in [ROOT / "README.md", *sorted((ROOT / "docs" / "guide").glob("*.md"))]:
        for i, code in enumerate(re.findall(r"^```python\n(.*?)^```", page.read_text("utf-8"), re.M | re.S)):
            yield pytest.param(code, id=f"{page.stem}-{i + 1}")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """photo.jpg with a face, photos/ with four pictures, clip.mp4 in which a drawn face moves."""
    photo = Path(matplotlib.get_data_path()) / "sample_data" / "grace_hopper.jpg"
    (tmp_path / "photo.jpg").write_bytes(photo.read_bytes())
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "portrait.jpg").write_bytes(photo.read_bytes())
    scenes = [sample.read() for sample in open_dataset("toy:3?seed=4")]
    for i, scene in enumerate(scenes):
        write_picture(scene, tmp_path / "photos" / f"scene-{i}.png")
    _film(scenes[0], tmp_path / "clip.mp4")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _film(scene, path):
    import av

    height, width = (length // 2 * 2 for length in scene.shape[:2])
    with av.open(path, "w") as out:
        stream = out.add_stream("mpeg4", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for i in range(FRAMES):
            frame = np.ascontiguousarray(np.roll(scene, 2 * i, axis=1)[:height, :width])
            out.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        out.mux(stream.encode(None))


@pytest.mark.parametrize("code", list(examples()))
def test_an_example_of_the_guide_runs(code, folder):
    exec(compile(code, "example", "exec"), {"__name__": "__main__"})
