"""Metrics of boxes and of answers, with each fault that was found in the five systems; and without."""

import numpy as np
import pytest

from facewright.core.boxes import iou, match
from facewright.doctor.evaluation.kinds import AnswerMetric, Metric
from facewright.doctor.examination import examine


def counted(found, truths):
    """Right detections, detections, faces: greedily, best score first, each once."""
    right = detections = faces = 0
    for these, boxes in zip(found, truths, strict=True):
        right += int((match(these.sorted().boxes, boxes) >= 0).sum())
        detections, faces = detections + len(these), faces + len(boxes)
    return right, detections, faces


def healthy(found, truths):
    right, detections, faces = counted(found, truths)
    return {"recall": right / faces, "precision": right / detections if detections else 0.0}


def pooled(found, truths, size):
    counts = np.zeros(3)
    for i in range(0, len(found), size):
        counts += counted(found[i : i + size], truths[i : i + size])
    return {"recall": counts[0] / counts[2], "precision": counts[0] / max(counts[1], 1)}


def ids(score, batched=None, **more):
    return {finding.id for finding in examine([Metric("metric", score, batched, **more)]).findings}


def test_a_healthy_metric():
    assert ids(healthy, pooled) == set()


def test_s2_recall_counts_a_face_several_times():
    def score(found, truths):
        """Detections that hit something, for each face."""
        hits = sum(int((iou(f.boxes, t) > 0.5).any(1).sum()) for f, t in zip(found, truths, strict=True))
        return {"recall": min(hits / sum(map(len, truths)), 1.0)}

    assert "metric-counts-twice" in ids(score)


def test_one_detection_finds_two_faces():
    def score(found, truths):
        seen = sum(int((iou(t, f.boxes) > 0.5).any(1).sum()) for f, t in zip(found, truths, strict=True))
        right, detections, faces = counted(found, truths)
        return {"recall": seen / faces, "precision": right / max(detections, 1)}

    assert ids(score) == {"metric-counts-twice"}


def test_s0_no_overlap_is_measured():
    def score(found, truths):
        """One minus the squared error of corners as shares of the picture."""
        error = 0.0
        for faces, boxes in zip(found, truths, strict=True):
            best = faces.sorted().boxes[:1] if len(faces) else np.zeros((1, 4))
            shares = (best - boxes) / [640, 480, 640, 480]
            error += float(np.square(shares).mean()) / len(found)
        return {"one minus MSE": max(1 - error, 0.0)}

    assert ids(score, most_faces=1) == {"metric-blind-to-place"}


def overlap_below_zero(a, b):
    """IoU in which width and height of an overlap may be less than 0, both at once too."""
    size = np.minimum(a[:, None, 2:], b[None, :, 2:]) - np.maximum(a[:, None, :2], b[None, :, :2])
    shared = size.prod(-1)
    areas = (a[:, 2:] - a[:, :2]).prod(1)[:, None] + (b[:, 2:] - b[:, :2]).prod(1)
    return shared / (areas - shared)


def test_an_overlap_is_not_held_at_zero():
    def score(found, truths):
        """Faces that have their detection, at an IoU of .5."""
        right, faces = 0, 0
        for these, boxes in zip(found, truths, strict=True):
            overlap, faces = overlap_below_zero(these.sorted().boxes, boxes), faces + len(boxes)
            for row in overlap:
                best = int(row.argmax())
                right += bool(row[best] >= 0.5)
                if row[best] >= 0.5:
                    overlap[:, best] = -1
        return {"recall": right / faces, "precision": right / max(sum(map(len, found)), 1)}

    assert "metric-blind-to-place" in ids(score)


@pytest.mark.parametrize("axis", [0, 1])
def test_only_one_axis_is_measured(axis):
    def along(boxes):
        flat = boxes.copy()
        flat[:, [1 - axis, 3 - axis]] = 0, 1
        return flat

    def score(found, truths):
        best = [
            iou(along(t), along(f.boxes[:1]))[0, 0] if len(f) else 0.0
            for f, t in zip(found, truths, strict=True)
        ]
        return {"iou": float(np.mean(best))}

    assert ids(score, most_faces=1) == {"metric-blind-to-place"}


@pytest.mark.parametrize("sort", [True, False])
def test_mean_overlap_of_one_face_is_healthy(sort):
    def score(found, truths):
        """Of the best box, or of the one that is given."""
        first = [(f.sorted() if sort else f).boxes[:1] for f in found]
        best = [iou(t, f)[0, 0] if len(f) else 0.0 for f, t in zip(first, truths, strict=True)]
        return {"iou": float(np.mean(best))}

    assert ids(score, most_faces=1) == set()


def test_means_of_batches():
    def batched(found, truths, size):
        parts = [healthy(found[i : i + size], truths[i : i + size]) for i in range(0, len(found), size)]
        return {name: float(np.mean([part[name] for part in parts])) for name in parts[0]}

    assert ids(healthy, batched) == {"metric-batch-decides"}


def test_pictures_without_detections_are_left_out():
    def score(found, truths):
        kept = [(f, t) for f, t in zip(found, truths, strict=True) if len(f)]
        return healthy(*zip(*kept, strict=True)) if kept else {"recall": 0.0, "precision": 0.0}

    assert "metric-forgives-misses" in ids(score)


def test_detections_are_not_sorted_before_they_are_matched():
    def score(found, truths):
        right = [match(f.boxes[:1], t) >= 0 for f, t in zip(found, truths, strict=True) if len(f)]
        return {"first is right": float(np.mean(np.concatenate(right))) if right else 0.0}

    assert "metric-order-decides" in ids(score)


def test_recall_alone_forgives_false_faces():
    found = examine([Metric("recall", lambda f, t: {"recall": healthy(f, t)["recall"]})]).findings
    assert [(f.id, f.severity) for f in found] == [("metric-forgives-false-faces", "warning")]


def test_a_figure_that_leaves_its_bounds():
    def score(found, truths):
        right, detections, faces = counted(found, truths)
        return {"recall": right / faces, "found": detections / faces}

    assert "metric-out-of-bounds" in ids(score)


@pytest.mark.parametrize("loss", [0.9, float("nan")])
def test_the_truth_does_not_score_one(loss):
    assert "metric-not-perfect" in ids(lambda f, t: {"recall": loss * healthy(f, t)["recall"]})


def f1(said, truth):
    yes = said >= 0.5
    hits = (yes & (truth == 1)).sum(0)
    return {"F1": float(np.mean(2 * hits / np.maximum(yes.sum(0) + truth.sum(0), 1)))}


def answer_ids(score, batched=None):
    return {finding.id for finding in examine([AnswerMetric("answers", score, batched)]).findings}


def test_a_healthy_metric_of_answers():
    assert answer_ids(f1, lambda said, truth, size: f1(said, truth)) == set()


def test_s1_the_score_mixes_means_of_batches():
    def batched(said, truth, size):
        parts = [f1(said[i : i + size], truth[i : i + size])["F1"] for i in range(0, len(said), size)]
        return {"F1": float(np.mean(parts))}

    assert answer_ids(f1, batched) == {"answers-batch-decides"}
    # The same where nothing else is known than the score of batches of sixteen.
    assert "answers-order-decides" in answer_ids(lambda said, truth: batched(said, truth, 16))


def test_accuracy_alone_forgives_the_commoner_answer():
    found = examine([AnswerMetric("accuracy", lambda p, t: {"accuracy": float(((p >= 0.5) == t).mean())})])
    assert [(f.id, f.severity) for f in found.findings] == [("answers-forgives-majority", "warning")]


@pytest.mark.parametrize("threshold", [0.0, 0.05, 0.95])
def test_a_threshold_that_is_none_of_probabilities(threshold):
    def score(said, truth):
        return {"accuracy": float(((said > threshold) == truth).mean())}

    assert "answers-not-perfect" in answer_ids(score)


def test_figures_that_weigh_probabilities_are_healthy():
    def score(said, truth):
        right = np.where(truth == 1, said, 1 - said)
        return {
            "1 - Brier": 1 - float(np.square(1 - right).mean()),
            "right": float(right.mean()),
            **f1(said, truth),
        }

    assert answer_ids(score) == set()
