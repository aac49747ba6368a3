"""Working ahead: the next pictures are read by other threads while the network looks at this one."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def ahead(
    function: Callable[[Item], Result], items: Iterable[Item], workers: int
) -> Iterator[tuple[Item, Future[Result]]]:
    """Each item with the finished future of `function(item)`, in order; `future.result()` gives or raises.

    At most `2 * workers` items are taken from `items` before their turn, so that memory stays the same
    however many there are.
    """
    source = iter(items)
    pool = ThreadPoolExecutor(workers, thread_name_prefix="facewright-ahead")
    try:
        waiting = deque((item, pool.submit(function, item)) for item in islice(source, 2 * workers))
        while waiting:
            item, future = waiting.popleft()
            future.exception()  # waits
            yield item, future
            waiting.extend((item, pool.submit(function, item)) for item in islice(source, 1))
    finally:  # also when the caller stops half-way
        pool.shutdown(cancel_futures=True)
