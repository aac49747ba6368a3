import torch

from facewright.models.curve import Curve


def test_one_value_a_point_whatever_the_columns():
    assert Curve([8, 8], ["silu", "tanh"], inputs=3)(torch.randn(5, 3)).shape == (5,)


def test_the_described_networks():
    counted = [
        sum(p.numel() for p in Curve(widths, activations).parameters())
        for widths, activations in (([64], ["linear"]), ([64] * 3, ["linear", "tanh", "linear"]))
    ]
    assert counted == [3 * 64 + 65, 3 * 64 + 2 * 65 * 64 + 65]


def test_without_an_activation_it_is_a_plane():
    network = Curve([64], ["linear"])
    a, b = torch.randn(2, 6, 2)
    torch.testing.assert_close(network((a + b) / 2), (network(a) + network(b)) / 2)


def test_it_works_in_the_tables_units_and_carries_the_scale_with_its_weights():
    points, values = torch.randn(50, 2) * torch.tensor([3.0, 500.0]) + 70, torch.randn(50) * 1e4 - 8000
    network = Curve([8], ["tanh"])
    network.fit_scale(points, values)
    torch.nn.init.zeros_(network.value.weight)
    torch.nn.init.ones_(network.value.bias)
    spread = values.std(correction=0)
    torch.testing.assert_close(network(points), (values.mean() + spread).expand(50))
    other = Curve([8], ["tanh"])
    other.load_state_dict(network.state_dict())
    torch.testing.assert_close(other(points), network(points))
    torch.testing.assert_close((points - other.centre) / other.spread, _standard(points))


def test_a_column_that_never_changes_stays_finite():
    network = Curve([4], ["silu"])
    points = torch.tensor([[1.0, 5.0], [2.0, 5.0]])
    network.fit_scale(points, torch.tensor([3.0, 3.0]))
    assert torch.isfinite(network(points)).all() and network.spread[1] == 1 == network.value_spread


def test_residual_layers_add_to_what_came_in():
    network = Curve([6, 6], ["silu", "silu"], residual=True)
    assert [unit.residual for unit in network.layers] == [False, True]
    torch.nn.init.zeros_(network.layers[1].dense.weight)
    torch.nn.init.zeros_(network.layers[1].dense.bias)
    x = torch.randn(3, 6)
    torch.testing.assert_close(network.layers[1](x), x)


def test_bilinear_layers_are_polynomials():
    """Along a line the fifth differences of two of them, of degree 4, vanish; those of silu do not."""
    line = torch.linspace(-2, 2, 12, dtype=torch.float64)
    points = torch.stack([line, 1 - 2 * line], dim=1)
    largest = []
    for activation in ("bilinear", "silu"):
        torch.manual_seed(0)
        values = Curve([8, 8], [activation] * 2).double()(points).detach()
        largest.append(float(torch.diff(values, n=5).abs().max() / values.abs().max()))
    assert largest[0] < 1e-12 < 1e-7 < largest[1]


def _standard(table):
    return (table - table.mean(0)) / table.std(0, correction=0)
