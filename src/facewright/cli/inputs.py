"""From the PATHs of a command to the pictures they mean: files, folders, globs and `-`."""

import glob
import io
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from inspect import Parameter, signature
from pathlib import Path
from typing import TYPE_CHECKING

from facewright.core.errors import FacewrightError, PictureError, UsageError
from facewright.core.suggest import nearest

if TYPE_CHECKING:
    from facewright.core.opening import Encoded

STDIN = "-"


@dataclass(frozen=True)
class Input:
    """One picture, or a PATH that leads to none."""

    path: str
    """as given, or the folder's path as given with the file's name"""
    data: bytes | None = None
    """what came on standard input"""
    error: FacewrightError | None = None
    """why the PATH leads to no picture"""
    folder: str | None = None
    """the folder given, in or below which it was found"""

    @property
    def name(self) -> str:
        """what sentences call it"""
        return "stdin" if self.data is not None else self.path

    @property
    def is_video(self) -> bool:
        """By its ending."""
        from facewright.core.pictures import VIDEO_SUFFIXES

        return self.data is None and self.error is None and Path(self.path).suffix.lower() in VIDEO_SUFFIXES

    def source(self) -> "Encoded":
        """For `read_picture`; may be asked for again. Raises the input's error if it has one."""
        if self.error is not None:
            raise self.error
        if self.data is None:
            return self.path
        file = io.BytesIO(self.data)
        file.name = self.name
        return file

    def content(self) -> bytes:
        """The file's. Raises PictureError when it cannot be read, or not again, as a pipe."""
        if self.data is not None:
            return self.data
        try:
            data = Path(self.path).read_bytes()
        except OSError as error:
            raise PictureError(f"{self.path}: cannot be read ({error.strerror})") from error
        if not data:
            raise PictureError(f"{self.path}: is empty when read again; give what a pipe brings as -")
        return data


def refuse_options(words: Iterable[str], command: Callable[..., object]) -> None:
    """Raise UsageError for a word that looks like an option and is no file of that name.

    For commands that take a lone -: to let it through, cyclopts must be told to let all such words through.
    """
    for word in words:
        if word.startswith("-") and word != STDIN and not Path(word).exists():
            options = [f"--{name.replace('_', '-')}" for name in _option_names(command)]
            raise UsageError(f"there is no option {word}{nearest(word, options)}")


def _option_names(command: Callable[..., object]) -> Iterator[str]:
    for parameter in signature(command).parameters.values():
        if is_dataclass(parameter.annotation):  # options that several commands share
            yield from (option.name for option in fields(parameter.annotation))
        elif parameter.kind is Parameter.KEYWORD_ONLY:
            yield parameter.name


def find_inputs(paths: Sequence[str], recursive: bool = False, *, videos: bool = False) -> list[Input]:
    """Every picture that `paths` mean, in their order, those of a folder or glob sorted.

    videos: of a folder take its videos, too; those given by name are found in any case.
    A PATH without a picture is an `Input` with an error, so that nothing is lost and the others are done.
    Raises UsageError when there is no PATH, one is empty, or `-` stands there twice.
    """
    if "" in paths:  # as an unset variable of the shell gives it; it must not mean the current folder
        raise UsageError("a PATH is empty; to look into the current folder write .")
    if not paths:
        raise UsageError(
            "give at least one PATH: a picture, a folder, a glob, or - for a picture on standard input"
        )
    if paths.count(STDIN) > 1:
        raise UsageError("standard input holds one picture: give - only once")
    return [found for path in paths for found in _expand(path, recursive, videos)]


def _expand(path: str, recursive: bool, videos: bool) -> Iterator[Input]:
    if path == STDIN:
        yield Input(path, data=sys.stdin.buffer.read())
        return
    try:
        if glob.has_magic(path) and not Path(path).exists():
            matches = sorted(glob.glob(path, recursive=True))  # noqa: PTH207  # keeps paths as they were given
            if not matches:
                yield Input(path, error=PictureError(f"{path}: no file matches; check the pattern"))
        else:
            matches = [path]
        for match in matches:
            yield from _folder(match, recursive, videos) if Path(match).is_dir() else [Input(match)]
    except OSError as error:  # a name too long, a folder on the way that may not be entered
        yield Input(path, error=PictureError(f"{path}: {error.strerror}; check the path"))


def _folder(path: str, recursive: bool, videos: bool) -> Iterator[Input]:
    # numpy and Pillow: not needed to show the help
    from facewright.core.pictures import PICTURE_SUFFIXES, VIDEO_SUFFIXES, find_pictures

    def below(found: Path) -> str:
        return f"{path.rstrip('/')}/{found.relative_to(path)}"

    def note(folder: Path, why: str) -> None:
        unlisted.append(Input(below(folder), error=PictureError(f"{below(folder)}: {why}")))

    unlisted: list[Input] = []
    try:
        suffixes = PICTURE_SUFFIXES | VIDEO_SUFFIXES if videos else PICTURE_SUFFIXES
        pictures = find_pictures(path, recursive, suffixes=suffixes, on_error=note)
    except PictureError as error:
        yield Input(path, error=error)
        return
    yield from unlisted
    if not pictures and not unlisted:
        advice = "" if recursive else "; --recursive looks into the folders inside it too"
        yield Input(path, error=PictureError(f"{path}: there are no pictures in this folder{advice}"))
    for picture in pictures:
        yield Input(below(picture), folder=path)
