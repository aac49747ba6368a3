"""What every command over pictures does: read ahead, look, draw, write and tell; only the looking differs."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, Protocol, TypeVar

from facewright.cli.inputs import Input
from facewright.cli.options import Common, Reading
from facewright.cli.outputs import STDOUT, Names, json_lines
from facewright.cli.say import complain, printable
from facewright.core.counted import counted
from facewright.core.errors import FacewrightError

if TYPE_CHECKING:  # numpy, Pillow and onnxruntime load when there is work to do, not to show the help
    from facewright.core.faces import Faces
    from facewright.core.pictures import Picture

UNREAD: Mapping[str, Any] = {"width": None, "height": None, "faces": []}


Read = TypeVar("Read")


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
    finish: Callable[[], Iterable[str]] | None = None
    """what another thread still is to do for it, such as writing its copy; gives what is to be said"""
    kind: str = "picture"
    """as which it is counted"""


class Film(NamedTuple):
    """What was found in one video."""

    found: Found
    problems: Sequence[str]
    """what could not be read of it"""
    told: bool
    """whether its JSON was written already, frame by frame"""


Write = Callable[[Mapping[str, Any]], None]
"""one JSON record a call"""


@dataclass(frozen=True)
class Look(Generic[Read]):
    """One command's way of looking at pictures."""

    read: Callable[[Input], Read]
    """called by several threads, ahead"""
    find: Callable[[Input, Read], Found]
    """in the picture that was read from the input"""
    opened: float
    """seconds that opening the models took"""
    columns: tuple[str, str] = ("faces", "scores")
    """heads of the table's last two columns"""
    unread: Mapping[str, Any] = field(default_factory=lambda: UNREAD)
    """JSON, without path and error, of what could not be read"""
    writes: bool = False
    """whether what is found is to be finished"""
    lines: "Callable[[Sequence[str], tuple[str, str]], Lines]" = lambda names, columns: Table(names, columns)
    """what is printed, of the inputs' names and the columns' heads"""
    closing: Callable[[], str] = str
    """what the last line says besides"""
    film: Callable[[Input, Write | None, Path | None], Film] | None = None
    """looks at a video; may write its JSON, and to the path a copy with the faces drawn. None: videos
    are refused"""


class Lines(Protocol):
    """What is printed of the pictures, each as soon as it is known."""

    def add(self, path: str, found: Found | None) -> None:
        """None: it could not be read."""

    def end(self, failed: int, closing: str) -> None: ...


@dataclass
class _Seen:
    """One input on its way."""

    item: Input
    found: Found | None = None
    problem: str | None = None


def look_at(inputs: Sequence[Input], look: "Look[Any]", options: Reading, *, silent: bool = False) -> int:
    """Look at each picture and write what was found as the options want it; returns the exit status.

    silent: print no table, as standard output is for something else.
    """
    from facewright.inference.ahead import ahead
    from facewright.inference.detector import reading_threads

    start = perf_counter()
    names = [item.path for item in inputs]
    save = options.save if isinstance(options, Common) else None
    copies = Names(save, names) if save is not None else None
    failed = 0
    times: list[tuple[float, float]] = []  # reading and finding, in seconds
    threads = reading_threads()
    waiting = threads + 1 if look.writes else None  # of whole pictures not too many at once

    def is_film(item: Input) -> bool:
        return look.film is not None and item.is_video

    def read(item: Input) -> tuple[Any, float]:
        if is_film(item):
            return None, 0.0
        before = perf_counter()
        return look.read(item), perf_counter() - before

    def seen() -> Iterator[_Seen]:
        for item, reading in ahead(read, inputs, threads, waiting):
            one = _Seen(item)
            if is_film(item):  # looked at when its turn comes to be told
                yield one
                continue
            try:
                picture, read_seconds = reading.result()
                before = perf_counter()
                one.found = look.find(item, picture)
                times.append((read_seconds, perf_counter() - before))
                if copies is not None:
                    _save(item, picture, one.found, copies.take(item.path), options.pixel_limit)
            except FacewrightError as caught:
                one.problem = str(caught)
                if item.is_video and Path(item.path).is_file():
                    one.problem = f"{item.path}: is a video; detect and blur take those"
            yield one

    def finish(one: _Seen) -> Iterable[str]:
        if one.found is None or one.found.finish is None:
            return ()
        return one.found.finish()

    with json_lines(options.json, names) if options.json is not None else nullcontext() as write:
        lines = look.lines(names, look.columns) if options.json != STDOUT and not silent else None
        finished: Iterable[tuple[_Seen, Future[Iterable[str]] | None]] = (
            ahead(finish, seen(), threads, threads) if look.writes else ((one, None) for one in seen())
        )
        for one, finishing in finished:
            found, problem = one.found, one.problem
            told = False
            try:
                if look.film is not None and is_film(one.item):
                    copy = copies.take(one.item.path, Path(one.item.path).suffix) if copies else None
                    found, problems, told = look.film(one.item, write, copy)
                    problem = "; ".join(problems) or None
                for sentence in finishing.result() if finishing is not None else ():
                    complain(sentence)
            except FacewrightError as caught:
                problem = str(caught)
                if found is not None:
                    found = replace(found, rows=[(cell, "could not be written") for cell, _ in found.rows])
            if problem is not None:
                failed += 1
                complain(problem)
            if write is not None and not told:
                record = look.unread if found is None else found.record
                write({"path": one.item.path, **record, "error": problem})
            if lines is not None:
                lines.add(one.item.path, found)
    if lines is not None:
        lines.end(failed, look.closing())
    if options.timings:
        complain(_timings(look.opened, perf_counter() - start, times))
    return 1 if failed else 0


def found_faces(faces: "Faces", choices: Sequence[str] = ()) -> Found:
    """Faces as `detect` and its like tell them; choices: which of them, as `apps.choose` knows them."""
    from facewright.apps.choose import choose, numbered, numbered_record

    faces = numbered(faces)
    chosen = choose(faces, choices)[0] if choices else None
    kept = faces if chosen is None else faces[chosen]
    best_to_worst = kept.sorted().scores
    scores = [f"{score:.2f}" for score in (*best_to_worst[:1], *best_to_worst[1:][-1:])]
    row = (counted(len(kept), "face"), " to ".join(scores))
    return Found(kept, numbered_record(faces, chosen), [row])


def whole(picture: "Picture", score: float) -> "Faces":
    """One face that is the whole picture."""
    import numpy as np

    from facewright.core.faces import Faces

    width, height = picture.width, picture.height
    box = np.array([[0, 0, width, height]], np.float32)
    return Faces(box, np.array([score], np.float32), width=width, height=height)


def _save(item: Input, picture: "Picture", found: Found, path: Path, max_pixels: int | None) -> None:
    """An annotated copy at full resolution, whatever the network has seen."""
    from facewright.core.draw import draw_faces
    from facewright.core.pictures import read_picture, write_picture

    array = picture.array
    if array.shape[:2] != (picture.height, picture.width):
        array = read_picture(item.source(), max_pixels=max_pixels)
    write_picture(draw_faces(array, found.faces, labels=found.labels), path)


def _timings(opened: float, worked: float, times: Sequence[tuple[float, float]]) -> str:
    text = f"model opened in {opened * 1000:.0f} ms, {counted(len(times), 'picture')} in {worked:.2f} s"
    if not times:
        return text
    reading, finding = (median(column) * 1000 for column in zip(*times, strict=True))
    return f"{text}; median of a picture: reading {reading:.1f} ms, finding {finding:.1f} ms"


class Table:
    """Aligned lines of each picture; plain and never cut when piped."""

    def __init__(self, names: Sequence[str], columns: tuple[str, str]) -> None:
        from rich.console import Console

        self._console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
        self._width = max(len(printable(name)) for name in ("picture", *names))
        self._counts: Counter[str] = Counter()
        self._faces = 0
        self._line("picture", "size", *columns, style="bold")

    def add(self, path: str, found: Found | None) -> None:
        if found is None:
            self._line(path, "-", "-", "could not be read", style="red")
            return
        self._counts[found.kind] += 1
        self._faces += len(found.faces)
        for cells in found.rows:
            self._line(path, f"{found.record['width']}x{found.record['height']}", *cells)

    def end(self, failed: int, closing: str) -> None:
        kinds = [counted(number, kind) for kind, number in self._counts.items()] or [counted(0, "picture")]
        text = f"{counted(self._faces, 'face')} in {' and '.join(kinds)}{closing}"
        self._console.print(text + (f", {failed} failed" if failed else ""), style="bold")

    def _line(self, path: str, size: str, third: str, last: str, style: str | None = None) -> None:
        text = f"{printable(path):<{self._width}}  {size:<11}  {third:>10}  {printable(last)}"
        self._console.print(text.rstrip(), style=style)
