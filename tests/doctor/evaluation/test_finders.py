"""Finders of toy discs with each fault that was found in the five systems; and without."""

from functools import cache

import numpy as np
import pytest

from facewright.core.boxes import as_boxes, cxcywh_to_xyxy, iou, nms
from facewright.core.pictures import resize_picture
from facewright.doctor.evaluation.kinds import Describer, Finder
from facewright.doctor.examination import examine

RED = (220, 30, 40)


@cache
def scenes():
    """Plain pictures with one to three red squares, the "faces", of all sizes."""
    random = np.random.default_rng(0)
    out = []
    for i in range(16):
        picture = np.full((160, 200, 3), 90, np.uint8)
        picture += random.integers(0, 9, picture.shape, dtype=np.uint8)
        sizes = random.integers(14, 44, 1 + i % 3)
        x = np.arange(len(sizes)) * 62 + random.integers(4, 16, len(sizes))
        boxes = np.column_stack([x, random.integers(4, 100, len(sizes)), x + sizes, np.zeros(len(sizes))])
        boxes[:, 3] = boxes[:, 1] + sizes
        for x0, y0, x1, y1 in boxes.astype(int):
            picture[y0:y1, x0:x1] = RED
        out.append((picture, as_boxes(boxes)))
    return out


def squares(picture, channel=0):
    """Boxes of what is red (or another channel) in columns that follow one another."""
    other = picture[:, :, [c for c in range(3) if c != channel]].max(2).astype(int)
    red = picture[:, :, channel].astype(int) > other + 60
    columns = np.flatnonzero(np.diff(np.concatenate([[0], red.any(0).astype(int), [0]])))
    boxes = []
    for x0, x1 in columns.reshape(-1, 2):
        rows = np.flatnonzero(red[:, x0:x1].any(1))
        boxes.append([x0, rows[0], x1, rows[-1] + 1])
    return as_boxes(boxes)


def find(picture, channel=0):
    boxes = squares(picture, channel)
    return boxes, np.linspace(0.9, 0.8, len(boxes), dtype=np.float32)


def ids(find, **more):
    return {finding.id for finding in examine([Finder("finder", find, scenes(), **more)]).findings}


def test_a_healthy_finder():
    assert ids(find, candidates=find, suppress=lambda boxes, scores: nms(boxes, scores, 0.45)) == set()


def test_s3_boxes_of_two_sizes():
    def windows(picture):
        boxes, scores = find(picture)
        size = np.where(boxes[:, 2] - boxes[:, 0] < 30, 24, 48)
        centre = (boxes[:, :2] + boxes[:, 2:]) / 2
        return cxcywh_to_xyxy(np.column_stack([centre, size, size])), scores

    assert "finder-few-sizes" in ids(windows)


def test_s3_windows_are_not_suppressed():
    def windows(picture):
        boxes, scores = find(picture)
        return np.concatenate([boxes, boxes + 2, boxes - 2]), np.concatenate([scores, scores / 2, scores / 3])

    found = examine([Finder("windows", windows, scenes())]).findings
    assert [f.id for f in found] == ["finder-repeats"]
    assert found[0].picture is not None


def test_s0_boxes_lean_to_the_centre():
    def middle(picture):
        height, width = picture.shape[:2]
        boxes, scores = find(picture)
        centre = (boxes[:, :2] + boxes[:, 2:]) / 2 * 0.2 + np.array([width, height]) * 0.4
        return cxcywh_to_xyxy(np.column_stack([centre, boxes[:, 2:] - boxes[:, :2]])), scores

    assert ids(middle) == {"finder-leans"}


def test_boxes_in_pixels_of_the_network():
    def shrunk(picture):
        return find(resize_picture(picture, 200, enlarge=True))

    assert "finder-wrong-pixels" in ids(shrunk)


def test_faces_of_one_size_only():
    def small(picture):
        boxes, scores = find(picture)
        kept = boxes[:, 2] - boxes[:, 0] < 46
        return boxes[kept], scores[kept]

    found = examine([Finder("small", small, scenes())]).findings
    assert [(f.id, f.severity) for f in found] == [("finder-size-decides", "warning")]


def test_s3_red_and_blue_are_exchanged():
    """Trained on BGR, it is shown RGB: red is where it knows blue."""
    assert "finder-channels-swapped" in ids(lambda picture: find(picture, channel=2))


def test_a_threshold_that_hides_most_faces():
    def strict(picture):
        boxes, scores = find(picture)
        return boxes[: len(boxes) == 1], scores[: len(boxes) == 1]

    assert ids(strict, candidates=find) == {"finder-threshold-hides"}


def suppress_all(boxes, scores):
    """Also what was itself suppressed suppresses."""
    order = np.argsort(-scores, kind="stable")
    better = np.tril(iou(boxes[order], boxes[order]), k=-1) > 0.45
    return order[~better.any(axis=1)]


@pytest.mark.parametrize(
    ("suppress", "wanted"),
    [
        (suppress_all, {"suppression-chain"}),
        (lambda boxes, scores: np.arange(len(boxes)), {"suppression-idle"}),
        (lambda boxes, scores: np.argsort(-scores)[:1], {"suppression-apart"}),
        (lambda boxes, scores: nms(boxes, -scores, 0.45), {"suppression-idle"}),
        (lambda boxes, scores: nms(boxes, scores, 0.3), set()),
        (lambda boxes, scores: nms(boxes, scores, 0.7), set()),
    ],
)
def test_s4_suppressed_boxes_suppress_others(suppress, wanted):
    assert ids(find, suppress=suppress) == wanted


def crops():
    random = np.random.default_rng(0)
    return np.kron(random.integers(0, 256, (24, 8, 8, 3)), np.ones((1, 5, 5, 1))).astype(np.uint8)


def test_s1_needs_an_aligned_crop():
    def at_places(crops):
        """What single pixels say."""
        return np.stack([crops[:, y, x, 0] / 255.0 for y in (4, 18, 33) for x in (7, 21, 36)], axis=1)

    found = examine([Describer("aligned", at_places, crops())]).findings
    assert [(f.id, f.severity) for f in found] == [("describer-needs-alignment", "warning")]


def test_a_describer_of_the_whole_crop():
    def mean(crops):
        return np.clip((crops.mean((1, 2)) - 127) / 20 + 0.5, 0, 1)

    plain = np.full((24, 40, 40, 3), 60, np.uint8)
    plain[::2] = 200
    assert examine([Describer("mean", mean, plain)]).findings == []


def test_scores_that_went_through_the_logistic_function_twice():
    def scored(lowest, highest):
        def candidates(picture):
            boxes = np.concatenate([squares(picture)] * 3)
            return boxes, np.linspace(highest, lowest, len(boxes), dtype=np.float32)

        return candidates

    assert "finder-scores-squeezed" in ids(find, candidates=scored(0.503, 0.73))
    assert "finder-scores-squeezed" not in ids(find, candidates=scored(0.02, 0.73))
    assert "finder-scores-squeezed" not in ids(find, candidates=scored(0.503, 0.95))
