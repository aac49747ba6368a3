"""All checks there are, as a list."""

from dataclasses import fields

import pytest

from facewright.doctor import CHECKS, Check


def test_ids_are_unique_and_words():
    ids = [check.id for check in CHECKS]
    assert len(set(ids)) == len(ids)
    assert all(part.isalpha() and part.islower() for id_ in ids for part in id_.split("-"))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_a_check_is_explained_and_asks_for_what_its_kind_has(check: Check):
    assert check.severity in ("error", "warning")
    assert check.about.endswith(".") and check.cure.endswith(".")
    own = {field.name for field in fields(check.kind)}
    assert set(check.needs) <= own | set(dir(check.kind))
