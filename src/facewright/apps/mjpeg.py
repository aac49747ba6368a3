"""A page on this machine that shows pictures as they come: JPEG after JPEG, which every browser knows."""

import sys
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import BoundedSemaphore, Condition, Thread
from types import TracebackType
from typing import Any, Self

from facewright.core.errors import UsageError

LOOPBACK = "127.0.0.1"
MOST_CLIENTS = 4
"""who may look at once; others are told to come again"""
PATIENCE = 10.0
"""seconds after which a client that takes nothing is let go"""
BOUNDARY = "facewright-frame"
PAGE = b"""<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>facewright watch</title>
<style>
html, body { margin: 0; height: 100%; background: #111 }
img { width: 100%; height: 100%; object-fit: contain }
</style>
<img src="stream" alt="what the camera sees, with the faces that were found">
</html>
"""


class MjpegServer:
    """A context manager that serves `/`, a page, and `/stream`, what `publish` is given, on the loopback.

    port: 0 for any free one. Only requests that name this machine are answered, so that no page from
    elsewhere can look through the camera. Raises UsageError for a port that is taken.
    """

    def __init__(self, port: int = 0) -> None:
        self._changed = Condition()
        self._picture = b""
        self._number = 0
        self._closed = False
        self._clients = BoundedSemaphore(MOST_CLIENTS)
        try:
            self._server = _Server((LOOPBACK, port), _handler(self))
        except (OSError, OverflowError) as error:
            raise UsageError(f"port {port} cannot be used ({error}); give another one, 0 for any") from error
        self._thread = Thread(
            target=self._server.serve_forever, args=(0.1,), name="facewright-mjpeg", daemon=True
        )

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self._server.server_port}/"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def publish(self, jpeg: bytes) -> None:
        """The next picture for all who look; a slow client leaves some out."""
        with self._changed:
            self._picture, self._number = jpeg, self._number + 1
            self._changed.notify_all()

    def after(self, number: int) -> tuple[int, bytes] | None:
        """The newest picture, once there is one after that of this number; None when the server closes."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._number > number)
            return None if self._closed else (self._number, self._picture)

    def stream(self, write: Callable[[bytes], object]) -> bool:
        """Write pictures until the client or the server goes; False at once if too many look already."""
        if not self._clients.acquire(blocking=False):
            return False
        try:
            number = 0
            while (newer := self.after(number)) is not None:
                number, picture = newer
                head = f"--{BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(picture)}\r\n\r\n"
                write(head.encode() + picture + b"\r\n")
        finally:
            self._clients.release()
        return True


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), OSError):  # else the client went away, or takes nothing any more
            super().handle_error(request, client_address)


def _handler(server: MjpegServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = PATIENCE

        def do_GET(self) -> None:
            host = self.headers.get("Host", "").rpartition(":")[0] or self.headers.get("Host", "")
            if host not in (LOOPBACK, "localhost"):
                self.send_error(403, "this page is for this machine only")
            elif self.path == "/":
                self._answer("text/html; charset=utf-8", PAGE)
            elif self.path == "/stream":
                self._stream()
            else:
                self.send_error(404)

        def _answer(self, kind: str, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _stream(self) -> None:
            begun = False

            def write(data: bytes) -> None:
                nonlocal begun
                if not begun:
                    begun = True
                    self.send_response(200)
                    self.send_header("Content-Type", f"multipart/x-mixed-replace; boundary={BOUNDARY}")
                    self.send_header("Cache-Control", "no-store")
                    self.end_headers()
                self.wfile.write(data)

            if not server.stream(write):
                self.send_error(503, "too many are looking already")

        def log_message(self, format: str, *arguments: object) -> None:
            """Nothing is logged."""

    return Handler
