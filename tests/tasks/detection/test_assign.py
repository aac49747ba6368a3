import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn.utils.rnn import pad_sequence

from facewright.tasks.detection.assign import MOST_POINTS, assign_nearest
from facewright.tasks.detection.assign import assign as assign_batch
from facewright.tasks.detection.coding import decode
from facewright.tasks.detection.points import points

WHERE = points(256, 256)
UNSURE = torch.full((len(WHERE),), 0.5)
NOWHERE = torch.tensor([-2000.0, -2000.0, -1900.0, -1900.0]).expand(len(WHERE), 4)
"""boxes that overlap nothing: then only the place and the level count"""


def assign(scores, boxes, truth, points):
    """Of one picture."""
    return assign_batch(scores[None], boxes[None], truth[None], points)[0]


def square(x, y, side):
    return [x - side / 2, y - side / 2, x + side / 2, y + side / 2]


def test_no_face_no_answer():
    assert assign(UNSURE, NOWHERE, torch.zeros(0, 4), WHERE).tolist() == [-1] * len(WHERE)


@pytest.mark.parametrize(("side", "stride"), [(8, 8), (36, 8), (72, 16), (144, 32), (250, 64)])
def test_a_face_goes_to_the_level_of_its_size(side, stride):
    answers = assign(UNSURE, NOWHERE, torch.tensor([square(128.0, 128.0, side)]), WHERE)
    assert WHERE[answers >= 0, 2].tolist() == [stride]


def test_points_whose_boxes_fit_all_answer_up_to_ten():
    truth = torch.tensor([square(128.0, 128.0, 100)])
    answers = assign(UNSURE, truth.expand(len(WHERE), 4), truth, WHERE)
    assert (answers >= 0).sum() == MOST_POINTS
    assert (WHERE[answers >= 0, :2] - 128).abs().max() < 50


def test_among_equal_points_the_surest_answers():
    truth = torch.tensor([square(128.0, 128.0, 144)])
    sure = (torch.tensor([144.0, 112.0, 32.0]) == WHERE).all(1)
    answers = assign(torch.where(sure, 0.9, 0.1), NOWHERE, truth, WHERE)
    assert torch.equal(answers >= 0, sure)


def test_a_crowd_of_faces_gets_a_point_each_at_least():
    truth = torch.tensor(
        [square(x + 8.0, y + 8.0, 12.0) for y in range(0, 256, 16) for x in range(0, 256, 16)]
    )
    for boxes in (NOWHERE, decode(torch.zeros(len(WHERE), 14), WHERE)[0]):
        answers = assign(UNSURE, boxes, truth, WHERE)
        assert set(answers.tolist()) == {-1, *range(len(truth))}
        for face in range(len(truth)):  # and none far from it
            chosen = WHERE[answers == face]
            centre = (truth[face, :2] + truth[face, 2:]) / 2
            assert ((chosen[:, :2] - centre).abs() <= 2.5 * chosen[:, 2:] + 6).all()


def test_a_point_that_two_faces_want_goes_to_the_one_it_fits():
    truth = torch.tensor([square(128.0, 128.0, 36), square(132.0, 128.0, 40)])
    answers = assign(UNSURE, truth[1].expand(len(WHERE), 4), truth, WHERE)
    assert (answers == 1).sum() > (answers == 0).sum()
    assert answers.min() == -1


def test_a_face_outside_the_canvas_takes_no_point():
    assert (assign(UNSURE, NOWHERE, torch.tensor([square(900.0, 900.0, 40)]), WHERE) == -1).all()


def test_assignment_carries_no_gradient():
    boxes = NOWHERE.clone().requires_grad_()
    assert not assign(UNSURE, boxes, torch.tensor([square(128.0, 128.0, 36)]), WHERE).requires_grad


@given(st.lists(st.integers(0, 9), min_size=1, max_size=4), st.integers(0, 2**31))
def test_a_batch_is_assigned_like_its_pictures_one_by_one(faces, seed):
    random = torch.Generator().manual_seed(seed)
    where = points(96, 96)
    scores = torch.rand(len(faces), len(where), generator=random)
    boxes = decode(torch.randn(len(faces), len(where), 14, generator=random) * 0.3, where)[0]
    corners = [torch.rand(count, 2, generator=random) * 80 for count in faces]
    truths = [
        torch.cat([low, low + 4 + 40 * torch.rand(len(low), 2, generator=random)], 1) for low in corners
    ]
    padded = pad_sequence(truths, batch_first=True, padding_value=torch.nan)
    together = assign_batch(scores, boxes, padded, where)
    for i, truth in enumerate(truths):
        assert torch.equal(together[i], assign(scores[i], boxes[i], truth, where))


@pytest.mark.parametrize(("side", "stride"), [(8, 8), (36, 8), (72, 16), (144, 32), (250, 64)])
def test_the_nearest_points_are_those_around_the_centre_on_the_level_of_the_size(side, stride):
    answers = assign_nearest(torch.tensor([square(128.0, 120.0, side)]), WHERE)
    chosen = WHERE[answers >= 0]
    assert len(chosen) in (4, 6, 9)  # three in a row, but two where the centre lies between cells
    assert set(chosen[:, 2].tolist()) == {stride}
    assert ((chosen[:, :2] - torch.tensor([128.0, 120.0])).abs() < 1.5 * stride).all()


def test_of_two_faces_the_nearer_gets_a_point_and_without_faces_none():
    truth = torch.tensor([square(100.0, 100.0, 30), square(112.0, 100.0, 30)])
    answers = assign_nearest(truth, WHERE)
    for face in (0, 1):
        away = [(WHERE[answers == face, :2] - place).abs().amax(1) for place in truth[:, :2] + 15]
        assert (away[face] <= away[1 - face]).all()
        assert len(away[face])
    assert assign_nearest(torch.zeros(0, 4), WHERE).tolist() == [-1] * len(WHERE)
