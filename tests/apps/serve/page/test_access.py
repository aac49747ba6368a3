"""Everybody can use it: by keyboard, on a phone, in both schemes."""

import pytest

from .conftest import IN_CHROMIUM, add

pytestmark = IN_CHROMIUM


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
