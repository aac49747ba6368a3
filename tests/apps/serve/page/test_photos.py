"""What the page shows of a photo that is added, whatever the server answers."""

import base64

import httpx
import numpy as np
import pytest

from facewright.apps.careful import CAREFUL_SCORE

from .conftest import DONE, IN_CHROMIUM, add, boxes, python_boxes

pytestmark = IN_CHROMIUM


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
