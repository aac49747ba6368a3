"""Archives are unpacked whole and inside their folder, or not at all."""

import io
import stat
import tarfile
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facewright.core.errors import DataError
from facewright.datasets.fetch import unpack as module
from facewright.datasets.fetch.unpack import settle, unpack, unpacked_size


@pytest.fixture(params=["zip", "tgz"])
def archive(request, tmp_path, make_zip, make_tar):
    def make(**files):
        path = tmp_path / f"a.{request.param}"
        path.write_bytes((make_zip if request.param == "zip" else make_tar)(**files))
        return path

    return make


def test_files_come_out_as_they_are_and_are_counted(archive, tmp_path):
    told = []
    path = archive(**{"x__one.txt": b"1", "x__deep__two.txt": b"22", "three.txt": b"333", "__MACOSX/x": b"?",
                      "x__._one.txt": b"?", "x__.DS_Store": b"?"})  # fmt: skip
    assert unpack(path, tmp_path / "out", told.append) == {"x": 2, "three.txt": 1}
    found = {p.relative_to(tmp_path / "out").as_posix(): p.read_bytes()
             for p in (tmp_path / "out").rglob("*") if p.is_file()}  # fmt: skip
    assert found == {"x/one.txt": b"1", "x/deep/two.txt": b"22", "three.txt": b"333"}
    assert told == [1, 3, 6]


@pytest.mark.parametrize(
    "name",
    ["../out.txt", "x/../../out.txt", "/etc/out", "C:\\out", "x\\out", "a\nb", "..", ".. /out", "x/.../out"],
)
def test_no_name_leads_out(archive, tmp_path, name):
    with pytest.raises(DataError, match="leads out of its folder"):
        unpack(archive(**{name: b"!"}), tmp_path / "out")
    assert not [p for p in tmp_path.rglob("out*") if p.is_file()]


@given(st.text(min_size=1, max_size=20))
def test_whatever_the_name_it_stays_inside(name):
    try:
        path = module._inside(name, "a.zip")
    except DataError:
        return
    assert not path.is_absolute() and ".." not in path.parts and path.parts


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_links_and_devices_in_a_tar_are_refused(tmp_path, kind):
    with tarfile.open(tmp_path / "a.tgz", "w:gz") as out:
        member = tarfile.TarInfo("x/link")
        member.type, member.linkname = kind, "../../etc/passwd"
        out.addfile(member)
    with pytest.raises(DataError, match="'x/link' is no ordinary file"):
        unpack(tmp_path / "a.tgz", tmp_path / "out")


def test_a_link_in_a_zip_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as out:
        info = zipfile.ZipInfo("x/link")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        out.writestr(info, "/etc/passwd")
    with pytest.raises(DataError, match="'x/link' is no ordinary file"):
        unpack(tmp_path / "a.zip", tmp_path / "out")


def test_a_zip_that_packs_in_an_unusual_way_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_LZMA) as out:
        out.writestr("x/a", bytes(100))
    with pytest.raises(DataError, match="'x/a' is packed in an unusual way"):
        unpack(tmp_path / "a.zip", tmp_path / "out")


def test_a_zip_with_a_name_that_is_no_text_is_damaged(tmp_path, make_zip):
    path = tmp_path / "a.zip"
    path.write_bytes(make_zip(**{"x/ä": b"1"}).replace("ä".encode(), b"\xc3\xc3"))
    assert unpacked_size(path) is None
    with pytest.raises(DataError, match=r"a\.zip: is damaged or no archive"):
        unpack(path, tmp_path / "out")


def test_bombs_are_not_unpacked(archive, tmp_path, monkeypatch):
    path = archive(**{f"x__{i}": bytes(10_000) for i in range(10)})
    monkeypatch.setattr(module, "FLOOR", 50_000)
    monkeypatch.setattr(module, "RATIO", 1)
    with pytest.raises(DataError, match="holds more than 50000 bytes"):
        unpack(path, tmp_path / "out")
    monkeypatch.setattr(module, "MOST_FILES", 3)
    with pytest.raises(DataError, match="holds more than 3 files"):
        unpack(path, tmp_path / "out2")


def test_one_name_twice_is_refused(tmp_path):
    with tarfile.open(tmp_path / "a.tgz", "w:gz") as out:
        for content in (b"1", b"2"):
            member = tarfile.TarInfo("x/a")
            member.size = 1
            out.addfile(member, io.BytesIO(content))
    with pytest.raises(DataError, match="names the file 'x/a' twice"):
        unpack(tmp_path / "a.tgz", tmp_path / "out")


@pytest.mark.parametrize("keep", [0, 10, 60, -30, -1])
def test_a_cut_archive_is_said_to_be_damaged(archive, tmp_path, keep):
    path = archive(**{f"x__{i}": bytes(range(256)) * (i + 1) for i in range(20)})
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(DataError, match=r"a\.\w+: (is damaged or no archive|holds no file)"):
        unpack(path, tmp_path / "out")


def test_what_a_zip_says_it_holds_is_known_before(archive):
    path = archive(x__a=b"12345", b=b"6")
    assert unpacked_size(path) == (6 if path.suffix == ".zip" else None)


def test_settling_fills_a_folder_up_and_leaves_what_else_is_in_it(tmp_path):
    for name in ("new/x/deep/a", "new/x/b", "new/c", "there/x/deep/mine", "there/x/b"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    settle(tmp_path / "new", tmp_path / "there")
    assert not (tmp_path / "new").exists()
    found = {p.relative_to(tmp_path / "there").as_posix(): p.read_text()
             for p in (tmp_path / "there").rglob("*") if p.is_file()}  # fmt: skip
    assert found == {
        "x/deep/a": "new/x/deep/a",
        "x/b": "new/x/b",
        "c": "new/c",
        "x/deep/mine": "there/x/deep/mine",
    }
