"""Random numbers that are the same each time, whoever draws them; the caller's go on as if nothing was."""

import random
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch

SEED = 0
"""of whatever a check draws: it says the same each time"""


@contextmanager
def seeded() -> Iterator[None]:
    """Python's, NumPy's and PyTorch's, as a data set, an augmentation or a network may draw from any."""
    python, arrays = random.getstate(), np.random.get_state()  # noqa: NPY002 - others draw from it
    gpus = range(torch.cuda.device_count()) if torch.cuda.is_initialized() else ()
    try:
        with torch.random.fork_rng(devices=gpus):
            # Not torch.manual_seed: it seeds devices too that are not in use yet, and for good.
            torch.default_generator.manual_seed(SEED)
            for gpu in gpus:
                torch.cuda.default_generators[gpu].manual_seed(SEED)
            random.seed(SEED)
            np.random.seed(SEED)  # noqa: NPY002
            yield
    finally:
        random.setstate(python)
        np.random.set_state(arrays)  # noqa: NPY002
