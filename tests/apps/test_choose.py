import pytest

from facewright.apps.choose import check_choices, choose, numbered, numbered_record
from facewright.core.errors import UsageError
from facewright.core.faces import Faces

FACES = numbered(Faces([[60, 0, 100, 40], [10, 20, 30, 50], [35, 10, 95, 70]], [0.6, 0.9, 0.8]))
SMALL, LARGE, RIGHT = range(3)  # from left to right


@pytest.mark.parametrize(
    ("choices", "meant"),
    [
        ([], set()),
        (["1"], {SMALL}),
        (["1,3"], {SMALL, RIGHT}),
        (["2", "largest"], {LARGE}),
        (["best"], {SMALL}),
        (["at:12,25"], {SMALL}),
        (["at:98,5"], {RIGHT}),
        (["at:65,39"], {LARGE}),  # in both: the one whose middle is nearer
        (["in:58,2,102,42"], {RIGHT}),
        (["in:12,20,30,48", "best, 3"], {SMALL, RIGHT}),
    ],
)
def test_faces_are_chosen(choices, meant):
    chosen, unmet = choose(FACES, choices)
    assert set(chosen.nonzero()[0]) == meant and unmet == []


def test_of_the_chosen_the_record_keeps_the_numbers():
    assert [face["number"] for face in numbered_record(FACES)["faces"]] == [1, 2, 3]
    record = numbered_record(FACES, choose(FACES, ["1,3"])[0])
    assert [(face["number"], face["box"][0]) for face in record["faces"]] == [(1, 10), (3, 60)]


@pytest.mark.parametrize("choice", ["4", "at:1,1", "in:0,0,5,5"])
def test_a_choice_that_no_face_meets_is_told(choice):
    chosen, unmet = choose(FACES, [choice, "1"])
    assert chosen.sum() == 1 and unmet == [choice]
    for words in ("largest", "best", "1", choice):
        assert choose(Faces.empty(), [words])[1] == [words]


@pytest.mark.parametrize(
    "choice", ["0", "-1", "left", "", "1,", "at:5", "at:a,b", "at:nan,1", "in:1,2,3", "in:9,9,1,1", "²"]
)
def test_a_choice_that_is_none_is_refused_before_any_picture(choice):
    with pytest.raises(UsageError, match="is chosen by its number"):
        check_choices([choice])
