"""What every command over pictures does: read ahead, look, draw, write and tell; only the looking differs."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any

from facewright.cli.inputs import Input
from facewright.cli.options import Common
from facewright.cli.outputs import STDOUT, Names, json_lines
from facewright.cli.say import complain, printable
from facewright.core.errors import FacewrightError

if TYPE_CHECKING:  # numpy, Pillow and onnxruntime load when there is work to do, not to show the help
    from facewright.core.faces import Faces
    from facewright.core.pictures import Picture

UNREAD: Mapping[str, Any] = {"width": None, "height": None, "faces": []}


@dataclass(frozen=True)
class Found:
    """What was found in one picture."""

    faces: "Faces"
    """in the full picture's pixels; they are counted, and drawn with --save"""
    record: Mapping[str, Any]
    """its JSON, without path and error"""
    rows: Sequence[tuple[str, str]]
    """its lines of the table: what stands in the last two columns"""
    labels: Sequence[str] | bool = True
    """drawn beside each face; True for its score"""


@dataclass(frozen=True)
class Film:
    """What was found in one video."""

    width: int
    height: int
    faces: int
    """different ones"""
    row: tuple[str, str]
    """of the table, as of `Found`"""
    problems: Sequence[str]
    """what could not be read of it"""


Write = Callable[[Mapping[str, Any]], None]
"""one JSON record a call"""


@dataclass(frozen=True)
class Look:
    """One command's way of looking at pictures."""

    read: "Callable[[Input], Picture]"
    """called by several threads, ahead"""
    find: "Callable[[Input, Picture], Found]"
    """in the picture that was read from the input"""
    opened: float
    """seconds that opening the models took"""
    columns: tuple[str, str] = ("faces", "scores")
    """heads of the table's last two columns"""
    unread: Mapping[str, Any] = field(default_factory=lambda: UNREAD)
    """JSON, without path and error, of what could not be read"""
    film: "Callable[[Input, Write | None, Path | None], Film] | None" = None
    """looks at a video, writes its JSON and, to the path, a copy with the faces drawn; None where videos are
    taken for pictures that cannot be read"""


def look_at(inputs: Sequence[Input], look: Look, options: Common) -> int:
    """Look at each picture and write what was found as the options want it; returns the exit status."""
    from facewright.inference.ahead import ahead
    from facewright.inference.detector import reading_threads

    start = perf_counter()
    names = [item.path for item in inputs]
    copies = Names(options.save, names) if options.save is not None else None
    failed = 0
    times: list[tuple[float, float]] = []  # reading and finding, in seconds

    def read(item: Input) -> "tuple[Picture, float] | None":
        if look.film is not None and item.is_video:
            return None
        before = perf_counter()
        return look.read(item), perf_counter() - before

    with json_lines(options.json, names) if options.json is not None else nullcontext() as write:
        table = _Table(names, look.columns) if options.json != STDOUT else None
        for item, reading in ahead(read, inputs, reading_threads()):
            found: Found | None = None
            problem: str | None = None
            try:
                done = reading.result()
                if done is None and look.film is not None:
                    suffix = Path(item.path).suffix
                    film = look.film(item, write, copies.take(item.path, suffix) if copies else None)
                    failed += bool(film.problems)
                    for line in film.problems:
                        complain(line)
                    if table is not None:
                        table.add_film(item.path, film)
                    continue
                assert done is not None
                picture, read_seconds = done
                before = perf_counter()
                found = look.find(item, picture)
                times.append((read_seconds, perf_counter() - before))
                if copies is not None:
                    _save(item, picture, found, copies.take(item.path), options.pixel_limit)
            except FacewrightError as caught:
                failed += 1
                problem = str(caught)
                complain(problem)
            if write is not None:
                write(
                    {"path": item.path, **(look.unread if found is None else found.record), "error": problem}
                )
            if table is not None:
                table.add(item.path, found)
    if table is not None:
        table.end(failed)
    if options.timings:
        complain(_timings(look.opened, perf_counter() - start, times))
    return 1 if failed else 0


def found_faces(faces: "Faces") -> Found:
    """Faces as `detect` and its like tell them."""
    scores = [f"{score:.2f}" for score in (*faces.scores[:1], *faces.scores[1:][-1:])]
    return Found(faces, faces.to_dict(), [(count(len(faces), "face"), " to ".join(scores))])


def whole(picture: "Picture", score: float) -> "Faces":
    """One face that is the whole picture."""
    import numpy as np

    from facewright.core.faces import Faces

    width, height = picture.width, picture.height
    box = np.array([[0, 0, width, height]], np.float32)
    return Faces(box, np.array([score], np.float32), width=width, height=height)


def count(number: int, noun: str) -> str:
    """`3 faces`, `1 face`."""
    return f"{number} {noun}{'s' * (number != 1)}"


def _save(item: Input, picture: "Picture", found: Found, path: Path, max_pixels: int | None) -> None:
    """An annotated copy at full resolution, whatever the network has seen."""
    from facewright.core.draw import draw_faces
    from facewright.core.pictures import read_picture, write_picture

    array = picture.array
    if array.shape[:2] != (picture.height, picture.width):
        array = read_picture(item.source(), max_pixels=max_pixels)
    write_picture(draw_faces(array, found.faces, labels=found.labels), path)


def _timings(opened: float, worked: float, times: Sequence[tuple[float, float]]) -> str:
    text = f"model opened in {opened * 1000:.0f} ms, {count(len(times), 'picture')} in {worked:.2f} s"
    if not times:
        return text
    reading, finding = (median(column) * 1000 for column in zip(*times, strict=True))
    return f"{text}; median of a picture: reading {reading:.1f} ms, finding {finding:.1f} ms"


class _Table:
    """Aligned lines of each picture, printed as soon as they are known; plain and never cut when piped."""

    def __init__(self, names: Sequence[str], columns: tuple[str, str]) -> None:
        from rich.console import Console

        self._console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
        self._width = max(len(printable(name)) for name in ("picture", *names))
        self._pictures = self._videos = self._faces = 0
        self._line("picture", "size", *columns, style="bold")

    def add(self, path: str, found: Found | None) -> None:
        if found is None:
            self._line(path, "-", "-", "could not be read", style="red")
            return
        self._pictures += 1
        self._faces += len(found.faces)
        for cells in found.rows:
            self._line(path, f"{found.record['width']}x{found.record['height']}", *cells)

    def add_film(self, path: str, film: Film) -> None:
        self._videos += 1
        self._faces += film.faces
        self._line(path, f"{film.width}x{film.height}", *film.row)

    def end(self, failed: int) -> None:
        kinds = [count(self._pictures, "picture")] * bool(self._pictures or not self._videos)
        kinds += [count(self._videos, "video")] * bool(self._videos)
        text = f"{count(self._faces, 'face')} in {' and '.join(kinds)}"
        self._console.print(text + (f", {failed} failed" if failed else ""), style="bold")

    def _line(self, path: str, size: str, third: str, last: str, style: str | None = None) -> None:
        text = f"{printable(path):<{self._width}}  {size:<11}  {third:>10}  {last}"
        self._console.print(text.rstrip(), style=style)
