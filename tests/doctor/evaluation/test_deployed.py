import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from facewright.doctor.evaluation.kinds import Deployed
from facewright.doctor.examination import examine

SIDE = 64


def planes(picture):
    image = Image.fromarray(np.ascontiguousarray(picture)).resize((SIDE, SIDE), Image.Resampling.BILINEAR)
    return np.asarray(image, np.float32).transpose(2, 0, 1)


def nearest(picture):
    image = Image.fromarray(np.ascontiguousarray(picture)).resize((SIDE, SIDE), Image.Resampling.NEAREST)
    return np.asarray(image, np.float32).transpose(2, 0, 1)


def network(epsilon=1e-5):
    torch.manual_seed(0)
    norm = nn.BatchNorm2d(6, eps=epsilon)
    net = nn.Sequential(nn.Conv2d(3, 6, 5, stride=4), norm, nn.ReLU(), nn.Conv2d(6, 4, 3), nn.Flatten())
    # Small activations, as deep in a network that was trained on 0 .. 1: there an epsilon counts.
    nn.init.normal_(net[0].weight, std=1e-4)
    norm.running_var.fill_(2e-3)
    return net.eval()


def asked(feed, net):
    def answer(picture):
        with torch.inference_mode():
            return net(torch.from_numpy(np.ascontiguousarray(feed(picture)))[None]).numpy()[0]

    return answer


def ids(exported_input, exported_network=None, *, told=True):
    inputs = {"trained_input": planes, "exported_input": exported_input} if told else {}
    exported = asked(exported_input, exported_network or network())
    found = examine([Deployed("model", asked(planes, network()), exported, **inputs)]).findings
    return {finding.id for finding in found if finding.severity == "error"}


def test_the_same_model():
    assert ids(planes) == set()
    assert ids(planes, told=False) == set()


def test_s4_the_epsilon_of_batch_norm_differs():
    assert ids(planes, network(epsilon=1e-3)) == {"exported-differs"}
    assert ids(planes, network(epsilon=1e-3), told=False) == {"exported-differs"}


@pytest.mark.parametrize("told", [True, False])
def test_red_and_blue_are_exchanged(told):
    assert ids(lambda picture: planes(picture)[::-1], told=told) == {"exported-channels"}


@pytest.mark.parametrize("feed", [lambda p: planes(p) / 255, lambda p: (planes(p) - 127.5) / 128])
def test_pixels_are_scaled_otherwise(feed):
    assert ids(feed) == {"exported-scale"}


@pytest.mark.parametrize("feed", [nearest, lambda p: np.roll(planes(p), 3, axis=2)])
def test_pictures_are_resized_otherwise(feed):
    assert ids(feed) == {"exported-resize"}


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_answers_that_are_not_finite(wrong):
    right = asked(planes, network())

    def spoilt(picture):
        answer = right(picture).copy()
        answer[1] = wrong
        return answer

    found = examine([Deployed("model", right, spoilt)]).findings
    assert [f.id for f in found] == ["exported-not-finite"]
    assert "they are NaN or infinite where the trained one's are numbers" in found[0].message
    found = examine([Deployed("model", spoilt, right)]).findings
    assert "the trained one's are NaN or infinite" in found[0].message
    masked = np.array([1.0, -np.inf, 2.0])  # by the model's own wish
    assert not examine([Deployed("masked", lambda p: masked, lambda p: masked + 1e-4)]).findings


def test_boxes_that_are_not_finite():
    boxes = np.array([[10, 20, 40, 60, 0.9], [60, 10, 90, 50, 0.8]])
    found = examine([Deployed("faces", lambda p: boxes, lambda p: boxes * np.nan)]).findings
    assert [f.id for f in found] == ["exported-not-finite"]


def test_each_model_is_asked_once_about_a_picture():
    asked = []

    def trained(picture):
        asked.append(1)
        return np.array([picture.mean()])

    examine([Deployed("model", trained, lambda p: np.array([p.mean() + 9.0]))])
    assert len(asked) == 6


def test_faces_may_come_in_another_order():
    boxes = np.array([[10, 20, 40, 60, 0.9], [60, 10, 90, 50, 0.8], [5, 70, 30, 99, 0.7]])
    assert not examine([Deployed("faces", lambda p: boxes, lambda p: boxes[::-1])]).findings
    missing = examine([Deployed("faces", lambda p: boxes, lambda p: boxes[:1])]).findings
    assert [f.id for f in missing] == ["exported-differs"]
    assert examine([Deployed("none", lambda p: boxes[:0], lambda p: boxes[:0])]).findings == []
