import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facewright.core.errors import RecipeError
from facewright.training.detection import CanvasStage, DetectionRecipe
from facewright.training.loading import find_recipe, load_recipe, load_resolved, recipe_names, resolved

MINIMAL = """
name = "mine"
task = "detection"
[data]
train = {"toy:9" = 1}
validation = ["toy:3"]
[[stages]]
rounds = 2
"""


@pytest.fixture
def recipe_file(tmp_path):
    def write(text=MINIMAL, replace=("", "")):
        path = tmp_path / "mine.toml"
        path.write_text(text.replace(*replace) if replace[0] else text, encoding="utf-8")
        return str(path)

    return write


@pytest.mark.parametrize("name", recipe_names())
def test_every_shipped_recipe_loads_and_is_named_as_its_file(name):
    recipe = load_recipe(name)
    assert recipe.name == name
    assert recipe.about
    assert recipe == load_recipe(str(find_recipe(name)))


def test_the_shipped_detectors_are_there():
    assert {"detector-nano", "detector-small", "quickstart"} <= set(recipe_names())
    assert "sets" not in recipe_names()


def test_a_minimal_recipe_is_filled_with_defaults(recipe_file):
    recipe = load_recipe(recipe_file())
    assert recipe.network.size == "nano"
    assert recipe.rounds == 2
    assert recipe.stages[0].batch == 16
    untaught = {"teacher_score": 0.0, "teacher_box": 0.0, "teacher_landmarks": 0.0}
    kinds = {"assignment": "dynamic", "score_kind": "quality-focal", "box_kind": "eiou"}
    assert recipe.loss.model_dump() == {"score": 1.0, "box": 2.0, "landmarks": 1.0} | kinds | untaught
    assert recipe.teacher is None


@pytest.mark.parametrize(
    ("replace", "sentence"),
    [
        (("[data]", "steeps = 3\n[data]"), "unknown key 'steeps'; did you mean 'steps'?"),
        (("name", "naem"), "unknown key 'naem'; did you mean 'name'? (and 1 more)"),
        (("[data]", "[optimizer]\n[data]"), "unknown key 'optimizer'; did you mean 'optimiser'?"),
        (("[data]", "[optimiser]\nrat = 1e-3\n[data]"), "'optimiser.rat'; did you mean 'rate'?"),
        (("[data]", "[loss]\nboxes = 1\n[data]"), "'loss.boxes'; did you mean 'box'?"),
        (("rounds = 2", "rounds = 2\nmosiac = 1"), "'stages.0.mosiac'; did you mean 'mosaic'?"),
        (("[data]", "[data]\nvalidaton_limit = 3"), "did you mean 'validation_limit'?"),
        (("rounds = 2", ""), "the key 'stages.0.rounds' is missing"),
        (('name = "mine"', ""), "the key 'name' is missing"),
        (("rounds = 2", 'rounds = "two"'), 'stages.0.rounds: input should be a valid integer'),
        (("rounds = 2", "rounds = 0"), "stages.0.rounds: input should be greater than or equal to 1, not 0"),
        (("rounds = 2", "rounds = 2\ntiles = [4, 2]"), "stages.0.tiles: must be the fewest tiles a side"),
        (("rounds = 2", "rounds = 2\ncanvas = 100"), "canvas: input should be a multiple of 32, not 100"),
        (('"toy:9" = 1', '"toy:9" = -1'), "data.train.toy:9: input should be greater than 0, not -1"),
        (("[data]", "[optimiser]\nrate = inf\n[data]"), "optimiser.rate: input should be a finite number"),
        (("[data]", '[optimiser]\nschedule = "steps"\n[data]'), "optimiser: the schedule steps wants drops"),
        (
            ("[data]", '[optimiser]\nschedule = "triangular"\nrate = 1e-5\n[data]'),
            "optimiser: lowest must be at most the rate, 1e-05, for triangular",
        ),
        (('"detection"', '"detektion"'), "there is no task 'detektion'; did you mean 'detection'?"),
        (('name = "mine"', 'name = "My recipe"'), "name: string should match"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_one_sentence_that_names_file_and_key(recipe_file, replace, sentence):
    path = recipe_file(replace=replace)
    with pytest.raises(RecipeError) as caught:
        load_recipe(path)
    text = str(caught.value)
    assert text.startswith(f"{path}: ")
    assert sentence in text
    assert "\n" not in text


def test_more_than_one_mistake_is_counted(recipe_file):
    with pytest.raises(RecipeError, match=r"\(and 1 more\)"):
        load_recipe(recipe_file(replace=("rounds = 2", "mosiac = 1")))


@pytest.mark.parametrize("content", [b"name = \n", b"\xff\xfe\x00", b"= 3"])
def test_what_is_no_toml_is_said(tmp_path, content):
    path = tmp_path / "bad.toml"
    path.write_bytes(content)
    with pytest.raises(RecipeError, match=r"bad\.toml: not a TOML file"):
        load_recipe(str(path))


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("detector-nan", "there is no recipe 'detector-nan'; did you mean 'detector-nano'?"),
        ("gone.toml", "gone.toml: no such recipe file"),
        ("some/where", "some/where: no such recipe file"),
    ],
)
def test_a_recipe_that_is_not_there(name, sentence, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RecipeError) as caught:
        load_recipe(name)
    assert str(caught.value).startswith(sentence)


@pytest.mark.parametrize(
    ("change", "look", "value"),
    [
        ("steps=7", lambda r: r.steps, 7),
        ("optimiser.rate=1e-3", lambda r: r.optimiser.rate, 1e-3),
        (" optimiser.rate = 0.5 ", lambda r: r.optimiser.rate, 0.5),
        ("network.size=small", lambda r: r.network.size, "small"),
        ('network.size="small"', lambda r: r.network.size, "small"),
        ("loss.box=0.5", lambda r: (r.loss.score, r.loss.box, r.loss.landmarks), (1.0, 0.5, 1.0)),
        ("stages.0.rounds=9", lambda r: r.stages[0].rounds, 9),
        ("stages.0.tiles=[1, 3]", lambda r: r.stages[0].tiles, (1, 3)),
        ("stages=[{rounds=1}, {rounds=4}]", lambda r: r.rounds, 5),
        ('data.train."helen/train"=2', lambda r: r.data.train, {"toy:9": 1.0, "helen/train": 2.0}),
        ("data.train.\"street.masks\"=2", lambda r: r.data.train["street.masks"], 2.0),
        ('data.validation=["a", "b"]', lambda r: r.data.validation, ["a", "b"]),
        ("data.validation.0=a=b", lambda r: r.data.validation, ["a=b"]),
    ],
)  # fmt: skip
def test_set_changes_a_value(recipe_file, change, look, value):
    assert look(load_recipe(recipe_file(), [change])) == value


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("steps", "--set takes key=value"),
        ("=3", "--set takes key=value"),
        ("stepps=3", "unknown key 'stepps'; did you mean 'steps'?"),
        ("optimiser.rates=3", "unknown key 'optimiser.rates'; did you mean 'rate'?"),
        ("stages.4.rounds=3", "there is nothing called '4'"),
        ("stages.x=3", "there is nothing called 'x'"),
        ("name.x=3", "there is nothing called 'x'"),
        ("name.x.y=3", "there is nothing called 'x'"),
        ("steps=many", 'steps: input should be a valid integer'),
    ],
)  # fmt: skip
def test_a_wrong_change_is_one_sentence(recipe_file, change, sentence):
    with pytest.raises(RecipeError) as caught:
        load_recipe(recipe_file(), [change])
    assert sentence in str(caught.value)


def test_later_changes_win(recipe_file):
    assert load_recipe(recipe_file(), ["steps=3", "steps=4"]).steps == 4


def stage(rounds, batch):
    return CanvasStage(rounds=rounds, batch=batch)


@settings(max_examples=60)
@given(
    st.lists(st.builds(stage, st.integers(1, 5), st.integers(1, 7)), min_size=1, max_size=4),
    st.integers(1, 9),
)
def test_every_round_has_a_stage_and_no_canvas_is_made_twice(stages, steps):
    recipe = DetectionRecipe(
        name="x", task="detection", steps=steps, stages=stages, data={"train": {"a": 1}, "validation": ["b"]}
    )
    made = 0
    order = [i for i, s in enumerate(stages) for _ in range(s.rounds)]
    assert recipe.rounds == len(order)
    for round_, index in enumerate(order):
        assert recipe.stage_of(round_) == (index, made)
        made += steps * stages[index].batch
    with pytest.raises(ValueError, match="rounds"):
        recipe.stage_of(recipe.rounds)


@pytest.mark.parametrize("name", recipe_names())
def test_what_a_run_folder_keeps_is_the_recipe(name, tmp_path):
    recipe = load_recipe(name)
    path = tmp_path / "recipe.json"
    path.write_text(json.dumps(resolved(recipe)), encoding="utf-8")
    assert load_resolved(path) == recipe


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(None, "is missing"), ("{", "is damaged"), ("[]", "not list"), ('{"names": 1}', "'task'")],
)
def test_a_run_folders_recipe_that_cannot_be_read_is_said(tmp_path, content, sentence):
    path = tmp_path / "recipe.json"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(RecipeError, match=r"recipe\.json: ") as caught:
        load_resolved(path)
    assert sentence in str(caught.value)


def test_fast_keeps_every_stage_but_makes_it_short():
    recipe = load_recipe("detector-nano")
    short = recipe.shortened()
    assert short.rounds == len(recipe.stages)
    assert short.steps == 3
    assert [s.canvas for s in short.stages] == [s.canvas for s in recipe.stages]
    assert DetectionRecipe.model_validate(resolved(short)) == short
