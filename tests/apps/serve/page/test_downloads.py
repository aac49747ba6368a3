"""What leaves the page: copies with the faces hidden, crops, all photos at once."""

import io
import zipfile

import pytest
from PIL import Image

from facewright import Detector

from .conftest import IN_CHROMIUM, add, needs_runtime, python_boxes

pytestmark = IN_CHROMIUM


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
