import os
import socket
import struct
import tempfile
import threading
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import httpx
import pytest

from facewright.apps.serve.app import create_app
from facewright.apps.serve.settings import Settings, is_loopback, names_of
from facewright.core.errors import FacewrightError

from .conftest import serving

RED = (8, 8, 24, 32)


def png_header(width, height):
    """A PNG file whose header promises pixels that are not there."""
    head = b"IHDR" + struct.pack(">II5B", width, height, 8, 2, 0, 0, 0)
    start = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))
    return start + struct.pack(">I", 100) + b"IDAT"


def test_too_many_bytes_are_refused_however_they_come(make_settings, file):
    with serving(create_app(make_settings(max_bytes=5000))) as client:
        chunks = iter([b"x" * 1000] * 8)
        for form in (
            {"content": b"x" * 5001},
            {"content": chunks},  # without Content-Length
            {"files": {"picture": b"x" * 5000}},
        ):
            answer = client.post("/v1/detect", **form)
            assert answer.status_code == 413 and "limit of 5,000 bytes" in answer.json()["detail"]
        assert client.post("/v1/detect", content=file(red=RED)).status_code == 200


def test_an_endless_body_is_refused_while_it_comes(make_settings):
    """Not after: that never would be."""
    sent = 0

    def endless():
        nonlocal sent
        while True:
            sent += 1
            yield b"x" * 1000

    with serving(create_app(make_settings(max_bytes=5000))) as client:
        with suppress(httpx.TransportError):  # the sender may notice only that nobody listens any more
            assert client.post("/v1/detect", content=endless()).status_code == 413
        assert sent < 100_000 and client.get("/healthz").status_code == 200


def test_too_many_pixels_are_refused_before_they_are_decoded(make_settings):
    with serving(create_app(make_settings(max_pixels=1_000_000))) as client:
        for path in ("detect", "attributes", "blur", "crop"):
            answer = client.post(f"/v1/{path}", content=png_header(60_000, 60_000))
            assert answer.status_code == 413
            assert "60000 x 60000 pixels is larger than the limit of 1,000,000" in answer.json()["detail"]


def test_a_full_house_says_429_and_when_to_come_again_and_health_answers(make_settings, held, file):
    picture = file(red=RED)
    with (
        serving(create_app(make_settings(workers=1, queue=1))) as client,
        ThreadPoolExecutor(2) as pool,
    ):
        try:
            inside = [pool.submit(client.post, "/v1/detect", content=picture) for _ in range(2)]
            held.begun.acquire()
            until = time.monotonic() + 10
            while "facewright_inside 2.0" not in client.get("/metrics").text:
                assert time.monotonic() < until
            answer = client.post("/v1/detect", content=picture)
            assert answer.status_code == 429 and "all 2 places are taken" in answer.json()["detail"]
            assert int(answer.headers["retry-after"]) >= 1
            assert client.get("/healthz").status_code == 200  # the loop is not in the work
        finally:
            held.go.set()
        assert [future.result().status_code for future in inside] == [500, 500]
        assert "facewright_inside 0.0" in client.get("/metrics").text


def test_work_that_lasts_too_long_is_answered_and_keeps_its_place_until_it_ends(make_settings, held, file):
    with serving(create_app(make_settings(workers=1, queue=0, timeout=0.2))) as client:
        answer = client.post("/v1/detect", content=file(red=RED))
        assert answer.status_code == 503 and "0.2 seconds" in answer.json()["detail"]
        assert client.post("/v1/detect", content=file(red=RED)).status_code == 429
        held.go.set()
        until = time.monotonic() + 10
        while "facewright_inside 0.0" not in client.get("/metrics").text:
            assert time.monotonic() < until


def test_what_waits_too_long_never_begins(make_settings, held, file):
    with serving(create_app(make_settings(workers=1, queue=1, timeout=0.3))) as client:
        with ThreadPoolExecutor(2) as pool:
            both = [pool.submit(client.post, "/v1/detect", content=file(red=RED)) for _ in range(2)]
            assert [future.result().status_code for future in both] == [503, 503]
        held.go.set()
    assert held.begun.acquire(blocking=False) and not held.begun.acquire(blocking=False)


def test_a_body_that_does_not_come_is_given_up(make_settings):
    with serving(create_app(make_settings(timeout=0.3))) as client:
        url = client.base_url
        with socket.create_connection((url.host, url.port), timeout=10) as slow:
            slow.sendall(
                b"POST /v1/detect HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nsome of it"
            )
            answer = b"".join(iter(lambda: slow.recv(65536), b""))
        assert answer.startswith(b"HTTP/1.1 408 ") and b"not complete after 0.3 seconds" in answer


def test_a_client_that_leaves_takes_nothing_along(make_settings, file):
    with serving(create_app(make_settings(workers=1, queue=0))) as client:
        url = client.base_url
        for _ in range(5):
            with socket.create_connection((url.host, url.port), timeout=10) as leaving:
                leaving.sendall(
                    b"POST /v1/detect HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nx"
                )
        until = time.monotonic() + 10
        while (answer := client.post("/v1/detect", content=file(red=RED))).status_code == 429:
            assert time.monotonic() < until
        assert answer.status_code == 200


def test_pictures_never_touch_the_disk(client, file, monkeypatch):
    """A form's file above a megabyte is what Starlette would put into a temporary file."""

    def no(*_, **__):
        raise AssertionError("a temporary file")

    monkeypatch.setattr(tempfile.SpooledTemporaryFile, "rollover", no)
    monkeypatch.setattr(tempfile, "TemporaryFile", no)
    monkeypatch.setattr(os, "open", no)
    large = file("PNG", red=RED) + bytes(3_000_000)
    assert client.post("/v1/detect", files={"picture": large}).status_code == 200


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"workers": 0}, "--workers must be at least 1"),
        ({"queue": -1}, "--queue must be at least 0"),
        ({"max_bytes": 0}, "--max-bytes"),
        ({"max_pixels": 0}, "--max-pixels"),
        ({"timeout": 0.0}, "--timeout"),
        ({"timeout": float("nan")}, "--timeout"),
    ],
)
def test_settings_that_make_no_service(changed, sentence):
    with pytest.raises(FacewrightError, match=sentence):
        Settings(**changed)


def test_names_to_answer_to():
    assert names_of("127.0.0.1") == ("localhost", "127.0.0.1", "[::1]")
    assert names_of("127.0.0.1", ("faces.example",))[-1] == "faces.example"
    assert names_of("0.0.0.0") is None and names_of("192.168.1.5", ("faces.example",)) == ("faces.example",)
    assert is_loopback("::1") and is_loopback("127.9.9.9") and not is_loopback("example.org")


def test_many_at_once_are_each_answered(make_settings, file):
    """More than there are places: each is answered, with its faces or with 429; none is lost or mixed up."""
    boxes = [(4 * n, 8, 4 * n + 16, 30) for n in range(16)]
    pictures = [file(red=box) for box in boxes]
    with (
        serving(create_app(make_settings(workers=2, queue=4))) as client,
        ThreadPoolExecutor(12) as pool,
    ):
        barrier = threading.Barrier(12)

        def ask(n):
            if n < 12:
                barrier.wait()
            return client.post("/v1/detect", content=pictures[n % 16])

        answers = list(pool.map(ask, range(200)))
    assert {answer.status_code for answer in answers} <= {200, 429}
    for n, answer in enumerate(answers):
        if answer.status_code == 200:
            assert answer.json()["faces"][0]["box"] == list(boxes[n % 16])
    assert sum(answer.status_code == 200 for answer in answers) >= 6
