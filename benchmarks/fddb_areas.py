"""How far FDDB's areas, measured, are from those that its own program counts in pixels.

python benchmarks/fddb_areas.py path/to/FDDB-folds

Each of the set's faces gets one made-up detection: the upright box around its ellipse after a shake (seed 1),
so that many overlap it by about .5, where the discrete score decides. Its program draws both by OpenCV, an
ellipse with its semi-axes cut to whole pixels and its middle rounded, and counts; here this is done again.
"""

import argparse
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from facewright.core.regions import Regions, iou
from facewright.datasets import fddb_truth

SIDE, MIDDLE = 1800, 700
"""of the canvas, large enough for every pair: nothing is cut at a border"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    truth = fddb_truth.read(parser.parse_args().folder)
    faces = np.concatenate([regions.rows for regions in truth.faces])
    boxes = shaken(faces)
    pairs = [(Regions.ellipses([face]), Regions.boxes([box])) for face, box in zip(faces, boxes, strict=True)]
    measured = np.array([iou(*pair)[0, 0] for pair in pairs])
    counted = np.array([_counted(face, box) for face, box in zip(faces, boxes, strict=True)])
    gap = counted - measured
    print(f"{len(faces)} pairs; counted in pixels less measured: mean {gap.mean():.4f}, mean size "
          f"{abs(gap).mean():.4f}, 99 % below {np.quantile(abs(gap), 0.99):.3f}, "
          f"largest {abs(gap).max():.3f}")  # fmt: skip
    small = np.maximum(faces[:, 0], faces[:, 1]) < 20
    print(f"of the {small.sum()} faces of less than 40 pixels: mean size {abs(gap[small]).mean():.4f}")
    print(f"above .5: measured {(measured > 0.5).mean():.4f}, counted {(counted > 0.5).mean():.4f}; "
          f"decided otherwise {((measured > 0.5) != (counted > 0.5)).sum()}")  # fmt: skip
    print(f"mean IoU: measured {measured.mean():.4f}, counted {counted.mean():.4f}")


def shaken(faces: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N, 4) x, y, width, height around ellipses (N, 5) that were moved, stretched and turned."""
    rng, count = np.random.default_rng(1), len(faces)
    moved = faces.copy()
    moved[:, 3:] += rng.normal(0, 0.25, (count, 2)) * faces[:, :1]
    moved[:, :2] *= rng.lognormal(0, 0.2, (count, 2))
    moved[:, 2] += rng.normal(0, 0.3, count)
    half = np.stack(Regions.ellipses(moved).half_sides(), axis=1)
    return np.concatenate([moved[:, 3:] - half, 2 * half], axis=1)


def _counted(face: NDArray[np.float64], box: NDArray[np.float64]) -> float:
    a, b, angle, cx, cy = face
    shift = MIDDLE - np.floor([cx, cy])
    masks = [np.zeros((SIDE, SIDE), np.uint8) for _ in range(2)]
    middle = (round(cx + shift[0]), round(cy + shift[1]))
    cv2.ellipse(masks[0], middle, (int(a), int(b)), np.degrees(angle), 0, 360, 1, cv2.FILLED)
    low, high = box[:2] + shift, box[:2] + box[2:] + shift
    cv2.rectangle(masks[1], (round(low[0]), round(low[1])), (round(high[0]), round(high[1])), 1, cv2.FILLED)
    both = masks[0] + masks[1]
    return float((both == 2).sum() / (both > 0).sum())


if __name__ == "__main__":
    main()
