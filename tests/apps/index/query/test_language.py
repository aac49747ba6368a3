"""The language: what it says is what it finds, whatever is typed gives rows or one clear error."""

import re
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facewright.apps.index.query.parse import parse
from facewright.apps.index.query.tokens import QueryError
from facewright.apps.index.query.tree import (
    Comparison,
    Contains,
    Count,
    Date,
    Faces,
    Holds,
    In,
    Junction,
    Name,
    Not,
    Number,
    Text,
)

OPERATORS = ["==", "!=", "<", "<=", ">", ">="]

# Trees of any shape, sensible or not.
names = st.sampled_from(["faces", "smiling", "5_o_clock_shadow", "höhe", "x"]).map(Name)
numbers = st.floats(0, allow_infinity=False).map(Number)
texts = st.text().map(Text)
dates = st.dates().map(lambda date: Date(date.isoformat()))
plain_values = st.one_of(names, numbers, texts, dates)


def grown(conditions):
    values = st.one_of(plain_values, st.builds(Count, conditions))
    return st.one_of(
        st.builds(Comparison, values, st.sampled_from(OPERATORS), values),
        st.builds(Not, conditions),
        st.builds(Faces, st.sampled_from(["any", "all"]), conditions),
        st.builds(
            Junction, st.sampled_from(["and", "or"]), st.lists(conditions, min_size=2, max_size=4).map(tuple)
        ),
    )


leaves = st.one_of(
    st.builds(Holds, names),
    st.builds(Comparison, plain_values, st.sampled_from(OPERATORS), plain_values),
    st.builds(Contains, names, texts),
    st.builds(In, names, st.lists(plain_values, min_size=1, max_size=4).map(tuple)),
)
trees = st.recursive(leaves, grown, max_leaves=12)


@given(trees)
def test_a_printed_tree_is_read_back_as_it_was(tree):
    assert parse(str(tree)) == tree


@given(trees)
def test_words_may_stand_in_capitals_and_spaces_are_free(tree):
    text = str(tree)
    if '"' not in text:
        assert parse("\n " + text.upper().replace(" ", " \t") + " ") == parse(text.lower())


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("faces>=3and_ == 1", None),
        ("faces>=3 and smiling>80%", "faces >= 3 and smiling > 0.8"),
        ("a or b and not c or d", "a or (b and not c) or d"),
        ("(a)", "a"),
        ("((a or b)) and c", "(a or b) and c"),
        ("not not a", "not not a"),
        ("not a and b", "not a and b"),
        ("name not in ('a', \"b\")", 'not name in ("a", "b")'),
        ("name == 'it''s'", 'name == "it\'s"'),
        ('name == "say ""hi"""', 'name == "say ""hi"""'),
        ("3 <= faces", "3 <= faces"),
        ("taken >= 2024-05 and taken<2024-06-01", "taken >= 2024-05 and taken < 2024-06-01"),
        ("count(Smiling and not Male) >= 2", "count(smiling and not male) >= 2"),
        ("any(smiling>.8 and 5_o_Clock_Shadow)", "any(smiling > 0.8 and 5_o_clock_shadow)"),
        ("path contains 'any'", 'path contains "any"'),
    ],
)
def test_examples(text, printed):
    if printed is None:
        with pytest.raises(QueryError):
            parse(text)
    else:
        assert str(parse(text)) == printed


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("faces >= ", 9, "missing before the end"),
        ("faces >= 3 smiling", 11, "'smiling' is one too many; join conditions with and or or"),
        ("(faces >= 3", 11, "')' is missing before the end"),
        ("faces >= 3)", 10, "')' is one too many"),
        ("faces = 3", 6, "'=' means nothing here; did you mean ==?"),
        ("faces > 1 & male", 10, "did you mean and?"),
        ("name == 'a", 8, "this text has no end"),
        ("1 < faces < 3", 10, "two things are compared at a time"),
        ("faces >", 7, "a name or a value is missing"),
        ("faces > -1", 8, "nothing here is below zero"),
        ("faces > 1.2.3", 8, "1.2.3 is no number"),
        ("taken > 2024-5-1", 12, "write a date as 2026-05-01"),
        ("faces > " + "9" * 400, 8, "too large"),
        ("3", 1, "compare 3 with something"),
        ("name contains 3", 14, "contains needs a text"),
        ("not", 3, "missing before the end"),
        ("and", 0, "missing before 'and'"),
        ("any smiling", 4, "'(' is missing"),
        ("faces in 3", 9, "'(' is missing"),
        ("(" * 60 + "a" + ")" * 60, 50, "nested more than 50 deep"),
        ("not " * 60 + "a", 200, "nested more than 50 deep"),
        ("count(" * 60, 300, "nested more than 50 deep"),
        (" or ".join("a" * 201), 1000, "more than 200 things"),
        ("a" * 20_000, 0, "at most 10,000 characters"),
        ("name == '\ud800'", 9, "half a character"),
        ("a; DROP TABLE file", 1, "';' means nothing here"),
    ],
)
def test_a_mistake_is_told_with_its_place(text, place, message):
    with pytest.raises(QueryError, match=re.escape(message)) as caught:
        parse(text)
    assert caught.value.at == place
    assert "\n" not in str(caught.value) and caught.value.exit_code == 2


# What people type: the language's own words in any order, and anything at all.
WORDS = st.sampled_from(
    [*OPERATORS, *"(),%-.'\";*", "and", "or", "not", "in", "contains", "any", "all", "count", "faces",
     "width", "score", "size", "taken", "path", "folder", "name", "smiling", "Bald", "3", ".5", "80%", "'x'",
     '"%"', "2024", "2024-05-01", "'2024-02-30'", "'", "--", "/*", "\x00", "null", "select"]
)  # fmt: skip


@settings(max_examples=100)
@given(
    st.one_of(
        st.text(),
        st.text(string.printable),
        st.lists(WORDS, max_size=20).map(" ".join),
        st.lists(WORDS, max_size=8).map("".join),
        trees.map(str),
    )
)
def test_whatever_is_typed_gives_rows_or_one_clear_error(asked, text):
    try:
        assert all(name in ("a", "b", "c", "d") for name in asked(text))
    except QueryError as error:
        assert 0 <= error.at <= len(text) and error.message and error.text


@given(st.text(min_size=1))
def test_no_text_gets_out_of_its_quotes(asked, text):
    asked(f"name == {Text(text)} or name contains {Text(text)} or folder in ({Text(text)}, 'x')")
    assert asked(f"not name contains {Text(text)} and name == 'a'") in (["a"], [])


@pytest.mark.parametrize("order", ["faces; DROP TABLE file", "faces desc", "--", "nme", "faces,,width", "'"])
def test_an_order_is_one_of_the_names(asked, order):
    from facewright.core.errors import UsageError

    with pytest.raises(UsageError, match="there is no name"):
        asked("", order)
