import os
import re
import signal
import subprocess
import sys
import urllib.request

import pytest

from facewright.cli.main import run

pytest.importorskip("av", reason="videos need PyAV (video extra)")


@pytest.fixture
def start(colour_model, tmp_path):
    """Starts `facewright watch` in a process of its own, without a display."""
    running = []

    def go(source):
        environment = {k: v for k, v in os.environ.items() if k != "DISPLAY"}
        code = "from facewright.cli.main import main; main()"
        command = [sys.executable, "-c", code, "watch", str(source), "--page", "--model", str(colour_model)]
        pipe = subprocess.PIPE
        process = subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=environment)
        running.append(process)
        return process

    yield go
    for process in running:
        process.kill()
        process.communicate()


def address(process):
    return re.match(r"http://127\.0\.0\.1:\d+/", process.stdout.readline())[0]


def test_a_browser_gets_picture_after_picture_and_ctrl_c_ends_it(start, make_clip, moving, tmp_path):
    process = start(make_clip(tmp_path / "in.mp4", moving(50) * 6))
    with urllib.request.urlopen(address(process) + "stream", timeout=10) as response:
        data = response.read(60_000)
    assert data.count(b"\xff\xd8\xff") >= 3  # JPEGs
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == 130
    assert process.stderr.read() == ""


def test_it_ends_with_the_file(start, make_clip, moving, tmp_path):
    process = start(make_clip(tmp_path / "in.mp4", moving(5)))
    assert process.wait(30) == 0


def test_what_is_no_camera_and_wrong_usage_are_one_sentence(capsys, colour_model):
    assert run(["watch", "97", "--page", "--model", str(colour_model)]) == 1
    assert run(["watch", "0", "--port", "70000"]) == 2
    assert capsys.readouterr().err.count("\n") == 2
