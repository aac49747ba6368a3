"""What the readers' tests share: small drawn pictures, and the real sets where they are unpacked."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

DATA = Path(__file__).parents[2] / "data"


@pytest.fixture
def draw(tmp_path: Path) -> Callable[..., Path]:
    """`draw("a/b.png", width, height, orientation=1)` writes a picture below tmp_path and gives its path."""

    def write(name: str, width: int = 100, height: int = 80, orientation: int = 1) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        image = Image.fromarray(np.full((height, width, 3), 90, np.uint8))
        exif = Image.Exif()
        exif[0x0112] = orientation
        image.save(path, exif=exif)
        return path

    return write


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """`write("a/b.txt", text)` writes a text file below tmp_path and gives its path."""

    def write_text(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write_text


@pytest.fixture
def real_data(monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder with the unpacked real sets, made the data root; skips where there is none."""
    if not (DATA / "detection").is_dir():
        pytest.skip("the real data is not unpacked in data/")
    monkeypatch.setenv("FACEWRIGHT_DATA", str(DATA))
    return DATA
