"""Named sets: where they lie, how they are divided, and the real ones' counts."""

from functools import cache

import pytest

from facewright.core.errors import DataError, RecipeError, UsageError
from facewright.datasets.open import open_dataset as _open_dataset
from facewright.datasets.sets import PARTS, open_set, read_sets, share_of

open_dataset = cache(_open_dataset)  # the real sets are opened by several tests

TOML = """
[clips]
source = "folder:clips"
group = ['^(.+)_mov-\\d+$', '^(lone)']
val_share = 0.5
terms = "none"
upstream = "drawn"

[thirds]
source = "folder:clips"
group = '^(.+)_mov-\\d+$'
val_share = 0.4
test_share = 0.3
terms = "none"
upstream = "drawn"
"""


@pytest.fixture
def clips(draw, write, tmp_path):
    for clip in "abcdefgh":
        for frame in range(3):
            draw(f"clips/{clip}_mov-{frame}.png", 8, 8)
    draw("clips/other.png", 8, 8)
    return write("sets.toml", TOML)


def test_parts_divide_the_set_by_group(clips, tmp_path):
    parts = {part: open_set(f"clips{part}", file=clips, root=tmp_path) for part in ("", "/train", "/val")}
    assert len(parts[""]) == 25 and parts["/val"].name == "clips/val"
    assert len(parts["/train"]) + len(parts["/val"]) == 25
    train, val = ({s.group for s in parts[part]} for part in ("/train", "/val"))
    assert train and val and not train & val
    assert train | val == {*"abcdefgh", "other"}


def test_a_test_part_takes_the_groups_after_those_of_validation(clips, tmp_path):
    parts = {part: {s.group for s in open_set(f"thirds/{part}", file=clips, root=tmp_path)} for part in PARTS}
    places = {part: sorted(map(share_of, groups)) for part, groups in parts.items()}
    assert places["val"][-1] < 0.4 <= places["test"][0] and places["test"][-1] < 0.7 <= places["train"][0]
    assert sum(map(len, parts.values())) == 9


def test_groups_that_are_one_lie_in_one_part(clips, tmp_path, write):
    def parts(text):
        file = write("sets.toml", text)
        return {
            part: {s.name: s.group for s in open_set(f"clips/{part}", file=file, root=tmp_path)}
            for part in ("train", "val")
        }

    apart = parts(TOML)
    (moved, stays) = (min(apart[part].values()) for part in ("val", "train"))
    told = parts(TOML.replace("val_share = 0.5", f'same = {{ {moved} = "{stays}" }}\nval_share = 0.5'))
    gone = {name: stays for name, group in apart["val"].items() if group == moved}
    assert len(gone) == 3 and told["train"] == apart["train"] | gone
    assert told["val"] == {name: group for name, group in apart["val"].items() if name not in gone}


def test_names_to_leave_out_that_no_sample_has_are_problems_of_the_whole_set(clips, tmp_path, write):
    text = TOML.replace("[clips]", '[clips]\nleft_out = ["misspelt"]', 1)
    file = write("more.toml", text)
    (problem,) = open_set("clips", file=file, root=tmp_path).problems
    assert str(problem) == "misspelt: left_out names it, but no sample is called so"
    assert open_set("clips/train", file=file, root=tmp_path).problems == ()


def test_a_set_without_a_test_part_says_so(clips, tmp_path):
    with pytest.raises(DataError, match=r"val_share of clips is 0\.5 and its test_share 0"):
        open_set("clips/test", file=clips, root=tmp_path)
    with pytest.raises(UsageError, match="parts train, val, test, not 'tset'; did you mean 'test'"):
        open_set("clips/tset", file=clips, root=tmp_path)


def test_the_data_root_comes_from_the_environment(clips, tmp_path, monkeypatch):
    monkeypatch.setenv("FACEWRIGHT_DATA", str(tmp_path))
    assert len(open_set("clips", file=clips)) == 25
    monkeypatch.setenv("FACEWRIGHT_DATA", str(tmp_path / "none"))
    with pytest.raises(DataError, match="set FACEWRIGHT_DATA"):
        open_set("clips", file=clips)


def test_shares_are_the_same_on_every_machine_and_spread_evenly():
    assert share_of("Ada_Lovelace") == pytest.approx(0.0470, abs=1e-3)
    assert sum(share_of(str(i)) < 0.2 for i in range(5000)) == pytest.approx(1000, abs=100)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[a]\nsorce = 'folder:x'", "unknown key 'sorce'; did you mean 'source'"),
        ("[a]\nterms = 't'\nupstream = 'u'", "source: Field required"),
        ("[a]\nsource = 's'\nterms = 't'\nupstream = 'u'\nval_share = 2", "val_share"),
        (
            "[a]\nsource = 's'\nterms = 't'\nupstream = 'u'\nval_share = 0.6\ntest_share = 0.6",
            r"test_share is 1\.2",
        ),
        ("[a]\nsource = 's'\nterms = 't'\nupstream = 'u'\ngroup = '('", "no regular expression"),
        ("[a]\nsource = 's'\nterms = 't'\nupstream = 'u'\ngroup = 'x'", "one pair of parentheses"),
        ("a = 3", "must be a table"),
        ("a = ", "not TOML"),
    ],
)
def test_a_mistake_in_the_file_is_named(write, text, why):
    with pytest.raises(RecipeError, match=why):
        read_sets(write("sets.toml", text))


def test_a_missing_file_and_an_unknown_set_are_said(tmp_path, clips):
    with pytest.raises(RecipeError, match="no such file"):
        read_sets(tmp_path / "none.toml")
    with pytest.raises(UsageError, match="did you mean 'clips'"):
        open_set("clip", file=clips, root=tmp_path)


def test_the_shipped_sets_are_well_formed():
    sets = read_sets()
    assert {"street-masks", "helen", "mtfl", "negatives-grey", "celeba-loose"} <= set(sets)
    assert sets["helen"].unannotated and sets["mtfl"].unannotated


@pytest.mark.parametrize(
    ("name", "pictures", "faces"),
    [
        ("street-masks", 587, 2707),
        ("masks-colour", 1129, 1476),
        ("masks-grey", 607, 1561),
        ("webcams-grey", 498, 532),
        ("portraits-grey", 1063, 1071),
        ("helen", 870, 870),
        ("mtfl", 7146, 7146),
        ("negatives-caltech101", 1182, 0),
        ("negatives-imagenet", 872, 0),
        ("negatives-grey", 699, 0),
    ],
)
def test_the_real_sets_are_read_whole(real_data, name, pictures, faces):
    dataset = open_dataset(name)
    assert (len(dataset), sum(len(s.boxes) for s in dataset), dataset.problems) == (pictures, faces, ())
    assert len({s.name for s in dataset}) == pictures


def test_the_same_clip_is_on_the_same_side_in_both_video_sets(real_data):
    train, val = (
        {s.group for name in ("masks-grey", "webcams-grey") for s in open_dataset(f"{name}/{part}")}
        for part in ("train", "val")
    )
    assert not train & val and "mask-wearing" in train | val


def test_people_and_photos_are_the_groups_of_the_landmark_sets(real_data):
    groups = {s.name: s.group for s in open_dataset("mtfl")}
    assert groups["lfw_5590/Aaron_Eckhart_0001.jpg"] == "Aaron_Eckhart"
    assert all(s.group == s.name.partition("_")[0] for s in open_dataset("helen"))


def test_real_celeba_gives_attributes_and_people(real_data):
    aligned, loose = open_dataset("celeba-aligned"), open_dataset("celeba-loose")
    assert (len(aligned), len(loose)) == (10000, 15084)
    assert not {s.group for s in aligned} & {s.group for s in loose}
    assert len(aligned[0].attributes) == 40 and len(aligned.problems) == 1


def test_real_celeba_is_divided_by_person(real_data):
    parts = {
        part: [s for name in ("aligned", "loose") for s in open_dataset(f"celeba-{name}/{part}")]
        for part in PARTS
    }
    people = {part: {s.group for s in samples} for part, samples in parts.items()}
    assert all(group.startswith("celeba-") for group in people["test"])
    assert (
        not people["train"] & people["val"]
        | people["train"] & people["test"]
        | people["val"] & people["test"]
    )
    assert sum(map(len, parts.values())) == 25084
