import threading

import pytest

from facewright.inference.ahead import ahead


def test_results_come_in_order_with_their_items():
    assert [(item, future.result()) for item, future in ahead(str, range(30), 4)] == [
        (i, str(i)) for i in range(30)
    ]


def test_one_failure_is_its_own_items_only():
    found = [future.exception() for _, future in ahead(lambda x: 1 / x, [1, 0, 2], 2)]
    assert found[0] is None and isinstance(found[1], ZeroDivisionError) and found[2] is None


def test_a_failing_source_of_items_is_told():
    def items():
        yield 1
        raise OSError("the list broke off")

    with pytest.raises(OSError, match="broke off"):
        list(ahead(str, items(), 1))


def test_stopping_half_way_leaves_no_thread_behind():
    stream = ahead(str, range(1000), 3)
    next(stream)
    stream.close()
    assert not [t for t in threading.enumerate() if t.name.startswith("facewright-ahead")]
