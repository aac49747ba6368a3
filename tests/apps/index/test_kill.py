"""500 photos, killed at any moment again and again: the index is at last that of a run in peace."""

import random
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import pytest
from PIL import Image

from facewright.apps.index.index import Index
from facewright.apps.index.update import BATCH

PHOTOS = 500
SLOW = """
import sys, time
from facewright.apps.index.index import Index
from facewright.apps.index.look import Looker
from facewright.inference.detector import Detector
class Slow(Looker):
    def __call__(self, path):
        time.sleep(0.005)  # as if it were a photo
        return super().__call__(path)
look = Slow(Detector(sys.argv[2], threads=1), None)
def progress(done, total):
    if total is not None:
        print("one more", flush=True)
Index(sys.argv[1]).update(look=look, workers=2, progress=progress)
"""


@pytest.fixture(scope="module")
def many(tmp_path_factory, paint):
    folder = tmp_path_factory.mktemp("many")
    for i in range(PHOTOS):
        place = folder / f"{i % 7}"
        place.mkdir(exist_ok=True)
        red = (i % 20, i % 13, i % 20 + 8, i % 13 + 9)
        Image.fromarray(paint(32 + i % 50, 32 + i // 50, red=red)).save(place / f"{i}.bmp")
    (folder / "0" / "bad.jpg").write_text("junk")
    return folder


@pytest.mark.slow
def test_killed_again_and_again(many, colour_model, contents, tmp_path):
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    for folder in (whole, broken):
        shutil.copytree(many, folder)
    code = [sys.executable, "-c", SLOW]
    subprocess.run([*code, whole, colour_model], check=True, timeout=120, stdout=subprocess.DEVNULL)

    moments = random.Random(5)
    path = broken / ".facewright.db"
    known = 0
    for attempt in range(5):
        process = subprocess.Popen([*code, broken, colour_model], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        done = moments.randrange(90) if attempt else BATCH + 20
        assert all(process.stdout.readline() == "one more\n" for _ in range(done))
        time.sleep(moments.uniform(0, 0.02))
        process.kill()
        process.wait()
        process.stdout.close()
        if attempt % 2 == 0:  # else it is the next update that finds what was left behind
            with closing(sqlite3.connect(path)) as connection:
                assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
                (found,) = connection.execute("SELECT COUNT(*) FROM file").fetchone()
            assert known + done - BATCH <= found
            known = found
    assert BATCH <= known < PHOTOS
    assert Index(broken).unfinished() == [broken]
    subprocess.run([*code, broken, colour_model], check=True, timeout=120, stdout=subprocess.DEVNULL)
    assert contents(path) == contents(whole / ".facewright.db")
    assert Index(broken).unfinished() == []
    assert sum(1 for _ in Index(broken).find("faces == 1")) == PHOTOS
