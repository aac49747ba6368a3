"""`open_points("csv:FILE")`: points for a regression by one line of text, whole or one of their parts.

csv:points.csv                                   a table; its last column is to be predicted from the others
csv:points.csv?inputs=x,y&target=z               by the columns' names
saddle:4000?seed=0                               drawn from the monkey saddle: how many instead of where
csv:points.csv?part=train                        what is not held out; part=val and part=test are
csv:points.csv?part=test&test_share=.2           of another size than the usual tenth

A point's part follows from a hash of its inputs alone, so that it is the same on every machine, does not
change when the table grows or is sorted, and a point that stands there twice is never on both sides.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qsl

import numpy as np

from facewright.core.errors import DataError, UsageError
from facewright.core.suggest import nearest
from facewright.datasets.csv_points import Points, read_points
from facewright.datasets.open import converted
from facewright.datasets.sets import share_of

PARTS = ("train", "val", "test")
MOST = 10**7
"""points drawn at once; they are held in memory"""


def open_points(text: str, *, inputs: Sequence[str] = (), target: str = "") -> Points:
    """The points that `text` names; a path is relative to the current folder.

    inputs, target: the columns wanted, for a table whose `text` does not name them itself.
    Raises UsageError for an unknown format or option (naming the nearest right one), DataError when the file
    is not there, holds no such columns or has no point in the part asked for.
    """
    place, _, query = text.partition("?")
    kind, _, path = place.partition(":")
    if kind not in READERS or not path:
        hint = nearest(kind, READERS) if kind not in READERS else ""
        raise UsageError(f"{text}: is no points; write csv:FILE or saddle:COUNT{hint}")
    given = dict(parse_qsl(query, keep_blank_values=True))
    wanted = {"inputs": ",".join(inputs), "target": target} if kind == "csv" else {}
    points = READERS[kind](Path(path), **converted(READERS[kind], wanted | given, f"{kind}:"))
    named = "inputs" in given  # by the text itself, whose names may be others
    if inputs and (len(points.input_names) != len(inputs) if named else points.input_names != tuple(inputs)):
        raise DataError(f"{text}: gives {', '.join(points.input_names)} where {', '.join(inputs)} are wanted")
    return replace(points, name=text)


def read_csv(
    path: Path,
    *,
    target: str = "",
    inputs: str = "",
    part: str = "",
    val_share: float = 0.1,
    test_share: float = 0.1,
) -> Points:
    """`csv:FILE`: a table with the column `target` and the columns `inputs`, divided by commas."""
    columns = [name.strip() for name in inputs.split(",")] if inputs else []
    return part_of(read_points(path.expanduser(), target, columns), str(path), part, val_share, test_share)


def read_saddle(
    path: Path, *, seed: int = 0, part: str = "", val_share: float = 0.1, test_share: float = 0.1
) -> Points:
    """`saddle:COUNT`: for these points, `path` is how many. Raises UsageError."""
    count = str(path)
    if not count.isdecimal() or not 1 <= int(count) <= MOST:
        raise UsageError(f"saddle:{count}: is no number of points from 1 to {MOST:,}; write saddle:4000")
    if seed < 0:
        raise UsageError(f"saddle: seed={seed} is negative; use 0 or more")
    return part_of(saddle(int(count), seed), f"saddle:{count}", part, val_share, test_share)


def saddle(count: int, seed: int = 0) -> Points:
    """`count` points of the monkey saddle z = x^3 - 3 x y^2, uniform over x in -10..10, y in -50..50."""
    random = np.random.default_rng(seed).uniform(-1, 1, (count, 2))
    inputs = (random * (10, 50)).astype(np.float32)
    x, y = inputs.T.astype(np.float64)
    return Points(inputs, (x**3 - 3 * x * y**2).astype(np.float32), ("x", "y"), "z")


def part_of(points: Points, name: str, part: str, val_share: float, test_share: float) -> Points:
    """The points of one of PARTS, or all of them when `part` is empty. Raises UsageError, DataError."""
    if part and part not in PARTS:
        raise UsageError(f"{name}: part={part}: takes {', '.join(PARTS)}{nearest(part, PARTS)}")
    if not (val_share >= 0 and test_share >= 0 and val_share + test_share <= 1):
        raise UsageError(
            f"{name}: val_share={val_share:g} and test_share={test_share:g} must be shares that fit into one"
        )
    if not part:
        return points
    places = np.array([share_of(" ".join(f"{value:.9g}" for value in row)) for row in points.inputs.tolist()])
    held = {"val": places < val_share, "test": (places >= val_share) & (places < val_share + test_share)}
    held["train"] = ~(held["val"] | held["test"])
    kept = held[part]
    if not kept.any():
        raise DataError(f"{name}: none of its {len(points)} points is in part={part}; give a larger share")
    return points.subset(kept)


READERS: dict[str, Callable[..., Points]] = {"csv": read_csv, "saddle": read_saddle}
