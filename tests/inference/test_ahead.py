import threading
from itertools import count, islice

import pytest

from facewright.inference.ahead import ahead, pulled


def test_results_come_in_order_with_their_items():
    assert [(item, future.result()) for item, future in ahead(str, range(30), 4)] == [
        (i, str(i)) for i in range(30)
    ]


def test_one_failure_is_its_own_items_only():
    found = [future.exception() for _, future in ahead(lambda x: 1 / x, [1, 0, 2], 2)]
    assert found[0] is None and isinstance(found[1], ZeroDivisionError) and found[2] is None


def test_a_failing_source_of_items_is_told_after_what_came_before():
    def items():
        yield from range(5)
        raise OSError("the list broke off")

    for waiting in (1, 3, 20):
        found = []
        with pytest.raises(OSError, match="broke off"):
            found.extend(item for item, _ in ahead(str, items(), 1, waiting))
        assert found == list(range(5))


def test_stopping_half_way_leaves_no_thread_behind():
    stream = ahead(str, range(1000), 3)
    next(stream)
    stream.close()
    assert not [t for t in threading.enumerate() if t.name.startswith("facewright-ahead")]


def test_pulled_gives_all_in_order_from_another_thread_and_reads_only_a_little_ahead():
    taken = []

    def items():
        for number in count():
            taken.append((number, threading.current_thread()))
            yield number

    stream = pulled(items(), 3)
    assert list(islice(stream, 50)) == list(range(50))
    assert len(taken) <= 50 + 3 + 1
    assert {thread for _, thread in taken} != {threading.current_thread()}
    stream.close()
    assert list(pulled([], 2)) == []


def test_pulled_raises_what_making_the_items_raises_in_its_turn():
    def items():
        yield 1
        raise ValueError("broken")

    stream = pulled(items(), 4)
    assert next(stream) == 1
    with pytest.raises(ValueError, match="broken"):
        next(stream)


def test_stopping_a_pulled_stream_closes_what_it_reads_and_ends_its_thread():
    closed = []

    def items():
        try:
            yield from count()
        finally:
            closed.append(threading.current_thread().name)

    stream = pulled(items(), 2)
    assert next(stream) == 0
    stream.close()
    assert closed == ["facewright-pulled"]
    assert not [thread for thread in threading.enumerate() if thread.name == "facewright-pulled"]
