import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from facewright.core.errors import RecipeError
from facewright.training.loading import load_recipe
from facewright.training.study import (
    Range,
    find_study,
    load_study,
    name_of,
    slug,
    study_names,
    toml,
    trials_of,
)


@pytest.fixture
def write(tmp_path):
    """`write(text)` makes a study file around it, of a quick recipe, and gives its path."""

    def written(text, base="monkey-saddle"):
        path = tmp_path / "study.toml"
        path.write_text(f'about = "?"\nbase = "{base}"\n{text}')
        return str(path)

    return written


def test_variants_are_trained_with_every_seed_one_seed_after_the_other(write):
    study = load_study(write('changes = ["steps=7"]\nseeds = [4, 5]\n[variants]\na = []\nb = ["steps=9"]'))
    trials = trials_of(study)
    assert [(t.setting, t.seed) for t in trials] == [("a", 4), ("b", 4), ("a", 5), ("b", 5)]
    assert [t.recipe.steps for t in trials] == [7, 9, 7, 9]
    assert [t.recipe.seed for t in trials] == [4, 4, 5, 5]
    assert len({t.folder for t in trials}) == 4


def test_what_is_asked_for_on_the_command_line_comes_last(write):
    study = load_study(write('[variants]\na = ["steps=9"]'))
    assert {t.recipe.steps for t in trials_of(study, ["steps=2"])} == {2}


def test_a_grid_is_every_combination(write):
    study = load_study(
        write('seeds = [1]\n[grid]\n"optimiser.rate" = [1e-3, 1e-2]\n"optimiser.kind" = ["adam", "sgd"]')
    )
    found = {(t.recipe.optimiser.rate, t.recipe.optimiser.kind) for t in trials_of(study)}
    assert found == {(1e-3, "adam"), (1e-3, "sgd"), (1e-2, "adam"), (1e-2, "sgd")}
    assert study.keys == ["optimiser.rate", "optimiser.kind"]


RANDOM = """
[random]
trials = 30
keys."optimiser.rate" = { low = 1e-4, high = 1e-2, log = true }
keys."optimiser.warmup" = { low = 1, high = 9, whole = true }
keys."optimiser.kind" = ["adam", "sgd"]
"""


def test_a_random_search_draws_the_same_each_time(write):
    study = load_study(write("seeds = [1]" + RANDOM))
    trials = trials_of(study)
    assert trials == trials_of(study)
    rates = sorted(t.recipe.optimiser.rate for t in trials)
    assert 1e-4 <= rates[0] < 1e-3 < rates[-1] <= 1e-2
    assert {t.recipe.optimiser.kind for t in trials} == {"adam", "sgd"}
    assert all(1 <= t.recipe.optimiser.warmup <= 9 for t in trials)


def test_more_trials_begin_with_the_same_ones(write):
    few = trials_of(load_study(write("seeds = [1]" + RANDOM)))
    more = trials_of(load_study(write("seeds = [1]" + RANDOM.replace("30", "40"))))
    assert more[: len(few)] == few


def test_a_random_search_asks_no_setting_twice(write):
    few = '[random]\ntrials = {}\nkeys."steps" = [5, 6]\nkeys."optimiser.kind" = ["adam", "sgd"]'
    trials = trials_of(load_study(write("seeds = [1]\n" + few.format(4))))
    assert len({t.folder for t in trials}) == 4
    with pytest.raises(RecipeError, match="there are only 4 different settings"):
        trials_of(load_study(write(few.format(5))))


def test_whole_numbers_are_drawn_as_often_as_each_other_and_none_leaves_its_range():
    rng = np.random.default_rng(0)
    drawn = [Range(low=1, high=3, whole=True).draw(rng) for _ in range(3000)]
    assert np.bincount(drawn)[1:].tolist() == pytest.approx([1000] * 3, abs=100)
    assert {Range(low=0.5, high=2.5, whole=True).draw(rng) for _ in range(99)} == {1, 2}
    assert min(Range(low=1.23444, high=1.23446).draw(rng) for _ in range(9)) >= 1.23444


def test_negative_numbers_and_long_values_have_folders_of_their_own(write):
    grid = '[grid]\n"optimiser.rate" = [1e-5, 2e-5]\n"data.train" = [{{"{0}1" = 1}}, {{"{0}2" = 1}}]'
    trials = trials_of(load_study(write("seeds = [1]\n" + grid.format("csv:" + "x" * 300))))
    assert len({t.folder for t in trials}) == 4
    assert max(len(t.folder) for t in trials) < 130
    assert slug("rate 1e-05, lean -1.0") == "rate-1e-05-lean-minus-1.0" != slug("rate 1e-05, lean 1.0")
    alike = '[grid]\n"data.target" = ["a b", "a-b"]'
    with pytest.raises(RecipeError, match="would have the same folder"):
        trials_of(load_study(write(alike)))


def test_judging_may_look_at_other_data(write):
    study = load_study(write('judge = ["data.validation_limit=7"]\n[variants]\na = []'))
    trial = trials_of(study)[0]
    assert trial.judged.data.validation_limit == 7
    assert trial.recipe == trial.judged.model_copy(update={"data": trial.recipe.data})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "a study has one of [variants], [grid] and [random]"),
        ('[variants]\na = []\n[grid]\n"steps" = [1, 2]', "one of [variants], [grid] and [random]"),
        ("seeds = [1, 1]\n[variants]\na = []", "seeds must differ"),
        ('[variants]\na = { after = "b" }\nb = []', "no variant 'b' stands before it"),
        ('[variants]\nfirst = []\nb = { after = "frst" }', "did you mean 'first'?"),
        ('[variants]\na = []\nb = { after = "a", init = "x" }', "begins with init or after, not with both"),
        ('[variants]\n"a b" = []\n"A-b" = []', "would have the same folder"),
        ('[variants]\n"+" = []', "needs a letter from a to z or a digit"),
        ('[random]\ntrials = 3\nkeys."steps" = { low = 3, high = 1 }', "low must be below high"),
        (
            '[random]\ntrials = 3\nkeys."steps" = { low = 1.2, high = 1.8, whole = true }',
            "no whole number lies",
        ),
        ("figures = { AP = [] }\n[variants]\na = []", "figures.AP"),
        ('[grid]\n"steps" = [1]', "should have at least 2 items"),
        ("sees = [1]\n[variants]\na = []", "unknown key 'sees'; did you mean 'seeds'?"),
        ("[variants]\na = []\n = 3", "not a TOML file"),
    ],
)
def test_what_is_wrong_with_a_study_is_said(write, text, says):
    with pytest.raises(RecipeError, match=re.escape(says)):
        load_study(write(text))


def test_a_change_that_no_recipe_takes_is_said(write):
    study = load_study(write('[variants]\na = ["optimiser.rat=1"]'))
    with pytest.raises(RecipeError, match="did you mean 'rate'"):
        trials_of(study)


def test_a_study_that_is_not_there():
    with pytest.raises(RecipeError, match="no such study; did you mean 'negatives'"):
        find_study("negative")


@pytest.mark.parametrize("name", study_names())
def test_every_shipped_study_has_recipes_that_can_be_trained(name):
    study = load_study(name)
    assert len(study.about) > 20
    assert len(study.seeds) >= 2
    for trial in trials_of(study.model_copy(update={"seeds": [1]})):
        assert trial.recipe.system().network() is not None


VALUES = st.recursive(
    st.booleans() | st.integers(-99, 99) | st.floats(-1e6, 1e6) | st.text('abé"\\ /.', max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text('ab/."', min_size=1), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(VALUES)
def test_a_value_comes_back_from_toml(value):
    import tomllib

    assert tomllib.loads(f"value = {toml(value)}")["value"] == value


def test_values_reach_the_recipe_through_it():
    train = {"saddle:100?seed=3": 2.0}
    assert load_recipe("monkey-saddle", [f"data.train={toml(train)}"]).data.train == train


def test_names():
    assert name_of({"stages.0.batch": 4, "stages.1.batch": 8, "steps": 2}) == (
        "stages.0.batch 4, stages.1.batch 8, steps 2"
    )
    assert name_of({"data.train": {"a": 1}, "kind": "sgd"}) == 'train {"a" = 1}, kind sgd'
    assert slug("A yes counts (no/yes)^.5 times") == "a-yes-counts-no-yes-.5-times"
