"""Which faces a person chooses, on one photo and on the next."""

import httpx
import numpy as np
from PIL import Image

from facewright.apps.careful import CAREFUL_SCORE

from .conftest import IN_CHROMIUM, add, boxes, set_score

pytestmark = IN_CHROMIUM


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
