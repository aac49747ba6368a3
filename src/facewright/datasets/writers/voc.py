"""Pascal VOC: an XML file a picture; regions to ignore are difficult objects."""

from contextlib import ExitStack
from pathlib import Path
from xml.sax.saxutils import escape

from facewright.core.boxes import Floats
from facewright.datasets.voc import LAYOUTS
from facewright.datasets.writers.writer import Content, Entry, Writer, outwards, rounded, word


class VocWriter(Writer):
    """`whole=true` rounds boxes outwards to whole pixels, for tools that read no decimals."""

    says = "boxes and regions to ignore"
    ignore = True
    folder = LAYOUTS[0][1]

    def __init__(self, *, whole: bool = False) -> None:
        self._whole = whole

    def remarks(self, content: Content) -> list[str]:
        return rounded(self._whole)

    def begin(self, root: Path, content: Content, files: ExitStack) -> None:
        self._labels = root / LAYOUTS[0][0]
        self._labels.mkdir()

    def add(self, entry: Entry, group: str) -> None:
        width, height = entry.size
        objects = [
            _object(box, difficult)
            for boxes, difficult in ((entry.sample.boxes, 0), (entry.sample.ignore, 1))
            for box in outwards(boxes, self._whole)
        ]
        text = (
            f"<annotation>\n  <folder>{self.folder}</folder>\n"
            f"  <filename>{escape(entry.picture)}</filename>\n"
            f"  <size><width>{width}</width><height>{height}</height><depth>3</depth></size>\n"
            f"{''.join(objects)}</annotation>\n"
        )
        (self._labels / f"{entry.stem}.xml").write_text(text, encoding="utf-8")


def _object(box: Floats, difficult: int) -> str:
    corners = "".join(
        f"<{key}>{word(value)}</{key}>"
        for key, value in zip(("xmin", "ymin", "xmax", "ymax"), box, strict=True)
    )
    return (
        "  <object>\n    <name>face</name>\n    <pose>Unspecified</pose>\n    <truncated>0</truncated>\n"
        f"    <difficult>{difficult}</difficult>\n    <bndbox>{corners}</bndbox>\n  </object>\n"
    )
