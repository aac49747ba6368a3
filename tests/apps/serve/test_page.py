"""The page in Chromium, as a person uses it: Debian's chromium, driven by playwright."""

import base64
import io
import os
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image

from facewright import Detector, Face
from facewright.apps.careful import CAREFUL_SCORE
from facewright.apps.crop import CropStyle, crop_face
from facewright.apps.serve.app import create_app
from facewright.apps.serve.browser import RUNTIME, VENDOR
from facewright.apps.serve.settings import Settings
from facewright.datasets.toy import ToySamples

from .conftest import serving

playwright = pytest.importorskip(
    "playwright.sync_api", reason="the page is tested with playwright (dev extra)"
)
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here: apt-get install chromium"),
]
needs_runtime = pytest.mark.skipif(
    not all((VENDOR / name).is_file() for name in RUNTIME),
    reason="onnxruntime-web is not vendored here: make browser",
)
READY, DONE = "body[data-ready]", 'body[data-state=photos][data-working="0"]'


@pytest.fixture(scope="module")
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


def test_a_dropped_photo_shows_its_faces(page, photos):
    data = base64.b64encode((photos / "scene.png").read_bytes()).decode()
    transfer = page.evaluate_handle(
        """(data) => {
          const transfer = new DataTransfer();
          const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
          transfer.items.add(new File([bytes], "dropped.png", { type: "image/png" }));
          return transfer;
        }""",
        data,
    )
    page.dispatch_event("body", "dragenter", {"dataTransfer": transfer})
    assert page.is_visible("#veil")
    page.dispatch_event("body", "drop", {"dataTransfer": transfer})
    page.wait_for_selector(DONE)
    assert not page.is_visible("#veil")
    expected, sure = (python_boxes(photos / "scene.png", score) for score in (CAREFUL_SCORE, None))
    assert len(expected) > len(sure) > 2
    np.testing.assert_allclose(boxes(page), expected, atol=0.01)
    counted = f"{len(sure)} faces, perhaps {len(expected) - len(sure)} more"
    assert page.inner_text("#count") == counted
    assert page.inner_text("#status") == f"{counted} found in dropped.png."
    # each button lies over its face, wherever the photo is on the page
    shown, canvas = page.locator("#faces button").first.bounding_box(), page.locator("#canvas").bounding_box()
    assert shown["x"] - canvas["x"] == pytest.approx(expected[0, 0] * canvas["width"] / 640, abs=2)
    assert shown["width"] == pytest.approx((expected[0, 2] - expected[0, 0]) * canvas["width"] / 640, abs=2)
    assert "young" in page.inner_text("#list")


def test_faces_are_chosen_by_click_and_by_keyboard(page, photos):
    add(page, photos / "scene.png")
    count = len(boxes(page))
    pressed = page.locator('#faces button[aria-pressed="true"]')
    assert pressed.count() == count
    page.locator("#faces button").nth(1).click()
    assert pressed.count() == count - 1 and page.locator("#list input:checked").count() == count - 1
    assert page.inner_text("#hide") == f"Hide {count - 1} faces"
    page.locator("#faces button").nth(1).focus()
    page.keyboard.press("Space")
    assert pressed.count() == count
    page.keyboard.press("n")
    assert pressed.count() == 0 and page.is_disabled("#hide")
    page.keyboard.press("2")
    assert pressed.count() == 1 and page.inner_text("#hide") == "Hide 1 face"
    page.keyboard.press("a")
    assert pressed.count() == count


def test_every_control_is_reached_by_tab_and_has_a_name(page, photos):
    add(page, photos / "scene.png")
    page.locator("#add").focus()
    reached, names = set(), []
    for _ in range(60):
        told = page.evaluate(
            """() => {
              const at = document.activeElement;
              const name = at.getAttribute("aria-label") || at.labels?.[0]?.innerText || at.innerText;
              return [at.id || at.name || at.className || at.tagName, (name || "").trim()];
            }"""
        )
        reached.add(told[0])
        names.append(told)
        page.keyboard.press("Tab")
    assert {"add", "mode", "remove", "all", "none", "score", "how", "hide", "framing", "crop"} <= reached
    assert [where for where, name in names if not name and where != "BODY"] == []


def test_hidden_faces_are_gone_from_the_download(page, photos, tmp_path):
    add(page, photos / "photo.jpg")
    page.click("#hide")
    page.wait_for_selector("#result:not([hidden])")
    assert page.evaluate("document.activeElement.id") == "download"
    assert "no longer found" in page.inner_text("#status")
    with page.expect_download() as download:
        page.click("#download")
    assert download.value.suggested_filename == "photo-hidden.jpg"
    download.value.save_as(tmp_path / "hidden.jpg")
    box = python_boxes(photos / "photo.jpg", None)[0]
    left = Detector(min_score=0.5)(tmp_path / "hidden.jpg").boxes
    middle = (left[:, :2] + left[:, 2:]) / 2
    assert not ((middle > box[:2]) & (middle < box[2:])).all(axis=1).any()
    page.click("#original")
    assert page.inner_text("#original") == "Show result" and page.locator("#faces button").first.is_visible()
    page.keyboard.press("n")  # another choice: the result does not hold any more
    assert not page.is_visible("#result") and page.is_visible("#hide")


def test_crops_and_all_photos_are_downloaded(page, photos):
    add(page, photos / "scene.png", photos / "photo.jpg", photos / "nobody.png")
    sure = len(python_boxes(photos / "scene.png", None))
    with page.expect_download() as download:
        page.click("#crop")
    archive = zipfile.ZipFile(download.value.path())
    assert download.value.suggested_filename == "scene-faces.zip" and len(archive.namelist()) == sure
    page.wait_for_selector("#crop:enabled")
    assert page.evaluate("document.activeElement.id") == "crop"  # from where a keyboard goes on
    with page.expect_download() as download:
        page.click("#hide-all")
    archive = zipfile.ZipFile(download.value.path())
    assert archive.testzip() is None
    assert archive.namelist() == ["scene-hidden.png", "photo-hidden.jpg", "nobody.png"]
    assert archive.read("nobody.png") == (photos / "nobody.png").read_bytes()
    assert page.inner_text("#status") == "3 photos downloaded as one ZIP."


@pytest.mark.parametrize("engine", ["server", pytest.param("browser", marks=needs_runtime)])
def test_of_an_animation_no_frame_leaves_unseen(page, photos, tmp_path, engine):
    """Its first frame shows nobody, its second a face."""
    size = (512, 600)
    frames = [Image.new("RGB", size, (120, 140, 160)), Image.open(photos / "photo.jpg").convert("RGB")]
    frames = [frame.resize(size) for frame in frames]
    frames[0].save(tmp_path / "moves.webp", save_all=True, append_images=frames[1:], duration=200)
    page.check(f"input[value={engine}]")
    add(page, tmp_path / "moves.webp", photos / "nobody.png", photos / "photo.jpg")
    if engine == "server":
        page.locator("#strip button").first.click()
        assert "Several frames" in page.inner_text("#notice-text")
        assert page.inner_text("#hide") == "Hide faces in all frames"
    page.locator("#strip button").last.click()
    with page.expect_download() as download:
        page.click("#hide-all")
    archive = zipfile.ZipFile(download.value.path())
    assert archive.namelist() == ["moves-hidden.webp", "nobody.png", "photo-hidden.jpg"]
    hidden = Image.open(io.BytesIO(archive.read("moves-hidden.webp")))
    assert hidden.n_frames == (2 if engine == "server" else 1)
    hidden.seek(hidden.n_frames - 1)
    assert len(Detector()(hidden.convert("RGB"))) == 0
    assert len(Detector()(frames[1])) == 1


def test_a_download_has_the_ending_of_what_it_is(page, photos, tmp_path):
    Image.open(photos / "photo.jpg").save(tmp_path / "old.bmp")
    add(page, tmp_path / "old.bmp")
    page.click("#hide")
    page.wait_for_selector("#result:not([hidden])")
    with page.expect_download() as download:
        page.click("#download")
    assert download.value.suggested_filename == "old-hidden.bmp"


def test_all_photos_hidden_says_what_is_missing_and_what_is_still_found(page, photos):
    page.route(
        "**/v1/blur*",
        lambda route: route.fulfill(
            path=photos / "photo.jpg", content_type="image/jpeg", headers={"facewright-still-found": "1"}
        ),
    )
    add(page, photos / "photo.jpg", photos / "scene.png", photos / "broken.jpg")
    with page.expect_download() as download:
        page.click("#hide-all")
    assert len(zipfile.ZipFile(download.value.path()).namelist()) == 2
    assert page.inner_text("#status") == (
        "2 photos downloaded as one ZIP. 1 left out, not having been looked at. "
        "2 faces can still be found: Solid hides for certain."
    )


def test_a_choice_changed_while_faces_are_hidden_is_not_passed_over(page, photos):
    add(page, photos / "scene.png")

    def late(route):
        page.keyboard.press("1")
        route.continue_()

    page.route("**/v1/blur*", late)
    page.click("#hide")
    page.wait_for_selector("#status:has-text('changed meanwhile')")
    assert not page.is_visible("#result") and page.is_enabled("#hide")


def test_the_score_holds_for_all_photos_and_so_do_results(page, photos):
    add(page, photos / "photo.jpg")
    page.click("#hide")
    page.wait_for_selector("#result:not([hidden])")
    add(page, photos / "scene.png")
    set_score(page, 0.3)
    page.locator("#strip button").first.click()
    assert not page.is_visible("#result") and page.is_visible("#hide")


def test_a_missed_face_is_marked_by_mouse_and_by_keys(page, photos):
    add(page, photos / "nobody.png")
    page.click("#draw")
    page.keyboard.press("Escape")
    assert page.get_attribute("#draw", "aria-pressed") == "false"
    page.click("#draw")
    canvas = page.locator("#canvas").bounding_box()
    scale = canvas["width"] / 400
    page.mouse.move(canvas["x"] + 100 * scale, canvas["y"] + 50 * scale)
    page.mouse.down()
    page.mouse.move(canvas["x"] + 180 * scale, canvas["y"] + 150 * scale, steps=3)
    page.mouse.up()
    np.testing.assert_allclose(boxes(page), [[100, 50, 180, 150]], atol=1)
    assert "added by hand" in page.inner_text("#list")
    page.locator("#draw").focus()
    page.keyboard.press("Enter")
    middle = boxes(page)[1]
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    np.testing.assert_array_equal(boxes(page)[1] - middle, [4, 0, 4, 4])
    page.keyboard.press("Delete")
    assert len(boxes(page)) == 1 and page.evaluate("document.activeElement.id") == "draw"
    page.check("input[value=solid]")
    page.click("#hide")
    page.wait_for_selector("#result:not([hidden])")
    with page.expect_download() as download:
        page.click("#download")
    hidden = np.asarray(Image.open(download.value.path()).convert("RGB"))
    assert tuple(hidden[100, 140]) == (52, 56, 64) and tuple(hidden[280, 380]) == (120, 140, 160)


def test_no_face_a_broken_file_and_removing(page, photos):
    add(page, photos / "nobody.png")
    assert page.inner_text("#notice-text") == "No face found." and page.inner_text("#count") == "No faces"
    add(page, photos / "broken.jpg")
    assert "broken.jpg is not a picture" in page.inner_text("#notice-text")
    page.click("#remove")
    page.click("#remove")
    assert page.is_visible("#welcome")


def test_a_server_that_went_away_is_said(page, photos):
    page.route("**/v1/**", lambda route: route.abort())
    page.set_input_files("#picker", str(photos / "scene.png"))
    page.wait_for_selector(DONE)
    assert page.inner_text("#notice-text") == "The server cannot be reached."


def test_a_large_photo_is_looked_at_closer_and_choices_stay(page, photos):
    first = {"box": [100, 100, 200, 220], "score": 0.9, "words": []}
    sizes = []

    def answer(route):
        sizes.append(int(httpx.URL(route.request.url).params["size"]))
        closer = [first | {"box": [102, 98, 203, 221]}, first | {"box": [400, 100, 420, 124]}]
        if sizes == [640, 1600]:
            return route.fulfill(status=503, json={"detail": "the work was not done after 30 seconds"})
        return route.fulfill(json={"faces": closer if sizes[-1] == 1600 else [first]})

    page.route("**/v1/attributes*", answer)
    add(page, photos / "large.png")
    page.keyboard.press("1")
    page.locator("#closer").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#again:visible")
    page.click("#again")
    page.locator("#faces button").nth(1).wait_for()
    assert sizes == [640, 1600, 1600]
    pressed = page.eval_on_selector_all("#faces button", "all => all.map((one) => one.ariaPressed)")
    assert pressed == ["false", "true"]
    assert not page.is_visible("#closer") and page.evaluate("document.activeElement.id") == "draw"
    add(page, photos / "nobody.png")
    assert page.is_visible("#draw") and not page.is_visible("#closer")  # no larger than what was looked at


def test_the_focus_stays_on_the_strip_of_photos(page, photos):
    page.route("**/v1/attributes*", lambda route: route.fulfill(json={"faces": []}))
    add(page, photos / "scene.png", photos / "photo.jpg")
    page.locator("#strip button").nth(1).focus()
    page.keyboard.press("Enter")
    assert "photo.jpg" in page.inner_text("#file")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "photo.jpg, no faces"
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    assert "scene.png" in page.inner_text("#file")
    assert page.eval_on_selector_all("#strip button", "all => all.map((one) => one.ariaCurrent)") == [
        "true",
        "false",
    ]


def test_a_full_server_is_asked_again(page, photos):
    calls = []

    def full(route):
        calls.append(route)
        if len(calls) < 2:
            route.fulfill(status=429, headers={"retry-after": "1"}, json={"detail": "full"})
        else:
            route.continue_()

    page.route("**/v1/**", full)
    add(page, photos / "photo.jpg")
    assert len(calls) == 2 and len(boxes(page)) == len(python_boxes(photos / "photo.jpg", CAREFUL_SCORE))


def test_what_may_be_a_face_is_hidden_unless_a_person_says_otherwise(page, photos):
    """And it is not cut out, unless alone."""
    found = [
        {"box": box, "score": score, "words": ["young"]}
        for box, score in (([10, 10, 60, 70], 0.9), ([100, 10, 150, 70], 0.2), ([200, 10, 250, 70], 0.055))
    ]
    page.route("**/v1/attributes*", lambda route: route.fulfill(json={"faces": found}))

    for path in ("blur", "crop"):
        page.route(
            f"**/v1/{path}*",
            lambda route: route.fulfill(path=photos / "photo.jpg", content_type="image/jpeg"),
        )
    sure, doubtful = "in:10,10,60,70", "in:100,10,150,70"

    def press(button):
        with page.expect_request("**/v1/*") as asked:
            page.click(button)
        page.wait_for_selector("#crop:enabled")  # the work is done
        return httpx.URL(asked.value.url).params["faces"]

    add(page, photos / "photo.jpg")
    assert page.input_value("#score") == str(CAREFUL_SCORE)
    assert page.inner_text("#count") == "1 face, perhaps 1 more"
    assert page.eval_on_selector_all("#faces button.doubtful", "all => all.map((one) => one.ariaLabel)") == [
        "Face 2: perhaps no face"
    ]
    assert page.inner_text("#hide") == "Hide 2 faces"
    assert press("#hide") == f"{sure};{doubtful}" and press("#crop") == sure
    page.keyboard.press("s")
    assert press("#hide") == sure
    page.keyboard.press("n")
    page.keyboard.press("2")
    assert press("#hide") == doubtful and press("#crop") == doubtful
    set_score(page, 0.3)
    assert page.inner_text("#count") == "1 face" and not page.is_visible("#sure")
    set_score(page, 0.05)
    assert page.inner_text("#count") == "1 face, perhaps 2 more"


@pytest.mark.parametrize("width", [320, 390, 768])
def test_nothing_is_wider_than_a_phone(page, photos, width):
    page.set_viewport_size({"width": width, "height": 780})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    add(page, photos / "scene.png", photos / "photo.jpg")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    canvas = page.locator("#canvas").bounding_box()
    assert canvas["width"] > min(400, width * 0.6)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read_in_both_schemes(page, photos, scheme):
    """Contrast of at least 4.5 to 1 (WCAG AA) for what is written on a plain ground."""
    page.emulate_media(color_scheme=scheme)
    add(page, photos / "scene.png")
    worst = page.evaluate(
        """() => {
          const parse = (colour) => colour.match(/[\\d.]+/g).map(Number);
          const light = ([r, g, b]) => {
            const part = (v) => ((v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
            return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
          };
          const ground = (element) => {
            for (let at = element; at; at = at.parentElement) {
              const colour = parse(getComputedStyle(at).backgroundColor);
              if (colour.length === 3 || colour[3] === 1) return colour;
            }
            return [255, 255, 255];
          };
          const texts = [...document.querySelectorAll("h1, h2, p, a, button, label span, legend, strong")]
            .filter((one) => one.offsetParent && one.innerText?.trim() && !one.disabled
              && !one.closest("#faces, .strip, .toast, label:has(:disabled)"));
          return texts.map((one) => {
            const [a, b] = [light(parse(getComputedStyle(one).color)), light(ground(one))];
            return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), one.innerText];
          }).sort((a, b) => a[0] - b[0])[0];
        }"""
    )
    assert worst[0] >= 4.5, worst


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
