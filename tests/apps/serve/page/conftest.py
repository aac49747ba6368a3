"""The page in Chromium, as a person uses it: Debian's chromium, driven by playwright."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image

from facewright import Detector
from facewright.apps.serve.app import create_app
from facewright.apps.serve.browser import RUNTIME, VENDOR
from facewright.apps.serve.settings import Settings
from facewright.datasets.toy import ToySamples

from ..conftest import serving

playwright = pytest.importorskip(
    "playwright.sync_api", reason="the page is tested with playwright (dev extra)"
)
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
IN_CHROMIUM = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here: apt-get install chromium"),
]
"""marks of every test here"""
needs_runtime = pytest.mark.skipif(
    not all((VENDOR / name).is_file() for name in RUNTIME),
    reason="onnxruntime-web is not vendored here: make browser",
)
READY, DONE = "body[data-ready]", 'body[data-state=photos][data-working="0"]'


@pytest.fixture(scope="session")
def photos(tmp_path_factory) -> Path:
    """Drawn scenes and a photo, each in the ways in which reading can differ."""
    folder = tmp_path_factory.mktemp("photos")
    scene = Image.fromarray(ToySamples(48, 0, 640)[47].read())
    scene.save(folder / "scene.png")
    large = Image.fromarray(ToySamples(37, 0, 1200)[36].read()).crop((0, 100, 1200, 1000))
    large.save(folder / "large.png")
    exif = Image.Exif()
    exif[274] = 6
    on_its_side = large.resize((1000, 750)).transpose(Image.Transpose.ROTATE_90)  # upright by its EXIF
    on_its_side.save(folder / "turned.jpg", exif=exif, quality=90)
    seen_through = scene.convert("RGBA")
    seen_through.putalpha(Image.linear_gradient("L").resize(scene.size))
    seen_through.save(folder / "seen-through.png")
    Image.new("RGB", (400, 300), (120, 140, 160)).save(folder / "nobody.png")
    (folder / "broken.jpg").write_bytes(b"rubbish")
    import matplotlib

    shutil.copy(Path(matplotlib.get_data_path(), "sample_data", "grace_hopper.jpg"), folder / "photo.jpg")
    return folder


@pytest.fixture(scope="module")
def service() -> Iterator[httpx.Client]:
    with serving(create_app(Settings(workers=1))) as client:
        yield client


@pytest.fixture(scope="module")
def chromium():
    with playwright.sync_playwright() as driver:
        options = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=options)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium, service):
    """The page, opened; whatever it complains of or asks of others fails the test."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, accept_downloads=True)
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: message.type == "error" and wrong.append(f"console: {message.text}"))
    own = (str(service.base_url), "blob:", "data:")
    page.on("request", lambda request: request.url.startswith(own) or wrong.append(request.url))
    page.goto(str(service.base_url))
    page.wait_for_selector(READY)
    yield page
    context.close()
    assert [text for text in wrong if not text.startswith("console: Failed to load resource")] == []


def add(page, *paths):
    page.set_input_files("#picker", [str(path) for path in paths])
    page.wait_for_selector(DONE, timeout=60_000)


def boxes(page) -> np.ndarray:
    found = page.eval_on_selector_all("#faces button", "all => all.map((one) => one.dataset.box)")
    return np.array([[float(number) for number in box.split(",")] for box in found]).reshape(-1, 4)


def set_score(page, score):
    page.eval_on_selector(
        "#score", f"(slider) => {{ slider.value = {score}; slider.dispatchEvent(new Event('input')); }}"
    )


def python_boxes(path, min_score, *, close_ups=True):
    find = Detector("detector-small", min_score=min_score, close_ups=close_ups)
    return find(path).sorted("left").boxes
