import numpy as np
import pytest

from facewright.doctor.examination import Examination
from facewright.doctor.finding import Finding
from facewright.reports.doctor import doctor_page, examination_lines, summary, unasked_line


def finding(severity="error", picture=None, **evidence):
    return Finding(
        "boxes-shifted", severity, "set <one>", "312 of 400 boxes " * 9, "Shift them.", evidence, picture
    )


def unasked(*subjects):
    return Examination([], [], [(f"check-{i}", name, lacking) for i, (name, lacking) in enumerate(subjects)])


def test_lines_keep_to_the_width_and_say_all():
    lines = examination_lines(Examination([finding(), finding("warning")], [], []), width=60)
    assert max(map(len, lines)) <= 60
    assert " ".join(" ".join(lines).split()).count("312 of 400 boxes") == 18
    assert [line.split()[0] for line in lines if "boxes-shifted" in line] == ["error", "warning"]


def test_a_path_is_never_cut():
    path = "/long/" * 30
    (line,) = (
        line
        for line in examination_lines(Examination([Finding("a", "error", "b", path, "c", {})], [], []), 40)
        if "long" in line
    )
    assert line.strip() == path


def test_pictures_concerned_are_named_unless_the_sentence_names_one():
    def told(message):
        one = Finding(
            "a", "error", "b", message, "Mend.", {"names": ["a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg"]}
        )
        return [line.strip() for line in examination_lines(Examination([one], [], []))]

    assert told("5 are wrong.")[-2:] == ["Such as a.jpg, b.jpg, c.jpg, d.jpg.", "Cure: Mend."]
    assert told("5 are wrong, the first a.jpg.")[-2:] == ["5 are wrong, the first a.jpg.", "Cure: Mend."]


def test_nothing_found_has_no_table():
    assert examination_lines(Examination([], [("a", "b")], [])) == []


@pytest.mark.parametrize(
    ("result", "says"),
    [
        (Examination([], [("a", "s")], []), "healthy: nothing found; 1 question asked of 1 subject"),
        (
            Examination([finding(), finding(), finding("warning")], [("a", "s"), ("b", "s"), ("a", "t")], []),
            "2 errors and 1 warning; 3 questions asked of 2 subjects",
        ),
    ],
)
def test_the_summary_counts(result, says):
    assert summary(result) == says


def test_what_was_not_asked_is_one_line_by_subject():
    assert unasked_line(unasked()) == ""
    one = unasked_line(unasked(("x", "loss_weights"), ("x", "probe, loss_weights"), ("y", "lid")))
    assert one == "3 questions not asked: x tells no loss weights, no probe; y tells no lid"
    many = unasked_line(unasked(*((name, "lid") for name in "abcdef")))
    assert many.endswith("d tells no lid; and so on for 2 more subjects") and "e tells" not in many


def test_the_page_holds_picture_numbers_and_what_was_asked():
    seen = finding(
        picture=np.full((9, 9, 3), 90, np.uint8), share=0.123456, names=["<a>", "b"], sizes={"w": 3}
    )
    result = Examination(
        [seen, finding("warning")], [("boxes-shifted", "set <one>")], [("lid-open", "x", "lid_kind")]
    )
    page = doctor_page(result, title="yolo:x")
    assert page.count("<img") == 1 and "data:image/jpeg;base64," in page
    assert "set &lt;one&gt;" in page and "<one>" not in page and "&lt;a&gt;, b" in page
    assert "0.1235" in page and "w: 3" in page
    assert "1 question of set &lt;one&gt;: boxes-shifted." in page
    assert "Not asked of x, which tells no lid kind: lid-open." in page
    assert "http" not in page.replace("http-equiv", "")  # nothing is fetched
