"""`facewright watch`: a camera's faces, live, in a window or on a page of this machine."""

import io
import os
import sys
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Annotated

from facewright.cli.options import FINDING, Common, Finding, Model, flag, told
from facewright.cli.say import complain
from facewright.core.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from facewright.core.pictures import Pixels

Port = Annotated[int, told("Of the page on this machine; any free one when not given.")]


def watch(
    source: Annotated[
        str, told("A camera's number or device, or a video file or address that stands in for one.")
    ] = "0",
    *,
    model: Model = "detector-nano",
    finding: Finding = FINDING,
    threads: Annotated[int | None, told("Threads of the network.")] = None,
    device: Annotated[str, told("cpu, cuda, ... as of facewright detect.")] = "cpu",
    page: Annotated[
        bool, flag("Show a page for the browser, as without a display, and open no window.")
    ] = False,
    port: Port = 0,
) -> int:
    """Show the faces that a camera sees, each with the number of its track. Nothing is stored."""
    if not 0 <= port <= 65535:
        raise UsageError(f"--port takes a number from 0 to 65535, not {port}")
    from facewright.apps.live import open_source
    from facewright.apps.live import watch as look
    from facewright.core.draw import draw_faces

    detector = finding.detector(model, Common(threads=threads, device=device))
    clip = open_source(source)
    with clip, ExitStack() as stack:
        show = _shown(stack, page, port)
        for live in stack.enter_context(closing(look(clip, detector))):
            labels = [str(track) for track in live.tracks]
            if not show(draw_faces(live.picture, live.faces, labels=labels)):
                break
        problems = clip.problems
    for problem in problems:
        complain(problem)
    return 1 if problems else 0


def _shown(stack: ExitStack, page: bool, port: int) -> "Callable[[Pixels], bool]":
    """Shows a picture, in a window where there is a display; False when the person has closed it."""
    if not page and (sys.platform in ("darwin", "win32") or os.environ.get("DISPLAY")):
        try:
            from facewright.apps.window import Window

            return stack.enter_context(Window("facewright watch")).show
        except (ImportError, RuntimeError) as error:  # a Python without Tk; a display that refuses
            complain(f"no window can be opened ({error}): a page shows it instead")
    from PIL import Image

    from facewright.apps.mjpeg import MjpegServer

    server = stack.enter_context(MjpegServer(port))
    print(f"{server.url} shows what is seen; Ctrl-C ends it", flush=True)

    def publish(picture: "Pixels") -> bool:
        encoded = io.BytesIO()
        Image.fromarray(picture).save(encoded, "JPEG", quality=80)
        server.publish(encoded.getvalue())
        return True

    return publish
