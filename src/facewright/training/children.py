"""Calls that run side by side, each in a process of its own, none of which outlives the one that began them.

A pool of processes does not do: it waits for what runs when something else has failed, and what an earlier
call leaves behind (threads, seeds, memory) is there for the next.
"""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Hashable
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from types import TracebackType
from typing import Any, NamedTuple, Self

from facewright.core.errors import FacewrightError, TrainingError

PATIENCE = 10
"""seconds that a process has to end when it is told to"""


class Child(NamedTuple):
    key: Hashable
    name: str
    process: SpawnProcess


class Children:
    """Calls in processes; a context that ends those still running when it is left."""

    def __init__(self) -> None:
        self._running: dict[Connection, Child] = {}

    def __len__(self) -> int:
        return len(self._running)

    def begin(self, key: Hashable, name: str, call: Callable[..., Any], *given: Any) -> None:
        """Call it in a fresh process; `name` is for people."""
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=_answer, args=(theirs, call, given))
        process.start()
        theirs.close()  # or the end of the process would not be seen
        self._running[ours] = Child(key, name, process)

    def wait(self) -> list[tuple[Any, Any]]:
        """Of the calls that have ended, at least one, the keys and what they returned.

        Raises what a call raised where a user can mend it, TrainingError for a process that died.
        """
        ended = []
        ready = wait(list(self._running))
        for answer in [answer for answer in self._running if answer in ready]:
            child = self._running.pop(answer)
            with answer:
                try:
                    found = answer.recv()
                except (EOFError, OSError):
                    found = None
            child.process.join()
            if found is None:
                raise TrainingError(_died(child))
            if isinstance(found[0], Exception):
                raise found[0]
            ended.append((child.key, found[0]))
        return ended

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for child in self._running.values():
            child.process.terminate()
        for child in self._running.values():
            child.process.join(PATIENCE)
            child.process.kill()
            child.process.join()


def _died(child: Child) -> str:
    code = child.process.exitcode or 0
    how = (
        f"was killed by signal {-code}, perhaps for want of memory"
        if code < 0
        else f"ended with status {code}"
    )
    return f"{child.name}: its process {how}; the same command goes on where it was"


def _answer(answer: Connection, call: Callable[..., Any], given: tuple[Any, ...]) -> None:
    """In the child: call, and send what it returns or, where a user can mend it, raises."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the parent too, which ends this process
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with answer, suppress(KeyboardInterrupt):  # as which a training ends that is told to
        try:
            found = call(*given)
        except (FacewrightError, OSError) as error:
            found = error
        answer.send((found,))


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
