"""Framings of a face: exact without jitter, between whole and tightest, a function of the number."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from facewright.datasets.sample import Sample, no_landmarks
from facewright.tasks.fixed_input import squash
from facewright.transforms.face_crops import (
    WHOLE,
    CropMaker,
    FaceSet,
    FaceStyle,
    LabelledCrop,
    blended,
    frame,
    pasted,
)

STILL = FaceStyle(side=40)


def picture(width: int, height: int) -> np.ndarray:
    """Red grows to the right, green downwards."""
    y, x = np.mgrid[:height, :width]
    return np.stack([255 * x // width, 255 * y // height, np.full_like(x, 7)], axis=2).astype(np.uint8)


def samples(*pictures: np.ndarray) -> list[Sample]:
    box = np.full((1, 4), np.nan, np.float32)
    return [Sample(str(i), pixels, box, no_landmarks(1)) for i, pixels in enumerate(pictures)]


@pytest.mark.parametrize(("width", "height"), [(89, 109), (40, 40), (112, 90), (20, 30)])
def test_a_whole_picture_without_jitter_is_what_the_file_sees(width, height):
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (height, width, 3)).astype(np.uint8)
    expected = squash(torch.from_numpy(pixels), 40).pixels[0].permute(1, 2, 0).numpy()
    assert np.abs(frame(pixels, WHOLE, STILL, rng).astype(float) - expected).max() <= 1.01


def test_a_region_fills_the_square():
    crop = frame(picture(160, 200), (0.25, 0.5, 0.75, 1.0), STILL, np.random.default_rng(0)).astype(float)
    assert crop[20, 0, 0] == pytest.approx(0.25 * 255, abs=4)
    assert crop[20, -1, 0] == pytest.approx(0.75 * 255, abs=4)
    assert crop[0, 20, 1] == pytest.approx(0.5 * 255, abs=4)
    assert crop[-1, 20, 1] == pytest.approx(255, abs=4)


def test_mirroring_is_the_only_change_that_a_mirrored_style_makes():
    pixels = picture(40, 40)
    rng = np.random.default_rng(0)
    turned = frame(pixels, WHOLE, FaceStyle(side=40, mirror=1.0), rng)
    assert np.array_equal(turned, pixels[:, ::-1])


def test_framings_lie_between_the_whole_and_the_tightest():
    faces = FaceSet(samples(picture(200, 200)), np.array([[1]], np.int8), tight=(0.2, 0.2, 0.8, 0.8))
    maker = CropMaker([faces], STILL, seed=0)
    left = np.array([maker.crop(i).pixels[20, 0, 0] / 255 for i in range(60)])
    assert left.min() < 0.03 and 0.17 < left.max() < 0.22


def test_sets_are_drawn_by_weight_with_their_own_labels_and_crops_follow_from_the_number():
    sets = [
        FaceSet(samples(np.full((9, 9, 3), 10, np.uint8)), np.array([[1, 0]], np.int8), weight=3),
        FaceSet(samples(np.full((9, 9, 3), 200, np.uint8)), np.array([[0, -1]], np.int8), weight=1),
    ]
    style = FaceStyle(side=16, mirror=0.5, shift=0.1, degrees=9, strength=0.3)
    crops = [CropMaker(sets, style, seed=5).crop(i) for i in range(200)]
    dark = np.array([crop.pixels.mean() < 100 for crop in crops])
    assert 0.65 < dark.mean() < 0.85
    assert [crop.labels.tolist() for crop in crops] == [[1, 0] if d else [0, -1] for d in dark]
    again = CropMaker(sets, style, seed=5).crop(7)
    assert np.array_equal(again.pixels, crops[7].pixels)
    assert not np.array_equal(CropMaker(sets, style, seed=6).crop(7).pixels, crops[7].pixels)


def a_crop(grey: int, *labels: float, side: int = 40) -> LabelledCrop:
    return LabelledCrop(np.full((side, side, 3), grey, np.uint8), np.array(labels, np.float32))


@given(st.floats(0, 0.5), st.integers(0, 99))
def test_a_mixed_crop_says_yes_as_far_as_it_shows_who_does(share, seed):
    """A black crop and a white one: the light that is there is the share of what the white one is told."""
    black, white = a_crop(0, 0, 1, -1, 0), a_crop(255, 1, 1, 1, -1)
    for mixed in (
        blended(black, white, share),
        pasted(black, white, share, np.random.default_rng(seed)),
    ):
        light = mixed.pixels.mean() / 255
        assert light == pytest.approx(share, abs=0.03)
        assert mixed.labels.tolist() == [pytest.approx(light, abs=0.002), 1, -1, -1]
        assert mixed.labels.dtype == np.float32
    assert not black.pixels.any() and white.pixels.all()


def test_crops_are_mixed_as_often_as_the_style_says_and_are_else_as_without():
    pictures = [np.full((9, 9, 3), value, np.uint8) for value in (0, 255)]
    faces = FaceSet(samples(*pictures), np.array([[0], [1]], np.int8))
    plain = [CropMaker([faces], FaceStyle(side=16), seed=3).crop(i) for i in range(200)]
    for mixing in ({"mixup": 0.4}, {"cutmix": 0.4}, {"mixup": 0.2, "cutmix": 0.2}):
        maker = CropMaker([faces], FaceStyle(side=16, **mixing), seed=3)
        crops = [maker.crop(i) for i in range(200)]
        changed = [i for i in range(200) if not np.array_equal(crops[i].pixels, plain[i].pixels)]
        assert 0.1 < len(changed) / 200 < 0.3  # of .4 every other one is mixed with its like
        assert all(0 < crops[i].labels[0] < 1 for i in changed)
        assert np.array_equal(maker.crop(changed[0]).pixels, crops[changed[0]].pixels)


def test_more_than_all_crops_cannot_be_mixed():
    with pytest.raises(ValidationError, match=r"mixup and cutmix are 1\.1 together, more than all crops"):
        FaceStyle(mixup=0.6, cutmix=0.5)
