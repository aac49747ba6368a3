"""Names of attributes, one hair colour, and what is said of a face."""

from facewright.core.attributes import (
    CELEBA,
    CLEAR,
    CONTRADICTIONS,
    HAIR,
    JUDGING,
    PHRASES,
    S1,
    TELLING,
    Finding,
    describe,
    hair_of,
    phrase,
)


def test_every_name_is_one_of_celebas_forty():
    assert len(set(CELEBA)) == 40 and len(set(S1)) == 15
    pairs = {name for pair in CONTRADICTIONS for name in pair}
    assert {*S1, *HAIR, *JUDGING, *PHRASES, *TELLING, *pairs} <= set(CELEBA)
    assert set(CLEAR) | set(JUDGING) == set(CELEBA) and not set(CLEAR) & set(JUDGING)


def test_an_attribute_or_its_opposite_is_said_with_its_own_probability():
    assert phrase("Male", 0.25) == Finding("female", 0.75)
    assert phrase("No_Beard", 0.5) == Finding("no beard", 0.5)
    assert phrase("Wavy_Hair", 0.1).words == "no wavy hair" and phrase("Chubby", 0.1).words == "not chubby"


def test_one_hair_colour_or_none():
    assert hair_of({"Black_Hair": 0.6, "Brown_Hair": 0.7, "Male": 0.9}) == "Brown_Hair"
    assert hair_of({"Black_Hair": 0.4, "Gray_Hair": 0.2}) is None
    assert hair_of({"Male": 0.9}) is None


def test_a_contradiction_is_not_said():
    found = describe({"No_Beard": 0.6, "Goatee": 0.8, "Bald": 0.9, "Black_Hair": 0.7})
    assert found == [Finding("bald", 0.9), Finding("goatee", 0.8)]
    assert [f.words for f in describe({"No_Beard": 0.6, "Goatee": 0.2})] == ["no beard", "no goatee"]


def test_only_the_opposites_asked_for_are_said():
    found = describe({"Smiling": 0.1, "Goatee": 0.1, "Eyeglasses": 0.9}, TELLING)
    assert [f.words for f in found] == ["not smiling", "eyeglasses"]
