"""One .npz file of crops, each a face from edge to edge or no face: `images`, `target` and `groups`, RGB."""

from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryFile

import numpy as np

from facewright.datasets.writers.writer import Content, Entry, Writer

EDGES = 0.01
"""pixels by which a face may miss its crop's edges"""


class NpzWriter(Writer):
    """What is written is a file. `facewright data crops` cuts crops out of pictures; this does not."""

    says = "crops of one size, each a face from edge to edge or no face"
    reads_unannotated = False
    is_file = True

    def __init__(self) -> None:
        self._size: tuple[int, int] | None = None

    def misfit(self, entry: Entry) -> str:
        whole = [(0, 0, *entry.size)]
        if len(entry.sample.boxes) and not (
            len(entry.sample.boxes) == 1 and np.abs(entry.sample.boxes - whole).max() <= EDGES
        ):
            return "with faces that do not fill them (data crops cuts those out)"
        self._size = self._size or entry.size
        return "" if entry.size == self._size else "of another size than the first one"

    def told_group(self, entry: Entry, group: str) -> str:
        return group

    def begin(self, root: Path, content: Content, files: ExitStack) -> None:
        self._path = root
        self._pixels = files.enter_context(TemporaryFile(dir=root.parent))  # noqa: SIM115
        self._target: list[int] = []
        self._groups: list[str] = []

    def add(self, entry: Entry, group: str) -> None:
        self._pixels.write(entry.sample.read().tobytes())
        self._target.append(len(entry.sample.boxes))
        self._groups.append(group)

    def end(self) -> None:
        assert self._size is not None
        width, height = self._size
        shape = (len(self._target), height, width, 3)
        self._pixels.flush()
        images = np.memmap(self._pixels, np.uint8, "r", shape=shape)  # compressed piece by piece
        with self._path.open("wb") as file:
            target = np.array(self._target, np.uint8)
            np.savez_compressed(file, images=images, target=target, groups=np.array(self._groups))
