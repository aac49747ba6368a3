import os

import pytest

from facewright.apps.index.links import Links
from facewright.core.errors import UsageError


def listed(folder):
    return {link.name: os.readlink(link) for link in sorted(folder.iterdir()) if link.is_symlink()}  # noqa: PTH115


def test_links_lead_to_the_pictures_and_never_take_each_others_place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    links = Links(tmp_path / "new" / "links")
    for picture in ("a/x.jpg", "b/x.jpg", "c/x.jpg", "x.png"):
        links.add(picture)
    assert listed(links.folder) == {
        "x.jpg": str(tmp_path / "a/x.jpg"), "x-2.jpg": str(tmp_path / "b/x.jpg"),
        "x-3.jpg": str(tmp_path / "c/x.jpg"), "x.png": str(tmp_path / "x.png"),
    }  # fmt: skip


def test_what_is_there_is_left_alone_and_a_second_run_changes_nothing(tmp_path):
    (tmp_path / "x.jpg").write_text("mine")
    (tmp_path / "x-2.jpg").symlink_to("elsewhere")
    for _ in range(2):
        links = Links(tmp_path)
        links.add("/a/x.jpg")
        links.add("/b/x.jpg")
    assert (tmp_path / "x.jpg").read_text() == "mine"
    assert listed(tmp_path) == {"x-2.jpg": "elsewhere", "x-3.jpg": "/a/x.jpg", "x-4.jpg": "/b/x.jpg"}


def test_a_place_where_the_next_update_would_find_them_is_refused(tmp_path):
    with pytest.raises(UsageError, match="would be taken for pictures"):
        Links(tmp_path / "photos" / "links", [tmp_path / "photos"])
    Links(tmp_path / "photos" / ".links", [tmp_path / "photos"])
    Links(tmp_path / "links", [tmp_path / "photos"])


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="cannot be made a folder"):
        Links(tmp_path / "file")
