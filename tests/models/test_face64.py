import torch

from facewright.models.face64 import Face64


def test_it_has_the_parameters_that_are_stated_for_it_and_one_logit_a_crop():
    network = Face64()
    assert sum(p.numel() for p in network.parameters()) == 33_377
    assert network(torch.full((2, 3, 64, 64), 255.0)).shape == (2, 1)


def test_it_sees_colours_at_places_and_no_edges():
    """Shuffling the pixels inside each pooled 2 x 2 place changes nothing."""
    crop = torch.rand(1, 3, 64, 64) * 255
    turned = crop.reshape(1, 3, 32, 2, 32, 2).flip(3, 5).reshape(1, 3, 64, 64)
    network = Face64()
    torch.testing.assert_close(network(crop), network(turned))
    assert not torch.allclose(network(crop), network(crop.flip(3)))
