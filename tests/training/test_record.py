import json
import shutil
import subprocess
from copy import deepcopy

import numpy as np
import pytest
import torch

from facewright.datasets.cache import cached
from facewright.datasets.open import open_dataset
from facewright.datasets.points import saddle
from facewright.training import record as module
from facewright.training.record import differences, digest, fingerprint, revision, same_sets

RECORD = {
    "versions": dict.fromkeys(module.PACKAGES, "1.0"),
    "revision": {"commit": "abc", "changed": False},
    "python": "3.12",
    "machine": {"cpu": "some", "gpu": None},
    "accelerator": "cpu",
    "threads": 1,
    "processes": 1,
    "begins_with": "d1",
    "sets": [{"name": "a", "pictures": 3, "fingerprint": "f1"}],
    "validation": [{"name": "b", "pictures": 2, "fingerprint": "f2"}],
}


def changed(**changes):
    return deepcopy(RECORD) | changes


def test_nothing_differs_from_itself():
    assert list(differences(RECORD, changed())) == []


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"versions": RECORD["versions"] | {"torch": "2.0"}}, "torch: 1.0 then, 2.0 now"),
        ({"threads": 2}, "threads: 1 then, 2 now"),
        ({"processes": 4}, "processes: 1 then, 4 now"),
        ({"begins_with": "d2"}, "first weights: d1 then, d2 now"),
        ({"machine": {"cpu": "other", "gpu": None}}, "processor: some then, other now"),
        (
            {"sets": [{"name": "a", "pictures": 3, "fingerprint": "f9"}]},
            "a: its pictures or labels are not those of then",
        ),
        ({"validation": [{"name": "c", "fingerprint": "f2"}]}, "c: not recorded then"),
    ],
)
def test_what_differs_is_a_line(changes, line):
    assert list(differences(RECORD, changed(**changes))) == [line]


def test_records_of_older_runs_and_changed_code_say_less():
    old = {key: RECORD[key] for key in ("versions", "python", "sets")}
    lines = list(differences(old, RECORD))
    assert "threads: not recorded then" in lines and "b: not recorded then" in lines
    dirty = changed(revision={"commit": "abc", "changed": True})
    assert list(differences(dirty, dirty)) == [
        "code: the same commit, but changed then and now, which may be two things"
    ]
    assert same_sets([{"name": "a", "pictures": 3}], RECORD["sets"])
    assert not same_sets([{"name": "a", "pictures": 4}], RECORD["sets"])
    assert not same_sets([], RECORD["sets"])


def test_a_fingerprint_is_of_pictures_and_labels_and_not_of_where_they_lie(tmp_path):
    whole = cached(open_dataset("toy:6?seed=0&size=64"), tmp_path / "one", max_side=64)
    again = cached(open_dataset("toy:6?seed=0&size=64"), tmp_path / "other", max_side=64)
    renamed = cached(open_dataset("toy:6?size=64&seed=0"), tmp_path / "third", max_side=64)
    assert fingerprint(whole) == fingerprint(again) == fingerprint(renamed)
    others = [
        cached(open_dataset("toy:6?seed=1&size=64"), tmp_path / "one", max_side=64),
        whole.subset([0, 1]), whole.subset([1, 0]), whole.spread(3), whole[:2],
    ]  # fmt: skip
    assert len({fingerprint(one) for one in (whole, *others)}) == 6
    points = saddle(9)
    assert fingerprint(points) == fingerprint(saddle(9)) != fingerprint(points.subset(np.arange(8)))


def test_a_digest_is_of_names_and_bits():
    weights = {"a": torch.ones(2), "b": torch.zeros(3)}
    assert digest(weights) == digest(dict(reversed(weights.items())))
    assert digest(weights) != digest(weights | {"a": torch.ones(2).nextafter(torch.tensor(2.0))})
    assert digest(weights) != digest({"c": torch.ones(2), "b": torch.zeros(3)})


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_the_revision_is_that_of_the_checkout_or_none(tmp_path, monkeypatch):
    def git(*words):
        identity = ["-c", "user.name=a", "-c", "user.email=a@b"]
        done = subprocess.run(
            ["git", "-C", tmp_path, *identity, *words], check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    file = tmp_path / "src" / "package" / "training" / "record.py"
    file.parent.mkdir(parents=True)
    file.write_text("")
    monkeypatch.setattr(module, "__file__", str(file))
    assert revision() is None
    git("init", "-q")
    (tmp_path / "notes.txt").write_text("of something else")
    git("add", "notes.txt")
    git("commit", "-qm", "first")
    assert revision() is None  # inside of a checkout, and none of its files
    git("add", ".")
    git("commit", "-qm", "second")
    assert revision() == {"commit": git("rev-parse", "HEAD"), "changed": False}
    (tmp_path / "notes.txt").write_text("are no code")
    assert revision()["changed"] is False
    file.write_text("1")
    assert revision()["changed"] is True
    monkeypatch.setenv("PATH", "")
    assert revision() is None


def test_a_record_is_json():
    assert json.loads(json.dumps(module.machine()))["cores"] >= 1
    assert module.versions()["torch"] == torch.__version__
