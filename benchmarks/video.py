"""What following faces through a video gains, and how many 720p frames a second are hidden.

python benchmarks/video.py                  # both
python benchmarks/video.py --only tracks

tracks  Each picture of street-masks/val becomes 45 frames of 25 a second: the view wanders and zooms over
        it, now brighter, now darker, and every frame has noise of its own. Truth are its boxes, moved along.
        missed: share of face-frames that no box covers (by half); flicker: how often a second a face is lost
        or found again; other: boxes a frame that cover no face.
speed   A drawn 720p video (toy faces, 4 seconds) through the parts of `facewright blur`, as it uses them.
"""

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter, process_time

import av
import numpy as np
from PIL import Image

from facewright import Detector, Faces
from facewright.apps.careful import careful_score
from facewright.apps.hide import surely
from facewright.apps.hide_tracks import HideTracks
from facewright.apps.video import FAINT, ONE_OF_MANY, rewrite_video
from facewright.core.boxes import Floats, coverage
from facewright.core.pictures import Pixels
from facewright.datasets.open import open_dataset
from facewright.datasets.toy import draw_sample
from facewright.inference.bridging import bridged
from facewright.inference.tracks import Tracker

FPS, FRAMES, SIZE = 25, 45, (640, 360)
SECONDS = 4


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--only", choices=("tracks", "speed"))
    parser.add_argument("--limit", type=int, default=40, help="pictures")
    parser.add_argument("--models", nargs="+", default=["detector-nano", "detector-small"])
    parser.add_argument("--sizes", nargs="+", type=int, default=[640, 1280], help="of --only speed")
    given = parser.parse_args()
    for model in given.models:
        if given.only != "speed":
            tracks(model, given.limit)
        if given.only != "tracks":
            for size in given.sizes:
                speed(model, size)


def tracks(model: str, limit: int) -> None:
    clips = [
        list(wander(sample.read(), sample.boxes, seed))
        for seed, sample in enumerate(open_dataset("street-masks/val").spread(limit))
    ]
    detector = Detector(model)
    careful = careful_score(detector.card)
    for sure in (0.5, detector.card.scaled(careful, ONE_OF_MANY), careful):  # the second is what blur wants
        detector.min_score = detector.card.scaled(sure, FAINT)
        found = [[detector(picture) for picture, _ in clip] for clip in clips]
        ways: dict[str, list[list[Faces]]] = {
            "frame by frame": [[faces[faces.scores >= sure] for faces in clip] for clip in found]
        }
        for name, patience, hold in (("followed", 1e-9, 0.0), ("bridged", 0.5, 0.0), ("and held", 0.5, 0.2)):
            ways[name] = [
                [one.faces for one in bridged(timed(clip), Tracker(sure, patience), hold)] for clip in found
            ]
        for name, told in ways.items():
            figures = [judged([truth for _, truth in a], b) for a, b in zip(clips, told, strict=True)]
            covered, total, changes, other, frames = np.sum(figures, axis=0)
            print(
                f"| {model} | {sure:.2f} | {name} | {1 - covered / total:.3f} | "
                f"{changes / (total / FPS):.2f} | {other / frames:.2f} |",
                flush=True,
            )


def timed(clip: list[Faces]) -> Iterator[tuple[None, float, Faces]]:
    return ((None, number / FPS, faces) for number, faces in enumerate(clip))


def judged(truth: list[Floats], told: list[Faces]) -> tuple[int, int, int, int, int]:
    """Faces covered, all, changes between covered and not, boxes that cover none, frames."""
    covered = np.array([(coverage(a, b.boxes) >= 0.5).any(axis=1) for a, b in zip(truth, told, strict=True)])
    other = sum(
        int((~(coverage(a, b.boxes) >= 0.5).any(axis=0)).sum()) for a, b in zip(truth, told, strict=True)
    )
    changes = int((covered[1:] != covered[:-1]).sum()) if covered.size else 0
    return int(covered.sum()), covered.size, changes, other, len(told)


def wander(picture: Pixels, boxes: Floats, seed: int) -> Iterator[tuple[Pixels, Floats]]:
    """Frames of a view that wanders over the picture, and its boxes in each."""
    draw = np.random.default_rng(seed)
    image = Image.fromarray(picture)
    fit = max(SIZE[0] / image.width, SIZE[1] / image.height) * 1.1
    phase, pace = draw.uniform(0, 2 * np.pi, 4), draw.uniform(1, 4, 4)
    for number in range(FRAMES):
        swing = np.sin(phase + pace * number / FPS)
        scale = fit * (1.05 + 0.05 * swing[0])
        middle = np.array(image.size) / 2 * scale + swing[1:3] * np.array(SIZE) * 0.04
        x0, y0 = middle - np.array(SIZE) / 2
        turn = (1 / scale, 0, x0 / scale, 0, 1 / scale, y0 / scale)
        view = np.asarray(
            image.transform(SIZE, Image.Transform.AFFINE, turn, Image.Resampling.BILINEAR), np.float32
        )
        noisy = view * (1 + 0.35 * swing[3]) + draw.normal(0, 8, (SIZE[1], SIZE[0], 1))
        moved = boxes * scale - [x0, y0, x0, y0]
        yield noisy.clip(0, 255).astype(np.uint8), moved.astype(np.float32)


def speed(model: str, size: int) -> None:

    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "in.mp4")
        scene = Image.fromarray(draw_sample(3, 1, 1600).read())
        with av.open(str(source), "w") as container:
            stream = container.add_stream("libx264", rate=FPS)
            stream.width, stream.height, stream.pix_fmt = 1280, 720, "yuv420p"
            for number in range(SECONDS * FPS):
                part = scene.crop((number, number // 2, number + 1280, number // 2 + 720))
                container.mux(stream.encode(av.VideoFrame.from_image(part)))
            container.mux(stream.encode(None))
        detector = Detector(model, size=size, close_ups=True)
        detector.min_score = careful_score(detector.card)
        start, before = perf_counter(), process_time()
        tracker = Tracker(detector.card.scaled(detector.min_score, ONE_OF_MANY))
        done = rewrite_video(
            source, Path(folder, "out.mp4"), detector, HideTracks(surely(detector)), tracker=tracker
        )
        rate = done.frames / (perf_counter() - start)
        work = (process_time() - before) / done.frames * 1000
        print(
            f"| {model} | {size} | {done.tracks} | {rate:.1f} a second | {work:.0f} ms of CPU a frame |",
            flush=True,
        )


if __name__ == "__main__":
    main()
