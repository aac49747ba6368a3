"""A set is there and right, or it is gone on with; nothing of the user's is touched."""

import hashlib
import json
import shutil
from collections import namedtuple
from urllib.parse import quote

import pytest

from facewright.core.errors import DataError, RecipeError, UsageError
from facewright.datasets.fetch import fetch as module
from facewright.datasets.fetch.fetch import RECEIPT, fetch, is_accepted, missing
from facewright.datasets.fetch.sources import File, Source, find_source, read_sources

TABLE = b"000001.jpg 1\n"


@pytest.fixture
def pictures(make_zip):
    return make_zip(img__1=b"one", img__2=b"two")


@pytest.fixture
def folds(make_tar):
    return make_tar(folds__a=b"list", folds__b=b"list")


@pytest.fixture
def source(server, pictures, folds):
    server.files |= {"table.txt": TABLE, "img.zip": pictures, "folds.tgz": folds}
    files = (
        File(name="table.txt", size=len(TABLE), sha256=hashlib.sha256(TABLE).hexdigest()),
        File(name="img.zip", size=len(pictures), md5=hashlib.md5(pictures).hexdigest(), unpacks=("img",)),
        File(name="folds.tgz", unpacks=("folds",)),
    )
    return Source(title="A set", home="https://a", terms="For toys.", data="celeba:{folder}", files=files)


@pytest.fixture
def get(source, server, tmp_path, heard):
    def run(**options):
        return fetch(source, tmp_path / "set", mirrors=[server.url], watcher=heard, **options)

    return run


def names(folder):
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


ALL = [".fetching", RECEIPT, "folds/a", "folds/b", "img/1", "img/2", "table.txt"]


def test_all_is_fetched_unpacked_and_written_down(get, source, server, tmp_path, heard, folds):
    folder = tmp_path / "set"
    assert [file.name for file in missing(source, folder)] == ["table.txt", "img.zip", "folds.tgz"]
    assert get() == ["table.txt", "img.zip", "folds.tgz"]
    assert names(folder) == ALL and not missing(source, folder)
    receipt = json.loads((folder / RECEIPT).read_text())
    assert receipt["terms"] == "For toys." and is_accepted(source, folder)
    assert receipt["files"]["folds.tgz"]["sha256"] == hashlib.sha256(folds).hexdigest()
    assert receipt["files"]["folds.tgz"]["unpacked"] == {"folds": 2}
    assert [receipt["files"][name]["checked"] for name in ("table.txt", "img.zip", "folds.tgz")] == [
        True,
        True,
        False,
    ]
    said = [sentence for sentence in heard.said if "no checksum is known" in sentence]
    assert len(said) == 1 and hashlib.sha256(folds).hexdigest() in said[0]


def test_again_nothing_is_asked(get, server):
    get()
    server.asked.clear()
    assert get() == [] and not server.asked


def test_only_what_is_missing_is_fetched_again_and_what_else_lies_there_stays(get, server, tmp_path):
    get()
    (tmp_path / "set/img/mine").write_text("mine")
    (tmp_path / "set/img/1").unlink()
    (tmp_path / "set/img/2").unlink()
    (tmp_path / "set/table.txt").write_text("cut")
    (tmp_path / "set/table.txt").unlink()
    assert get() == ["table.txt", "img.zip"]
    assert names(tmp_path / "set") == sorted([*ALL, "img/mine"])


def test_archives_may_be_kept_and_serve_again(get, server, tmp_path, heard):
    get(keep_archives=True)
    assert "img.zip" in names(tmp_path / "set")
    shutil.rmtree(tmp_path / "set/img")
    server.asked.clear()
    assert get(keep_archives=True) == ["img.zip"] and not server.asked
    assert (tmp_path / "set/img/1").read_bytes() == b"one"


def test_what_a_browser_fetched_is_checked_and_used(get, server, tmp_path, pictures):
    (tmp_path / "set").mkdir()
    (tmp_path / "set/img.zip").write_bytes(pictures)
    get()
    assert "/img.zip" not in [path for path, _ in server.asked]
    assert names(tmp_path / "set") == ALL


def test_another_file_under_that_name_is_refused_and_left(get, tmp_path):
    (tmp_path / "set").mkdir()
    (tmp_path / "set/img.zip").write_bytes(b"other")
    with pytest.raises(
        DataError, match=r"img\.zip: is not the file it should be: 5 bytes where .* move it away"
    ):
        get()
    assert (tmp_path / "set/img.zip").read_bytes() == b"other"


def test_nothing_is_put_into_a_folder_that_was_there_before(get, server, tmp_path):
    (tmp_path / "set/img").mkdir(parents=True)
    with pytest.raises(DataError, match="is there already and did not come from here"):
        get()
    assert not server.asked


def test_nor_where_an_archive_holds_what_nobody_expected(get, server, tmp_path, make_tar):
    server.files["folds.tgz"] = make_tar(other__a=b"?")
    (tmp_path / "set/other").mkdir(parents=True)
    with pytest.raises(DataError, match="holds other, which is there already and nobody expected"):
        get()
    assert not list((tmp_path / "set/other").iterdir())


def test_stopped_while_unpacking_it_goes_on_from_the_archive(get, server, tmp_path, monkeypatch):
    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "settle", stopped)
    with pytest.raises(KeyboardInterrupt):
        get()
    monkeypatch.undo()
    assert names(tmp_path / "set") == [".fetching", RECEIPT, "img.zip", "table.txt"]
    server.asked.clear()
    assert get() == ["img.zip", "folds.tgz"]
    assert [path for path, _ in server.asked] == ["/folds.tgz"] and names(tmp_path / "set") == ALL


def test_an_archive_damaged_on_the_way_is_not_kept_where_no_sum_is_known(get, server, tmp_path, folds):
    server.files["folds.tgz"] = folds[:-20]
    with pytest.raises(DataError, match=r"folds\.tgz: is damaged"):
        get()
    assert "folds.tgz" not in names(tmp_path / "set")
    server.files["folds.tgz"] = folds
    assert get() == ["folds.tgz"] and names(tmp_path / "set") == ALL


def test_a_full_disk_is_seen_before_and_said(get, server, tmp_path, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(module.shutil, "disk_usage", lambda path: usage(0, 0, 10))
    with pytest.raises(DataError, match=r"0\.0 GB are needed and 0\.0 GB are free"):
        get()
    assert not server.asked


def test_a_disk_that_fills_up_on_the_way_is_one_sentence(get, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "download", full)
    with pytest.raises(
        DataError, match=r"table\.txt cannot be written \(No space left on device\); run it again"
    ):
        get()


def test_two_at_once_in_one_folder_are_one_too_many(get, tmp_path):
    (tmp_path / "set").mkdir()
    with module._alone(tmp_path / "set"), pytest.raises(DataError, match="another fetch is at work there"):
        get()


def test_each_mirror_is_tried_for_each_file(source, server, tmp_path, heard):
    server.files = {("b/" if name == "img.zip" else "a/") + name: body for name, body in server.files.items()}
    fetch(source, tmp_path / "set", mirrors=[f"{server.url}/a/", f"{server.url}/b"], watcher=heard)
    assert names(tmp_path / "set") == ALL


@pytest.mark.parametrize(
    "mirror",
    ["ftp://a/b", "data/", "https://", "file:///tmp", "", "http://[::1", "http://a:b/", "http://a..b/"],
)
def test_a_mirror_is_the_address_of_a_folder(source, tmp_path, mirror):
    with pytest.raises(UsageError, match="takes the http or https address of a folder"):
        fetch(source, tmp_path / "set", mirrors=[mirror])
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "mirror",
    [
        "https://me:secret@a/b",
        "https://:secret@a/b",
        "ftp://me:secret@a",
        "http://a/?key=secret",
        "http://a/#secret",
    ],
)
def test_a_password_in_a_mirror_is_neither_taken_nor_shown(source, tmp_path, mirror):
    with pytest.raises(UsageError, match=r"^--mirror: takes .* without a password") as refused:
        fetch(source, tmp_path / "set", mirrors=[mirror])
    assert "secret" not in str(refused.value) and not list(tmp_path.iterdir())


@pytest.mark.parametrize("folder", ["my files/", "dätä", "a%20b//", "x/y"])
def test_a_mirror_may_have_any_path(source, server, tmp_path, heard, folder):
    server.files = {
        f"{quote(folder, safe='/%').rstrip('/')}/{name}": body for name, body in server.files.items()
    }
    fetch(source, tmp_path / "set", mirrors=[f"{server.url}/{folder}"], watcher=heard)
    assert names(tmp_path / "set") == ALL


def test_a_proxy_is_said(source, tmp_path, heard, monkeypatch):
    monkeypatch.setenv("https_proxy", "http://me:secret@proxy.example:3128")
    monkeypatch.setattr(module, "download", lambda *_: (_ for _ in ()).throw(DataError("enough")))
    with pytest.raises(DataError, match="enough"):
        fetch(source, tmp_path / "set", mirrors=["https://mirror.example"], watcher=heard)
    assert heard.said == ["through the proxy proxy.example:3128, as the environment says"]


def test_with_a_proxy_of_no_use_nothing_is_done(source, tmp_path, monkeypatch):
    monkeypatch.setenv("https_proxy", "socks5://me:secret@proxy.example")
    with pytest.raises(UsageError, match="a kind that is not spoken to"):
        fetch(source, tmp_path / "set", mirrors=["https://mirror.example"])
    assert not list(tmp_path.iterdir())


def test_without_a_place_nothing_is_done(source, tmp_path):
    with pytest.raises(
        UsageError, match=r"table\.txt: no place is known that speaks https; name one with --mirror"
    ):
        fetch(source, tmp_path / "set")


@pytest.mark.parametrize("text", ["{", "[]", "1"])
def test_a_damaged_receipt_is_said(source, tmp_path, text):
    (tmp_path / RECEIPT).write_text(text)
    with pytest.raises(DataError, match="is damaged"):
        missing(source, tmp_path)


def test_what_a_receipt_says_too_little_of_is_fetched_again(get, tmp_path):
    get()
    receipt = json.loads((tmp_path / "set" / RECEIPT).read_text())
    receipt["files"] |= {"table.txt": {"url": ""}, "img.zip": {"url": ""}}
    (tmp_path / "set" / RECEIPT).write_text(json.dumps(receipt))
    (tmp_path / "set/table.txt").unlink()
    assert get() == ["table.txt", "img.zip"] and names(tmp_path / "set") == ALL


def test_an_archive_without_what_was_expected_of_it_is_said(get, server, make_tar, heard):
    server.files["folds.tgz"] = make_tar(other__a=b"list")
    get()
    assert "folds.tgz: holds no folds, which was expected of it" in heard.said


def test_other_terms_have_to_be_accepted_anew(get, source, tmp_path):
    get()
    assert not is_accepted(source.model_copy(update={"terms": "For cats."}), tmp_path / "set")


def test_the_shipped_sources_name_real_places_and_formats():
    from facewright.datasets.open import FORMATS

    sources = read_sources()
    assert list(sources) == ["celeba", "wider", "fddb", "lfw"]
    for source in sources.values():
        assert source.data.partition(":")[0] in FORMATS and source.terms
        for file in source.files:
            assert file.url or source.note
            assert bool(file.unpacks) == file.is_archive
    assert find_source("celeba").size > 1.4e9
    with pytest.raises(UsageError, match="no set 'wilder' to fetch; did you mean 'wider'"):
        find_source("wilder")


@pytest.mark.parametrize("text", ["[a]\ntitle = 'x'", "[", "[a]\ntitle='t'\nhome='h'\nterms='t'\ndata='d'\n"
                                  "files=[{name='a', url='http://a/b'}]"])  # fmt: skip
def test_sources_that_are_not_as_they_should_be_are_refused(tmp_path, text):
    (tmp_path / "s.toml").write_text(text)
    with pytest.raises(RecipeError, match=r"s\.toml"):
        read_sources(tmp_path / "s.toml")
