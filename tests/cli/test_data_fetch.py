"""`data fetch`: terms first, then all of it, then what to do with it."""

import hashlib
import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from facewright.cli import data_fetch
from facewright.cli.main import run
from facewright.datasets.fetch import sources


@pytest.fixture
def pictures():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for person in ("Ada_Lovelace", "Al_Gore"):
            picture = io.BytesIO()
            Image.new("RGB", (25, 25)).save(picture, "JPEG")
            archive.writestr(f"lfw/{person}/{person}_0001.jpg", picture.getvalue())
    return out.getvalue()


@pytest.fixture
def mirror(tmp_path, monkeypatch, pictures):
    """A mirror that gives a tiny LFW, and a sources.toml that knows it."""
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
    from threading import Thread

    class Handler(BaseHTTPRequestHandler):
        asked = 0

        def do_GET(self):
            Handler.asked += 1
            self.send_response(200)
            self.send_header("Content-Length", str(len(pictures)))
            self.end_headers()
            self.wfile.write(pictures)

        def log_message(self, *args):
            pass

    text = f"""[lfw]
    title = "A tiny set"
    home = "https://home.example"
    terms = "Only for tests."
    data = "lfw:{{folder}}"
    files = [{{name="lfw.zip", sha256="{hashlib.sha256(pictures).hexdigest()}", unpacks=["lfw"]}}]
    """
    (tmp_path / "sources.toml").write_text(text)
    monkeypatch.setattr(sources, "shipped", lambda name: tmp_path / name)
    monkeypatch.setenv("FACEWRIGHT_DATA", "mine")
    monkeypatch.chdir(tmp_path)
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        thread = Thread(target=http.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        Handler.url = f"http://127.0.0.1:{http.server_port}"
        yield Handler
        http.shutdown()
        thread.join()


def test_terms_are_shown_and_must_be_accepted(mirror, capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("yes\n"))  # piped: nobody read anything
    assert run(["data", "fetch", "lfw", "--mirror", mirror.url]) == 2
    err = capsys.readouterr().err
    assert "Only for tests." in err and "give --accept-terms" in err
    assert not mirror.asked and not Path("mine").exists()


@pytest.mark.parametrize(("answer", "status"), [("yes\n", 0), ("no\n", 2), ("", 2)])
def test_on_a_terminal_they_are_asked_for(mirror, capsys, monkeypatch, answer, status):
    stdin = io.StringIO(answer)
    stdin.isatty = lambda: True
    monkeypatch.setattr(sys, "stdin", stdin)
    assert run(["data", "fetch", "lfw", "--mirror", mirror.url]) == status
    assert Path("mine/lfw/lfw/Al_Gore").exists() == (status == 0)


def test_all_of_it_then_how_it_is_opened_and_again_nothing(mirror, capsys):
    assert run(["data", "fetch", "lfw", "--accept-terms", "--mirror", mirror.url]) == 0
    first = capsys.readouterr()
    assert "lfw: complete, in mine/lfw" in first.out and "facewright data show lfw:mine/lfw" in first.out
    assert "lfw.zip, " in first.err and "unpacking lfw.zip" in first.err
    assert run(["data", "fetch", "lfw"]) == 0  # accepted already, nothing to do
    assert "all of it is there" in capsys.readouterr().out and mirror.asked == 1
    assert run(["data", "stats", "lfw:mine/lfw"]) == 0
    assert "2, the largest of 1 pictures" in " ".join(capsys.readouterr().out.split())


def test_a_folder_and_the_archive_kept(mirror, capsys):
    arguments = ["data", "fetch", "lfw", "--accept-terms", "--mirror", mirror.url, "--keep-archive"]
    assert run([*arguments, "--output", "there"]) == 0
    assert Path("there/lfw.zip").exists() and not Path("mine").exists()
    assert "lfw:there" in capsys.readouterr().out


def test_a_place_that_refuses_is_status_1(mirror, capsys):
    address = mirror.url.replace("http", "https")
    assert run(["data", "fetch", "lfw", "--accept-terms", "--mirror", address]) == 1
    assert "does not speak https (WRONG_VERSION_NUMBER)" in capsys.readouterr().err.splitlines()[-1]


def test_without_a_name_the_sets_are_listed(capsys):
    assert run(["data", "fetch"]) == 0
    out = capsys.readouterr().out
    for words in ("celeba\n", "1.49 GB", "non-commercial research", "CC BY-NC-ND", "img_align_celeba.zip"):
        assert words in out
    assert run(["data", "fetch", "--accept-terms"]) == 2
    assert run(["data", "fetch", "lwf"]) == 2
    assert "did you mean 'lfw'" in capsys.readouterr().err


def test_the_bars_of_a_terminal(monkeypatch, capsys):
    import rich.console

    monkeypatch.setattr(rich.console.Console, "is_terminal", True)
    with data_fetch._watched() as watcher:
        watcher.progress("a.zip", 1, None)
        watcher.progress("a.zip", 2, 2)
        watcher.say("a sentence")
    assert "a.zip" in capsys.readouterr().err


def test_ctrl_c_is_status_130_and_leaves_what_came(mirror, monkeypatch):
    def stopped(*_):
        raise KeyboardInterrupt

    from facewright.datasets.fetch import fetch as module

    monkeypatch.setattr(module, "settle", stopped)
    with pytest.raises(SystemExit) as left:
        run(["data", "fetch", "lfw", "--accept-terms", "--mirror", mirror.url])
    assert left.value.code == 130
    assert Path("mine/lfw/lfw.zip").exists()
    monkeypatch.undo()


def test_no_other_command_loads_what_talks_to_the_network():
    code = """
import sys
import facewright.cli.main as main, facewright.cli.train, facewright.cli.detect, facewright.cli.data
from facewright.datasets.open import reader
for kind in ("celeba", "lfw", "wider", "toy"): reader(kind)
print([name for name in sys.modules if name.startswith("facewright.datasets.fetch")])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
