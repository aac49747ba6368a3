import pytest

from facewright.core.counted import counted


@pytest.mark.parametrize(("number", "said"), [(0, "0 minutes"), (1, "1 minute"), (2, "2 minutes")])
def test_one_thing_is_singular(number, said):
    assert counted(number, "minute") == said
