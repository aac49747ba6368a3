import numpy as np
import torch

from facewright.datasets.csv_points import Points
from facewright.datasets.points import saddle
from facewright.tasks.regression.batch import PointDraws, as_tensors
from facewright.tasks.regression.loss import regression_loss


def table(count, value):
    inputs = np.full((count, 2), value, np.float32)
    return Points(inputs, inputs[:, 0], ("x", "y"), "z")


def test_a_batch_is_a_function_of_its_number_and_holds_true_pairs():
    draws = PointDraws([saddle(50)], [1.0], seed=1)
    first, again, other = draws.batch(3, 40), draws.batch(3, 40), draws.batch(4, 40)
    assert torch.equal(first.points, again.points) and not torch.equal(first.points, other.points)
    x, y = first.points.double().T
    torch.testing.assert_close(first.values.double(), x**3 - 3 * x * y**2, rtol=1e-5, atol=1e-2)


def test_tables_are_drawn_by_weight_and_not_by_length():
    draws = PointDraws([table(1000, 0.0), table(10, 1.0)], [1.0, 3.0], seed=0)
    values = torch.cat([draws.batch(i, 500).values for i in range(8)])
    assert abs(float(values.mean()) - 0.75) < 0.03


def test_every_point_comes_and_equally_often():
    draws = PointDraws([saddle(20)], [1.0], seed=0)
    seen = torch.cat([draws.batch(i, 1000).values for i in range(4)])
    _, counts = seen.unique(return_counts=True)
    assert len(counts) == 20 and 140 < int(counts.min()) <= int(counts.max()) < 260


def test_all_points_in_order():
    points, values = as_tensors([table(2, 1.0), table(1, 5.0)])
    assert points.tolist() == [[1, 1], [1, 1], [5, 5]] and values.tolist() == [1, 1, 5]


def test_the_loss_is_in_units_of_the_spread():
    terms = regression_loss(torch.tensor([30.0, 10.0]), torch.tensor([10.0, 10.0]), torch.tensor([10.0]))
    assert {name: float(term) for name, term in terms.items()} == {"mse": 2.0}
