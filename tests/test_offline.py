"""Nothing is told to anybody, and nothing left behind: not by the libraries underneath either."""

import os
import subprocess
import sys
from pathlib import Path

WATCHED = """
import sys
ASKING = ("socket.connect", "socket.getaddrinfo")
sys.addaudithook(lambda event, args: event in ASKING and sys.exit(f"{event} {args}"))
import numpy as np
from facewright import Detector
Detector()(np.zeros((64, 64, 3), np.uint8))
if sys.argv[1] == "train":
    import facewright.transforms.photometric
"""


def test_finding_faces_and_making_canvases_asks_nobody_and_keeps_no_diary(tmp_path):
    # onnxruntime tells nothing in CI, so that the variable would hide what users get.
    environment = {k: v for k, v in os.environ.items() if k not in ("CI", "ORT_DISABLE_TELEMETRY")}
    environment |= {
        "HOME": str(tmp_path),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "PYTHONPATH": str(Path(__file__).parents[1] / "src"),
    }
    run = subprocess.run(
        [sys.executable, "-c", WATCHED, "train"], env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


FETCH = """
import io, sys
ASKING = ("socket.connect", "socket.getaddrinfo")
sys.addaudithook(lambda event, args: event in ASKING and sys.exit(f"{event} {args}"))
sys.stdin = io.StringIO()
from facewright.cli.main import run
sys.exit(run(["data", "fetch"]) or run(["data", "fetch", "celeba"]) != 2)
"""


def test_fetching_asks_nobody_before_its_terms_are_accepted(tmp_path):
    environment = dict(os.environ) | {"PYTHONPATH": str(Path(__file__).parents[1] / "src")}
    run = subprocess.run(
        [sys.executable, "-c", FETCH],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert "its terms must be accepted first" in run.stderr and not list(tmp_path.iterdir())
