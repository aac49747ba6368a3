import logging

import pytest

from facewright.apps.serve.app import create_app

from .conftest import serving

RED = (8, 8, 24, 32)


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1:1", "[::1]:8000", "LOCALHOST"])
def test_names_of_this_machine_are_answered(client, host):
    assert client.get("/healthz", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8000", "localhost.evil.example", "127.0.0.2", ""]
)
def test_other_names_are_not(client, host):
    for path in ("/", "/healthz", "/metrics", "/model.onnx"):
        answer = client.get(path, headers={"host": host})
        assert answer.status_code == 421 and answer.json()["title"] == "Misdirected Request"


def test_any_name_is_answered_when_the_network_is_let_in(make_settings):
    with serving(create_app(make_settings(hosts=None))) as client:
        assert client.get("/healthz", headers={"host": "any.example"}).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"sec-fetch-site": "same-origin", "origin": "null"}, 200),
        ({"sec-fetch-site": "none"}, 200),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),  # another port of this machine
        ({"host": "localhost:8000", "origin": "http://localhost:8000"}, 200),
        ({"host": "localhost:8000", "origin": "http://localhost:3000"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://["}, 403),  # no address at all
    ],
)
def test_pages_of_other_sites_may_not_send_pictures(client, file, headers, status):
    assert client.post("/v1/detect", content=file(red=RED), headers=headers).status_code == status


def test_no_answer_may_be_read_by_other_sites_or_hold_scripts_of_others(client, file):
    for answer in (
        client.get("/"),
        client.get("/page/main.js"),
        client.get("/nothing"),
        client.post("/v1/detect", content=file(red=RED), headers={"sec-fetch-site": "same-origin"}),
        client.options("/v1/detect", headers={"origin": "https://evil.example"}),
    ):
        assert "access-control-allow-origin" not in answer.headers
        policy = answer.headers["content-security-policy"]
        assert (
            "default-src 'none'" in policy and "unsafe-inline" not in policy and "'unsafe-eval'" not in policy
        )
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "server" not in answer.headers
    assert client.post("/v1/detect", content=file(red=RED)).headers["cache-control"] == "no-store"
    assert client.get("/page/main.js").headers["cache-control"] == "no-cache"


def test_the_page_asks_nothing_of_anybody_else(client):
    page = client.get("/").text
    assert "://" not in page and "style=" not in page and "onclick" not in page
    assert client.get("/page/../app.py").status_code == 404
    assert client.get("/page/%2e%2e/app.py").status_code == 404


def test_the_log_tells_routes_and_nothing_that_was_asked(client, file, caplog):
    with caplog.at_level(logging.INFO):
        client.post("/v1/blur?faces=at:11,12", content=file(red=RED))
        client.get("/secret%0aname")
    told = [record.getMessage() for record in caplog.records if record.name == "facewright.serve"]
    assert any(line.startswith("POST /v1/blur 200") for line in told) and any("other 404" in x for x in told)
    assert not any(word in line for line in told for word in ("11,12", "secret", "faces", "\n"))
