"""The service on a free port of loopback, in a thread: what goes over HTTP here is what users get."""

import io
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest
from PIL import Image

pytest.importorskip("fastapi", reason="the service needs the serve extra")
pytest.importorskip("uvicorn", reason="the service needs the serve extra")

import uvicorn

from facewright.apps.serve.app import create_app
from facewright.apps.serve.settings import Settings


@contextmanager
def serving(app) -> Iterator[httpx.Client]:
    """A client of the app, served until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(
            uvicorn.Config(app, log_config=None, access_log=False, ws="none", server_header=False)
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            with httpx.Client(
                base_url=f"http://127.0.0.1:{listener.getsockname()[1]}", timeout=30, trust_env=False
            ) as client:
                yield client
        finally:
            server.should_exit = True
            thread.join(20)
    assert not thread.is_alive()


@pytest.fixture(scope="session")
def make_settings(colour_model: Path, colour_attributes: Path) -> Callable[..., Settings]:
    """Settings of a service whose faces are coloured rectangles."""

    def make(**changed) -> Settings:
        return Settings(
            **{"model": str(colour_model), "attributes": str(colour_attributes), "workers": 2} | changed
        )

    return make


@pytest.fixture(scope="module")
def client(make_settings) -> Iterator[httpx.Client]:
    with serving(create_app(make_settings())) as client:
        yield client


@pytest.fixture
def file(paint) -> Callable[..., bytes]:
    """file("PNG", red=(8, 8, 24, 32)): a picture file with rectangles, 96 x 64."""

    def make(kind="PNG", exif=None, **boxes) -> bytes:
        out = io.BytesIO()
        options = {} if exif is None else {"exif": exif}
        Image.fromarray(paint(96, 64, **boxes)).save(out, kind, **options)
        return out.getvalue()

    return make


class Held:
    """Work that lasts until it is let go."""

    def __init__(self) -> None:
        self.begun, self.go = threading.Semaphore(0), threading.Event()

    def __call__(self, *_):
        self.begun.release()
        assert self.go.wait(20)
        raise RuntimeError("let go")


@pytest.fixture
def held(monkeypatch) -> Iterator[Held]:
    """Makes finding faces last until `held.go` is set, then end with a fault."""
    from facewright.apps.serve.looking import Looker

    work = Held()
    monkeypatch.setattr(Looker, "find", work)
    yield work
    with suppress(RuntimeError):
        work.go.set()
