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
        ("yolo:mine/validation", "yolo:mine?split=val", True),
        ("yolo:mine/validation", "yolo:mine?split=train", False),
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


def test_a_data_yaml_is_about_the_folder_that_it_names(tmp_path):
    for name in ("code", "set", "other"):
        (tmp_path / name).mkdir()
    for name in ("set", "other"):
        (tmp_path / "code" / f"{name}.yaml").write_text(f"path: ../{name}\n")
    one, two = (f"yolo:{tmp_path}/code/{name}.yaml" for name in ("set", "other"))
    assert share_pictures(one, f"yolo:{tmp_path}/set") and share_pictures(
        f"{one}?split=val", f"yolo:{tmp_path}/set/"
    )
    assert not share_pictures(one, two)


def test_a_data_yaml_whose_path_is_not_there_is_about_its_own_folder_as_when_it_is_read(tmp_path):
    (tmp_path / "data.yaml").write_text("path: ../gone\n")
    assert share_pictures(f"yolo:{tmp_path}/data.yaml", f"yolo:{tmp_path}")
