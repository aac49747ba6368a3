import numpy as np
import pytest
from PIL import Image
from pydantic import ValidationError

from facewright.core.errors import DataError
from facewright.datasets.negatives import Named, write_list
from facewright.training import data as module
from facewright.training.data import open_cached, open_validation


def opened(recipe, cache, **options):
    system = recipe.system()
    system.open(cache, **options)
    return system


def test_a_round_gets_its_stages_style_and_exactly_its_canvases(tiny, toy_cache):
    recipe = tiny()
    system = opened(recipe, toy_cache)
    made = []
    for round_ in range(recipe.rounds):
        loader = system.loader(round_)
        made += list(loader.sampler)
        batches = list(loader)
        stage = recipe.stages[round_ // 2]
        assert len(batches) == recipe.steps
        assert {tuple(batch.pixels.shape) for batch in batches} == {
            (stage.batch, 3, stage.canvas, stage.canvas)
        }
    assert made == list(range(2 * 3 * 2 + 2 * 3 * 3))


def test_workers_make_the_same_canvases(tiny, toy_cache):
    recipe = tiny()
    helped = with_data(recipe, workers=2)
    one_by_one, by_workers = (opened(one, toy_cache).loader(1) for one in (recipe, helped))
    for one, other in zip(one_by_one, by_workers, strict=True):
        assert (one.pixels == other.pixels).all()
        assert all((a.boxes == b.boxes).all() for a, b in zip(one.truths, other.truths, strict=True))


def test_offset_and_limit_choose_pictures_of_each_training_set(tiny, toy_cache):
    def names(**options):
        return [sample.name for sample in opened(tiny(), toy_cache, **options).sets[0]]

    everything = names()
    assert len(everything) == 12
    assert names(offset=2, limit=3) == everything[2:5]
    assert names(offset=10) == everything[10:]
    assert names(limit=50) == everything
    with pytest.raises(DataError, match="no pictures left to use; check the path, --offset and --limit"):
        names(offset=12)


def test_validation_is_thinned_evenly(tiny, toy_cache):
    (thinned,) = open_validation(tiny().data, 128, toy_cache)
    every = open_cached("toy:6?seed=1&size=128", 128, toy_cache)
    assert [sample.name for sample in thinned] == [every[i].name for i in (0, 2, 5)]


def test_validation_pictures_are_shown_at_the_recipes_size(tiny, toy_cache):
    (small,) = open_validation(tiny().data, 64, toy_cache)
    assert small[0].read().shape == (64, 64, 3)


@pytest.fixture
def faceless(tmp_path):
    folder = tmp_path / "empty"
    folder.mkdir()
    Image.fromarray(np.zeros((40, 50, 3), np.uint8)).save(folder / "a.png")
    return f"folder:{folder}"


def test_faceless_pictures_fill_the_canvases(tiny, toy_cache, faceless):
    system = opened(with_data(tiny(), faceless=[faceless, faceless]), toy_cache)
    assert len(system.pool.fill) == 2
    assert system.pool.fill[1].read().shape == (40, 50, 3)
    assert [len(dataset) for dataset in system.sets] == [12, 1, 1]


def test_alarms_are_shown_where_a_stage_wants_them(tiny, toy_cache, faceless, tmp_path):
    table = write_list([Named(faceless, "a.png", (4, 5, 24, 25))], tmp_path / "alarms.csv")
    data = {**tiny().data.model_dump(), "faceless": [faceless], "hard": str(table)}
    stage = {"rounds": 1, "canvas": 64, "batch": 2, "negative": 1.0, "hard_negative": 1.0}
    system = opened(tiny(data=data, stages=[stage]), toy_cache)
    (alarm,) = system.pool.hard
    assert alarm.boxes.tolist() == [[4, 5, 24, 25]]
    assert not any(len(truth.boxes) for batch in system.loader(0) for truth in batch.truths)
    with pytest.raises(ValidationError, match=r"wants data\.hard"):
        tiny(stages=[stage])
    with pytest.raises(ValidationError, match="no stage shows its alarms"):
        tiny(data=data)


def with_data(recipe, **changes):
    return recipe.model_copy(update={"data": recipe.data.model_copy(update=changes)})


def test_a_validation_set_without_faces_is_refused(tiny, toy_cache, faceless):
    with pytest.raises(DataError, match="no face in the 1 pictures used of this validation set"):
        opened(with_data(tiny(), validation=[faceless]), toy_cache)


def test_faces_in_a_faceless_set_are_refused(tiny, toy_cache):
    with pytest.raises(DataError, match="given as faceless, but holds faces"):
        opened(with_data(tiny(), faceless=["toy:6?seed=1&size=128"]), toy_cache)


def test_faces_without_known_boxes_are_refused(tiny, toy_cache, monkeypatch):
    from facewright.datasets.sample import Dataset, Sample, no_landmarks

    nowhere = Sample(
        "x", np.zeros((40, 40, 3), np.uint8), np.full((1, 4), np.nan, np.float32), no_landmarks(1)
    )
    monkeypatch.setattr(module, "open_dataset", lambda data: Dataset(data, [nowhere]))
    with pytest.raises(DataError, match="faces whose boxes are not known"):
        opened(tiny(), toy_cache / "unknown")


def test_a_set_of_which_nothing_can_be_read_is_refused(tmp_path):
    (tmp_path / "bad.jpg").write_bytes(b"no picture")
    with pytest.raises(DataError, match=r"none of its 1 pictures can be read \(.*bad\.jpg"):
        open_cached(f"folder:{tmp_path}", 64, tmp_path / "cache")
