import csv
from itertools import pairwise

import pytest

from facewright.cli.main import run
from facewright.core.errors import TrainingError
from facewright.core.pictures import read_picture
from facewright.training.range_test import (
    FEWEST,
    HIGHEST,
    LOWEST,
    Trial,
    range_test,
    steepest,
    write_trials,
)


@pytest.fixture(scope="module")
def trials(tiny, toy_cache):
    return range_test(tiny(), toy_cache, steps=40, device="cpu")


def test_rates_grow_by_the_same_factor_from_the_lowest(trials):
    assert trials[0].rate == pytest.approx(LOWEST)
    factors = [later.rate / earlier.rate for earlier, later in pairwise(trials)]
    assert factors == pytest.approx([(HIGHEST / LOWEST) ** (1 / 39)] * len(factors))
    assert trials[0].smooth == pytest.approx(trials[0].loss)


def test_the_same_recipe_answers_the_same(trials, tiny, toy_cache):
    assert range_test(tiny(), toy_cache, steps=40, device="cpu") == trials


def test_a_test_ends_where_the_loss_explodes(tiny, toy_cache):
    shorter = range_test(tiny(), toy_cache, steps=40, device="cpu", low=0.999)
    assert len(shorter) <= 40 and shorter[-1].rate >= 0.999


def test_the_steepest_fall_is_where_the_smoothed_loss_falls_most():
    smooth = [9.0] * 12 + [8.0, 6.0, 3.0, 2.0, 2.0, 2.0, 5.0, 9.0]
    trials = [Trial(10.0**i, value, value) for i, value in enumerate(smooth)]
    assert steepest(trials) in (1e14, 1e15, 1e16)


def test_no_finite_loss_is_an_error(tiny, toy_cache, monkeypatch):
    from facewright.training.detection import DetectionSystem

    monkeypatch.setattr(
        DetectionSystem,
        "loss",
        lambda self, network, batch: dict.fromkeys(self.terms, batch[0].sum() * float("nan")),
    )
    with pytest.raises(TrainingError, match="not finite after 0 steps"):
        range_test(tiny(), toy_cache, steps=20, device="cpu")


def test_trials_are_a_table(trials, tmp_path):
    write_trials(trials, tmp_path / "rates.csv")
    with (tmp_path / "rates.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(trials) and float(rows[3]["rate"]) == trials[3].rate


def test_the_command_refuses_what_it_would_ignore(tmp_path, capsys):
    words = ["quickstart", "--output", str(tmp_path / "r"), "--range-test", "--limit", "3"]
    assert run(["train", *words]) == 2
    assert "--range-test takes no" in capsys.readouterr().err


def test_the_command_writes_table_and_plot_and_trains_nothing(tmp_path, capsys):
    data = ["--set", 'data.train={"toy:6?seed=0&size=96"=1}', 'data.validation=["toy:3?seed=1&size=96"]',
            "data.faceless=[]", "data.workers=0", "stages.0.canvas=64", "stages.0.batch=2"]  # fmt: skip
    words = ["quickstart", *data, "--output", str(tmp_path / "r"), "--cache", str(tmp_path), "--range-test"]
    assert run(["train", *words]) == 0
    assert "the loss falls fastest at a rate of" in capsys.readouterr().out
    assert read_picture(tmp_path / "r" / "rates.png").shape[2] == 3
    assert sorted(path.name for path in (tmp_path / "r").iterdir()) == ["rates.csv", "rates.png"]


def test_a_test_that_ends_early_still_has_a_steepest_fall(tiny, toy_cache):
    few = range_test(tiny(), toy_cache, steps=FEWEST, device="cpu")
    assert steepest(few) == few[-1].rate
    with pytest.raises(TrainingError, match=f"not finite after {FEWEST - 1} steps"):
        range_test(tiny(), toy_cache, steps=FEWEST - 1, device="cpu")


def test_what_the_first_stage_freezes_and_clips_holds_here_too(tiny, toy_cache, monkeypatch):
    seen = []
    monkeypatch.setattr(
        "facewright.training.range_test.nn.utils.clip_grad_norm_",
        lambda parameters, most: seen.append(([p.grad is None for p in parameters], most)),
    )
    stages = [{"rounds": 1, "canvas": 64, "batch": 2, "frozen": ["stem"]}]
    range_test(tiny(stages=stages, optimiser={"clip": 3.0}), toy_cache, steps=FEWEST, device="cpu")
    still, most = seen[-1]
    assert most == 3.0 and any(still) and not all(still)
