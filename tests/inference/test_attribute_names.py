from pathlib import Path

import pytest

from facewright.inference.attribute_names import ATTRIBUTES, HAIR, ON_REQUEST, OPPOSITES, hair, told


def test_names_are_celebas_in_its_order():
    file = Path("data/attributes/list_attr_celeba.txt")
    if not file.is_file():
        pytest.skip("CelebA's lists are not in data/attributes")
    with file.open() as lines:
        names = next(line.split() for line in lines if line.startswith("5_o_Clock_Shadow"))
    assert tuple(names) == ATTRIBUTES


def test_all_forty_and_what_is_said_of_them_fits():
    assert len(ATTRIBUTES) == len(set(ATTRIBUTES)) == 40 and list(ATTRIBUTES) == sorted(ATTRIBUTES)
    assert set(ATTRIBUTES) >= ON_REQUEST and not ON_REQUEST & set(HAIR)


def test_hair_is_one_answer_or_none():
    assert hair({"Black_Hair": 0.6, "Brown_Hair": 0.8, "Smiling": 0.9}) == "Brown_Hair"
    assert hair({"Black_Hair": 0.3, "Bald": 0.5}) is None
    assert hair({"Smiling": 0.9}) is None and hair({}) is None


def test_what_is_told_of_a_face_has_one_hair_colour_and_opposites():
    probabilities = {"Smiling": 0.51, "Black_Hair": 0.6, "Brown_Hair": 0.8, "Bald": 0.1, "Male": 0.5}
    assert told(probabilities | {"Eyeglasses": 0.2}) == ["Smiling", "Brown_Hair", "Female"]
    assert set(OPPOSITES) <= set(ATTRIBUTES) - set(HAIR) and not set(OPPOSITES.values()) & set(ATTRIBUTES)
