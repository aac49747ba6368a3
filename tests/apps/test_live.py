import socket
import struct
import threading
import urllib.error
import urllib.parse
import urllib.request
from itertools import count, islice

import numpy as np
import pytest
from PIL import Image

from facewright import Detector
from facewright.core.errors import UsageError, VideoError

pytest.importorskip("av", reason="videos need PyAV (video extra)")

from facewright.apps.live import newest, open_source, watch
from facewright.apps.mjpeg import BOUNDARY, MOST_CLIENTS, MjpegServer


def read_part(response):
    """One picture of a stream."""
    assert response.readline() == f"--{BOUNDARY}\r\n".encode()
    assert response.readline() == b"Content-Type: image/jpeg\r\n"
    length = int(response.readline().split()[1])
    assert response.readline() == b"\r\n"
    picture = response.read(length)
    assert response.readline() == b"\r\n"
    return picture


def test_a_file_stands_in_for_a_camera_and_its_faces_are_followed(colour_model, make_clip, moving, tmp_path):
    source = make_clip(tmp_path / "in.mp4", moving(30), fps=60)
    with open_source(str(source)) as clip:
        seen = list(watch(clip, Detector(colour_model)))
    assert 1 <= len(seen) <= 30 and seen[-1].time == pytest.approx(29 / 60, abs=0.01)
    for live in seen:
        assert live.picture.shape == (96, 160, 3) and live.tracks.tolist() == [1]
        left = 10 + 2 * round(live.time * 60)
        assert live.faces.boxes[0] == pytest.approx([left, 20, left + 32, 60], abs=1.5)


def test_no_camera_is_one_sentence(tmp_path):
    for source in ("97", "/dev/video97", str(tmp_path / "gone.mp4")):
        with pytest.raises(VideoError):
            open_source(source)


def test_the_newest_item_is_given_the_last_always_and_errors_come_through():
    def slowly():
        yield 1
        released.wait(5)
        yield from range(2, 100)

    released = threading.Event()
    items = newest(slowly())
    assert next(items) == 1
    released.set()
    rest = list(items)
    assert rest[-1] == 99 and rest == sorted(rest)

    def failing():
        yield 1
        raise VideoError("gone")

    with pytest.raises(VideoError, match="gone"):
        list(newest(failing()))


def test_stopping_ends_the_thread():
    items = newest(count())
    list(islice(items, 3))
    items.close()
    assert not [t for t in threading.enumerate() if t.name == "facewright-newest"]


def test_the_page_streams_what_is_published_and_closes_cleanly():
    with MjpegServer() as server:
        assert server.url.startswith("http://127.0.0.1:")
        with urllib.request.urlopen(server.url, timeout=5) as page:
            assert b'src="stream"' in page.read()
        server.publish(b"first")
        with urllib.request.urlopen(server.url + "stream", timeout=5) as response:
            assert response.headers["Content-Type"].startswith("multipart/x-mixed-replace")
            assert read_part(response) == b"first"
            server.publish(b"second")
            assert read_part(response) == b"second"
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(server.url + "etc/passwd", timeout=5)
        url = server.url
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(url, timeout=2)
    assert not [t for t in threading.enumerate() if t.name == "facewright-mjpeg"]


def test_clients_are_bounded_and_the_place_of_one_that_leaves_is_free():
    with MjpegServer() as server:
        server.publish(b"x")
        looking = [urllib.request.urlopen(server.url + "stream", timeout=5) for _ in range(MOST_CLIENTS)]
        for response in looking:
            read_part(response)
        with pytest.raises(urllib.error.HTTPError, match="503"):
            urllib.request.urlopen(server.url + "stream", timeout=5)
        for response in looking:
            response.close()
        for _ in range(100):  # it is known to have left when the next pictures cannot be sent
            server.publish(b"x" * 100_000)
            try:
                with urllib.request.urlopen(server.url + "stream", timeout=5) as response:
                    assert read_part(response)
                break
            except urllib.error.HTTPError:
                threading.Event().wait(0.02)
        else:
            pytest.fail("no place became free")


def test_a_client_that_breaks_off_is_no_traceback(capfd):
    with MjpegServer() as server:
        url = urllib.parse.urlsplit(server.url)
        for said in (b"", b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"):
            with socket.create_connection((url.hostname, url.port)) as client:
                client.setsockopt(
                    socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
                )  # RST on close
                client.sendall(said)
        assert urllib.request.urlopen(server.url, timeout=5).status == 200
    assert capfd.readouterr().err == ""


def test_a_page_from_elsewhere_may_not_look():
    with MjpegServer() as server:
        request = urllib.request.Request(server.url + "stream", headers={"Host": "evil.example"})
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(request, timeout=5)


def test_a_port_that_is_taken_is_said():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(UsageError, match="port"):
            MjpegServer(taken.getsockname()[1])


def test_a_window_shows_pictures_until_it_is_closed(monkeypatch):
    tkinter = pytest.importorskip("tkinter", reason="a window needs Tk")
    from facewright.apps import window

    shown, keys = [], {}

    class Tk:
        def __getattr__(self, name):
            return lambda *_, **__: 1000

        def bind(self, key, call):
            keys[key] = call

        def configure(self, image):
            shown.append(image)

    monkeypatch.setattr(tkinter, "Tk", Tk)
    monkeypatch.setattr(tkinter, "Label", lambda *_, **__: Tk())
    monkeypatch.setattr(window.ImageTk, "PhotoImage", Image.Image.copy)
    with window.Window("title") as open_window:
        assert open_window.show(np.zeros((2000, 1000, 3), np.uint8))
        assert shown[0].size == (400, 800)
        keys["<Escape>"](None)
        assert not open_window.show(np.zeros((20, 10, 3), np.uint8))
