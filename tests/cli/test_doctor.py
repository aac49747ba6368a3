"""`facewright doctor`, from words to findings, with a made-up kind of subject."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from facewright.cli.main import run
from facewright.core.errors import UsageError
from facewright.doctor import checks
from facewright.doctor.checking import check
from facewright.doctor.finding import Evidence
from facewright.doctor.sources import open as sources
from facewright.doctor.subject import Subject


@dataclass(frozen=True, eq=False)
class Jar(Subject):
    cookies: int
    lid: str | None = None


@check("jar-empty", "error", Jar, about="Nobody eats.", cure="Bake.")
def empty(jar: Jar) -> Iterator[Evidence]:
    if jar.cookies == 0:
        yield Evidence("There are \x1b[31mno cookies.", {"cookies": 0}, np.zeros((8, 8, 3), np.uint8))


@check("jar-few", "warning", Jar, about="Soon empty.", cure="Buy some.", cheap=False)
def few(jar: Jar) -> Iterator[Evidence]:
    if jar.cookies == 1:
        yield Evidence("There is one cookie.")


@check("jar-open", "warning", Jar, about="They dry out.", cure="Close it.", needs=("lid",))
def lies_open(jar: Jar) -> Iterator[Evidence]:
    return iter(())


@pytest.fixture(autouse=True)
def _jars(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """SUBJECTs are `jar:COOKIES` here."""

    def opened(word: str, looking: object) -> list[Subject]:
        if not word.startswith("jar:"):
            raise UsageError(f"{word}: no jar")
        return [Jar(word, int(word.removeprefix("jar:")))]

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(checks, "CHECKS", (empty, few, lies_open))
    monkeypatch.setattr(sources, "open_subjects", opened)


@pytest.mark.parametrize(
    ("words", "status"), [(["jar:3"], 0), (["jar:1"], 0), (["jar:0"], 1), (["jar:3", "jar:0"], 1)]
)
def test_the_status_tells_of_errors(words: list[str], status: int) -> None:
    assert run(["doctor", *words]) == status


def test_a_finding_is_told_with_cure_and_what_was_not_asked_in_one_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    run(["doctor", "jar:1", "jar:0"])
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert lines == [
        "severity check subject",
        "",
        "error jar-empty jar:0",
        "There are \\x1b[31mno cookies.",
        "Cure: Bake.",
        "",
        "warning jar-few jar:1",
        "There is one cookie.",
        "Cure: Buy some.",
        "",
        "1 error and 1 warning; 4 questions asked of 2 subjects",
        "2 questions not asked: jar:1 tells no lid; jar:0 tells no lid",
    ]


def test_quick_leaves_slow_questions_away(capsys: pytest.CaptureFixture[str]) -> None:
    run(["doctor", "jar:1", "--quick"])
    assert capsys.readouterr().out.startswith("healthy: nothing found; 1 question asked of 1 subject\n")


def test_json_alone_on_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor", "jar:0", "--json", "-"]) == 1
    said = capsys.readouterr()
    (finding,) = json.loads(said.out)
    assert set(finding) == {"id", "severity", "subject", "message", "evidence", "cure"}
    assert finding["evidence"] == {"cookies": 0} and "jar-empty" in said.err


def test_json_of_what_is_healthy_is_an_empty_list() -> None:
    assert run(["doctor", "jar:2", "--json", "found.json"]) == 0
    assert json.loads(Path("found.json").read_text()) == []


def test_the_page_is_written_and_named(capsys: pytest.CaptureFixture[str]) -> None:
    run(["doctor", "jar:0", "--html", "page.html"])
    assert "page: page.html" in capsys.readouterr().out
    assert "data:image/jpeg;base64," in Path("page.html").read_text()


def test_list_explains_every_check(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor", "--list"]) == 0
    said = capsys.readouterr().out
    for words in ("jar-empty (error)", "Soon empty.", "Cure: Close it.", "jar-few (warning, "):
        assert words in said


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "give what to examine"),
        (["cup:1"], "cup:1: no jar"),
        (["jar:1", "--list"], "examines nothing"),
        (["jar:1", "--json", "gone/found.json"], "--json gone/found.json: cannot be written"),
        (["jar:1", "--html", "gone/page.html"], "--html gone/page.html: cannot be written"),
        (["jar:1", "--limit", "0"], "--limit"),
    ],
)
def test_wrong_usage_is_one_sentence(words: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor", *words]) == 2
    said = capsys.readouterr()
    assert said.out == "" and says in said.err and len(said.err.splitlines()) == 1
