"""WIDER FACE: one list, with the six flags of every face; regions to ignore are invalid faces."""

from collections.abc import Collection
from contextlib import ExitStack
from pathlib import Path

from facewright.core.boxes import Floats
from facewright.core.errors import UsageError
from facewright.core.suggest import nearest
from facewright.datasets.wider import ATTRIBUTES, PICTURES, SPLITS
from facewright.datasets.writers.writer import (
    Content,
    Entry,
    Writer,
    corner_and_size,
    create,
    outwards,
    rounded,
)

NOTHING = "0 0 0 0 0 0 0 0 0 0"
"""the row of a picture without faces"""


class WiderWriter(Writer):
    """`split` (train, val) names the list; `whole=true` rounds boxes outwards to whole pixels.

    The format has no word for a flag that is not known: it is 0, as that of a clear and frontal face.
    """

    says = "boxes, regions to ignore and the flags of WIDER FACE"
    ignore = True
    suffixes = PICTURES

    def __init__(self, *, split: str = "train", whole: bool = False) -> None:
        if split not in SPLITS:
            raise UsageError(f"split={split}: takes train or val{nearest(split, SPLITS)}")
        self._split, self._whole = split, whole
        self.folder = f"WIDER_{split}/images"  # type: ignore[misc]  # of this writer, not of the class

    def attributes(self, content: Content) -> Collection[str]:
        return ATTRIBUTES

    def remarks(self, content: Content) -> list[str]:
        unknown = any(content.attributes.get(name, 0) < content.faces for name in ATTRIBUTES)
        flags = ["WIDER FACE's flags are 0 where they are not known"] if unknown else []
        return [*flags, *rounded(self._whole)]

    def begin(self, root: Path, content: Content, files: ExitStack) -> None:
        self._file = create(root / "wider_face_split" / f"wider_face_{self._split}_bbx_gt.txt", files)

    def add(self, entry: Entry, group: str) -> None:
        sample = entry.sample
        rows = [
            self._row(box, {name: values[i] for name, values in sample.attributes.items()})
            for i, box in enumerate(outwards(sample.boxes, self._whole))
        ]
        rows += [self._row(box, {}, invalid=1) for box in outwards(sample.ignore, self._whole)]
        self._file.write(f"{entry.picture}\n{len(rows)}\n" + "".join(f"{row}\n" for row in rows or [NOTHING]))

    def _row(self, box: Floats, known: dict[str, int], invalid: int = 0) -> str:
        yes = {name: int(known.get(name, -1) == 1) for name in ATTRIBUTES}
        flags = (
            2 if yes["heavy_blur"] else yes["blur"], yes["expression"], yes["illumination"], invalid,
            2 if yes["heavy_occlusion"] else yes["occlusion"], yes["pose"],
        )  # fmt: skip
        return " ".join([*corner_and_size(box), *map(str, flags)])
