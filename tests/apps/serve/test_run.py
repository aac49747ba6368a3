"""The program itself: `facewright serve` as a process."""

import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from http.client import HTTPConnection

import httpx
import pytest

from facewright.cli.main import run

RED = (8, 8, 24, 32)


@contextmanager
def program(*options) -> Iterator[tuple[subprocess.Popen, httpx.Client, list[str]]]:
    """The process, a client of it, and what it has told so far."""
    call = [sys.executable, "-c", "from facewright.cli.main import main; main()", "serve", "--port", "0"]
    process = subprocess.Popen([*call, *options], stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    told = [process.stderr.readline()]
    # read all the time: a log that nobody reads holds up whoever writes it
    reader = threading.Thread(target=lambda: told.extend(process.stderr))
    reader.start()
    try:
        address = re.search(r"http://[^ ;]+", told[0])
        assert address is not None, told
        with httpx.Client(base_url=address[0], timeout=30, trust_env=False) as client:
            yield process, client, told
    finally:
        process.kill()
        process.wait()
        reader.join()
        process.stderr.close()


@pytest.fixture
def models(colour_model, colour_attributes):
    return ["--model", str(colour_model), "--attributes-model", str(colour_attributes)]


def test_sigterm_finishes_what_is_in_flight(models, file):
    """A request whose body is still coming when the signal comes is answered; then the program ends."""
    picture = file(red=RED)
    with program(*models) as (process, client, _):
        url = client.base_url
        with socket.create_connection((url.host, url.port), timeout=20) as slow:
            head = f"POST /v1/detect HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(picture)}\r\n\r\n"
            slow.sendall(head.encode() + picture[:20])
            until = time.monotonic() + 10
            while "facewright_inside 1.0" not in client.get("/metrics").text:
                assert time.monotonic() < until
            process.send_signal(signal.SIGTERM)
            time.sleep(0.3)
            assert process.poll() is None
            with pytest.raises(httpx.TransportError):  # nobody else is let in
                httpx.get(f"{url}/healthz", timeout=2, trust_env=False)
            slow.sendall(picture[20:])
            answer = b"".join(iter(lambda: slow.recv(65536), b""))
        assert answer.startswith(b"HTTP/1.1 200 ") and b'"faces":[{"box":[8.0,8.0,24.0,32.0]' in answer
        assert process.wait(20) == 0


def test_sigterm_under_load_loses_nothing(models, file):
    picture = file(red=RED)
    with (
        program(*models, "--workers", "1", "--queue", "30") as (process, client, _),
        ThreadPoolExecutor(8) as pool,
    ):

        def ask(_):
            try:
                return client.post("/v1/detect", content=picture).status_code
            except httpx.ConnectError:
                return None  # came too late

        first = [pool.submit(ask, None) for _ in range(8)]
        assert [future.result() for future in first] == [200] * 8
        later = [pool.submit(ask, None) for _ in range(400)]
        time.sleep(0.2)
        process.send_signal(signal.SIGTERM)
        answers = [future.result() for future in later]
        assert process.wait(20) == 0
    assert set(answers) <= {200, None} and 200 in answers


def test_a_head_that_does_not_come_is_given_up_and_a_connection_in_use_is_not(models):
    with program(*models, "--timeout", "1.5") as (_, client, _):
        url = client.base_url
        begun = time.monotonic()
        with (
            socket.create_connection((url.host, url.port), timeout=20) as silent,
            socket.create_connection((url.host, url.port), timeout=20) as slow,
        ):
            slow.sendall(b"GET /healthz HTTP/1.1\r\nHost: local")
            with closing(HTTPConnection(url.host, url.port, timeout=20)) as busy:
                busy.connect()
                busy.auto_open = 0  # no other one in its place
                while time.monotonic() - begun < 3:
                    busy.request("GET", "/healthz")
                    assert busy.getresponse().read().startswith(b'{"status":"ok"')
                    time.sleep(0.3)
            assert silent.recv(1) == b"" and slow.recv(1) == b""


def test_ctrl_c_ends_with_its_status(models):
    with program(*models) as (process, client, told):
        assert client.get("/healthz").status_code == 200
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130
    assert "Traceback" not in "".join(told)


@pytest.mark.slow
def test_memory_stays_flat_and_overload_is_told(models, paint, file):
    """Sixteen hundred requests, thirty at once, in a place for ten."""
    picture = file("PNG", red=RED) + bytes(200_000)

    def resident(client):
        text = client.get("/metrics").text
        return float(re.search(r"^process_resident_memory_bytes (\S+)", text, re.MULTILINE)[1])

    with (
        program(*models, "--workers", "2", "--queue", "8") as (_, client, _),
        ThreadPoolExecutor(30) as pool,
    ):

        def burst(count):
            return [
                answer.status_code
                for answer in pool.map(lambda _: client.post("/v1/detect", content=picture), range(count))
            ]

        statuses = burst(400)
        warm = resident(client)
        statuses += burst(1200)
        assert resident(client) - warm < 30e6
    assert set(statuses) == {200, 429} and statuses.count(200) > 200


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--port", "99999"], "port 99999 cannot be listened on"),
        (["--host", ""], "--host is empty"),
        (["--host", "192.0.2.1"], "192.0.2.1 port 8000 cannot be listened on"),
        (["--workers", "0"], "--workers must be at least 1"),
        (["--timeout", "0"], "--timeout"),
        (["--model", "nobody"], "no model is named 'nobody'"),
        (["--model", "attributes-nano"], "a model for attributes"),
        (["--attributes-model", "detector-nano"], "a model for detection"),
        (["--ports", "1"], "--ports"),
    ],
)
def test_wrong_usage_is_one_sentence_and_status_2(capsys, options, sentence):
    assert run(["serve", *options]) == 2
    out, err = capsys.readouterr()
    assert out == "" and sentence in err and err.startswith("facewright: ") and err.count("\n") == 1


def test_a_port_in_use_is_one_sentence(capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert run(["serve", "--port", str(port)]) == 2
    assert f"port {port} cannot be listened on (Address already in use" in capsys.readouterr().err


def test_without_the_extra_it_says_what_to_install(capsys, monkeypatch):
    for name in [name for name in sys.modules if name.startswith("facewright.apps.serve")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "fastapi", None)
    assert run(["serve"]) == 2
    assert "fastapi is not installed; this needs the serve extra" in capsys.readouterr().err
