"""What questions find, beside what Python makes of the same tree over the same pictures."""

import operator
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facewright.apps.index.query.parse import parse
from facewright.apps.index.query.tokens import QueryError
from facewright.apps.index.query.tree import (
    Comparison,
    Contains,
    Count,
    Faces,
    Holds,
    In,
    Junction,
    Name,
    Not,
    Number,
    Text,
)


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("", "abcd"),
        ("faces", None),
        ("faces >= 2", "cd"),
        ("faces in (0, 3)", "ad"),
        ("faces not in (0, 3)", "bc"),
        ("width > height", "b"),
        ("height > width or width == 50", "cd"),
        ("size > 20%", "d"),
        ("size < .1", "bc"),
        ("score < .8", "d"),
        ("not score > 0", "a"),
        # of an attribute: whether it is true of any face
        ("smiling", "bcd"),
        ("not smiling", "a"),
        ("Smiling > .8", "bcd"),
        ("smiling < .5", "c"),
        ("smiling and bald", "cd"),
        ("bald == .5", "d"),
        ("bald > smiling", "c"),
        # of one and the same face
        ("any(smiling and bald)", "d"),
        ("any(smiling < .3 and score > .5)", "c"),
        ("any(size < 2%)", "cd"),
        ("all(smiling)", "bd"),
        ("all(score > .5)", "bc"),
        ("all(not bald)", "b"),
        ("not all(smiling)", "ac"),
        ("count(smiling > .55) == 2", "d"),
        ("count(bald) == 0", "ab"),
        ("count(bald) == faces", "a"),
        ("faces > count(smiling)", "c"),
        ("0 < count(bald)", "cd"),
        # dates mean all of their time
        ("taken", "bc"),
        ("not taken", "ad"),
        ("taken == 2024", "b"),
        ("taken == 2024-05-01", "b"),
        ("taken != 2024", "c"),
        ("not taken == 2024", "acd"),
        ("taken < 2024", "c"),
        ("taken <= 2023", "c"),
        ("taken > 2023", "b"),
        ("taken > '2023-12-31 23:59:58'", "bc"),
        ("taken > 2024-05-01", ""),
        ("taken in (2023, 2024-05)", "bc"),
        ("2024 <= taken", "b"),
        # texts
        ("name == 'b'", "b"),
        ("name != 'b'", "acd"),
        ("name == 'B'", ""),
        ("name contains 'B'", "b"),
        ("folder == ''", "ab"),
        ("folder contains 'DEEP'", "cd"),
        ("path == 'in/deep/c'", "c"),
        ("path in ('a', 'in/deep/d')", "ad"),
    ],
)
def test_examples(asked, where, found):
    if found is None:
        with pytest.raises(QueryError):
            asked(where)
    else:
        assert "".join(asked(where)) == found


@pytest.mark.parametrize(
    ("where", "at", "message"),
    [
        ("fcaes > 2", 0, "there is no name 'fcaes'; did you mean 'faces'?"),
        ("faces > 2 and smilling > .8", 14, "did you mean 'smiling'?"),
        ("faces > 2 and Wearing_Hat", 14, "this index does not know wearing_hat; index again with --all"),
        ("path", 0, 'path is neither true nor false; compare it, as in: path contains "holiday"'),
        ("not size", 4, "size is neither true nor false; compare it, as in: size >= 3"),
        ("faces contains 'x'", 0, "contains asks about a text, and faces is none"),
        ("faces == 'x'", 9, 'faces is a number, and "x" is none'),
        ("faces > taken", 8, "faces is a number, and taken is none"),
        ("faces in (1, 'x')", 13, 'faces is a number, and "x" is none'),
        ("name == 3", 8, "name is a text: compare it with one, in quotes"),
        ("name in (3)", 9, "name is a text"),
        ("name < 'b'", 0, "name is a text: it has ==, !=, in and contains, but not <"),
        ("taken > faces", 8, "taken is compared with a date"),
        ("taken > 'May'", 8, '"May" is no date'),
        ("taken > 2024-02-30", 8, "2024-02-30 is no date"),
        ("taken in (1, 2)", 10, "1 is no date"),
        ("3 > 2", 0, "a comparison needs a name"),
        ("any(faces > 2)", 4, "faces is of the picture, not of one face; write it outside any(...)"),
        ("all(path contains 'x')", 4, "write it outside all(...)"),
        ("any(count(bald) > 1)", 4, "count(...) cannot stand in any(...)"),
        ("count(all(bald)) > 1", 6, "all(...) cannot stand in count(...)"),
    ],
)
def test_what_makes_no_sense_is_told_with_its_place(asked, where, at, message):
    with pytest.raises(QueryError, match=re.escape(message)) as caught:
        asked(where)
    assert caught.value.at == at


@pytest.mark.parametrize(
    ("order", "found"),
    [
        ("", "abcd"),
        ("-faces", "dcba"),
        ("faces", "abcd"),
        ("taken", "cbad"),
        ("-taken", "bcad"),
        ("-bald,width", "cdba"),
        ("bald", "bdca"),
        (" - width , height ", "bacd"),
        ("-Smiling,-faces", "dcba"),
    ],
)
def test_orders_put_what_is_missing_last(asked, order, found):
    assert "".join(asked("", order)) == found


def test_limit(index):
    assert [found.path[-1] for found in index.find("faces >= 1", order="-size", limit=2)] == ["d", "c"]
    assert list(index.find(limit=0)) == []


NUMBERS = ["faces", "width", "height", "score", "size", "smiling", "bald"]
OPERATORS = {"==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt,
             ">=": operator.ge}  # fmt: skip
values = st.sampled_from([0, 1, 2, 3, 50, 100, 0.02, 0.1, 0.25, 0.5, 0.6, 0.9]).map(Number)


def comparisons(names):
    name = st.sampled_from(names).map(Name)
    return st.one_of(
        st.builds(Comparison, name, st.sampled_from([*OPERATORS]), st.one_of(values, name)),
        st.builds(Comparison, values, st.sampled_from([*OPERATORS]), name),
        st.builds(In, name, st.lists(values, min_size=1, max_size=3).map(tuple)),
    )


def logic(conditions):
    several = st.lists(conditions, min_size=2, max_size=3).map(tuple)
    return st.one_of(st.builds(Not, conditions), st.builds(Junction, st.sampled_from(["and", "or"]), several))


of_face = st.recursive(
    st.one_of(comparisons(["score", "size", "smiling", "bald"]), st.just(Holds(Name("bald")))),
    logic,
    max_leaves=4,
)
of_picture = st.recursive(
    st.one_of(
        comparisons(NUMBERS),
        st.just(Holds(Name("smiling"))),
        st.builds(Contains, st.just(Name("path")), st.sampled_from("abn/").map(Text)),
        st.builds(Faces, st.sampled_from(["any", "all"]), of_face),
        st.builds(Comparison, st.builds(Count, of_face), st.sampled_from([*OPERATORS]), values),
    ),
    logic,
    max_leaves=6,
)


def holds(tree, picture, face=None):
    """Whether the condition is true, said in Python."""

    def value(it, face):
        match it:
            case Number(number):
                return number
            case Count(condition):
                return sum(holds(condition, picture, one) for one in picture["each"])
            case Name(name):
                return face[name] if face is not None and name in face else picture.get(name)

    def compared(face):
        match tree:
            case Holds(name):
                return value(name, face) is not None and value(name, face) >= 0.5
            case In(name, several):
                return value(name, face) in [one.value for one in several]
            case Comparison(left, sign, right):
                left, right = value(left, face), value(right, face)
                return left is not None and right is not None and OPERATORS[sign](left, right)

    match tree:
        case Not(condition):
            return not holds(condition, picture, face)
        case Junction(word, conditions):
            return (all if word == "and" else any)(holds(one, picture, face) for one in conditions)
        case Faces(which, condition):
            several = [holds(condition, picture, one) for one in picture["each"]]
            return bool(several) and (all if which == "all" else any)(several)
        case Contains(_, text):
            return text.value in picture["path"]
    if face is None and re.search("smiling|bald", re.sub(r"count\(.*\)", "", str(tree))):
        own = [{name: one[name] for name in ("smiling", "bald")} for one in picture["each"]]
        return any(compared(one) for one in own)
    return compared(face)


@pytest.fixture(scope="session")
def pictures(index):
    def described(found):
        each = [
            {
                "score": round(face.score, 4),
                "size": round(face.width * face.height / (found.width * found.height), 6),
                "smiling": round(face.attributes["Smiling"], 4),
                "bald": round(face.attributes["Bald"], 4),
            }
            for face in found.faces
        ]
        path = found.path.removeprefix(f"{index.path.parent}/")
        return {
            "faces": len(each), "width": found.width, "height": found.height, "path": path, "each": each,
            "score": max((one["score"] for one in each), default=None),
            "size": max((one["size"] for one in each), default=None),
        }  # fmt: skip

    return [described(found) for found in index.find()]


@settings(max_examples=100)
@given(of_picture)
def test_a_question_finds_what_python_finds(index, pictures, tree):
    assert parse(str(tree)) == tree
    expected = [picture["path"][-1] for picture in pictures if holds(tree, picture)]
    assert [found.path[-1] for found in index.find(str(tree))] == expected
