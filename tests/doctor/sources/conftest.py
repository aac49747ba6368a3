"""Small recipes on drawn faces, one a task, each written where a test works."""

from pathlib import Path

import pytest
import torch

torch.set_num_threads(1)

TRAIN, VAL = "toy:12?seed=0&size=96", "toy:6?seed=1&size=96"
DATA = f"""
steps = 3
[data]
train = {{"{TRAIN}" = 1}}
validation = ["{VAL}"]
validation_limit = 4
max_side = 96
workers = 0
"""
CLASSES = f"""
faceless = {{"{TRAIN}" = 1}}
validation_faceless = ["{VAL}"]
"""
RECIPES = {
    "detection": DATA + "[[stages]]\nrounds = 2\ncanvas = 64\nbatch = 2\nmosaic = 0.0\n",
    "grid-detection": DATA
    + '[network]\nname = "pool-resnet"\nfilters = 4\ncells = 3\n'
    + "[[stages]]\nrounds = 2\ncanvas = 96\nbatch = 2\n",
    "localisation": DATA.replace(TRAIN, "toy:60?seed=0&size=96").replace(VAL, "toy:60?seed=1&size=96")
    + "[loss]\nbox = 2.0\npresence = 1.0\nwhere = 0.3\n"
    + '[[stages]]\nkind = "frames"\nrounds = 2\ncanvas = 96\nbatch = 2\n',
    "classification": DATA + CLASSES + "[[stages]]\nrounds = 2\nside = 32\nbatch = 4\n",
    "attributes": """
steps = 3
[network]
name = "crop-net"
[data]
train = {"celeba:CELEBA?split=train" = 1}
validation = ["celeba:CELEBA?split=val"]
workers = 0
[[stages]]
rounds = 2
side = 32
batch = 4
""",
    "regression": 'steps = 3\n[data]\ntrain = {"saddle:60?seed=0" = 1}\nvalidation = ["saddle:30?seed=1"]\n'
    "[[stages]]\nrounds = 2\nbatch = 4\n",
}


@pytest.fixture(params=RECIPES)
def recipe(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, celeba: Path
) -> Path:
    """A recipe of each task; the working folder is where it lies."""
    path = written(request.param, tmp_path, monkeypatch)
    path.write_text(path.read_text().replace("CELEBA", str(celeba)))
    return path


@pytest.fixture
def detection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return written("detection", tmp_path, monkeypatch)


def written(task: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(folder)
    path = folder / "tiny.toml"
    path.write_text(f'name = "tiny"\ntask = "{task}"\n' + RECIPES[task])
    return path
