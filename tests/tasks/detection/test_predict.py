import numpy as np
import pytest
import torch
from torch import nn

from facewright.datasets.sample import Sample
from facewright.metrics.average_precision import average_precision
from facewright.tasks.detection.assign import assign
from facewright.tasks.detection.coding import decode, encode
from facewright.tasks.detection.points import points
from facewright.tasks.detection.predict import predict


class Oracle(nn.Module):
    """A network that knows the truth: says it at the points that assignment gives to each face."""

    def __init__(self, sample):
        super().__init__()
        self.anchor = nn.Parameter(torch.zeros(1))
        self.boxes, self.marks = torch.from_numpy(sample.boxes), torch.from_numpy(sample.landmarks)

    def forward(self, x):
        where = points(*x.shape[2:])
        raw = torch.full((1, len(where), 15), -9.0)
        start, _ = decode(torch.zeros(len(where), 14), where)
        (face,) = assign(torch.full((1, len(where)), 0.5), start[None], self.boxes[None], where)
        at = face >= 0
        raw[0, at, 0] = 9.0
        raw[0, at, 1:] = encode(self.boxes[face[at]], self.marks[face[at]], where[at])
        return raw


def scene(seed, height=150, width=210):
    """Faces apart from one another in a picture whose sides are no multiples of 32."""
    rng = np.random.default_rng(seed)
    boxes = []
    for y in range(2, height - 45, 48):
        for x in range(2, width - 45, 50):
            w, h = rng.uniform(8, 44, 2)
            boxes.append([x, y, x + w, y + h])
    boxes = np.array(boxes, np.float32)[rng.random(len(boxes)) < 0.7]
    marks = boxes[:, None, :2] + rng.uniform(0, 1, (len(boxes), 5, 2)) * (
        boxes[:, None, 2:] - boxes[:, None, :2]
    )
    return Sample(str(seed), np.zeros((height, width, 3), np.uint8), boxes, marks.astype(np.float32))


@pytest.mark.parametrize("seed", range(5))
def test_the_truth_comes_back_through_encode_decode_and_suppression(seed):
    sample = scene(seed)
    faces = predict(Oracle(sample), sample.read())
    assert len(faces) == len(sample.boxes)
    assert (faces.width, faces.height) == (210, 150)
    order = [int(np.abs(faces.boxes - box).sum(1).argmin()) for box in sample.boxes]
    np.testing.assert_allclose(faces.boxes[order], sample.boxes, atol=1e-3)
    np.testing.assert_allclose(faces.landmarks[order], sample.landmarks, atol=1e-3)
    assert list(average_precision([sample], [faces])["all"].values()) == [pytest.approx(1.0)] * 10


def test_no_face_gives_empty_faces():
    sample = scene(0)
    empty = Sample("none", sample.picture, np.zeros((0, 4), np.float32), np.zeros((0, 5, 2), np.float32))
    faces = predict(Oracle(empty), empty.read())
    assert len(faces) == 0
    assert faces.landmarks.shape == (0, 5, 2)


def test_the_best_are_kept_and_boxes_end_at_the_border():
    sample = scene(1)
    sample.boxes[0] = [-20, -20, 20, 20]
    network = Oracle(sample)
    assert len(predict(network, sample.read(), max_faces=3)) == 3
    faces = predict(network, sample.read(), score_threshold=0.0001)
    assert faces.boxes.min() == 0
    assert (np.diff(faces.scores) <= 0).all()
    assert len(predict(network, sample.read(), score_threshold=0.99999)) == 0


def test_the_network_stays_in_its_mode():
    network = Oracle(scene(0)).train()
    predict(network, np.zeros((40, 40, 3), np.uint8))
    assert network.training
