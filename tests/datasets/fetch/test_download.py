"""Whatever a server does, the file is the right one or there is one sentence; what came is not lost."""

import json
import time

import pytest

from facewright.core.errors import DataError
from facewright.datasets.fetch import download as module
from facewright.datasets.fetch.download import download
from facewright.datasets.fetch.sources import File

from .conftest import BODY, KNOWN, SUM, UNKNOWN, whole

PAGE = b"<!DOCTYPE html><html><head><title>Google Drive - Quota exceeded</title></head>Sorry</html>"


def dropping(server, *, after=300_000, times=99):
    """Breaks off each of the first `times` answers after so many more bytes."""
    left = [times]

    def behave(handler, body):
        left[0] -= 1
        handler.honest(body, upto=handler.start() + after if left[0] >= 0 else None)

    server.behave = behave


def test_a_file_comes_whole_with_its_sum_and_leaves_nothing_beside_it(get, server, tmp_path, file):
    assert get(file) == (f"{server.url}/a.bin", SUM)
    assert whole(tmp_path) and server.ranges() == [None]


def test_a_connection_that_drops_is_taken_up_where_it_broke_off(get, server, tmp_path, heard, file):
    dropping(server)
    get(file)
    assert whole(tmp_path)
    assert server.ranges() == [None, "bytes=300000-", "bytes=600000-", "bytes=900000-"]
    assert all(headers["If-Range"] == '"1"' for _, headers in server.asked[1:])
    assert "broke off after 300000 of 1024000 bytes" in heard.said[0]


def test_another_day_it_goes_on_too(get, server, tmp_path, heard, file, monkeypatch):
    def killed(seconds):
        raise KeyboardInterrupt

    dropping(server, times=1)
    with pytest.raises(KeyboardInterrupt):
        download(file, [f"{server.url}/a.bin"], tmp_path, module.Watcher(wait=killed))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.bin.part", "a.bin.part.json"]
    get(file)
    assert whole(tmp_path) and server.ranges()[1] == "bytes=300000-"


def test_stopped_between_the_last_byte_and_the_check_nothing_is_asked_again(get, server, tmp_path, file):
    (tmp_path / "a.bin.part").write_bytes(BODY)
    note = {"url": f"{server.url}/a.bin", "validator": '"1"', "total": len(BODY)}
    (tmp_path / "a.bin.part.json").write_text(json.dumps(note))
    get(file)
    assert whole(tmp_path) and not server.asked


def test_no_progress_gives_up_and_keeps_what_there_is(get, server, tmp_path, heard):
    dropping(server, after=0)
    (tmp_path / "a.bin.part").write_bytes(BODY[:1000])
    with pytest.raises(
        DataError, match=r"^a\.bin cannot be had: 127.*broke off after 1000 of 1024000 bytes$"
    ):
        get()
    assert len(server.asked) == module.TRIES and heard.waits == [2, 4, 8, 16, 30]
    assert (tmp_path / "a.bin.part").read_bytes() == BODY[:1000]


def test_a_file_changed_between_the_parts_is_no_mixture(get, server, tmp_path, file):
    old = bytes(len(BODY))
    server.files["a.bin"] = old

    def behave(handler, body):
        if len(server.asked) == 1:
            handler.honest(body, upto=300_000)
            server.etag, server.files["a.bin"] = '"2"', BODY
        else:
            handler.honest(server.files["a.bin"])

    server.behave = behave
    get(file)
    assert whole(tmp_path) and server.ranges()[:2] == [None, "bytes=300000-"]


def test_a_server_that_ignores_if_range_is_told_by_its_etag(get, server, tmp_path, file):
    def behave(handler, body):
        if len(server.asked) == 1:
            handler.honest(bytes(len(BODY)), upto=300_000)
        else:
            handler.honest(body, ETag='"2"')

    server.behave = behave
    get(file)
    assert whole(tmp_path) and server.ranges() == [None, "bytes=300000-", None]


def test_without_etag_or_date_the_sum_finds_a_mixture_and_it_is_fetched_in_one(get, server, tmp_path, heard):
    def behave(handler, body):
        handler.honest(body if len(server.asked) > 1 else bytes(len(BODY)), ETag="",
                       upto=300_000 if len(server.asked) == 1 else None)  # fmt: skip

    server.behave = behave
    get(KNOWN)
    assert whole(tmp_path) and server.ranges() == [None, "bytes=300000-", None]
    assert "after pieces; once more from the beginning" in heard.said[-1]


def test_without_etag_date_or_sum_nothing_is_continued(get, server, tmp_path):
    server.behave = lambda handler, body: handler.honest(
        body, ETag="", upto=300_000 if len(server.asked) == 1 else None
    )
    get(UNKNOWN)
    assert whole(tmp_path) and server.ranges() == [None, None]


def test_a_server_without_ranges_begins_again(get, server, tmp_path, file):
    def behave(handler, body):
        del handler.headers["Range"]
        handler.honest(body, upto=300_000 if len(server.asked) == 1 else None)

    server.behave = behave
    get(file)
    assert whole(tmp_path) and server.ranges() == [None, "bytes=300000-"]


@pytest.mark.parametrize("wrong", ["bytes 0-1023999/1024000", "bytes 300001-1023999/1024000", "nonsense", "",
                                   "bytes 300000-300009/1024000", "bytes 300000-1023999/*"])  # fmt: skip
def test_another_range_than_asked_for_is_not_taken(get, server, tmp_path, file, wrong):
    def behave(handler, body):
        if len(server.asked) == 1:
            handler.honest(body, upto=300_000)
        elif handler.headers.get("Range"):
            handler.honest(body, Content_Range=wrong)
        else:
            handler.honest(body)

    server.behave = behave
    get(file)
    assert whole(tmp_path) and server.ranges() == [None, "bytes=300000-", None]


@pytest.mark.parametrize("length", [len(BODY) + 5, len(BODY) - 5])
def test_a_wrong_length_is_refused_where_the_right_one_is_known(get, server, tmp_path, length):
    server.behave = lambda handler, body: handler.honest(body, length=length)
    with pytest.raises(DataError, match=f"has {length} bytes where 1024000 are right"):
        get(KNOWN)
    assert not list(tmp_path.iterdir())


def test_a_length_too_long_is_a_connection_that_breaks_off(get, server, heard):
    server.behave = lambda handler, body: handler.honest(body, length=len(body) - handler.start() + 5)
    with pytest.raises(DataError, match=r"broke off after 1024000 of 1024005|has a shorter file"):
        get(UNKNOWN)


def test_a_length_too_short_is_found_by_the_sum(get, server):
    server.behave = lambda handler, body: handler.honest(body, length=len(body) - 5)
    with pytest.raises(DataError, match=r"is not the file it should be: sha256 \w{12}\.\.\. where"):
        get(File(name="a.bin", sha256=SUM))


def test_no_length_at_all_ends_with_the_connection(get, server, tmp_path, file):
    server.behave = lambda handler, body: handler.honest(body, Content_Length="")
    get(file)
    assert whole(tmp_path)


def test_more_than_is_right_is_not_taken(get, server, tmp_path):
    server.behave = lambda handler, body: handler.honest(body * 3, Content_Length="")
    with pytest.raises(DataError, match="sends more than the 1024000 bytes that are right"):
        get(KNOWN)
    assert not list(tmp_path.iterdir())


def test_chunks_that_end_too_early_are_a_broken_connection(get, server, tmp_path, heard):
    def behave(handler, body):
        if len(server.asked) > 1:
            handler.honest(body)
            return
        handler.protocol_version = "HTTP/1.1"
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.send_header("ETag", '"1"')
        handler.end_headers()
        handler.wfile.write(b"186A0\r\n" + body[:50_000])
        handler.close_connection = True

    server.behave = behave
    get()
    assert whole(tmp_path) and "broke off" in heard.said[0]


def test_another_file_of_the_same_size_is_refused_after_one_whole_try(get, server, tmp_path):
    server.files["a.bin"] = BODY[::-1]
    with pytest.raises(DataError, match="is not the file it should be: sha256"):
        get()
    assert len(server.asked) == 1 and not list(tmp_path.iterdir())


def test_a_part_that_is_longer_than_the_file_is_begun_anew(get, server, tmp_path, file):
    (tmp_path / "a.bin.part").write_bytes(BODY + b"more")
    note = {"url": f"{server.url}/a.bin", "validator": '"1"', "total": None}
    (tmp_path / "a.bin.part.json").write_text(json.dumps(note))
    get(file)
    assert whole(tmp_path)


@pytest.mark.parametrize(("status", "header", "waited"), [(429, "7", 7), (503, None, 2), (503, "soon", 2)])
def test_a_busy_server_is_asked_again_when_it_says(get, server, tmp_path, heard, status, header, waited):
    def behave(handler, body):
        if len(server.asked) > 1:
            handler.honest(body)
            return
        handler.send_response(status)
        if header:
            handler.send_header("Retry-After", header)
        handler.end_headers()

    server.behave = behave
    get()
    assert whole(tmp_path) and heard.waits == [waited]
    assert f"answers {status}" in heard.said[0] and f"again in {waited} s" in heard.said[0]


def test_retry_after_may_be_a_date_and_too_long_is_left_to_the_user(get, server, heard):
    def behave(handler, body):
        handler.send_response(429)
        handler.send_header("Retry-After", handler.date_time_string(time.time() + 1800.5))
        handler.end_headers()

    server.behave = behave
    with pytest.raises(DataError, match="answers 429 Too Many Requests, and asks to come back in 30 minutes"):
        get()
    assert not heard.waits


@pytest.mark.parametrize("count", ["9" * 5000, "\xb2", "-5", "1e3"])
def test_a_length_or_a_wait_that_is_no_number_is_none(get, server, tmp_path, heard, file, count):
    def behave(handler, body):
        if len(server.asked) > 1:
            handler.honest(body, Content_Length=count)
            return
        handler.send_response(503)
        handler.send_header("Retry-After", count)
        handler.end_headers()

    server.behave = behave
    get(file)
    assert whole(tmp_path) and heard.waits == [2]


@pytest.mark.parametrize("status", [401, 403, 404, 410, 501])
def test_what_is_refused_is_not_asked_again(get, server, status):
    server.behave = lambda handler, body: handler.send_error(status)
    with pytest.raises(DataError, match=f"answers {status}"):
        get()
    assert len(server.asked) == 1


@pytest.mark.parametrize("kind", ["text/html; charset=utf-8", "application/octet-stream"])
def test_a_page_instead_of_the_file_is_named_by_its_title(get, server, tmp_path, file, kind):
    server.behave = lambda handler, body: handler.honest(PAGE, Content_Type=kind)
    with pytest.raises(DataError, match=r"sends a web page \('Google Drive - Quota exceeded'\)"):
        get(file)
    assert not list(tmp_path.iterdir())


def test_the_next_place_is_tried_and_takes_over_what_came_where_a_sum_is_known(server, tmp_path, heard):
    server.files["b/a.bin"] = BODY

    def behave(handler, body):
        if handler.path == "/b/a.bin":
            handler.honest(body)
        elif len(server.asked) == 1:
            handler.honest(BODY, upto=300_000)
        else:
            handler.send_error(404)

    server.behave = behave
    urls = [f"{server.url}/a/a.bin", f"{server.url}/b/a.bin"]
    assert download(KNOWN, urls, tmp_path, heard)[0] == urls[1]
    assert whole(tmp_path) and server.ranges()[-1] == "bytes=300000-"
    assert "If-Range" not in server.asked[-1][1]  # another place's ETag says nothing here
    assert "the next place is tried" in heard.said[-1]
