"""Makes the pictures of docs/guide/web.md: the page of `facewright serve` with drawn people, in Chromium."""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from facewright.core.pictures import write_picture
from facewright.datasets.toy import ToySamples

GUIDE = Path(__file__).parents[1] / "docs" / "guide"
SCENES = ((0, 36), (2, 19), (0, 47))  # seed and number of each
VIEWS = (
    ("web-page.jpg", "light", {"viewport": {"width": 1180, "height": 760}}),
    ("web-phone.jpg", "dark", {"viewport": {"width": 390, "height": 800}, "is_mobile": True}),
)


def main() -> None:
    call = "from facewright.cli.main import main; main()"
    server = subprocess.Popen(
        [sys.executable, "-c", call, "serve", "--port", "0"],
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stderr is not None
        address = re.search(r"http://[^ ;]+", server.stderr.readline())
        assert address is not None
        with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
            photos = [
                str(
                    write_picture(
                        ToySamples(number + 1, seed, 800)[number].read(), Path(folder, f"{name}.png")
                    )
                )
                for (seed, number), name in zip(SCENES, ("friends", "park", "street"), strict=True)
            ]
            chromium = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            for name, scheme, options in VIEWS:
                page = chromium.new_context(color_scheme=scheme, **options).new_page()  # type: ignore[arg-type]
                page.goto(address[0])
                page.wait_for_selector("body[data-ready]")
                page.set_input_files("#picker", photos)
                page.wait_for_selector('body[data-state=photos][data-working="0"]')
                page.locator("#faces button").first.click()
                page.mouse.move(0, 0)
                page.screenshot(path=GUIDE / name, type="jpeg", quality=82)
            chromium.close()
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main()
