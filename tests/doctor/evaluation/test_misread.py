"""Finders of drawn squares that say where they are in another way, or not at all; and healthy ones."""

import numpy as np
import pytest
import torch

from facewright.core.boxes import as_boxes, xyxy_to_cxcywh
from facewright.core.errors import UsageError
from facewright.core.pictures import resize_picture
from facewright.doctor.evaluation.kinds import Finder
from facewright.doctor.examination import examine

RED = (220, 30, 40)


@pytest.fixture(scope="module")
def scenes():
    """Plain pictures, wide and high, with one or two red squares of all sizes, off the middle."""
    random = np.random.default_rng(0)
    out = []
    for i in range(16):
        picture = np.full((160, 240, 3) if i % 2 else (240, 160, 3), 90, np.uint8)
        sizes = random.integers(16, 50, 1 + i // 8)
        corners = np.stack([np.arange(len(sizes)) * 74 + random.integers(2, 24, len(sizes))] * 2, axis=1)
        corners[:, 1] += random.integers(0, 14, len(sizes))
        boxes = np.concatenate([corners, corners + sizes[:, None]], axis=1)
        for x0, y0, x1, y1 in boxes:
            picture[y0:y1, x0:x1] = RED
        out.append((picture, as_boxes(boxes)))
    return out


def squares(picture):
    """Boxes and scores of what is red in columns that follow one another."""
    red = picture[:, :, 0].astype(int) > picture[:, :, 1:].max(2).astype(int) + 60
    columns = np.flatnonzero(np.diff(np.concatenate([[0], red.any(0).astype(int), [0]])))
    boxes = []
    for x0, x1 in columns.reshape(-1, 2):
        rows = np.flatnonzero(red[:, x0:x1].any(1))
        boxes.append([x0, rows[0], x1, rows[-1] + 1])
    return as_boxes(boxes), np.linspace(0.9, 0.8, len(boxes), dtype=np.float32)


def telling(turn):
    """The same finder, its boxes told in another way: boxes (N, 4), width, height -> what it says."""

    def find(picture):
        boxes, scores = squares(picture)
        return turn(boxes, *picture.shape[1::-1]), scores

    return find


def ids(find, scenes):
    return [finding.id for finding in examine([Finder("finder", find, scenes)]).findings]


def size_of(boxes):
    return boxes[:, 2:] - boxes[:, :2]


TOLD = {
    "corner and size": lambda b, w, h: np.concatenate([b[:, :2], size_of(b)], axis=1),
    "centre and size": lambda b, w, h: xyxy_to_cxcywh(b),
    "y before x": lambda b, w, h: b[:, [1, 0, 3, 2]],
    "corners exchanged": lambda b, w, h: b[:, [2, 3, 0, 1]],
    "mirrored": lambda b, w, h: np.stack([w - b[:, 2], b[:, 1], w - b[:, 0], b[:, 3]], axis=1),
}
PIXELS = {
    "shares": lambda b, w, h: b / np.array([w, h, w, h]),
    "moved": lambda b, w, h: b + np.array([30, 20, 30, 20]),
    "padding left": lambda b, w, h: b + np.array([(max(w, h) - w) / 2, (max(w, h) - h) / 2] * 2),
    "shrunk and padded": lambda b, w, h: 0.7 * b + np.array([40, 10, 40, 10]),
}


def test_boxes_in_pixels_are_healthy(scenes):
    assert ids(squares, scenes) == []


@pytest.mark.parametrize("how", TOLD)
def test_boxes_told_in_another_way(how, scenes):
    (finding, *others) = examine([Finder("finder", telling(TOLD[how]), scenes)]).findings
    assert (finding.id, others) == ("finder-wrong-boxes", [])
    assert finding.evidence["mean_iou_stated"] < 0.6 < 0.95 < finding.evidence["mean_iou_explained"]
    assert finding.picture is not None


@pytest.mark.parametrize("how", PIXELS)
def test_a_resizing_that_is_not_undone(how, scenes):
    assert ids(telling(PIXELS[how]), scenes)[0] == "finder-wrong-pixels"
    assert "finder-few-sizes" not in ids(telling(PIXELS[how]), scenes)


def test_padding_is_seen_beside_square_pictures(scenes):
    square = [
        (np.pad(p, ((0, 240 - p.shape[0]), (0, 240 - p.shape[1]), (0, 0)), "edge"), b) for p, b in scenes
    ]
    assert ids(squares, square) == []
    assert ids(telling(PIXELS["padding left"]), square)[0] == "finder-wrong-pixels"


@pytest.mark.parametrize(("factor", "up"), [(1.4, 0.0), (1.3, 0.15), (0.75, -0.1)])
def test_boxes_of_another_habit_are_healthy(factor, up, scenes):
    """Of heads for faces: off by a share of their size."""

    def heads(boxes, width, height):
        more = (factor - 1) / 2 * size_of(boxes)
        rise = up * size_of(boxes) * np.array([0, 1])
        return np.concatenate([boxes[:, :2] - more - rise, boxes[:, 2:] + more - rise], axis=1)

    assert not {"finder-wrong-boxes", "finder-wrong-pixels"} & set(ids(telling(heads), scenes))


def test_a_finder_of_nothing(scenes):
    (finding,) = examine([Finder("finder", lambda p: ([], []), scenes)]).findings
    assert (finding.id, finding.evidence["faces"], finding.evidence["boxes"]) == ("finder-finds-none", 24, 0)
    assert ids(lambda p: ([], []), None) == []  # toy scenes are not what it is for
    assert ids(lambda p: ([], []), scenes[:3]) == []


@pytest.mark.parametrize("spoilt", [0, 1])
def test_boxes_or_scores_that_are_no_numbers(spoilt, scenes):
    def find(picture):
        answer = list(squares(picture))
        answer[spoilt] = answer[spoilt] * np.float32(np.nan)
        return answer

    assert ids(find, scenes) == ["finder-not-finite"]


@pytest.mark.parametrize(
    "form",
    [
        lambda boxes, scores: (boxes.tolist(), scores.tolist()),
        lambda boxes, scores: (torch.tensor(boxes, requires_grad=True), torch.tensor(scores)),
        lambda boxes, scores: (np.array(boxes.tolist()), scores.astype(np.float64)),
    ],
)
def test_lists_and_tensors_are_boxes_too(form, scenes):
    def find(picture):
        return form(*squares(picture))

    more = {"candidates": find}
    assert examine([Finder("finder", find, scenes, **more)]).findings == []


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (None, "not NoneType"),
        (np.zeros((7, 5)), r"not \(7, 5\)"),
        ((np.zeros(4), np.zeros(1)), r"not \(4,\) and \(1,\)"),
        ((np.zeros((2, 4)), np.zeros(3)), r"not \(2, 4\) and \(3,\)"),
        ((["a"], [1.0]), "not list and list"),
    ],
)
def test_answers_of_another_form_are_one_sentence(answer, told, scenes):
    with pytest.raises(UsageError, match=f"finder: .* boxes \\(N, 4\\) and scores \\(N,\\), {told}$"):
        ids(lambda picture: answer, scenes)


def test_boxes_in_pixels_of_the_network(scenes):
    def shrunk(picture):
        return squares(resize_picture(picture, 200, enlarge=True))

    assert "finder-wrong-pixels" in ids(shrunk, scenes)
