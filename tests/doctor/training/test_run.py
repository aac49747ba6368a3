import math

import pytest

from facewright.core.errors import UsageError
from facewright.doctor.examination import examine
from facewright.doctor.training.subject import Run


def ids(subject):
    return [finding.id for finding in examine([subject]).findings]


def curve(score, *, looks=15):
    """A training loss that falls all the time, and a look at every hundredth step."""
    rows = [{"step": 10 * i, "train/loss": 1 / (1 + 0.05 * i)} for i in range(10 * looks)]
    rows += [{"step": 100 * look, "val/f1": score(look)} for look in range(1, looks + 1)]
    return sorted(rows, key=lambda row: row["step"])


def noise(look):
    return 0.01 * math.sin(40 * look)


def test_s1_overfits_after_a_third():
    (finding,) = examine(
        [Run("s1", curve(lambda look: 0.8 - 0.02 * abs(look - 5) + noise(look)), figure="val/f1")]
    ).findings
    assert finding.id == "run-overfits" and finding.evidence["step"] == pytest.approx(500, abs=100)


def test_a_loss_that_rises_again_overfits_too():
    run = Run("loss", curve(lambda look: 0.2 + 0.02 * abs(look - 5)), figure="val/f1", higher_is_better=False)
    assert ids(run) == ["run-overfits"]


@pytest.mark.parametrize(
    "score",
    [
        lambda look: 0.8 - 1 / (look + 1) + noise(look),
        lambda look: 0.8 + noise(look),
        lambda look: 0.8 - 0.02 * abs(look - 14),
    ],
    ids=["rises and stays", "only noise", "best near the end"],
)
def test_curves_that_do_not_overfit(score):
    assert ids(Run("healthy", curve(score), figure="val/f1")) == []


def test_validation_that_falls_while_training_does_not_learn_is_no_overfitting():
    rows = [row | {"train/loss": 1.0} if "train/loss" in row else row for row in curve(lambda x: -0.1 * x)]
    assert ids(Run("diverges", rows, figure="val/f1")) == []


def test_a_loss_that_is_not_finite():
    rows = [{"step": 0, "train/loss": 1.0}, {"step": 50, "train/loss": math.nan}, {"step": 99}]
    (finding,) = examine([Run("nan", rows)]).findings
    assert finding.id == "run-not-finite" and finding.evidence == {"rows": 1, "step": 50}


def test_s1_no_model_is_saved():
    assert ids(Run("s1", checkpoints=())) == ["run-keeps-nothing"]
    assert ids(Run("kept", checkpoints=("best.ckpt",))) == []


@pytest.mark.parametrize(("waiting", "found"), [(0.03, []), (0.6, ["run-waits-for-data"])])
def test_waiting_for_data(waiting, found):
    assert ids(Run("waits", waiting=waiting)) == found


@pytest.mark.parametrize(
    ("device", "available", "found"),
    [
        ("cpu", ("cpu", "cuda"), ["run-gpu-idle"]),
        ("cuda", ("cpu", "cuda"), []),
        ("cpu", ("cpu",), []),
    ],
)
def test_a_gpu_that_is_there_and_not_used(device, available, found):
    assert ids(Run("gpu", device=device, available=available)) == found


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("step", "epoch", "every row .* needs `step`"),
        ("train/loss", "loss", "no row .* has train/loss"),
        ("val/f1", "val/F1", "no row .* has val/f1.*val/F1"),
    ],
)
def test_a_curve_without_what_is_asked_of_it_is_refused(old, new, sentence):
    rows = [{new if k == old else k: v for k, v in row.items()} for row in curve(lambda look: 0.5)]
    with pytest.raises(UsageError, match=sentence):
        Run("mine", rows, figure="val/f1")


def test_a_run_that_was_just_begun_is_none_of_these():
    assert ids(Run("mine", [{"step": 1, "val/f1": 0.1}], figure="val/f1")) == []


def test_a_loss_that_ends_far_above_where_it_began():
    def run(at):
        return Run("mine", [{"step": 10 * i, "train/loss": at(i)} for i in range(60)])

    assert ids(run(lambda i: 2 + 0.2 * i)) == ["run-diverged"]
    assert ids(run(lambda i: 2 - 0.02 * i)) == []
    assert ids(run(lambda i: 2 - 0.02 * i if i < 40 else 2.4)) == []  # a harder stage


@pytest.mark.parametrize(("figures", "found"), [((0.5, 0.8), []), ((0.5, 0.0), ["run-diverged"])])
def test_a_loss_that_rose_while_the_figure_did_too_is_a_harder_stage(figures, found):
    """A fine-tuning that begins with next to no loss."""
    rows = [{"step": 10 * i, "train/loss": 0.01 if i < 30 else 0.05} for i in range(60)]
    looks = [{"step": 600 * i, "val/f1": value} for i, value in enumerate(figures)]
    assert ids(Run("mine", [*rows, *looks], figure="val/f1")) == found
