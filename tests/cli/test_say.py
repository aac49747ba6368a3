from facewright.cli.say import complain_of


def test_the_first_few_problems_are_told_and_how_many_more_there_are(capsys):
    complain_of([f"a{i}" for i in range(6)], " (all of them: --json FILE)")
    lines = capsys.readouterr().err.splitlines()
    assert lines == [
        *(f"facewright: a{i}" for i in range(5)),
        "facewright: and 1 more problem (all of them: --json FILE)",
    ]
    complain_of(["a\x1b[2J"])
    assert capsys.readouterr().err == "facewright: a\\x1b[2J\n"
