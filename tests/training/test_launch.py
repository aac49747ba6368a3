"""Starting processes and ending them together; what is started here is a shell script in Python's place."""

import os
import subprocess
import sys
import time

import pytest

from facewright.core.errors import TrainingError
from facewright.training import launch as module
from facewright.training.launch import LAUNCHER, launch


@pytest.fixture
def script(tmp_path, monkeypatch):
    """`script(text)` is run for each process, which notes its number in the folder `pids` first."""
    (tmp_path / "pids").mkdir()
    monkeypatch.setattr(module, "GRACE", 0.5)

    def write(text):
        path = tmp_path / "python"
        path.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/pids/$RANK\n{text}\n")
        path.chmod(0o755)
        monkeypatch.setattr(module.sys, "executable", str(path))
        return tmp_path

    return write


def none_left(folder):
    pids = [int(file.read_text()) for file in (folder / "pids").iterdir()]
    assert len(pids) == 2
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_each_process_is_told_which_one_it_is_and_what_to_do(script):
    folder = script(f'echo "$@" $WORLD_SIZE $LOCAL_RANK $LOCAL_WORLD_SIZE ${LAUNCHER} > "$0-$RANK"')
    assert launch(["train", "x"], 2) == 0
    said = [(folder / f"python-{rank}").read_text() for rank in "01"]
    assert said == [f"-m facewright train x 2 {rank} 2 {os.getpid()}\n" for rank in "01"]


def test_where_one_fails_the_others_end_and_its_status_is_the_answer(script):
    folder = script("[ $RANK = 1 ] && exit 2; exec sleep 60")
    began = time.monotonic()
    assert launch([], 2) == 2
    assert time.monotonic() - began < 30
    none_left(folder)


def test_one_that_is_deaf_is_killed_and_one_that_was_killed_is_said(script):
    folder = script('[ $RANK = 1 ] && kill -9 $$; trap "" INT; while true; do sleep 0.1; done')
    with pytest.raises(TrainingError, match=r"process 1 of 2 was killed by signal 9 \(SIGKILL\); .*--resume"):
        launch([], 2)
    none_left(folder)


def test_ctrl_c_ends_all(script, monkeypatch):
    folder = script("exec sleep 60")

    def pressed(_):
        if len([file for file in (folder / "pids").iterdir() if file.read_text()]) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(module.time, "sleep", pressed)  # again and again, also while it ends them
    with pytest.raises(KeyboardInterrupt):
        launch([], 2)
    none_left(folder)


def test_a_process_ends_when_the_one_that_started_it_is_gone():
    program = "import time\nfrom facewright.training.launch import end_with_launcher\n"
    program += "end_with_launcher(); time.sleep(60)"
    gone = os.environ | {LAUNCHER: "1234567"}
    assert subprocess.run([sys.executable, "-c", program], env=gone, timeout=50).returncode == 1
