"""COCO JSON, the format that holds everything: landmarks as key points, attributes, regions to ignore."""

import json
from collections.abc import Collection
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, TextIO

import numpy as np

from facewright.core.boxes import Floats
from facewright.core.faces import LANDMARKS
from facewright.datasets.writers.writer import Content, Entry, Writer, corner_and_size, create, word

FILE = "annotations.json"


class CocoWriter(Writer):
    """Regions to ignore are `iscrowd`."""

    says = "boxes, landmarks, attributes and regions to ignore"
    landmarks = True
    ignore = True

    def attributes(self, content: Content) -> Collection[str]:
        return content.attributes

    def begin(self, root: Path, content: Content, files: ExitStack) -> None:
        category: dict[str, Any] = {"id": 1, "name": "face", "supercategory": "person"}
        if content.with_landmarks:
            category |= {"keypoints": list(LANDMARKS), "skeleton": []}
        self._points = content.with_landmarks > 0
        self._file = create(root / FILE, files)
        # the second list, kept apart until the first is complete
        apart = TemporaryFile("w+", encoding="ascii", dir=root)  # noqa: SIM115  (`files` closes it)
        self._annotations: TextIO = files.enter_context(apart)
        self._pictures = self._faces = 0
        self._file.write(f'{{"categories": [{json.dumps(category)}],\n"images": [')

    def add(self, entry: Entry, group: str) -> None:
        self._pictures += 1
        width, height = entry.size
        image = {"id": self._pictures, "file_name": entry.picture, "width": width, "height": height}
        self._file.write(f"{',' if self._pictures > 1 else ''}\n{json.dumps(image)}")
        sample = entry.sample
        for i, (box, known) in enumerate(zip(sample.boxes, entry.with_landmarks, strict=True)):
            more: dict[str, Any] = {}
            if self._points:
                more["keypoints"] = _key_points(sample.landmarks[i]) if known else [0] * 15
                more["num_keypoints"] = 5 if known else 0
            said = {name: bool(values[i]) for name, values in sample.attributes.items() if values[i] >= 0}
            self._annotate(box, iscrowd=0, **more, **({"attributes": said} if said else {}))
        for box in sample.ignore:
            self._annotate(box, iscrowd=1)

    def end(self) -> None:
        self._file.write('\n],\n"annotations": [')
        self._annotations.seek(0)
        for line in self._annotations:
            self._file.write(line)
        self._file.write("\n]}\n")

    def _annotate(self, box: Floats, **more: Any) -> None:
        bbox = [float(side) for side in corner_and_size(box)]
        self._faces += 1
        area = round(bbox[2] * bbox[3], 3)
        place = {"id": self._faces, "image_id": self._pictures, "category_id": 1, "bbox": bbox, "area": area}
        self._annotations.write(f"{',' if self._faces > 1 else ''}\n{json.dumps(place | more)}")


def _key_points(five: np.ndarray) -> list[float]:
    """x, y, 2 (labelled and seen) of each."""
    return [number for x, y in five for number in (float(word(x)), float(word(y)), 2)]
