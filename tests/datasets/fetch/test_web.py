"""One request: where it may be led, through which proxy, and how long it waits."""

import socket
import threading
import time
from pathlib import Path

import pytest

from facewright.core.errors import DataError, UsageError
from facewright.datasets.fetch import download as module
from facewright.datasets.fetch import web
from facewright.datasets.fetch.download import download

from .conftest import BODY, KNOWN, whole


def test_redirects_keep_the_range_and_never_leave_for_other_protocols(get, server, tmp_path):
    server.files["real"] = BODY
    gone = threading.Event()

    def behave(handler, body):
        if handler.path == "/real":
            handler.honest(BODY, upto=handler.start() + 600_000)
            return
        handler.send_response(302)
        handler.send_header("Location", f"{server.url}/real")
        handler.send_header("Content-Length", "10000000000")  # of a body that never comes
        handler.end_headers()
        gone.wait(20)

    server.behave = behave
    started = time.monotonic()
    get()
    took = time.monotonic() - started
    gone.set()
    assert whole(tmp_path) and server.ranges() == [None, None, "bytes=600000-", "bytes=600000-"]
    assert took < 15


def sends_on(server, target):
    def behave(handler, body):
        handler.send_response(302)
        handler.send_header("Location", target)
        handler.end_headers()

    server.behave = behave


@pytest.mark.parametrize("target", ["ftp://127.0.0.1/a", "file:///etc/hostname"])
def test_a_redirect_elsewhere_is_refused(get, server, target):
    sends_on(server, target)
    with pytest.raises(DataError, match=r"sends on to|302"):
        get()


@pytest.mark.parametrize("target", ["http://[", "http://a..b/x", "http://me:hunter2@[::1]:x/", "http://a b/"])
def test_a_redirect_to_no_address_is_one_sentence(get, server, heard, target):
    sends_on(server, target)
    with pytest.raises(DataError, match=r"leads to an address that is none$"):
        get()
    assert not heard.waits


def test_no_secret_of_an_address_is_told(get, server):
    sends_on(server, "ftp://me:hunter2@elsewhere/x?token=hunter2")
    with pytest.raises(DataError, match=r"sends on to ftp://elsewhere, which is not https$"):
        get()
    assert web.place("http://me:hunter2@host:80/x") == "host:80"


def test_from_https_nothing_leads_to_http():
    request = web.urllib.request.Request("https://example.org/a")
    with pytest.raises(web.Refused, match="is not https"), Path(__file__).open() as fp:
        web._Redirects().redirect_request(request, fp, 302, "", {}, "http://example.org/a")


def test_redirects_in_a_circle_end(get, server):
    sends_on(server, f"{server.url}/a.bin")
    with pytest.raises(DataError, match="302"):
        get()


def test_silence_is_a_broken_connection(get, server, tmp_path, heard, monkeypatch):
    monkeypatch.setattr(web, "TIMEOUT", 0.2)

    def behave(handler, body):
        if len(server.asked) == 1:
            handler.honest(body, upto=300_000, length=len(body))
            handler.wfile.flush()
            time.sleep(0.6)
        else:
            handler.honest(body)

    server.behave = behave
    get()
    assert whole(tmp_path) and "timed out" in heard.said[0]


def test_slow_is_not_broken(get, server, tmp_path, heard, monkeypatch):
    monkeypatch.setattr(web, "TIMEOUT", 0.5)
    done = []

    def behave(handler, body):
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        for i in range(8):
            handler.wfile.write(body[i * 128_000 : (i + 1) * 128_000])
            time.sleep(0.1)

    server.behave = behave
    watcher = module.Watcher(progress=lambda name, so_far, total: done.append(so_far), wait=heard.wait)
    download(KNOWN, [f"{server.url}/a.bin"], tmp_path, watcher)
    assert whole(tmp_path) and len(server.asked) == 1 and len(done) >= 8  # told as it comes


def test_nobody_there_is_one_sentence(tmp_path, heard):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(DataError, match="is not reached"):
        download(KNOWN, [f"http://127.0.0.1:{port}/a.bin"], tmp_path, heard)
    assert len(heard.waits) == module.TRIES - 1


def test_proxies_come_from_the_environment_only_and_never_stand_before_this_machine(monkeypatch):
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    monkeypatch.setenv("http_proxy", "http://proxy.example:3128")
    monkeypatch.setenv("no_proxy", "inside.example")
    assert web.proxy("https://huggingface.co/x") == "http://proxy.example:3128"
    assert web.proxy("http://127.0.0.1:9/x") is None and web.proxy("http://localhost/x") is None
    assert web.proxy("https://inside.example/x") is None


def test_all_proxy_serves_where_no_other_is_named_and_needs_no_scheme(monkeypatch):
    monkeypatch.setenv("all_proxy", "proxy.example:3128")
    monkeypatch.setenv("http_proxy", "http://other.example")
    assert web.proxy("https://huggingface.co/x") == "http://proxy.example:3128"
    assert web.proxy("http://huggingface.co/x") == "http://other.example"


@pytest.mark.parametrize(
    "through", ["socks5://me:hunter2@proxy.example", "https://proxy.example", "http://[", "http://"]
)
def test_a_proxy_that_is_not_spoken_to_is_never_gone_round(monkeypatch, through):
    monkeypatch.setenv("https_proxy", through)
    with pytest.raises(
        UsageError, match=r"a proxy for https of a kind that is not spoken to: only http://HOST:PORT is"
    ):
        web.proxy("https://huggingface.co/x")


def test_a_redirect_goes_through_the_proxy_that_holds_for_it(server, tmp_path, heard, monkeypatch):
    """From this machine, which has none, to a host that is reached through one: the server itself."""
    monkeypatch.setenv("http_proxy", server.url)
    server.files["http://far.example/a.bin"] = BODY

    def behave(handler, body):
        if handler.path == "/a.bin":
            handler.send_response(302)
            handler.send_header("Location", "http://far.example/a.bin")
            handler.end_headers()
        else:
            handler.honest(body)

    server.behave = behave
    download(KNOWN, [f"{server.url}/a.bin"], tmp_path, heard)
    assert whole(tmp_path)


def test_a_certificate_that_does_not_hold_is_refused(tmp_path, heard, monkeypatch):
    error = web.ssl.SSLCertVerificationError()
    error.verify_message = "self-signed certificate"

    class Opener:
        def open(self, *args, **kwargs):
            raise web.urllib.error.URLError(error)

    monkeypatch.setattr(web, "_opener", Opener)
    with pytest.raises(DataError, match=r"its certificate does not hold \(self-signed certificate\)"):
        download(KNOWN, ["https://example.org/a.bin"], tmp_path, heard)
    assert not heard.waits
