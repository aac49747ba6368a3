from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from facewright.core.errors import PictureError, UsageError
from facewright.core.pictures import read_picture, write_picture
from facewright.doctor.sets.items import dropped, frozen, replaced, squashed, validation_augmented
from facewright.doctor.sets.subject import Item, Items


@pytest.fixture
def files(toys, tmp_path):
    """Paths of 24 pictures, number 5 of which is cut off."""
    paths = [write_picture(toy.read(), tmp_path / f"{i:02}.jpg") for i, toy in enumerate(toys[:24])]
    paths[5].write_bytes(paths[5].read_bytes()[:700])
    return paths


def mirrored(picture):
    return np.ascontiguousarray(picture[:, ::-1])


def flipped_at_random(picture, rng):
    return mirrored(picture) if rng.random() < 0.5 else picture


def test_s2_a_bad_sample_is_replaced_by_its_neighbour(files, ids, errors):
    def or_the_next(number, epoch):
        try:
            return Item(read_picture(files[number]))
        except PictureError:
            return or_the_next(number + 1, epoch)

    bad = Items("mine", or_the_next, len(files), files)
    assert "items-replaced" in ids(bad)
    (finding,) = replaced(bad)
    assert finding.evidence == {"numbers": [5], "count": 1}

    whole = [path for path in files if path != files[5]]
    assert errors(Items("mine", lambda n, epoch: Item(read_picture(whole[n])), len(whole), whole)) == []


def test_a_bad_sample_is_left_out_without_a_word(files, ids):
    whole = [path for path in files if path != files[5]]
    items = Items("mine", lambda n, epoch: Item(read_picture(whole[n])), len(whole), files)
    assert ids(items) == {"items-dropped"}
    (finding,) = dropped(items)
    assert finding.evidence == {"files": 24, "examples": 23}


def test_a_pipeline_that_stops_at_a_bad_file_is_right(files):
    assert replaced(Items("mine", lambda n, epoch: Item(read_picture(files[n])), len(files), files)) == []


def test_examples_of_other_files_are_named(toys):
    pictures = [toy.read() for toy in toys[:20]]
    shown = [*pictures[:7], pictures[8], *pictures[8:]]
    (finding,) = replaced(Items("mine", lambda n, epoch: Item(shown[n]), len(shown), pictures))
    assert finding.evidence["numbers"] == [[7, 8]]
    assert finding.picture is not None


def test_s1_the_flip_is_frozen_at_load_time(toys, ids, errors):
    rng = np.random.default_rng(0)
    pictures = [toy.read() for toy in toys[:40]]
    loaded = [flipped_at_random(picture, rng) for picture in pictures]
    assert "items-frozen" in ids(Items("mine", lambda n, epoch: Item(loaded[n]), 40, augmented=True))
    anew = Items("mine", lambda n, epoch: Item(flipped_at_random(pictures[n], rng)), 40, augmented=True)
    assert errors(anew) == []


def test_s1_a_frozen_flip_shows_although_the_light_changes(toys):
    rng = np.random.default_rng(0)
    pictures = [toy.read() for toy in toys[:40]]
    loaded = [flipped_at_random(picture, rng) for picture in pictures]

    def lit(picture):
        return Item((picture * rng.uniform(0.7, 1)).astype(np.uint8))

    once = Items("mine", lambda n, epoch: lit(loaded[n]), 40, pictures, augmented=True)
    (finding,) = frozen(once)
    assert "the flip was drawn once" in finding.message
    anew = Items(
        "mine", lambda n, epoch: lit(flipped_at_random(pictures[n], rng)), 40, pictures, augmented=True
    )
    assert frozen(anew) == []


def test_s1_validation_is_flipped(toys, ids, errors):
    rng = np.random.default_rng(0)
    pictures = [toy.read() for toy in toys[:40]]
    loaded = [flipped_at_random(picture, rng) for picture in pictures]
    at_load = Items("mine", lambda n, epoch: Item(loaded[n]), 40, pictures, augmented=False)
    assert "validation-augmented" in ids(at_load)
    (finding,) = validation_augmented(at_load)
    assert finding.evidence["examples"] == sum(a is not b for a, b in zip(loaded, pictures, strict=True))
    each_time = Items("mine", lambda n, epoch: Item(flipped_at_random(pictures[n], rng)), 40, augmented=False)
    assert "validation-augmented" in ids(each_time)
    assert errors(Items("mine", lambda n, epoch: Item(pictures[n]), 40, pictures, augmented=False)) == []


def test_where_nothing_is_stated_nothing_is_asked(toys, ids):
    assert ids(Items("mine", lambda n, epoch: Item(toys[n].read()), 40)) == set()


def upside_down(item):
    height = item.picture.shape[0]
    boxes = item.boxes[:, [0, 3, 2, 1]] * np.float32([1, -1, 1, -1]) + np.float32([0, height, 0, height])
    return Item(np.ascontiguousarray(item.picture[::-1]), boxes)


def test_s4_pictures_are_flipped_upside_down(portraits, ids, errors):
    items = [Item(p.read(), p.boxes) for p in portraits]
    count = len(items)

    def turned(number, epoch):
        rng = np.random.default_rng((number, epoch))
        return upside_down(items[number]) if rng.random() < 0.5 else items[number]

    def swapped(number, epoch):
        rng = np.random.default_rng((number, epoch))
        if rng.random() < 0.5:
            return items[number]
        width = items[number].picture.shape[1]
        boxes = items[number].boxes[:, [2, 1, 0, 3]] * np.float32([-1, 1, -1, 1])
        return Item(mirrored(items[number].picture), boxes + np.float32([width, 0, width, 0]))

    assert "items-upside-down" in ids(Items("mine", turned, count, augmented=True))
    healthy = Items("mine", swapped, count, augmented=True)
    assert "items-upside-down" not in ids(healthy)
    assert errors(healthy) == []


def test_mirrored_landmarks_whose_sides_are_not_swapped(portraits, ids, errors):
    def pipeline(order):
        def read(number, epoch):
            picture, points = portraits[number].read(), portraits[number].landmarks
            if np.random.default_rng((number, epoch)).random() < 0.5:
                return Item(picture, None, points)
            there = np.float32([picture.shape[1], 0]) + np.float32([-1, 1]) * points
            return Item(mirrored(picture), None, there[:, order])

        return Items("mine", read, len(portraits), augmented=True)

    assert "items-sides-swapped" in ids(pipeline([0, 1, 2, 3, 4]))
    assert errors(pipeline([1, 0, 2, 4, 3])) == []


def test_s0_pictures_are_squashed_to_a_square(scene, ids, errors):
    files = [scene(seed, 160, 100).read() for seed in range(20)]

    def squash(number, epoch):
        return Item(np.asarray(Image.fromarray(files[number]).resize((128, 128))))

    def letterbox(number, epoch):
        square = np.zeros((128, 128, 3), np.uint8)
        square[24:104] = np.asarray(Image.fromarray(files[number]).resize((128, 80)))
        return Item(square)

    assert "items-squashed" in ids(Items("mine", squash, 20, files, augmented=False))
    (finding,) = squashed(Items("mine", squash, 20, files))
    assert finding.evidence["least"] == pytest.approx(1 / 1.6)
    fitted = Items("mine", letterbox, 20, files, augmented=False)
    assert "items-squashed" not in ids(fitted)
    assert errors(fitted) == []


def test_what_is_no_picture_is_the_person_s_mistake():
    floats = Items("mine", lambda n, epoch: Item(np.zeros((3, 64, 64), np.float32)), 3)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match=r"example 0 is float32 \(3, 64, 64\)"):
        squashed(replace(floats, files=[np.zeros((64, 64, 3), np.uint8)] * 3))


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (np.zeros((8, 8, 3), np.uint8), "example 0 is a ndarray; give an Item"),
        ((np.zeros((8, 8, 3), np.uint8), [1, 2, 3]), r"example 0 has boxes \(3,\), not \(N, 4\)"),
        (Item(np.zeros((8, 8, 3), np.uint8), None, np.zeros((1, 10))), r"landmarks \(1, 10\), not"),
    ],
)
def test_what_is_no_example_is_told_in_a_sentence(given, sentence):
    with pytest.raises(UsageError, match=sentence):
        _ = Items("mine", lambda n, epoch: given, 3).looks


def test_tuples_lists_and_tensors_are_taken():
    torch = pytest.importorskip("torch")
    picture = torch.zeros((8, 8, 3), dtype=torch.uint8)
    (look,) = Items("mine", lambda n, epoch: (picture, [[1.0, 2.0, 5.0, 6.0]]), 1).looks
    assert look.first.picture.dtype == np.uint8 and look.first.boxes.shape == (1, 4)


def test_examples_of_which_none_has_a_face(ids):
    picture = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)

    def examples(every, augmented=True):
        def read(number, epoch):
            there = every and number % every == 0
            return Item(picture, np.float32([[8, 8, 40, 40]])[: int(there)])

        return Items("mine", read, 64, augmented=augmented)

    assert "items-faceless" in ids(examples(0))
    assert "items-faceless" not in ids(examples(20))
    assert "items-faceless" not in ids(examples(0, augmented=None))
