import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import fx
from torch.nn import functional

from facewright.tasks.classification.batch import collate
from facewright.tasks.classification.loss import TERMS, Probability, classification_loss
from facewright.tasks.classification.predict import predict
from facewright.transforms.windows import Window

logits = st.lists(st.tuples(st.floats(-20, 20), st.floats(-20, 20), st.booleans()), min_size=1, max_size=6)


@settings(max_examples=40)
@given(logits)
def test_two_logits_are_one_softmax(rows):
    raw = torch.tensor([row[:2] for row in rows], dtype=torch.float64)
    labels = torch.tensor([row[2] for row in rows])
    loss = classification_loss(raw, labels)
    assert tuple(loss) == TERMS
    torch.testing.assert_close(
        loss["face"], functional.cross_entropy(raw, labels.long()).float(), atol=1e-4, rtol=1e-4
    )
    torch.testing.assert_close(Probability(2)(raw), raw.softmax(1)[:, 1])


def test_a_sure_and_right_network_has_no_loss():
    """A softmax applied twice cannot fall below .3133."""
    raw, labels = torch.tensor([[30.0, -30.0], [-30.0, 30.0]]), torch.tensor([0, 1])
    assert classification_loss(raw, labels)["face"] < 1e-6
    assert classification_loss(raw[:, 1:], labels)["face"] < 1e-6
    assert classification_loss(raw, 1 - labels)["face"] > 50


def test_probabilities_can_be_traced():
    for outputs in (1, 2):
        raw = torch.randn(3, outputs)
        torch.testing.assert_close(fx.symbolic_trace(Probability(outputs))(raw), Probability(outputs)(raw))


def test_prediction_does_not_depend_on_the_batch():
    class Brightness(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.scale = torch.nn.Parameter(torch.tensor(0.05))

        def forward(self, x):
            return (x.mean((2, 3))[:, :1] - 128) * self.scale

    crops = np.random.default_rng(0).integers(0, 256, (7, 4, 4, 3), np.uint8)
    together, apart = (predict(Brightness(), crops, batch) for batch in (64, 3))
    np.testing.assert_allclose(together, apart)
    expected = 1 / (1 + np.exp(-0.05 * (crops[..., 0].mean((1, 2)) - 128)))
    np.testing.assert_allclose(together, expected, rtol=1e-5)
    assert predict(Brightness(), crops[:0]).shape == (0,)


def test_windows_become_a_batch():
    windows = [Window(np.full((8, 8, 3), i, np.uint8), bool(i % 2)) for i in range(3)]
    pixels, labels = collate(windows)
    assert pixels.shape == (3, 3, 8, 8)
    assert pixels.is_contiguous(memory_format=torch.channels_last)
    assert labels.tolist() == [0, 1, 0]
    assert (pixels[2] == 2).all()
