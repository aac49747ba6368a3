"""A folder of pictures without faces."""

from contextlib import ExitStack
from pathlib import Path

from facewright.datasets.writers.writer import Content, Entry, Writer


class FolderWriter(Writer):
    """Nothing but pictures."""

    says = "pictures without faces"
    reads_unannotated = False
    folder = ""

    def misfit(self, entry: Entry) -> str:
        return "with faces" if len(entry.sample.boxes) else ""

    def begin(self, root: Path, content: Content, files: ExitStack) -> None:
        """Nothing is to be opened."""

    def add(self, entry: Entry, group: str) -> None:
        """The picture lies there already, and it says all."""
