"""Which part of a training is this process's, when several train together, and how they wait for one another.

Who starts the processes, `facewright train --devices` or torchrun, tells each by its environment which one it
is. Process 0 is the one that speaks, looks at the validation sets and writes files.
"""

import atexit
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, NamedTuple, TypeVar, cast

import torch
from torch import distributed

from facewright.core.errors import FacewrightError, TrainingError

T = TypeVar("T")
PATIENCE = timedelta(days=1)
"""for which a process waits for others: packing a large set takes hours; one that ended is noticed at once"""


class Share(NamedTuple):
    """One of the processes that train together."""

    rank: int = 0
    """its number among all"""
    processes: int = 1
    local_rank: int = 0
    """its number among those of its machine"""
    local_processes: int = 1

    @property
    def first(self) -> bool:
        """Whether it is the one that speaks and writes."""
        return self.rank == 0


ALONE = Share()


def share_of_environment() -> Share:
    """What torchrun, or whatever sets its variables, says that this process is; `ALONE` where nothing did."""
    names = ("RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE")
    if int(os.environ.get("WORLD_SIZE", 1)) == 1 or any(name not in os.environ for name in names):
        return ALONE
    return Share(*(int(os.environ[name]) for name in names))


@contextmanager
def joined(share: Share) -> Iterator[None]:
    """Within it the other processes are met. Where one of them is lost, TrainingError."""
    if share != ALONE and not distributed.is_initialized():
        # What they tell one another goes by the CPU, gradients by the device that holds them.
        ways = "cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo"
        distributed.init_process_group(ways, timeout=PATIENCE)
        atexit.register(_leave)  # for good: to meet a second time would be a race
    try:
        yield
    except RuntimeError as error:
        if isinstance(error, distributed.DistError) or "gloo" in str(error).lower():
            raise TrainingError(
                f"process {share.rank} of {share.processes}: another one of this training ended first"
            ) from error
        raise


def _leave() -> None:
    if distributed.is_initialized():
        distributed.destroy_process_group()


def one_first(share: Share, act: Callable[[], T]) -> T:
    """On each machine one process acts first, then, beside what it left on the disk, the others.

    Where one refuses (a FacewrightError), all end: it with its sentence, the others without.
    """
    if share == ALONE:
        return act()
    if share.local_rank == 0:
        made = of_each(share, act)
        of_each(share, lambda: None)
        return made
    of_each(share, lambda: None)
    return of_each(share, act)


def of_first(share: Share, act: Callable[[], T]) -> T:
    """What process 0 says, while the others wait; where it refuses, all end."""
    if share == ALONE:
        return act()
    said: list[Any] = [None]
    if share.first:
        said = [of_each(share, act)]
    else:
        of_each(share, lambda: None)
    distributed.broadcast_object_list(said)
    return said[0]


def of_each(share: Share, act: Callable[[], T]) -> T:
    """What this process says, once it is known that none refused; else all end."""
    if share == ALONE:
        return act()
    made, failed = None, None
    try:
        made = act()
    except FacewrightError as error:
        failed = error
    codes = gathered(share, failed and failed.exit_code)
    if any(codes):
        speaker = next(rank for rank, code in enumerate(codes) if code)
        if failed is not None and speaker == share.rank:
            raise failed
        raise SystemExit(codes[speaker])
    return cast(T, made)


def gathered(share: Share, said: T) -> list[T]:
    """What each process says, in their order, the same in each."""
    if share == ALONE:
        return [said]
    heard: list[Any] = [None] * share.processes
    distributed.all_gather_object(heard, said)
    return heard


def mean_of_all(values: torch.Tensor, share: Share) -> torch.Tensor:
    """The mean of the processes' values, the same in each."""
    if share == ALONE:
        return values
    total = values.clone()
    distributed.all_reduce(total)
    return total / share.processes
