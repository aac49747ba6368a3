"""DATA texts that name the same pictures are known as such."""

from pathlib import Path

import pytest

from facewright.datasets.overlap import share_pictures


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("yolo:mine?split=train", "yolo:mine?split=train&box_scale=.8", True),
        ("yolo:mine?split=train", "yolo:mine", True),
        ("yolo:mine?split=train", "yolo:./mine/train", True),
        ("yolo:mine", "yolo:mine?split=val", True),
        ("yolo:mine?split=train", "yolo:mine?split=val", False),
        ("yolo:mine/valid", "yolo:mine?split=val", True),
        ("yolo:mine?split=valid", "yolo:mine?split=val", True),
        ("yolo:mine/train/", "yolo:mine?split=train", True),
        ("yolo:mine/data.yaml?split=train", "yolo:mine", True),
        ("yolo:~/mine", f"yolo:{Path.home()}/mine", True),
        ("yolo:mine", "yolo:others", False),
        ("folder:train", "folder:val", False),
        ("toy:500?seed=1&size=128", "toy:60?size=128&seed=1", True),
        ("toy:500", "toy:60?seed=0", True),
        ("toy:500", "toy:60?seed=3", False),
        ("aligned:celeba-loose/train?found=f.jsonl", "celeba-loose", True),
        ("found:f.jsonl?of=celeba-loose/train", "celeba-loose/train", True),
        ("celeba-loose/train", "celeba-loose/test", False),
    ],
)
def test_the_same_pictures_are_known_however_they_are_spelt(one, other, same):
    assert share_pictures(one, other) == share_pictures(other, one) == same
