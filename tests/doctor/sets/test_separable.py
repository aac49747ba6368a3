import io
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from facewright.doctor.sets.separable import negatives_separable, separation
from facewright.doctor.sets.subject import Item, Items, Splits


@pytest.fixture
def training(data):
    return lambda samples: Splits("mine", {"train": [data("train", samples)]})


@pytest.fixture
def faces(toys):
    return [toy for toy in toys if len(toy.boxes)][:60]


@pytest.fixture
def faceless(toys):
    return [toy for toy in toys if not len(toy.boxes)]


def noise(scene, seed):
    pixels = np.random.default_rng(seed).integers(0, 256, (128, 128, 3), np.uint8)
    return replace(scene(seed), picture=pixels)


def test_s0_noise_is_no_negative(faces, faceless, scene, training, ids, errors):
    noisy = training([*faces, *(noise(scene, seed) for seed in range(40))])
    assert "negatives-separable" in ids(noisy)
    assert "noise" in negatives_separable(noisy)[0].evidence
    healthy = training([*faces, *faceless])
    assert len(faceless) >= 20
    assert "negatives-separable" not in ids(healthy)
    assert errors(healthy) == []


def test_grey_against_colour_gives_the_answer_away(faces, faceless, training):
    def grey(sample):
        return replace(
            sample, picture=np.repeat(sample.read().mean(axis=2, keepdims=True), 3, 2).astype(np.uint8)
        )

    coloured = [face for face in faces if np.ptp(face.read(), axis=2).mean() > 3]
    (finding,) = negatives_separable(training([*coloured, *map(grey, faceless)]))
    assert "colour" in finding.evidence


def test_compression_gives_the_answer_away(faces, faceless, training):
    def saved(sample, quality):
        file = io.BytesIO()
        Image.fromarray(sample.read()).save(file, "JPEG", quality=quality)
        return replace(sample, picture=file.getvalue())

    different = [*(saved(s, 95) for s in faces), *(saved(s, 60) for s in faceless)]
    (finding,) = negatives_separable(training(different))
    assert list(finding.evidence) == ["JPEG quality"]
    assert negatives_separable(training([saved(s, 80) for s in [*faces, *faceless]])) == []


def test_size_gives_the_answer_away(faces, faceless, training):
    def enlarged(sample):
        return replace(sample, picture=np.asarray(Image.fromarray(sample.read()).resize((200, 200))))

    cut = training([*faces, *map(enlarged, faceless)])
    assert "size (long side)" not in {key for f in negatives_separable(cut) for key in f.evidence}
    (finding,) = negatives_separable(replace(cut, input=(128, 128)))
    assert "size (long side)" in finding.evidence


def test_s0_noise_made_by_the_pipeline_is_found_among_its_items(faces, faceless, scene, ids):
    def items(negatives):
        examples = [Item(s.read(), s.boxes) for pair in zip(faces, negatives, strict=False) for s in pair]
        return Items("mine", lambda number, epoch: examples[number], len(examples))

    assert "items-separable" in ids(items([noise(scene, seed) for seed in range(40)]))
    assert "items-separable" not in ids(items(faceless))


numbers = st.lists(st.floats(-100, 100), min_size=1, max_size=30)


@given(numbers, numbers)
@settings(max_examples=50)
def test_the_best_range_is_as_good_as_every_range_tried(ones, others):
    right, low, high = separation(ones, others)
    values = sorted({*ones, *others})

    def inside(given, low, high):
        return np.mean([low <= value <= high for value in given])

    every = [abs(inside(ones, a, b) - inside(others, a, b)) for i, a in enumerate(values) for b in values[i:]]
    assert right == pytest.approx((1 + max(every)) / 2)
    assert abs(inside(ones, low, high) - inside(others, low, high)) == pytest.approx(max(every))
