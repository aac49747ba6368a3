"""A folder of links to what was found, for viewers that know folders only."""

from collections.abc import Sequence
from pathlib import Path

from facewright.core.errors import UsageError


class Links:
    """Makes links in `folder`, which is made if need be. Nothing that is there is ever changed.

    indexed: folders of the index. Raises UsageError for a place in one of them, where the next update would
    take the links for pictures, and where links cannot be made.
    """

    def __init__(self, folder: Path, indexed: Sequence[Path] = ()) -> None:
        there = folder.resolve()
        for root in map(Path.resolve, indexed):
            if there.is_relative_to(root) and not any(
                part.startswith(".") for part in there.relative_to(root).parts
            ):
                raise UsageError(
                    f"{folder}: lies in the indexed folder {root}, where the links would be taken for "
                    "pictures; choose a folder outside it, or one whose name begins with a dot"
                )
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"{folder}: cannot be made a folder ({error.strerror})") from error
        self.folder = folder
        self._numbers: dict[str, int] = {}

    def add(self, picture: str) -> Path:
        """A link named as the picture, with -2, -3 ... where that is taken by something else."""
        target = Path(picture).absolute()
        number = self._numbers.get(target.name, 1)
        while True:
            name = target.name if number == 1 else f"{target.stem}-{number}{target.suffix}"
            link = self.folder / name
            number += 1
            try:
                link.symlink_to(target)
            except FileExistsError:
                if not (link.is_symlink() and link.readlink() == target):
                    continue  # of an earlier run, another picture's, or not a link at all
            except OSError as error:
                raise UsageError(f"{link}: cannot be made ({error.strerror})") from error
            self._numbers[target.name] = number
            return link
