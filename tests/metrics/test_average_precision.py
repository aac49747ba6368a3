import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facewright.core.faces import Faces
from facewright.datasets.sample import Sample, no_landmarks
from facewright.metrics.average_precision import ap50, average_precision
from facewright.metrics.curves import curve
from facewright.metrics.matching import match_all

BLANK = np.zeros((100, 200, 3), np.uint8)


def sample(boxes, ignore=()):
    boxes = np.asarray(boxes, np.float32).reshape(-1, 4)
    return Sample(
        "s", BLANK, boxes, no_landmarks(len(boxes)), {}, np.asarray(ignore, np.float32).reshape(-1, 4)
    )


def found(boxes, scores):
    return Faces(boxes, scores, None, {}, 200, 100)


def random_scene(seed):
    """A few pictures with true boxes, near finds, far finds and ignore regions.

    All scores differ: COCO ranks equal ones by the order of the pictures.
    """
    rng = np.random.default_rng(seed)
    scores = rng.permutation(1000) / 1000
    samples, faces = [], []
    for _ in range(rng.integers(1, 6)):
        corners = rng.uniform(0, 150, (rng.integers(0, 6), 2))
        boxes = np.concatenate([corners, corners + rng.uniform(5, 120, corners.shape)], axis=1)
        near = boxes[rng.uniform(size=len(boxes)) < 0.8]
        near = near + rng.normal(0, 4, near.shape) * (rng.uniform(size=(len(near), 1)) < 0.7)
        far = rng.uniform(0, 150, (rng.integers(0, 5), 2))
        detections = np.concatenate([near, near[:1], np.concatenate([far, far + 30], axis=1)])
        detections[:, 2:] = np.maximum(detections[:, 2:], detections[:, :2] + 1)
        ignore = [[120, 0, 200, 200]] if rng.uniform() < 0.5 else []
        samples.append(sample(boxes, ignore))
        faces.append(found(detections, scores[: len(detections)]))
        scores = scores[len(detections) :]
    return samples, faces


scenes = st.integers(0, 2**32 - 1).map(random_scene)


def test_a_case_worked_by_hand():
    """Two faces; finds by score: right (.9), wrong (.8), right (.7).

    Precision 1 at recall 1/2, then 2/3 at recall 1. Of COCO's 101 recall points 0, .01 ... 1 the 51 up to .5
    see precision 1 and the 50 above see 2/3.
    """
    truth = sample([[0, 0, 40, 40], [100, 0, 140, 40]])
    detections = found([[0, 0, 40, 40], [50, 50, 90, 90], [100, 0, 140, 40]], [0.9, 0.8, 0.7])
    assert ap50([truth], [detections]) == pytest.approx((51 + 50 * 2 / 3) / 101, abs=1e-12)


def test_each_iou_threshold_by_hand():
    """One face, found with IoU 30/40 = .75: right at .5 ... .75 (six of ten thresholds), wrong above."""
    table = average_precision([sample([[0, 0, 40, 40]])], [found([[0, 0, 40, 30]], [0.5])])["all"]
    assert [value for _, value in sorted(table.items())] == pytest.approx([1] * 6 + [0] * 4)


def test_more_than_a_hundred_faces_in_a_picture_all_count():
    corners = np.stack(np.meshgrid(np.arange(20), np.arange(10)), axis=-1).reshape(-1, 2) * 10.0
    boxes = np.concatenate([corners, corners + 8], axis=1)
    assert ap50([sample(boxes)], [found(boxes, np.linspace(0.2, 0.9, 200))]) == pytest.approx(1)


def test_a_face_outside_a_range_of_sizes_counts_for_nothing_there():
    truth = sample([[0, 0, 20, 20], [50, 0, 110, 60]])
    detections = found([[50, 0, 110, 60]], [0.9])
    sizes = {"small": (0, 32), "medium": (32, 96), "large": (96, 1e5)}
    table = average_precision([truth], [detections], thresholds=[0.5], sizes=sizes)
    assert table["small"][0.5] == 0
    assert table["medium"][0.5] == pytest.approx(1)
    assert math.isnan(table["large"][0.5])
    doubled = average_precision([truth], [detections], thresholds=[0.5], sizes=sizes, scales=[2.0])
    assert doubled["large"][0.5] == pytest.approx(1)


def test_without_true_faces_there_is_no_average_precision():
    assert math.isnan(ap50([sample([], [[0, 0, 200, 100]])], [found([[0, 0, 10, 10]], [0.9])]))
    assert math.isnan(ap50([], []))


def test_no_detections_give_zero():
    assert ap50([sample([[0, 0, 10, 10]])], [Faces.empty(200, 100)]) == 0


def test_sequences_of_different_length_are_refused():
    with pytest.raises(ValueError, match="shorter"):
        ap50([sample([]), sample([])], [Faces.empty()])


def test_a_find_in_an_ignore_region_costs_nothing_and_outside_it_does():
    truth = [[0, 0, 40, 40]]
    detections = found([[100, 0, 140, 40], [0, 0, 40, 40]], [0.9, 0.8])
    assert ap50([sample(truth)], [detections]) == pytest.approx(0.5)
    assert ap50([sample(truth, [[90, 0, 200, 100]])], [detections]) == pytest.approx(1)


@settings(max_examples=25)
@given(scenes)
def test_perfect_detections_give_one(scene):
    samples, _ = scene
    if not any(len(s.boxes) for s in samples):
        return
    faces = [found(s.boxes, np.full(len(s.boxes), 0.9)) for s in samples]
    table = average_precision(samples, faces)["all"]
    assert min(table.values()) == pytest.approx(1)


@settings(max_examples=25)
@given(scenes, st.randoms(use_true_random=False))
def test_the_order_of_pictures_and_detections_does_not_matter(scene, random):
    samples, faces = scene
    pairs = list(zip(samples, faces, strict=True))
    random.shuffle(pairs)
    shuffled = [s for s, _ in pairs], [f[random.sample(range(len(f)), len(f))] for _, f in pairs]
    before, after = ap50(*scene), ap50(*shuffled)
    assert after == pytest.approx(before, nan_ok=True)


@settings(max_examples=50)
@given(scenes)
def test_our_own_matching_gives_the_same_average_precision_as_coco(scene):
    """The curve is ours, AP is faster-coco-eval's: two ways to the same number."""
    if not any(len(s.boxes) for s in scene[0]):
        return
    points = curve(match_all(*scene))
    best = np.maximum.accumulate(points.precision[::-1])[::-1]
    at = np.searchsorted(points.recall, np.linspace(0, 1, 101))
    own = np.where(at < len(best), np.append(best, 0)[np.minimum(at, len(best))], 0).mean()
    assert ap50(*scene) == pytest.approx(own, abs=1e-6)
