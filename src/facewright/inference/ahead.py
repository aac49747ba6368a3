"""Working ahead: the next pictures are read by other threads while the network looks at this one."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def ahead(
    function: Callable[[Item], Result], items: Iterable[Item], workers: int, waiting: int | None = None
) -> Iterator[tuple[Item, Future[Result]]]:
    """Each item with the finished future of `function(item)`, in order; `future.result()` gives or raises.

    At most `waiting` items (`2 * workers` when None) are taken from `items` before their turn, so that memory
    stays the same however many there are.
    """
    most = 2 * workers if waiting is None else waiting
    source = iter(items)
    pool = ThreadPoolExecutor(workers, thread_name_prefix="facewright-ahead")
    try:
        begun = deque((item, pool.submit(function, item)) for item in islice(source, most))
        while begun:
            item, future = begun.popleft()
            future.exception()  # waits
            yield item, future
            begun.extend((item, pool.submit(function, item)) for item in islice(source, 1))
    finally:  # also when the caller stops half-way
        pool.shutdown(cancel_futures=True)
