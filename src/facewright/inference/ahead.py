"""Working ahead: the next pictures are read by other threads while the network looks at this one."""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from queue import Full, Queue
from threading import Event, Thread
from typing import TypeVar, cast

Item = TypeVar("Item")
Result = TypeVar("Result")


def ahead(
    function: Callable[[Item], Result], items: Iterable[Item], workers: int, waiting: int | None = None
) -> Iterator[tuple[Item, Future[Result]]]:
    """Each item with the finished future of `function(item)`, in order; `future.result()` gives or raises.

    At most `waiting` items (`2 * workers` when None) are taken from `items` before their turn, so that memory
    stays the same however many there are. What taking them raises is raised in its turn, too.
    """
    most = 2 * workers if waiting is None else waiting
    source = iter(items)
    pool = ThreadPoolExecutor(workers, thread_name_prefix="facewright-ahead")
    begun: deque[tuple[Item, Future[Result]]] = deque()
    broken: Exception | None = None
    try:
        while True:
            try:
                if broken is None:
                    wanted = islice(source, most - len(begun))
                    begun.extend((item, pool.submit(function, item)) for item in wanted)
            except Exception as error:  # noqa: BLE001  (raised once what came before has been given)
                broken = error
            if not begun:
                break
            item, future = begun.popleft()
            future.exception()  # waits
            yield item, future
        if broken is not None:
            raise broken
    finally:  # also when the caller stops half-way
        pool.shutdown(cancel_futures=True)


def pulled(items: Iterable[Item], depth: int) -> Generator[Item]:
    """The items in order, made by another thread, at most `depth` of them before their turn.

    What making them raises is raised here, in its turn. When the caller stops half-way the iterator of
    `items` is closed, in its thread, before this returns.
    """
    queue: Queue[tuple[bool, object]] = Queue(depth)
    stopped = Event()

    def put(ended: bool, item: object) -> bool:
        while not stopped.is_set():
            try:
                queue.put((ended, item), timeout=0.05)
                return True
            except Full:
                continue
        return False

    def work() -> None:
        try:
            source = iter(items)
            try:
                for item in source:
                    if not put(False, item):
                        return
            finally:
                if isinstance(source, Generator):
                    source.close()
        except BaseException as error:  # noqa: BLE001  (raised by the caller's thread)
            put(True, error)
        else:
            put(True, None)

    thread = Thread(target=work, name="facewright-pulled", daemon=True)
    thread.start()
    try:
        while True:
            ended, item = queue.get()
            if not ended:
                yield cast(Item, item)
            elif item is None:
                return
            else:
                raise cast(BaseException, item)
    finally:  # also when the caller stops half-way
        stopped.set()
        thread.join()
