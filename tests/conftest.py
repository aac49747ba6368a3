"""Fixtures for several folders: a model file made by hand, so that running is tested without training."""

import errno
import json
import os
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import settings
from numpy.typing import NDArray

# CI repeats the same examples, so that a change is judged by itself; others look for new ones each time. No
# example has a deadline: machines are noisy.
settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("here", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "here")

COLOURS = {"red": (255, 0, 0), "green": (0, 255, 0), "blue": (0, 0, 255)}
CARD: dict[str, Any] = {
    "name": "colours", "task": "detection", "version": "0", "parameters": 0,
    "terms": "made by hand, for tests", "score_threshold": 0.5,
}  # fmt: skip

ATTRIBUTES = ["Smiling", "Attractive", "Bald", "Black_Hair", "Brown_Hair", "Male"]


def _graphs() -> dict[str, str]:
    """ONNX's text form of the tests' networks.

    colours is a model file by the contract whose "faces" are what pure red (.9), green (.6) and blue (.3)
    pixels span. Its boxes are exact, so that scales and turns can be tested exactly; its landmarks lie
    unevenly: flips show. boxes is the same without them.
    """
    folder = Path(__file__).with_name("graphs")
    graphs = {path.stem: path.read_text(encoding="utf-8") for path in folder.glob("*.onnxtxt")}
    colours = graphs["colours"]
    boxes = colours[: colours.index("    corners = Slice")] + "}"
    return graphs | {"boxes": boxes.replace(", float[faces, 5, 2] landmarks)", ")")}


GRAPHS = _graphs()


@pytest.fixture(scope="session")
def make_model(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """make_model(card=CARD, graph="colours", **fields) writes a model file; a card of None leaves it out.

    graph: a name in `GRAPHS`, or a text of its own. fields: of the card, in place of those that `CARD` has.
    """

    def make(card: dict[str, Any] | str | None = CARD, graph: str = "colours", **fields: Any) -> Path:
        onnx = pytest.importorskip("onnx", reason="the tests' model file is made with onnx (train extra)")
        model = onnx.parser.parse_model(GRAPHS.get(graph, graph))
        onnx.checker.check_model(model)
        if fields:
            card = CARD | fields
        if card is not None:
            onnx.helper.set_model_props(
                model, {"facewright": card if isinstance(card, str) else json.dumps(card)}
            )
        path = tmp_path_factory.mktemp("model") / "colours.onnx"
        onnx.save(model, path)
        return path

    return make


@pytest.fixture(scope="session")
def colour_model(make_model: Callable[..., Path]) -> Path:
    """A model file that finds what red, green and blue pixels span, with scores .9, .6 and .3."""
    return make_model()


@pytest.fixture(scope="session")
def boxes_model(make_model: Callable[..., Path]) -> Path:
    """As `colour_model`, without landmarks."""
    return make_model(graph="boxes")


@pytest.fixture(scope="session")
def red_classifier(make_model: Callable[..., Path]) -> Path:
    """A model file by which a crop is a face as far as it is red."""
    return make_model(graph="classification", task="classification", side=8, framing="squash")


@pytest.fixture(scope="session")
def colour_attributes(make_model: Callable[..., Path]) -> Path:
    """A model file whose six `ATTRIBUTES` are the means of red, green and blue, and what they lack to 1."""
    return make_model(
        graph="attributes", task="attributes", side=16, framing="squash", classes=ATTRIBUTES, name="means"
    )


@pytest.fixture(scope="session")
def saddle(make_model: Callable[..., Path]) -> Path:
    """A model file of x^3 - 3 x y^2."""
    return make_model(graph="regression", task="regression", inputs=["x", "y"], name="saddle")


def paint(width: int, height: int, **boxes: tuple[int, int, int, int]) -> NDArray[np.uint8]:
    """A grey RGB picture with a rectangle a colour: `paint(64, 48, red=(8, 8, 24, 32))`."""
    array = np.full((height, width, 3), 90, np.uint8)
    for colour, (x0, y0, x1, y1) in boxes.items():
        array[y0:y1, x0:x1] = COLOURS[colour]
    return array


@pytest.fixture(name="paint", scope="session")
def _paint() -> Callable[..., NDArray[np.uint8]]:
    return paint


@pytest.fixture
def lock(monkeypatch):
    """A function that makes folders of a name ones that may not be listed, for root too."""
    locked: set[str] = set()
    scandir = os.scandir

    def guarded(path="."):
        if Path(path).name in locked:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", guarded)
    return lambda folder: locked.add(Path(folder).name)


def _sound(samples: int) -> Iterator[Any]:
    """A tone, in the pieces that encoders take."""
    import av

    tone = (8000 * np.sin(np.arange(samples) * 2 * np.pi * 440 / 44_100)).astype(np.int16)
    for start in range(0, samples - 1023, 1024):
        frame = av.AudioFrame.from_ndarray(tone[None, start : start + 1024], "s16", "mono")
        frame.sample_rate, frame.pts = 44_100, start
        yield frame


@pytest.fixture(scope="session")
def make_clip() -> Callable[..., Path]:
    """make_clip(path, pictures, ...) writes a video of RGB pictures, by PyAV.

    times: of the frames in milliseconds; without, they come at `fps`. codec, pixels, sound (its codec, or
    None), turn: degrees counterclockwise by which a player turns it, options of the encoder; more keywords
    are titles of the file.
    """
    av = pytest.importorskip("av", reason="videos need PyAV (video extra)")

    def make(
        path: Path,
        pictures: Sequence[NDArray[np.uint8]],
        *,
        times: Sequence[int] | None = None,
        fps: int = 25,
        codec: str = "libx264",
        pixels: str = "yuv420p",
        sound: str | None = None,
        turn: int | None = None,
        options: dict[str, str] | None = None,
        **titles: str,
    ) -> Path:
        height, width = pictures[0].shape[:2]
        with av.open(str(path), "w") as container:
            stream = container.add_stream(codec, rate=fps, options=options or {})
            stream.width, stream.height, stream.pix_fmt = width, height, pixels
            base = Fraction(1, fps) if times is None else Fraction(1, 1000)
            stream.codec_context.time_base = base
            if turn is not None:
                stream.set_display_rotation(turn)
            heard = None if sound is None else container.add_stream(sound, rate=44_100, layout="mono")
            container.metadata.update(titles)
            for number, picture in enumerate(pictures):
                frame = av.VideoFrame.from_ndarray(picture, "rgb24")
                frame.pts, frame.time_base = number if times is None else times[number], base
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
            if heard is not None:
                for piece in _sound(44_100 * len(pictures) // fps):
                    container.mux(heard.encode(piece))
                container.mux(heard.encode(None))
        return path

    return make


@pytest.fixture
def moving(paint: Callable[..., NDArray[np.uint8]]) -> Callable[..., list[NDArray[np.uint8]]]:
    """moving(n, blind=()) gives n pictures in which a red "face" walks right, but in those of `blind`."""

    def make(count: int, blind: Sequence[int] = ()) -> list[NDArray[np.uint8]]:
        return [
            paint(160, 96, **({} if n in blind else {"red": (10 + 2 * n, 20, 42 + 2 * n, 60)}))
            for n in range(count)
        ]

    return make


@pytest.fixture(scope="session")
def write_wider_truth() -> Callable[..., Path]:
    """write_wider_truth(folder, {"event/picture": boxes}, hard={"event/picture": [1, 3]}) writes the .mat.

    boxes: x, y, width, height; easy, medium, hard: the faces of each subset, from 1; all when not given.
    """
    io = pytest.importorskip("scipy.io", reason=".mat files need scipy (train extra)")

    def cells(values: Sequence[Any]) -> Any:
        column = np.empty((len(values), 1), object)
        for i, value in enumerate(values):
            column[i, 0] = value
        return column

    def write(folder: Path, boxes: dict[str, Any], **subsets: dict[str, Sequence[int]]) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        events: dict[str, list[str]] = {}
        for name in boxes:
            events.setdefault(name.partition("/")[0], []).append(name)

        def lists(value: Callable[[str], Any]) -> Any:
            return cells([cells([value(name) for name in names]) for names in events.values()])

        faces = {name: np.reshape(np.array(rows, np.int32), (-1, 4)) for name, rows in boxes.items()}
        common = {"event_list": cells(list(events)), "file_list": lists(lambda name: name.partition("/")[2])}
        whole = common | {"face_bbx_list": lists(faces.__getitem__)}
        io.savemat(folder / "wider_face_val.mat", whole)
        for subset in ("easy", "medium", "hard"):
            chosen = subsets.get(subset) or {name: range(1, len(rows) + 1) for name, rows in faces.items()}
            chosen = {name: np.reshape(np.array(chosen.get(name, ()), np.uint8), (-1, 1)) for name in faces}
            io.savemat(folder / f"wider_{subset}_val.mat", whole | {"gt_list": lists(chosen.__getitem__)})
        return folder

    return write


@pytest.fixture(scope="session")
def oracles() -> Path:
    """The folder with the official ground truths of WIDER FACE and FDDB; skips where there is none."""
    folders = [parent / "shared" / "oracles" for parent in Path(__file__).resolve().parents]
    found = next((folder for folder in folders if folder.is_dir()), None)
    if found is None:
        pytest.skip("the official ground truths (shared/oracles) are not here")
    return found


@pytest.fixture(scope="session")
def celeba(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """CelebA's layout: bright pictures are Smiling, reddish ones Male; the other attributes are drawn."""
    from PIL import Image

    from facewright.core.attributes import CELEBA

    people = 24
    root = tmp_path_factory.mktemp("celeba")
    (root / "img_align_celeba").mkdir()
    rng = np.random.default_rng(0)
    attributes, identities, partition = [], [], []
    for i in range(people):
        name, bright, red = f"{i:06d}.jpg", i % 2, i // 2 % 2
        noise = rng.integers(0, 60, (218, 178, 3))
        pixels = noise + 120 * bright + np.array([60 * red, 0, 0])
        Image.fromarray(pixels.astype(np.uint8)).save(root / "img_align_celeba" / name)
        values = dict.fromkeys(CELEBA, 0) | {n: int(rng.integers(2)) for n in CELEBA}
        values |= {"Smiling": bright, "Male": red}
        attributes.append(" ".join([name, *("1" if values[n] else "-1" for n in CELEBA)]))
        identities.append(f"{name} {i}")
        partition.append(f"{name} {0 if i < 16 else 1}")
    (root / "list_attr_celeba.txt").write_text("\n".join([str(people), " ".join(CELEBA), *attributes]))
    (root / "identity_CelebA.txt").write_text("\n".join(identities))
    (root / "list_eval_partition.txt").write_text("\n".join(partition))
    return root
