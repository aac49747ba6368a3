"""`facewright detect`: pictures in; a table, JSON Lines and annotated copies out."""

from collections.abc import Sequence
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from facewright.cli.inputs import Input, find_inputs, refuse_options
from facewright.cli.outputs import STDOUT, Given, Names, json_lines
from facewright.cli.say import complain, printable
from facewright.core.errors import FacewrightError, UsageError

if TYPE_CHECKING:  # numpy, Pillow and onnxruntime load when there is work to do, not to show the help
    from facewright.core.faces import Faces
    from facewright.core.pictures import Picture
    from facewright.inference.detector import Detector

Flag = Parameter(negative="")
OrDash = Parameter(allow_leading_hyphen=True)  # or cyclopts takes a lone - for an option


def detect(
    *paths: Annotated[str, Parameter(name="PATH", allow_leading_hyphen=True)],
    recursive: Annotated[bool, Flag] = False,
    json: Annotated[str | None, OrDash] = None,
    save: Annotated[Path | None, Given] = None,
    model: str = "detector-nano",
    min_score: float | None = None,
    size: str = "640",
    enlarge: Annotated[bool, Flag] = False,
    threads: int | None = None,
    device: str = "cpu",
    max_pixels: int | None = None,
    timings: Annotated[bool, Flag] = False,
) -> int:
    """Find the faces in pictures.

    Parameters
    ----------
    paths
        Pictures, folders, globs, or - for a picture on standard input.
    recursive
        Look into the folders inside a folder too.
    json
        Write JSON Lines, one object a picture, to this file; or with - to standard output, and only them.
    save
        Write copies with the faces drawn into this folder; no picture given is ever overwritten. Of a copy
        that cannot be written the JSON gives the error and the faces all the same, and the status is 1.
    model
        Name of a shipped model, or path of a model file.
    min_score
        Leave out faces below this score, 0 to 1; the model's own threshold when not given.
    size
        Long side that the network sees, in pixels, or full; smaller pictures are not enlarged.
    enlarge
        Enlarge smaller pictures to the size.
    threads
        Threads of the network; up to four when not given, and never more than the machine's cores.
    device
        cpu, cuda, tensorrt, coreml, directml or openvino, as far as the onnxruntime installed offers it.
    max_pixels
        Refuse pictures with more pixels; 200 million when not given, 0 for no limit.
    timings
        Print on standard error how long opening, reading and finding took.
    """
    refuse_options([*paths, json or ""], detect)
    inputs = find_inputs(paths, recursive)
    from facewright.inference.ahead import ahead
    from facewright.inference.detector import reading_threads

    start = perf_counter()
    detector = _detector(model, threads, min_score, size, enlarge, device, max_pixels)
    opened = perf_counter() - start

    names = [item.path for item in inputs]
    copies = Names(save, names) if save is not None else None
    failed = 0
    times: list[tuple[float, float]] = []  # reading and finding, in seconds
    with json_lines(json, names) if json is not None else nullcontext() as write:
        table = _Table(names) if json != STDOUT else None
        for item, reading in ahead(partial(_read, detector), inputs, reading_threads()):
            faces: Faces | None = None
            problem: str | None = None
            try:
                picture, read_seconds = reading.result()
                before = perf_counter()
                faces = detector.find(picture)
                times.append((read_seconds, perf_counter() - before))
                if copies is not None:
                    _save(item, picture, faces, copies.take(item.path), detector.max_pixels)
            except FacewrightError as caught:
                failed += 1
                problem = str(caught)
                complain(problem)
            if write is not None:
                write(_record(item.path, faces, problem))
            if table is not None:
                table.row(item.path, faces)
    if table is not None:
        table.end(failed)
    if timings:
        complain(_timings(opened, perf_counter() - start - opened, times))
    return 1 if failed else 0


def _detector(
    model: str,
    threads: int | None,
    min_score: float | None,
    size: str,
    enlarge: bool,
    device: str,
    max_pixels: int | None,
) -> "Detector":
    from facewright.core.pictures import MAX_PIXELS
    from facewright.inference.detector import Detector

    if size != "full" and not (size.isascii() and size.isdigit() and int(size) > 0):
        raise UsageError(f"--size takes a number of pixels, at least 1, or the word full, not {size!r}")
    if max_pixels is not None and max_pixels < 0:
        raise UsageError(f"--max-pixels takes a number of pixels, or 0 for no limit, not {max_pixels}")
    return Detector(
        model,
        threads,
        min_score,
        None if size == "full" else int(size),
        enlarge,
        device=device,
        max_pixels=MAX_PIXELS if max_pixels is None else max_pixels or None,
    )


def _read(detector: "Detector", item: Input) -> "tuple[Picture, float]":
    start = perf_counter()
    return detector.read(item.source()), perf_counter() - start


def _save(item: Input, picture: "Picture", faces: "Faces", path: Path, max_pixels: int | None) -> None:
    """An annotated copy at full resolution, whatever the network has seen."""
    from facewright.core.draw import draw_faces
    from facewright.core.pictures import read_picture, write_picture

    array = picture.array
    if array.shape[:2] != (faces.height, faces.width):
        array = read_picture(item.source(), max_pixels=max_pixels)
    write_picture(draw_faces(array, faces), path)


def _record(path: str, faces: "Faces | None", problem: str | None) -> dict[str, Any]:
    found = {"width": None, "height": None, "faces": []} if faces is None else faces.to_dict()
    return {"path": path, **found, "error": problem}


def _timings(opened: float, worked: float, times: Sequence[tuple[float, float]]) -> str:
    text = f"model opened in {opened * 1000:.0f} ms, {_count(len(times), 'picture')} in {worked:.2f} s"
    if not times:
        return text
    reading, finding = (median(column) * 1000 for column in zip(*times, strict=True))
    return f"{text}; median of a picture: reading {reading:.1f} ms, finding {finding:.1f} ms"


class _Table:
    """One aligned line a picture, printed as soon as it is known; plain and never cut when piped."""

    def __init__(self, names: Sequence[str]) -> None:
        from rich.console import Console

        self._console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
        self._width = max(len(printable(name)) for name in ("picture", *names))
        self._pictures = self._faces = 0
        self._line("picture", "size", "faces", "scores", style="bold")

    def row(self, path: str, faces: "Faces | None") -> None:
        if faces is None:
            self._line(path, "-", "-", "could not be read", style="red")
            return
        self._pictures += 1
        self._faces += len(faces)
        scores = [f"{score:.2f}" for score in (*faces.scores[:1], *faces.scores[1:][-1:])]
        self._line(path, f"{faces.width}x{faces.height}", _count(len(faces), "face"), " to ".join(scores))

    def end(self, failed: int) -> None:
        text = f"{_count(self._faces, 'face')} in {_count(self._pictures, 'picture')}"
        self._console.print(text + (f", {failed} failed" if failed else ""), style="bold")

    def _line(self, path: str, size: str, faces: str, scores: str, style: str | None = None) -> None:
        text = f"{printable(path):<{self._width}}  {size:<11}  {faces:>10}  {scores}"
        self._console.print(text.rstrip(), style=style)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"
