import pickle
from pathlib import PurePath

import numpy as np
import pytest

from facewright import FaceClassifier
from facewright.core.errors import ModelError, PictureError


def test_probabilities_of_one_array_and_of_pictures_of_any_sizes(red_classifier):
    classifier = FaceClassifier(red_classifier)
    windows = np.zeros((100, 24, 24, 3), np.uint8)
    windows[:, :, :, 0] = np.arange(100)[:, None, None]
    assert classifier(windows) == pytest.approx(np.arange(100) / 255)
    pictures = [windows[51][:5], windows[0], windows[99][:, :7]]
    assert classifier(pictures) == pytest.approx(np.array([51, 0, 99]) / 255)
    assert classifier(iter(pictures)) == pytest.approx(np.array([51, 0, 99]) / 255)
    assert classifier([]).shape == classifier(windows[:0]).shape == (0,)


def test_pictures_are_squashed_whole_and_averaged(red_classifier):
    picture = np.zeros((400, 100, 3), np.uint8)
    picture[::2, :, 0] = 255
    assert FaceClassifier(red_classifier)([picture])[0] == pytest.approx(0.5, abs=0.01)


def test_pickles_and_names_its_card(red_classifier):
    copy = pickle.loads(pickle.dumps(FaceClassifier(red_classifier)))
    assert copy.card.task == "classification" and copy.side == 8


def test_what_is_no_crop_and_what_is_no_classifier_is_refused(red_classifier, colour_attributes):
    with pytest.raises(PictureError, match="crops: values must be uint8"):
        FaceClassifier(red_classifier)([np.zeros((4, 4, 3))])
    with pytest.raises(ModelError, match="a model for attributes, not for classification"):
        FaceClassifier(colour_attributes)


@pytest.mark.parametrize(
    ("crops", "kind"),
    [(["photo.jpg"], "str"), ("photo.jpg", "str"), (PurePath("photo.jpg"), "Pure"), (None, "None")],
)
def test_a_path_is_no_crop(red_classifier, crops, kind):
    with pytest.raises(PictureError, match=f"crops: must be an array of uint8, not {kind}"):
        FaceClassifier(red_classifier)(crops)
