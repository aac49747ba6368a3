"""What a core does in a second of what feeds a training: packing pictures, reading them, making examples.

    python benchmarks/throughput.py [--faces DATA] [--crops DATA] [--count N]

One process. Rates are by CPU time, all its threads together, so that they hold for a busy machine too; the
wall time stands beside them. Canvases are those of detector-nano, stage by stage; crops attributes-nano's.
"""

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import cv2

from facewright.datasets.attribute_table import attribute_table
from facewright.datasets.cache import CachedSamples, cached, open_cache
from facewright.datasets.open import open_dataset
from facewright.datasets.sample import Dataset
from facewright.training.attributes import AttributesRecipe
from facewright.training.detection import DetectionRecipe
from facewright.training.loading import load_recipe
from facewright.training.record import machine
from facewright.transforms.canvas import CanvasMaker, Pool
from facewright.transforms.face_crops import CropMaker, FaceSet


def rate(count: int, act: Callable[[], object]) -> dict[str, float]:
    """Of `count` things that `act` does."""
    wall, busy = time.perf_counter(), time.process_time()
    act()
    wall, busy = time.perf_counter() - wall, time.process_time() - busy
    return {"count": count, "wall_seconds": round(wall, 2), "per_cpu_second": round(count / busy, 1)}


def packing(dataset: Dataset, side: int, folder: Path) -> tuple[dict[str, object], Dataset]:
    """Packed, found up to date, opened, read: each at so many pictures a second."""
    count = len(dataset)
    made: list[Dataset] = []
    out: dict[str, object] = {
        "packing": rate(count, lambda: made.append(cached(dataset, folder, max_side=side)))
    }
    out["finding it up to date"] = rate(count, lambda: cached(dataset, folder, max_side=side))
    (file,) = folder.glob("*.cache")
    opened: list[CachedSamples] = []
    out["opening the index"] = rate(count, lambda: opened.append(open_cache(file)))
    out["bytes of pixels a picture"] = round(sum(sample.read().size for sample in made[0]) / count)
    out["reading"] = rate(count, lambda: [int(sample.read().sum()) for sample in opened[0]])
    return out, made[0]


def _each(make: Callable[[int], object], count: int) -> None:
    for number in range(count):
        make(number)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--faces", default="street-masks/train")
    parser.add_argument("--crops", default="celeba-aligned/train")
    parser.add_argument("--count", type=int, default=400, help="pictures of each set, and examples")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    count: int = options.count
    detector, attributes = load_recipe("detector-nano"), load_recipe("attributes-nano")
    assert isinstance(detector, DetectionRecipe) and isinstance(attributes, AttributesRecipe)
    out: dict[str, object] = {"machine": machine() | {"load": os.getloadavg()[0]}}
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        dataset = open_dataset(options.faces).spread(count)
        out[options.faces], faces = packing(dataset, detector.data.max_side, Path(one))
        pool = Pool([faces], [1.0], [])
        for i, stage in enumerate(detector.stages):
            canvases = CanvasMaker(pool, stage, 0)
            some = max(count * 256**2 // stage.canvas**2 // 2, 1)
            canvases.canvas(0)  # what is made once is not counted
            out[f"canvases of {stage.canvas}, stage {i + 1}"] = rate(
                some, partial(_each, canvases.canvas, some)
            )
        dataset = open_dataset(options.crops).spread(count)
        out[options.crops], crops = packing(dataset, attributes.data.max_side, Path(other))
        style = attributes.stages[0]
        maker = CropMaker([FaceSet(crops, attribute_table(crops, attributes.classes), 1.0)], style, 0)
        out[f"crops of {style.side}"] = rate(count, partial(_each, maker.crop, count))
    print(json.dumps(out, indent=1))


if __name__ == "__main__":
    main()
