"""Every benchmark still fits what it calls: it is imported, so that a name that went away is noticed here."""

import importlib
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.mark.parametrize("name", sorted(path.stem for path in BENCHMARKS.glob("*.py")))
def test_it_can_be_imported(name):
    assert importlib.import_module(name).__doc__
