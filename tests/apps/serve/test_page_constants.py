"""The page crops and hides by the same numbers as Python: they stand in two languages, held together here."""

import re
from importlib.resources import files

import pytest

from facewright.apps import blur, crop, hide
from facewright.inference.align import TEMPLATE

PAGE = files("facewright.apps.serve") / "page"


def numbers(text: str) -> list[float]:
    return [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", text)]


def between(name: str, before: str, after: str) -> str:
    source = (PAGE / name).read_text("utf-8")
    return source.split(before, 1)[1].split(after, 1)[0]


def test_framings_are_those_of_python():
    crown = numbers(between("crop.js", "const CROWN =", ";"))[0]
    assert crown == crop.CROWN
    rows = dict(re.findall(r'"?([\w-]+)"?: \[(.*)\],', between("crop.js", "const FRAMES = {", "};")))
    assert rows.keys() == crop.FRAMES.keys()
    for name, row in rows.items():
        page = [eval(part, {"CROWN": crown}) for part in row.split(", ")]
        assert page == pytest.approx(tuple(crop.FRAMES[name])), name


def test_the_template_is_that_of_python():
    points = numbers(between("crop.js", "const TEMPLATE = ", "\n"))
    expected = [((x - 5) / 79, (y - 21) / 80) for x, y in zip(points[::2], points[1::2], strict=True)]
    assert expected == [pytest.approx(tuple(point)) for point in TEMPLATE]


def test_hiding_is_as_strong_as_in_python():
    style = blur.BlurStyle()
    first, second = (numbers(between("hide.js", name, ";").split("=")[1]) for name in ("[GROW", "[STRONGER"))
    assert first == [style.grow, style.feather, blur.SIGMA, blur.CELLS]
    assert second == [hide.STRONGER, hide.LARGER]
    assert numbers(between("local.js", "const ROUNDS =", ";")) == [hide.ROUNDS]
    assert tuple(numbers(between("hide.js", "const COLOUR =", ";"))) == style.colour
