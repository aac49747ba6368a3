"""How long calls take beside one another: rounds interleaved, so that a busy moment hits all alike."""

import platform
import time
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

WARM_UP = 3
ROUNDS = 30
PACKAGES = ("facewright", "numpy", "pillow", "onnxruntime")


class Timing(NamedTuple):
    """What one call took over the rounds."""

    ms: float
    """median, milliseconds"""
    p10: float
    p90: float
    ratio: float | None
    """median of the rounds' ratios to the reference; None without one"""


def interleaved(
    calls: Mapping[str, Callable[[], object]], rounds: int = ROUNDS
) -> dict[str, NDArray[np.float64]]:
    """Name -> seconds of each round, (rounds,): every call once a round, another one first each time."""
    for call in calls.values():
        for _ in range(WARM_UP):
            call()
    names = list(calls)
    times = {name: np.zeros(rounds) for name in names}
    for i in range(rounds):
        for name in names[i % len(names) :] + names[: i % len(names)]:
            start = time.perf_counter()
            calls[name]()
            times[name][i] = time.perf_counter() - start
    return times


def summary(times: Mapping[str, NDArray[np.float64]], reference: str | None = None) -> dict[str, Timing]:
    """What `interleaved` measured, as milliseconds, and beside the call named `reference` if it is there."""
    base = times.get(reference) if reference is not None else None
    out = {}
    for name, values in times.items():
        median, p10, p90 = np.percentile(values * 1000, (50, 10, 90)).tolist()
        out[name] = Timing(median, p10, p90, None if base is None else float(np.median(values / base)))
    return out


def machine(packages: Sequence[str] = PACKAGES) -> dict[str, str]:
    """What times depend on; no name of the machine."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.is_file():
        names = [
            line.partition(":")[2].strip() for line in info.read_text().splitlines() if "model name" in line
        ]
        cpu = names[0] if names else cpu
    return {"cpu": cpu, "python": platform.python_version()} | {name: _version(name) for name in packages}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
