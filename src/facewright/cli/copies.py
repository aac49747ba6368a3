"""What the commands leave that write pictures again: where each copy goes, and the options that say so."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from facewright.cli.inputs import STDIN, Input
from facewright.cli.options import flag, told
from facewright.cli.outputs import STDOUT, Free, Given, make_folder
from facewright.cli.say import complain
from facewright.core.counted import counted
from facewright.core.errors import PictureError, UsageError

if TYPE_CHECKING:  # numpy and Pillow load when there is work to do, not to show the help
    import numpy as np
    from numpy.typing import NDArray

    from facewright.core.faces import Faces
    from facewright.core.original import Original


Choices = Annotated[tuple[str, ...], Parameter(negative="", consume_multiple=False)]
CHOOSING = (
    "by its number from the left (1,3), largest, best, at:X,Y or in:X0,Y0,X1,Y1 in pixels; may be given more "
    "than once. "
)


@Parameter(name="*")
@dataclass(frozen=True)
class Copying:
    """Of every command that writes pictures again."""

    output: Annotated[
        Path | None,
        Given,
        told(
            "Write the copies into this folder, as they lie below a folder given. When not given they go "
            "beside each picture, under another name, and of a folder into one beside it. No picture given "
            "is overwritten; a copy left by an earlier run is."
        ),
    ] = None
    strip: Annotated[
        bool,
        flag(
            "Leave all metadata out: place, time, camera, names, captions. Kept is what is needed to show "
            "the picture right: colour profile, resolution, the way up."
        ),
    ] = False


COPYING = Copying()
"""with nothing given"""


class Copies:
    """Where each copy goes: no two to the same place, none to an input's unless told.

    word: what copies are named by, such as `blurred`. in_place: each picture is written over. several: a
    picture may have any number of copies.
    Raises UsageError for options that do not go together and for a folder that cannot be made.
    """

    def __init__(
        self,
        inputs: Sequence[Input],
        word: str,
        options: Copying,
        json: str | None,
        in_place: bool = False,
        several: bool = False,
    ) -> None:
        from facewright.core.pictures import PICTURE_SUFFIXES, VIDEO_SUFFIXES

        names = [item.path for item in inputs]
        self.to_stdout = STDIN in names and options.output is None
        """whether the copy goes to standard output, and nothing else may"""
        if in_place and (options.output is not None or STDIN in names):
            raise UsageError("--in-place writes over the pictures given: leave out --output, and give files")
        if self.to_stdout and (len(names) > 1 or json == STDOUT or several):
            raise UsageError(
                "the copy of a picture on standard input goes to standard output, and nothing else may: give "
                "--output"
            )
        if options.output is not None:
            suffix = options.output.suffix.lower()
            if not options.output.exists() and suffix in PICTURE_SUFFIXES | VIDEO_SUFFIXES:
                raise UsageError(
                    f"--output {options.output}: is the name of a file; give a folder, in which the copies "
                    "keep their names"
                )
            make_folder("--output", options.output)
        self.in_place = in_place
        self._word, self._output = word, options.output
        self._free = Free(() if in_place else names)

    def take(self, item: Input, suffix: str, part: str = "") -> Path | None:
        """Where the copy of a picture goes; None: to standard output.

        suffix: of its name, from `suffix_of`. part: what its name ends with in any case, as several copies of
        one picture must differ. Raises PictureError when its folder cannot be made.
        """
        if self.to_stdout:
            return None
        path = Path(item.name)
        if self.in_place:
            return path.resolve()  # a link stays a link
        place = self._place(path, item.folder, part)
        place = place.with_name(place.name + suffix)
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise PictureError(f"{place.parent}: cannot be made a folder ({error.strerror})") from error
        return self._free.take(place)

    def take_video(self, item: Input) -> Path:
        """Where the copy of a video goes. Raises PictureError as `take`."""
        place = self.take(item, Path(item.path).suffix)
        assert place is not None  # what comes on standard input is a picture
        return place

    def suffix_of(self, item: Input, original: "Original") -> str:
        """The picture's own ending; another one where its format cannot be written.

        Raises PictureError for such a picture when it is to be written over.
        """
        from facewright.core.rewrite import SUFFIXES, written_format

        kind, own = written_format(original), Path(item.path).suffix
        if own and kind in (original.format, "JPEG", "BMP"):
            return own
        if self.in_place and own != SUFFIXES[kind]:
            raise PictureError(f"{item.path}: {original.format} cannot be written; leave out --in-place")
        return SUFFIXES[kind]

    def _place(self, path: Path, folder: str | None, part: str) -> Path:
        """Without its ending."""
        below = Path(path.name) if folder is None else path.relative_to(folder)
        if self._output is not None:
            place = self._output / below
        elif folder is None:
            place, part = path, part or f"-{self._word}"
        else:
            given = Path(folder) if Path(folder).name not in ("", "..") else Path(folder).resolve()
            place = given.with_name(f"{given.name}-{self._word}") / below
        return place.with_name(place.stem + part)


def chosen_of(item: Input, faces: "Faces", choices: Sequence[str]) -> "NDArray[np.bool_]":
    """Which of the numbered faces are chosen, (N,); all without choices. Says which choice no face meets."""
    import numpy as np

    from facewright.apps.choose import choose

    if not choices:
        return np.ones(len(faces), bool)
    chosen, unmet = choose(faces, choices)
    for choice in unmet:
        complain(f"{item.name}: shows {counted(len(faces), 'face')}, of which none is {choice}")
    return chosen


def left_out(inputs: Sequence[Input], output: Path | None) -> list[Input]:
    """The inputs without those that were found in a folder for the copies inside a folder given: copies of an
    earlier run.

    Raises UsageError when the two are the same folder, where pictures and copies could not be told apart.
    """
    if output is None:
        return list(inputs)
    there = output.resolve()
    folders = {item.folder: Path(item.folder).resolve() for item in inputs if item.folder is not None}
    if there in folders.values():
        raise UsageError(f"--output {output}: is the folder of the pictures themselves; give another one")
    around = {folder for folder, path in folders.items() if path in there.parents}

    def is_copy(item: Input) -> bool:
        return item.folder in around and there in Path(item.path).resolve().parents

    kept = [item for item in inputs if not is_copy(item)]
    if len(kept) < len(inputs):
        complain(f"left out: {counted(len(inputs) - len(kept), 'file')} in {output}, where the copies go")
    return kept


def write_copy(data: bytes, place: Path | None) -> None:
    """Complete or not at all; None: to standard output. Raises PictureError."""
    from facewright.core.pictures import write_whole

    if place is None:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    else:
        write_whole(data, place)
