import json
import math

import pytest
from safetensors.torch import load_file

from facewright.core.errors import ModelError, RecipeError, UsageError
from facewright.core.lock import locked
from facewright.training import trials as module
from facewright.training.study import load_study, trials_of
from facewright.training.trials import Outcome, read_outcome, run_trial, run_trials

STUDY = """
about = "?"
base = "monkey-saddle"
seeds = [1, 2]
changes = [
  "steps=5", 'stages=[{rounds=2, batch=8}]', "evaluation.every=1", "data.workers=0",
  'data.train={"saddle:60?seed=0&part=train"=1}', 'data.validation=["saddle:60?seed=0&part=val"]',
]
judge = ["data.validation_limit=3"]
[variants]
first = []
second = { after = "first", changes = ["optimiser.rate=1e-9", "optimiser.warmup=0"] }
"""


@pytest.fixture
def trials(tmp_path):
    path = tmp_path / "saddle.toml"
    path.write_text(STUDY)
    return trials_of(load_study(str(path)))


@pytest.fixture
def go(tmp_path):
    return lambda trial: run_trial(trial, tmp_path, 1, "cpu", tmp_path / "cache")


def run(trials, folder, tell=print, **more):
    cache = folder / "cache"
    return run_trials(trials, folder, processes=2, threads=1, device="cpu", cache=cache, tell=tell, **more)


def weights(folder):
    return load_file(folder / "weights.safetensors")


def test_a_trial_is_trained_judged_and_kept(trials, go, tmp_path):
    assert read_outcome(trials[0], tmp_path) is None
    outcome = go(trials[0])
    assert set(outcome.figures) == {"negative_rmse", "largest_error"}
    assert read_outcome(trials[0], tmp_path) == outcome
    assert "training monkey-saddle" in (tmp_path / "first-seed1" / "log.txt").read_text()
    assert not list(tmp_path.glob("**/*.part"))


def test_a_variant_goes_on_from_the_weights_of_another_of_its_seed(trials, go, tmp_path):
    for trial in trials:
        go(trial)
    for seed in (1, 2):
        before, after = weights(tmp_path / f"first-seed{seed}"), weights(tmp_path / f"second-seed{seed}")
        assert all((before[name] - after[name]).abs().max() < 1e-4 for name in before)
    other = weights(tmp_path / "first-seed2")
    assert any(
        (before[name] - value).abs().max() > 1e-3
        for name, value in weights(tmp_path / "first-seed1").items()
        for before in [other]
    )


def test_what_is_trained_is_judged_anew_where_only_the_judging_changed(trials, go, tmp_path, monkeypatch):
    go(trials[0])
    monkeypatch.setattr(module, "train", None)  # would fail
    data = trials[0].judged.data.model_copy(update={"validation_limit": 5})
    other = trials[0]._replace(judged=trials[0].judged.model_copy(update={"data": data}))
    assert read_outcome(other, tmp_path) is None
    assert go(other).figures != {}
    assert read_outcome(other, tmp_path) is not None


def test_a_training_by_another_recipe_is_not_taken_for_this_one(trials, go, tmp_path):
    go(trials[0])
    changed = trials[0]._replace(recipe=trials[0].recipe.model_copy(update={"steps": 6}))
    with pytest.raises(UsageError, match="was trained by another recipe"):
        read_outcome(changed, tmp_path)


def test_a_recipe_that_says_other_words_of_itself_is_the_same(trials, go, tmp_path):
    go(trials[0])
    words = {"about": "other words", "reached": "more"}
    said = trials[0]._replace(
        recipe=trials[0].recipe.model_copy(update=words), judged=trials[0].judged.model_copy(update=words)
    )
    assert read_outcome(said, tmp_path) is not None


def test_what_a_training_began_with_is_not_to_change_either(trials, go, tmp_path):
    go(trials[0])
    go(trials[1])
    with pytest.raises(UsageError, match="with another init, after or limit"):
        read_outcome(trials[0]._replace(limit=20), tmp_path)
    (tmp_path / trials[0].folder / "weights.safetensors").unlink()
    with pytest.raises(UsageError, match="after a 'first' that is gone"):
        run(trials, tmp_path)


def test_what_would_fail_in_hours_is_told_at_once(trials, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "run_trial", None)  # would fail
    with pytest.raises(RecipeError, match="first gives no 'rmse'; there is negative_rmse, largest_error"):
        run(trials, tmp_path, wanted=["largest_error", "rmse"])
    with pytest.raises(ModelError, match="no such"):
        run([trials[0]._replace(init="gone.safetensors")], tmp_path)


def test_two_studies_do_not_train_in_one_folder(trials, tmp_path):
    with (
        locked(tmp_path / "lock", UsageError("held")),
        pytest.raises(UsageError, match="another study is running here"),
    ):
        run(trials, tmp_path)


def test_what_begins_after_a_failure_is_one(trials, go, tmp_path):
    (tmp_path / trials[0].folder).mkdir()
    assert go(trials[1]).failure == "begins after 'first', whose training failed"


def test_a_loss_that_is_no_number_any_more_is_an_answer(trials, go, tmp_path):
    optimiser = trials[0].recipe.optimiser.model_copy(update={"rate": 1e30, "warmup": 0, "kind": "sgd"})
    outcome = go(trials[0]._replace(recipe=trials[0].recipe.model_copy(update={"optimiser": optimiser})))
    assert outcome.figures == {}
    assert "no longer finite" in outcome.failure


def test_a_figure_that_is_undefined_stays_so(trials, tmp_path):
    run = tmp_path / trials[0].folder
    run.mkdir()
    judged = module.resolved(trials[0].judged)
    (run / "figures.json").write_text(
        json.dumps({"judged": judged, "figures": {"ap": None}, "failure": "", "told": ["ap"]})
    )
    assert math.isnan(read_outcome(trials[0], tmp_path).figures["ap"])


@pytest.mark.slow
def test_trials_run_side_by_side_and_a_second_time_there_is_nothing_to_do(trials, tmp_path, monkeypatch):
    said = []
    outcomes = run(trials, tmp_path, said.append)
    assert [o.trial for o in outcomes] == trials
    assert all(isinstance(o, Outcome) and o.figures for o in outcomes)
    assert said[-1].endswith("(0 left, about 0 minutes)")
    assert not any("about 1 minutes" in line for line in said)
    monkeypatch.setattr(module, "run_trial", None)  # would fail
    assert run(trials, tmp_path, said.append) == outcomes
    assert said[-1] == "4 of 4 trainings are there already"
