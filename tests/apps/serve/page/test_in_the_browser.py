"""The browser itself finds, hides and crops as Python does."""

import base64
import io
from pathlib import Path

import numpy as np
from PIL import Image

from facewright import Detector, Face
from facewright.apps.crop import CropStyle, crop_face

from .conftest import IN_CHROMIUM, add, boxes, needs_runtime, python_boxes, set_score

pytestmark = IN_CHROMIUM


@needs_runtime
def test_the_browser_itself_finds_the_same_faces(page, photos):
    """Within a pixel, and nothing is sent. It looks once, as the file does."""
    sent = []
    page.on("request", lambda request: request.method == "POST" and sent.append(request.url))
    page.check("input[value=browser]")
    assert "nothing is sent" in page.inner_text("#welcome")
    set_score(page, 0.3)
    for name in ("scene.png", "photo.jpg", "large.png", "turned.jpg", "seen-through.png"):
        add(page, photos / name)
        set_score(page, 0.3)
        expected = python_boxes(photos / name, 0.3, close_ups=False)
        assert len(expected) > 0
        np.testing.assert_allclose(boxes(page), expected, atol=1, err_msg=name)
    assert sent == []


@needs_runtime
def test_the_browser_itself_hides_and_crops(page, photos, tmp_path):
    page.check("input[value=browser]")
    add(page, photos / "photo.jpg")
    box = python_boxes(photos / "photo.jpg", None)[0]
    for how in ("gaussian", "pixelate", "solid", "silhouette"):
        page.check(f"input[value={how}]")
        page.click("#hide")
        page.wait_for_selector("#result:not([hidden])")
        assert "no longer found" in page.inner_text("#status")
        with page.expect_download() as download:
            page.click("#download")
        download.value.save_as(tmp_path / f"{how}.jpg")
        left = Detector(min_score=0.5)(tmp_path / f"{how}.jpg").boxes
        middle = (left[:, :2] + left[:, 2:]) / 2
        assert not ((middle > box[:2]) & (middle < box[2:])).all(axis=1).any(), how
        before, after = Image.open(photos / "photo.jpg"), Image.open(tmp_path / f"{how}.jpg")
        corner = np.abs(
            np.asarray(before.crop((0, 0, 90, 90)), int) - np.asarray(after.crop((0, 0, 90, 90)), int)
        )
        assert corner.mean() < 3
    page.keyboard.press("n")
    page.keyboard.press("1")  # of several crops a ZIP would come
    for framing in ("square", "head-and-shoulders", "passport", "aligned"):
        page.select_option("#framing", framing)
        with page.expect_download() as download:
            page.click("#crop")
        crop = Image.open(io.BytesIO(Path(download.value.path()).read_bytes()))
        assert len(Detector(min_score=0.3)(crop)) >= 1, framing


def test_aligned_crops_beyond_the_border_repeat_the_edge_as_python_s_do(page):
    rng = np.random.default_rng(3)
    picture = np.asarray(Image.fromarray(rng.integers(0, 256, (5, 4, 3), np.uint8)).resize((80, 100)))
    points = np.float32([[8, 70], [38, 64], [26, 84], [16, 98], [40, 93]])
    face = Face(np.float32([0, 55, 48, 100]), 0.9, points)
    expected = crop_face(picture, face, CropStyle("aligned"))
    text = base64.b64encode(np.dstack([picture, np.full((100, 80), 255, np.uint8)]).tobytes()).decode()
    got = page.evaluate(
        """async ({ text, face }) => {
          const { cropped } = await import("/page/crop.js");
          const data = Uint8ClampedArray.from(atob(text), (letter) => letter.charCodeAt(0));
          const crop = cropped(await createImageBitmap(new ImageData(data, 80, 100)), face, "aligned");
          return [...crop.getContext("2d").getImageData(0, 0, crop.width, crop.height).data];
        }""",
        {"text": text, "face": {"box": face.box.tolist(), "landmarks": points.tolist()}},
    )
    pixels = np.uint8(got).reshape(*expected.shape[:2], 4)
    assert (pixels[..., 3] == 255).all()
    off = np.abs(pixels[..., :3].astype(int) - expected)
    assert off.mean() < 2 and np.quantile(off, 0.99) < 12


def test_pillow_in_javascript_gives_pillow_s_pixels(page):
    rng = np.random.default_rng(7)
    for width, height, to in (
        (1001, 667, (640, 426)),
        (64, 48, (17, 13)),
        (300, 200, (299, 199)),
        (1300, 900, (100, 69)),
    ):
        array = rng.integers(0, 256, (height, width, 3), np.uint8)
        expected = Image.fromarray(array).resize(to, Image.Resampling.BILINEAR, reducing_gap=2.0)
        got = page.evaluate(
            """async ({ text, width, height, to }) => {
              const { resize } = await import("/page/pillow.js");
              const data = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
              const result = resize({ data, width, height }, ...to);
              let out = "";
              for (const byte of result.data) out += String.fromCharCode(byte);
              return btoa(out);
            }""",
            {"text": base64.b64encode(array.tobytes()).decode(), "width": width, "height": height, "to": to},
        )
        pixels = np.frombuffer(base64.b64decode(got), np.uint8).reshape(to[1], to[0], 3)
        np.testing.assert_array_equal(pixels, np.asarray(expected))
