"""A fixed number of threads, and of requests inside, so that memory and waiting are bounded."""

import asyncio
import math
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from time import perf_counter
from typing import Any, TypeVar

Result = TypeVar("Result")


class Full(Exception):
    """Every place is taken."""


class Place:
    """One request's place, from before its body is read until its work has really ended."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self._pool = pool
        self.work: Future[Any] | None = None

    async def run(self, function: Callable[[], Result]) -> Result:
        """Its result, worked out by a thread. Cancelled while it waits for one, it never begins."""
        self.work = self._pool.submit(function)
        return await asyncio.wrap_future(self.work)


class Workshop:
    """Of one event loop, whose coroutines alone may call it.

    workers: threads. queue: requests that may be inside beside those being worked on.
    """

    def __init__(self, workers: int, queue: int) -> None:
        self.workers = workers
        self.places = workers + queue
        self.inside = 0
        self._seconds = 0.0  # that a request has lately taken, the newer the more it counts
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="facewright-serve")

    @asynccontextmanager
    async def place(self) -> AsyncIterator[Place]:
        """A place inside. Raises Full.

        Work that the request no longer waits for cannot be stopped; it keeps its place until it ends.
        """
        if self.inside >= self.places:
            raise Full
        self.inside += 1
        place = Place(self._pool)
        begun = perf_counter()
        try:
            yield place
        finally:
            self._seconds += 0.1 * (perf_counter() - begun - self._seconds)
            if place.work is None or place.work.done():
                self._leave()
            else:
                loop = asyncio.get_running_loop()
                place.work.add_done_callback(lambda _: loop.call_soon_threadsafe(self._leave))

    def retry_after(self) -> int:
        """Whole seconds after which there may be a place."""
        return max(1, math.ceil(self._seconds))

    async def close(self) -> None:
        """Wait for the work in hand."""
        await asyncio.to_thread(self._pool.shutdown)

    def _leave(self) -> None:
        self.inside -= 1
