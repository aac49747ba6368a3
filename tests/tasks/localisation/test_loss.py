import pytest
import torch
from torch.nn import functional

from facewright.core.errors import RecipeError
from facewright.tasks.localisation.coding import CellDecode, CornerDecode
from facewright.tasks.localisation.loss import Truth, localisation_loss

CORNERS, CELLS = CornerDecode(128), CellDecode(128, 8)
BOXES = torch.tensor([[10.0, 20.0, 50.0, 90.0], [0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]])
TRUTH = Truth(BOXES, torch.tensor([1, 0, -1], dtype=torch.int8))
OURS = ("box", "presence", "where")


def cells(boxes=BOXES):
    """What tells the truth, with some box where there is none."""
    filled = torch.where(boxes.sum(1, keepdim=True) > 0, boxes, torch.tensor([[30.0, 30.0, 60.0, 60.0]]))
    return CELLS.encode(filled, torch.tensor([1, 0, 0]))


def test_as_described_it_is_the_plain_mean_over_all_five_of_every_picture():
    raw = torch.tensor([[0.1, 0.2, 0.3, 0.4, 0.5], [0.5, 0.5, 0.5, 0.5, 0.0]])
    truth = Truth(torch.tensor([[12.8, 25.6, 51.2, 76.8], [0, 0, 0, 0]]), torch.tensor([1, 0]))
    terms = localisation_loss(raw, CORNERS, truth, ["squared"])
    assert terms["squared"].item() == pytest.approx((0.5**2 + 4 * 0.5**2) / 10)


def test_the_truth_costs_nothing():
    terms = localisation_loss(cells(), CELLS, TRUTH, OURS)
    assert all(abs(term.item()) < 2e-3 for term in terms.values())
    assert list(terms) == list(OURS)


def test_boxes_of_faceless_and_unknown_pictures_are_not_taught():
    raw = cells().requires_grad_()
    localisation_loss(raw, CELLS, TRUTH, ["box", "where"])["box"].backward()
    assert not raw.grad[1:].any()


def test_presence_is_taught_where_it_is_known():
    raw = torch.zeros(3, 6, 256, requires_grad=True)
    localisation_loss(raw, CELLS, TRUTH, ["presence"])["presence"].backward()
    here, none, unknown = raw.grad[:, 1].sum(1)
    assert here < 0 < none
    assert unknown == 0


def test_presence_of_a_described_network_is_computed_outside_autocast(monkeypatch):
    """On a GPU PyTorch refuses this cross-entropy within it, whatever the types; on a CPU it does not."""
    plain, seen = functional.binary_cross_entropy, []

    def looking(*given, **options):
        seen.append(torch.is_autocast_enabled("cpu"))
        return plain(*given, **options)

    monkeypatch.setattr(functional, "binary_cross_entropy", looking)
    with torch.autocast("cpu", torch.bfloat16):
        localisation_loss(torch.full((3, 5), 0.5), CORNERS, TRUTH, ["presence"])
    assert seen == [False]


def test_where_pulls_at_the_cell_of_the_centre():
    raw = torch.zeros(3, 6, 256, requires_grad=True)
    localisation_loss(raw, CELLS, TRUTH, ["where"])["where"].backward()
    assert int(raw.grad[0, 0].argmin()) == (55 // 8) * 16 + 30 // 8


def test_no_face_at_all_gives_zero_and_no_gradient():
    raw = torch.zeros(2, 6, 256, requires_grad=True)
    terms = localisation_loss(raw, CELLS, Truth(BOXES[1:], TRUTH.present[1:]), OURS)
    assert terms["box"].item() == terms["where"].item() == 0
    sum(terms.values()).backward()
    assert torch.isfinite(raw.grad).all()


def test_terms_that_do_not_fit_the_network_are_refused():
    with pytest.raises(RecipeError, match="squared"):
        localisation_loss(cells(), CELLS, TRUTH, ["squared"])
    with pytest.raises(RecipeError, match="where"):
        localisation_loss(torch.zeros(3, 5), CORNERS, TRUTH, ["where"])
