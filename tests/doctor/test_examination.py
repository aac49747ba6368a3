from collections.abc import Iterator
from dataclasses import dataclass

from facewright.doctor.checking import check
from facewright.doctor.examination import examine
from facewright.doctor.finding import Evidence
from facewright.doctor.subject import Subject


@dataclass(frozen=True, eq=False)
class Jar(Subject):
    cookies: int
    lid: str | None = None


@check("jar-empty", "warning", Jar, about="Nobody eats.", cure="bake")
def empty(jar: Jar) -> Iterator[Evidence]:
    if jar.cookies == 0:
        yield Evidence("no cookies", {"cookies": 0})


@check("jar-cracked", "error", Jar, about="Cookies dry out.", cure="glue", needs=("lid",), cheap=False)
def cracked(jar: Jar) -> Iterator[Evidence]:
    if jar.lid == "cracked":
        yield Evidence("the lid is cracked")


CHECKS = (empty, cracked)


def test_a_finding_tells_what_the_check_and_the_subject_know():
    found = examine([Jar("kitchen", 0)], checks=CHECKS).findings
    assert [f.to_dict() for f in found] == [
        {
            "id": "jar-empty",
            "severity": "warning",
            "subject": "kitchen",
            "message": "no cookies",
            "evidence": {"cookies": 0},
            "cure": "bake",
        }
    ]


def test_what_a_subject_does_not_tell_is_not_asked_and_said():
    seen = examine([Jar("kitchen", 3)], checks=CHECKS)
    assert seen.asked == [("jar-empty", "kitchen")]
    assert seen.unasked == [("jar-cracked", "kitchen", "lid")]


def test_errors_come_first_and_decide_health():
    seen = examine([Jar("kitchen", 0, "cracked")], checks=CHECKS)
    assert [f.severity for f in seen.findings] == ["error", "warning"]
    assert not seen.healthy
    assert examine([Jar("kitchen", 0)], checks=CHECKS).healthy  # a warning leaves it healthy


def test_when_the_time_is_over_the_rest_is_late_and_said():
    seen = examine([Jar("kitchen", 0), Jar("cellar", 0)], checks=CHECKS[:1], seconds=-1)
    assert (seen.findings, seen.asked) == ([], [])
    assert seen.late == [("jar-empty", "kitchen"), ("jar-empty", "cellar")]
    assert examine([Jar("kitchen", 0)], checks=CHECKS[:1], seconds=60).late == []


def test_cheap_asks_only_what_takes_seconds():
    assert examine([Jar("kitchen", 1, "cracked")], checks=CHECKS, cheap=True).findings == []


def test_other_kinds_of_subjects_are_passed_over():
    assert examine([Subject("garden")], checks=CHECKS).asked == []
