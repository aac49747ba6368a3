"""The page of `facewright compare` in a browser: whole without a network, on a desk and on a phone."""

import os
import shutil

import pytest

from facewright.cli.main import run

playwright = pytest.importorskip(
    "playwright.sync_api", reason="the page is tested with playwright (dev extra)"
)
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here: apt-get install chromium"),
]


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    page = tmp_path_factory.mktemp("page") / "page.html"
    words = ["detector-nano", "detector-small", "--data", "toy:6", "--rounds", "2", "--html", str(page)]
    assert run(["compare", *words]) == 0
    return page


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_is_fetched_nothing_complains_and_nothing_hangs_over(page, width):
    asked, complaints = [], []
    with playwright.sync_playwright() as driver:
        options = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=options)
        shown = browser.new_page(viewport={"width": width, "height": 800})
        shown.on("request", lambda request: asked.append(request.url[:30]))
        shown.on("console", lambda message: complaints.append(message.text))
        shown.on("pageerror", lambda error: complaints.append(str(error)))
        shown.goto(page.as_uri())
        assert shown.title() == "detector-nano / detector-small on toy:6"
        broken = shown.evaluate("[...document.images].filter(image => !image.naturalWidth).length")
        wide = shown.evaluate("document.documentElement.scrollWidth - innerWidth")
        pictures = shown.evaluate("document.images.length")
        browser.close()
    assert all(url.startswith(("file:", "data:")) for url in asked) and complaints == []
    assert broken == 0 and pictures >= 2 and pictures % 2 == 0
    assert wide <= 0
