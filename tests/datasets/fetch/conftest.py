"""A web server that behaves as badly as it is told to, and a file and small archives for it to give."""

import hashlib
import io
import tarfile
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from facewright.datasets.fetch.download import Watcher, download
from facewright.datasets.fetch.sources import File

BODY = bytes(range(256)) * 4000
SUM = hashlib.sha256(BODY).hexdigest()
KNOWN = File(name="a.bin", size=len(BODY), sha256=SUM)
UNKNOWN = File(name="a.bin")


@dataclass
class Server:
    """`files` by path; `behave` decides each answer, and may be changed between them."""

    files: dict[str, bytes] = field(default_factory=dict)
    etag: str = '"1"'
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    """path and headers of each request"""
    behave: Callable[["Handler", bytes], None] | None = None
    url: str = ""

    def ranges(self) -> list[str | None]:
        return [headers.get("Range") for _, headers in self.asked]


class Handler(BaseHTTPRequestHandler):
    server_state: Server

    def do_GET(self) -> None:
        state = self.server_state
        state.asked.append((self.path, dict(self.headers)))
        body = state.files.get(self.path.lstrip("/"))
        if state.behave is not None:
            state.behave(self, body or b"")
        elif body is None:
            self.send_error(404)
        else:
            self.honest(body)

    def start(self) -> int:
        """The first byte that is asked for, when the server may give it."""
        asked = self.headers.get("Range", "bytes=0-").removeprefix("bytes=").rstrip("-")
        fits = self.headers.get("If-Range", self.server_state.etag) == self.server_state.etag
        return int(asked) if fits else 0

    def honest(
        self, body: bytes, *, upto: int | None = None, length: int | None = None, **headers: str
    ) -> None:
        """As a good server does; upto: break off there. length: claimed instead of the truth."""
        start = self.start()
        if start >= len(body) > 0:
            self.send_error(416)
            return
        self.send_response(206 if start else 200)
        own = {"ETag": self.server_state.etag, "Content-Type": "application/octet-stream"}
        if start:
            own["Content-Range"] = f"bytes {start}-{len(body) - 1}/{len(body)}"
        own["Content-Length"] = str(len(body) - start if length is None else length)
        for name, value in (own | {key.replace("_", "-"): value for key, value in headers.items()}).items():
            if value:
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body[start:upto])

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    state = Server()
    handler = type("Bound", (Handler,), {"server_state": state})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as http:
        http.daemon_threads = True
        state.url = f"http://127.0.0.1:{http.server_port}"
        thread = threading.Thread(target=http.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield state
        http.shutdown()
        thread.join()


class Heard(Watcher):
    """A watcher that never waits, and remembers."""

    def __init__(self) -> None:
        self.waits: list[float] = []
        self.said: list[str] = []
        super().__init__(say=self.said.append, wait=self.waits.append)


@pytest.fixture
def heard() -> Heard:
    return Heard()


def zipped(**files: bytes) -> bytes:
    """A zip file; __ in a name without a slash stands for one."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(_path(name), content)
    return out.getvalue()


def _path(name: str) -> str:
    return name if "/" in name else name.replace("__", "/")


def tarred(**files: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(_path(name))
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return out.getvalue()


@pytest.fixture
def make_zip():
    return zipped


@pytest.fixture
def make_tar():
    return tarred


@pytest.fixture
def get(server, tmp_path, heard):
    server.files["a.bin"] = BODY

    def run(file=KNOWN):
        return download(file, [f"{server.url}/a.bin"], tmp_path, heard)

    return run


@pytest.fixture(params=[KNOWN, UNKNOWN, File(name="a.bin", md5=hashlib.md5(BODY).hexdigest())])
def file(request):
    return request.param


def whole(tmp_path):
    return (tmp_path / "a.bin").read_bytes() == BODY and [p.name for p in tmp_path.iterdir()] == ["a.bin"]
