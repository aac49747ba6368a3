"""What an update looks at, and what it leaves alone."""

import os
import shutil
import sqlite3
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from facewright.apps.index.index import Index
from facewright.apps.index.look import Looker
from facewright.apps.index.update import Updated
from facewright.core.errors import IndexFileError, PictureError, UsageError
from facewright.inference.attributes import Attributes
from facewright.inference.detector import Detector


class Counting(Looker):
    """Notes what it looked at."""

    def __call__(self, path):
        self.paths.append(Path(path).name)
        return super().__call__(path)


@pytest.fixture
def look(look):
    counting = Counting(look.detector, look.attributes)
    counting.paths = []
    return counting


@pytest.fixture
def again(indexed, look):
    """Updates, and says what was looked at and what was done."""

    def update(**options):
        look.paths.clear()
        done = indexed.update(look=look, **options)
        return sorted(look.paths), done

    return update


def paths(index, where=""):
    return [os.path.relpath(found.path, index.path.parent) for found in index.find(where)]


def test_a_first_update_looks_at_every_picture_below(indexed, look):
    assert sorted(look.paths) == ["none.png", "one.png", "two.jpg"]
    assert paths(indexed) == ["none.png", "one.png", "sub/two.jpg"]


def test_what_is_found_is_what_the_models_say(indexed, look, photos):
    for found in indexed.find():
        faces = look.detector(found.path)
        described = look.attributes.describe(found.path, faces)
        assert found.faces.boxes == pytest.approx(faces.boxes, abs=0.006)
        assert found.faces.scores == pytest.approx(faces.scores, abs=1e-4)
        assert (
            (found.width, found.height)
            == (faces.width, faces.height)
            == (found.faces.width, found.faces.height)
        )
        if len(faces):
            assert found.faces.landmarks == pytest.approx(faces.landmarks)
        for face, attributes in zip(found.faces, described, strict=True):
            assert face.attributes == pytest.approx(attributes, abs=0.01)  # read at another scale
    assert [found.taken for found in indexed.find()] == [None, None, "2024-05-01 12:30:10"]


def test_a_second_one_looks_at_nothing(again):
    assert again() == ([], Updated(unchanged=3, pictures=3, faces=3))


def test_new_ones_are_looked_at_changed_ones_again_and_removed_ones_go(again, indexed, photos, paint):
    Image.fromarray(paint(50, 50, red=(10, 10, 30, 30))).save(photos / "new.png")
    Image.fromarray(paint(30, 61, green=(1, 1, 20, 20))).save(photos / "none.png")
    (photos / "one.png").unlink()
    looked, done = again()
    assert looked == ["new.png", "none.png"]
    assert done == Updated(looked=2, unchanged=1, removed=1, pictures=3, faces=4)
    assert paths(indexed, "faces == 1") == ["new.png", "none.png"]
    with sqlite3.connect(indexed.path) as connection:  # nothing of them is left
        assert connection.execute("SELECT COUNT(*) FROM picture").fetchone() == (3,)
        assert connection.execute("SELECT COUNT(*) FROM face").fetchone() == (4,)


def test_moved_renamed_copied_and_touched_ones_are_known_by_their_content(again, indexed, photos):
    (photos / "sub").rename(photos / "moved")
    (photos / "one.png").rename(photos / "renamed.png")
    shutil.copy(photos / "renamed.png", photos / "copy.png")
    os.utime(photos / "none.png", (1, 1))
    looked, done = again()
    assert looked == []
    assert done == Updated(known=4, removed=2, pictures=4, faces=4)
    assert paths(indexed) == ["copy.png", "none.png", "renamed.png", "moved/two.jpg"]


def test_the_size_alone_says_nothing(again, indexed, photos):
    before, then = (photos / "one.png").read_bytes(), (photos / "one.png").stat().st_mtime_ns
    (photos / "one.png").write_bytes(bytes(len(before)))
    os.utime(photos / "one.png", ns=(then, then + 10**9))  # changed later, however coarse the clock of files
    looked, done = again()
    assert looked == ["one.png"] and done.unreadable == 1
    assert paths(indexed) == ["none.png", "sub/two.jpg"]


@pytest.mark.parametrize("change", ["model", "score", "views", "attributes"])
def test_other_settings_make_what_is_known_out_of_date(indexed, look, make_model, change):
    detector, attributes = look.detector, look.attributes
    if change == "model":
        detector = Detector(make_model(name="others", parameters=1), threads=1)
    if change == "score":
        detector = Detector(detector.session.path, threads=1, min_score=0.7)
    if change == "views":
        detector = Detector(detector.session.path, threads=1, close_ups=False)
    other = Looker(detector, None if change == "attributes" else attributes)
    assert indexed.outdated(look) == 0 and indexed.outdated(other) == 3
    assert indexed.update(look=other).looked == 3
    assert indexed.update(look=other).unchanged == 3
    assert [len(found.faces) for found in indexed.find()] == [0, 1, 1 if change == "score" else 2]


def test_attributes_that_are_told_no_more_cannot_be_asked_for(indexed, look):
    assert indexed.attributes() == list(look.names)
    indexed.update(look=Looker(look.detector, None))
    assert indexed.attributes() == []
    with pytest.raises(UsageError, match="does not know smiling; no picture in it was looked at for"):
        indexed.find("smiling")
    assert not any(face.attributes for found in indexed.find() for face in found.faces)
    indexed.update(look=look)
    assert len(list(indexed.find("smiling >= 0"))) == 2


def test_what_is_unreadable_is_told_and_tried_again(indexed, again, photos):
    (photos / "bad.jpg").write_text("junk")
    (photos / "empty.png").touch()
    (photos / "nowhere.png").symlink_to("gone.png")
    for _ in range(2):
        _, done = again()
        assert done.unreadable == 3 and done.unchanged == 3 and done.pictures == 3
        assert dict(indexed.unreadable()) == {
            str(photos / "bad.jpg"): f"{photos}/bad.jpg: not a picture",
            str(photos / "empty.png"): f"{photos}/empty.png: the file is empty",
            str(photos / "nowhere.png"): f"{photos}/nowhere.png: cannot be read (No such file or directory)",
        }
    shutil.copy(photos / "one.png", photos / "bad.jpg")
    again()
    assert len(dict(indexed.unreadable())) == 2 and "bad.jpg" in paths(indexed)


def test_links_to_pictures_count_and_loops_of_folders_do_not(again, indexed, photos):
    (photos / "link.png").symlink_to("one.png")
    (photos / "sub" / "loop").symlink_to("..")
    (photos / ".hidden").mkdir()
    shutil.copy(photos / "one.png", photos / ".hidden")
    os.mkfifo(photos / "pipe.png")
    assert again()[1] == Updated(known=1, unchanged=3, pictures=4, faces=4)


def test_names_that_are_not_utf_8(photos, look):
    for name in (b"\xff\xfe.png", b"\xe9t\xe9/caf\xe9.PNG", "日本/写真.png".encode(), b"a'\"--%_\n.png"):
        path = photos / os.fsdecode(name)
        path.parent.mkdir(exist_ok=True)
        shutil.copy(photos / "one.png", path)
    index = Index(photos)
    assert index.update(look=look).pictures == 7
    assert index.update(look=look).unchanged == 7
    assert all(Path(found.path).exists() for found in index.find())
    assert paths(index, "name == 'a''\"--%_\n.png'") == ["a'\"--%_\n.png"]
    assert paths(index, "path contains '写真' or folder == \"日本\"") == ["日本/写真.png"]
    assert len(paths(index, "name contains '.PNG'")) == 6


def test_a_folder_that_may_not_be_listed_keeps_what_is_known_of_it(again, indexed, photos, lock):
    lock("sub")
    _, done = again()
    assert done.unlisted == [f"{photos}/sub: the folder cannot be listed (Permission denied)"]
    assert done.removed == 0 and len(paths(indexed)) == 3


def test_a_folder_that_is_empty_all_of_a_sudden_is_not_believed(tmp_path, photos, look):
    index = Index(tmp_path / "elsewhere.db")
    index.update(photos, look)
    shutil.rmtree(photos)
    with pytest.raises(PictureError, match="no such folder"):
        index.update(photos, look)
    photos.mkdir()
    with pytest.raises(IndexFileError, match="nothing was forgotten"):
        index.update(photos, look)
    assert len(list(index.find())) == 3


def test_an_index_moves_with_its_folder(indexed, photos, tmp_path, look, monkeypatch):
    photos.rename(tmp_path / "moved")
    moved = Index(tmp_path / "moved")
    assert [found.path for found in moved.find("faces == 2")] == [str(tmp_path / "moved/sub/two.jpg")]
    assert moved.update(look=look).unchanged == 3
    monkeypatch.chdir(tmp_path / "moved")
    assert [found.path for found in Index(".").find()] == ["none.png", "one.png", "sub/two.jpg"]


def test_one_index_of_several_folders(tmp_path, photos, look):
    other = tmp_path / "other"
    shutil.copytree(photos / "sub", other)
    index = Index(tmp_path / "all.db")
    index.update(photos, look)
    assert index.update(other, look) == Updated(known=1, pictures=1, faces=2)
    assert [found.path for found in index.find("faces == 2")] == [f"{photos}/sub/two.jpg", f"{other}/two.jpg"]
    for folder in (photos / "sub", tmp_path):
        with pytest.raises(IndexFileError, match="a folder of its own"):
            index.update(folder, look)


def test_an_update_that_ends_takes_nothing_from_one_that_has_yet_to_write(tmp_path, photos, look):
    """Two at once on one index: no picture had the settings of the slower one when the other ended."""
    quick = tmp_path / "quick"
    quick.mkdir()
    (quick / "broken.png").write_bytes(b"rubbish")
    index = Index(tmp_path / "all.db")

    class Slow(Looker):
        def __call__(self, path):
            assert Index(index.path).update(quick, look).unreadable == 1
            return super().__call__(path)

    assert index.update(photos, Slow(look.detector, look.attributes), workers=1).looked == 3
    assert len(list(index.find())) == 3


def test_a_picture_that_another_update_forgot_just_now_is_said_to_be_missing(tmp_path, photos, look):
    other = tmp_path / "other"
    other.mkdir()
    shutil.copy(photos / "one.png", other / "copy.png")
    index = Index(tmp_path / "all.db")
    index.update(photos, look)
    (photos / "one.png").unlink()

    def forget(done, total):
        if total is not None:  # the copy is known, and not written yet
            index.update(photos, look)

    index.update(other, look, progress=forget)
    assert index.unfinished() == [other] and not list(index.find("name == 'copy.png'"))
    assert index.update(other, look).looked == 1 and index.unfinished() == []


def test_wrong_arguments(indexed, look, tmp_path):
    with pytest.raises(UsageError, match="say which folder"):
        Index(tmp_path / "misspelt").update(look=look)
    with pytest.raises(UsageError, match="workers"):
        indexed.update(look=look, workers=0)
    with pytest.raises(UsageError, match="did you mean 'threads'"):
        indexed.update(look=look, engine="thread")
    for limit in (-1, 1.5, "3"):
        with pytest.raises(UsageError, match="limit must be a whole number of at least 0"):
            indexed.find(limit=limit)


def test_ctrl_c_keeps_what_was_found(tmp_path, photos, look, paint):
    for i in range(20):
        Image.fromarray(paint(40, 40 + i)).save(photos / f"{i}.png")

    def stop(done, total):
        if total is not None and done == 10:
            raise KeyboardInterrupt

    index = Index(photos)
    with pytest.raises(KeyboardInterrupt):
        index.update(look=look, progress=stop)
    assert index.unfinished() == [photos]
    assert len(list(index.find())) == 10
    done = index.update(look=look)
    assert (done.looked, done.unchanged, index.unfinished()) == (13, 10, [])


def test_progress_is_told_while_listing_and_while_looking(again, photos, paint):
    told = []
    Image.fromarray(paint(9, 9)).save(photos / "x.png")
    again(progress=lambda *numbers: told.append(numbers))
    assert told == [(1, None), (2, None), (3, None), (4, None), (1, 1)]


def test_a_crop_is_cut_from_more_pixels_where_the_face_needs_them(tmp_path, look, paint):
    array = paint(2000, 1000, red=(100, 100, 120, 120))
    array[::2, :100] = 255  # so that scales differ
    Image.fromarray(array).save(tmp_path / "large.jpg", quality=95)
    seen = look(str(tmp_path / "large.jpg"))
    expected = look.attributes.describe(tmp_path / "large.jpg", seen.faces)
    assert [face.attributes for face in seen.faces] == [pytest.approx(one) for one in expected]
    assert seen.faces.width == 2000 and np.all(seen.faces.boxes <= 2000)


def test_default_models_are_those_that_ship():
    look = Looker()
    assert look.detector.card.name == "detector-nano" and isinstance(look.attributes, Attributes)
    assert look.detector.session.threads == look.attributes.session.threads == 1
    assert Looker(attributes=None).names == ()
