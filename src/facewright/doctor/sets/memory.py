"""Pictures that are kept decoded: a set that fills the memory."""

from collections.abc import Iterator

import numpy as np

from facewright.doctor.checking import check
from facewright.doctor.data import Data, spread_indices
from facewright.doctor.finding import Evidence

ASKED = 64
"""samples that are asked for"""
MUCH = 4 * 2**30
"""bytes; a small laptop has 8 GiB"""


@check(
    "held-in-memory",
    "warning",
    Data,
    about="Every picture lies decoded in memory, before and while training runs: loading takes minutes, and "
    "larger sets do not fit at all.",
    cure="Keep paths or encoded bytes and decode a picture when it is asked for, or map a packed file "
    "(`datasets.cache.cached`).",
)
def held_in_memory(data: Data) -> Iterator[Evidence]:
    count = len(data.dataset)
    if not count or not _held(data, 0):
        return
    sizes = [_held(data, index) for index in spread_indices(count, ASKED)]
    total = count * sum(sizes) / len(sizes)
    if total >= MUCH:
        yield Evidence(
            f"About {total / 1e9:.1f} GB of decoded pictures are kept in memory: {count} of "
            f"{total / count / 1e3:.0f} kB each.",
            {"bytes": total, "pictures": count},
        )


def _held(data: Data, index: int) -> int:
    """Bytes of a sample's picture that stay in memory when nobody asks for it."""
    once, again = data.dataset[index].picture, data.dataset[index].picture
    if not (isinstance(once, np.ndarray) and isinstance(again, np.ndarray)):
        return 0  # a path, or bytes as they are in the file
    if not np.may_share_memory(once, again) or _is_mapped(once):
        return 0  # made when it is asked for, or read from a file by the system
    return once.nbytes


def _is_mapped(array: np.ndarray) -> bool:
    """Whether the pixels are those of a file mapped into memory."""
    base: object = array
    while isinstance(base, np.ndarray):
        if isinstance(base, np.memmap):
            return True
        base = base.base
    return type(base).__name__ == "mmap"
