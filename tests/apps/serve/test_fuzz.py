"""What OpenAPI promises, held against requests that schemathesis makes up from it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from facewright.apps.serve.app import create_app

from .conftest import serving

pytest.importorskip("schemathesis", reason="fuzzing needs schemathesis (dev extra)")


@pytest.mark.slow
def test_every_answer_is_one_that_openapi_tells(make_settings, tmp_path):
    """Status, content type and schema of each; no server error; wrong data refused; other methods too.

    Left out is the check that right data is accepted: not all bytes are a picture, and faces may be asked for
    that a picture has not.
    """
    program = shutil.which("schemathesis", path=str(Path(sys.executable).parent))
    assert program is not None
    hooks = {"SCHEMATHESIS_HOOKS": "fuzz_pictures", "PYTHONPATH": str(Path(__file__).parent)}
    with serving(create_app(make_settings(max_bytes=200_000, max_pixels=250_000))) as client:
        done = subprocess.run(
            [
                program, "run", f"{client.base_url}/openapi.json", "--phases", "examples,coverage,fuzzing",
                "--max-examples", "12", "--seed", "1", "--exclude-checks", "positive_data_acceptance",
                "--no-color",
            ],
            env=os.environ | hooks,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )  # fmt: skip
        metrics = client.get("/metrics").text
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    for path in ("detect", "attributes"):  # pictures do get through
        assert f'facewright_requests_total{{route="/v1/{path}",status="200"}}' in metrics, done.stdout
