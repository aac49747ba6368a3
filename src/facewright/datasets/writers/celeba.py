"""CelebA in its official layout: one face a picture, its box, landmarks, attributes, person, partition."""

import re
from collections.abc import Collection, Mapping
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from facewright.core.errors import UsageError
from facewright.core.suggest import nearest
from facewright.datasets.celeba import KINDS
from facewright.datasets.celeba_lists import PARTITIONS, SUFFIXES
from facewright.datasets.writers.writer import (
    Content,
    Entry,
    Writer,
    corner_and_size,
    create,
    outwards,
    rounded,
    word,
)

WILD = next(folder for folder, kind in KINDS.items() if kind == "wild")
FOLDERS = {"list_eval_partition": "Eval"}
"""of the lists; of all others Anno"""
HEADLESS = ("identity_CelebA", "list_eval_partition")
"""lists without a count and names of columns"""
PREFIX = "celeba-"
"""of the reader's groups, before the person's number"""
OTHERS = 10_000_000
"""from here on the numbers of groups that are no person of CelebA's"""
PLACES = ("lefteye", "righteye", "nose", "leftmouth", "rightmouth")


class CelebaWriter(Writer):
    """`split` (train, val, test) is the partition of all pictures; `whole=true` rounds boxes outwards
    to whole pixels, landmarks to the nearest.

    A list is written only when it can name every picture: attributes that are known of all faces, landmarks
    if all faces have them.
    """

    says = "one face a picture"
    landmarks = True
    unplaced = True
    reads_unannotated = False
    suffixes = SUFFIXES
    words = True
    folder = WILD

    def __init__(self, *, split: str = "train", whole: bool = False) -> None:
        if split not in PARTITIONS:
            raise UsageError(f"split={split}: takes train, val or test{nearest(split, PARTITIONS)}")
        self._split, self._whole = split, whole
        self._placed: bool | None = None
        self._people: dict[str, int] = {}

    def misfit(self, entry: Entry) -> str:
        if len(entry.sample.boxes) != 1:
            return "with several faces" if len(entry.sample.boxes) else "without a face"
        placed = bool(entry.placed[0])
        self._placed = placed if self._placed is None else self._placed
        return (
            "" if placed == self._placed else "with a face whose place is known, or not, unlike the first's"
        )

    def remarks(self, content: Content) -> list[str]:
        points = (
            ["landmarks are rounded to whole pixels"] if self._whole and self.keeps_landmarks(content) else []
        )
        return [*rounded(self._whole), *points]

    def attributes(self, content: Content) -> Collection[str]:
        known = (name for name, count in content.attributes.items() if count == content.faces)
        return [name for name in known if not re.search(r"[\s,]", name)]

    def options(self, content: Content) -> Mapping[str, str]:
        both = content.placed and self.keeps_landmarks(content)
        return {"boxes": "listed"} if both else {}

    def keeps_landmarks(self, content: Content) -> bool:
        return content.with_landmarks == content.faces

    def begin(self, root: Path, content: Content, files: ExitStack) -> None:
        self._names = self.attributes(content)
        heads = {
            "identity_CelebA": "", "list_eval_partition": "", "list_attr_celeba": " ".join(self._names),
            "list_bbox_celeba": "image_id x_1 y_1 width height" if content.placed else "",
            "list_landmarks_celeba": " ".join(f"{place}_{axis}" for place in PLACES for axis in "xy")
            if self.keeps_landmarks(content) else "",
        }  # fmt: skip
        self._lists = {}
        for name, head in heads.items():
            if head or name in HEADLESS:
                self._lists[name] = file = create(root / FOLDERS.get(name, "Anno") / f"{name}.txt", files)
                file.write(f"{content.pictures}\n{head}\n" if head else "")
        self._digits, self._written = len(str(content.pictures)), 0

    def add(self, entry: Entry, group: str) -> None:
        sample = entry.sample
        points = np.rint(sample.landmarks[0]) if self._whole else sample.landmarks[0]
        signs = ["1" if sample.attributes[name][0] == 1 else "-1" for name in self._names]
        rows = {
            "identity_CelebA": [str(self._person(group))],
            "list_eval_partition": [PARTITIONS[self._split]],
            "list_attr_celeba": signs,
            "list_bbox_celeba": corner_and_size(outwards(sample.boxes, self._whole)[0])
            if "list_bbox_celeba" in self._lists else (),
            "list_landmarks_celeba": [word(number) for number in points.ravel()],
        }  # fmt: skip
        for name, file in self._lists.items():
            file.write(" ".join([entry.picture, *rows[name]]) + "\n")
        self._written += 1

    def end(self) -> None:
        for name, file in self._lists.items():
            if name not in HEADLESS:  # fewer than were counted, if one turned out to be damaged
                file.seek(0)
                file.write(f"{self._written:<{self._digits}}")

    def told_group(self, entry: Entry, group: str) -> str:
        return f"{PREFIX}{self._person(group)}"

    def _person(self, group: str) -> int:
        """A number for each group: its own where it came from CelebA."""
        if group.removeprefix(PREFIX).isdecimal() and group.startswith(PREFIX):
            return int(group.removeprefix(PREFIX))
        return self._people.setdefault(group, OTHERS + len(self._people))
