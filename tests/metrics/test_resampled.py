"""Weights instead of copies: a figure of weighted pictures is that of the pictures repeated."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from facewright.core.faces import Faces
from facewright.datasets.sample import Sample, no_landmarks
from facewright.metrics.attributes import evaluate_one
from facewright.metrics.average_precision import ap50, average_precision
from facewright.metrics.bootstrap import drawn
from facewright.metrics.curves import curve
from facewright.metrics.matching import match_all
from facewright.metrics.resampled_answers import answer_figures, auc_figures
from facewright.metrics.resampled_detection import average_precisions, figures_in_use, recalls_at
from facewright.metrics.roc import roc
from facewright.metrics.sized import match_sized


def scenes(seed, pictures=12):
    """Random faces, of which some are found well, some badly, some not; regions to ignore; false alarms."""
    rng = np.random.default_rng(seed)
    samples, faces = [], []
    for i in range(pictures):
        count = int(rng.integers(0, 5))
        corners = rng.uniform(0, 300, (count, 2))
        truth = np.concatenate([corners, corners + rng.uniform(10, 120, (count, 1))], axis=1)
        near = truth + rng.normal(0, 6, truth.shape)
        alarms = rng.uniform(0, 300, (int(rng.integers(0, 6)), 2))
        alarms = np.concatenate([alarms, alarms + rng.uniform(10, 120, (len(alarms), 1))], axis=1)
        boxes = np.concatenate([near[rng.random(count) < 0.8], alarms]).reshape(-1, 4)
        ignore = (
            np.array([[0, 0, 90, 90]], np.float32) if rng.random() < 0.3 else np.zeros((0, 4), np.float32)
        )
        samples.append(Sample(f"{i}", b"", truth.astype(np.float32), no_landmarks(count), ignore=ignore))
        boxes[:, 2:] = np.maximum(boxes[:, 2:], boxes[:, :2] + 1)
        faces.append(Faces(boxes.astype(np.float32), rng.random(len(boxes)), width=420, height=420))
    return samples, faces


def repeated(things, weights):
    return [thing for thing, times in zip(things, weights, strict=True) for _ in range(times)]


@settings(max_examples=25)
@given(st.integers(0, 10_000))
def test_figures_of_detectors_are_those_of_the_pictures_repeated(seed):
    samples, faces = scenes(seed)
    counts = drawn(range(len(samples)), resamples=3, seed=seed)
    matches = match_all(samples, faces)
    precisions, recalls = average_precisions(matches, counts), recalls_at(matches, counts, 0.5)
    in_use = figures_in_use(matches, counts, 0.5)
    for i, weights in enumerate(counts):
        again = match_all(repeated(samples, weights), repeated(faces, weights))
        points, use = curve(again), curve(again).at_threshold(0.5)
        assert precisions[i] == pytest.approx(
            ap50(repeated(samples, weights), repeated(faces, weights)), abs=1e-9, nan_ok=True
        )
        assert recalls[i] == pytest.approx(points.at_false_alarms(0.5).recall, nan_ok=True)
        assert in_use["recall"][i] == pytest.approx(use.recall, nan_ok=True)
        assert in_use["precision"][i] == pytest.approx(use.precision, nan_ok=True)
        assert in_use["false_alarms"][i] == pytest.approx(use.false_alarms)


@settings(max_examples=25)
@given(st.integers(0, 10_000))
def test_ap_of_one_size_is_cocos(seed):
    samples, faces = scenes(seed)
    scales = np.random.default_rng(seed).uniform(0.5, 1, len(samples)).tolist()
    ranges = {"small": (0.0, 32.0), "medium": (32.0, 96.0)}
    coco = average_precision(samples, faces, thresholds=(0.5,), sizes=ranges, scales=scales)
    once = np.ones((1, len(samples)), np.uint16)
    for name, (low, high) in ranges.items():
        found = average_precisions(match_sized(samples, faces, scales, low, high), once)[0]
        assert found == pytest.approx(coco[name][0.5], abs=1e-9, nan_ok=True)


def test_equal_scores_and_nothing_found():
    samples, _ = scenes(1)
    tied = [Faces(s.boxes, np.full(len(s.boxes), 0.5)) for s in samples]
    empty = [Faces.empty() for _ in samples]
    once = np.ones((1, len(samples)), np.uint16)
    assert average_precisions(match_all(samples, tied), once)[0] == pytest.approx(ap50(samples, tied))
    assert average_precisions(match_all(samples, empty), once)[0] == 0
    assert recalls_at(match_all(samples, empty), once, 0.1)[0] == 0
    nobody = [Sample("n", b"", np.zeros((0, 4), np.float32), no_landmarks(0))]
    matches = match_all(nobody, [Faces([[0, 0, 9, 9]], [0.9])])
    assert np.isnan(average_precisions(matches, np.ones((2, 1), np.uint16))).all()
    assert np.isnan(recalls_at(matches, np.ones((2, 1), np.uint16), 0.1)).all()


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.booleans())
def test_figures_of_answers_are_those_of_the_pictures_repeated(seed, coarse):
    rng = np.random.default_rng(seed)
    scores = rng.random(30)
    scores = np.round(scores, 1) if coarse else scores  # many equal ones
    labels = rng.integers(-1, 2, 30)
    counts = drawn(range(30), resamples=4, seed=seed)
    found = answer_figures(scores, labels == 1, labels >= 0, counts)
    for i, weights in enumerate(counts):
        kept = np.repeat(np.arange(30), weights)
        kept = kept[labels[kept] >= 0]
        one = evaluate_one(scores[kept], labels[kept] == 1)
        for name in found:
            assert found[name][i] == pytest.approx(getattr(one, name), nan_ok=True), name


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.booleans())
def test_roc_is_that_of_the_windows_repeated(seed, coarse):
    rng = np.random.default_rng(seed)
    scores = np.round(rng.random(25), 1) if coarse else rng.random(25)
    face = rng.random(25) < 0.5
    assume(face.any() and not face.all())
    counts = drawn(range(25), face.tolist(), resamples=4, seed=seed)
    found = auc_figures(scores, face, counts, 0.2)
    for i, weights in enumerate(counts):
        kept = np.repeat(np.arange(25), weights)
        points = roc(face[kept], scores[kept])
        assert found["auc"][i] == pytest.approx(points.auc)
        assert found["tpr"][i] == pytest.approx(points.at_fpr(0.2).tpr)


def test_a_kind_that_no_resample_holds_has_no_figure():
    found = auc_figures(np.array([0.3, 0.4]), np.array([True, False]), np.array([[2, 0]], np.uint16), 0.1)
    assert math.isnan(found["auc"][0]) and math.isnan(found["tpr"][0])
