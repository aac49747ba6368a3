"""Crowds, made of drawn faces: a face is one flat colour, so that labels and pixels can be compared."""

import numpy as np
import pytest

import crowd
from facewright.core.boxes import area, intersection
from facewright.core.errors import DataError
from facewright.datasets.sample import Sample
from facewright.transforms.canvas import Pool

RED, GREEN = (255, 0, 0), (0, 128, 0)


def picture(side, *boxes, ignore=()):
    """A green picture with red faces."""
    array = np.full((side, side, 3), GREEN, np.uint8)
    for x0, y0, x1, y1 in boxes:
        array[y0:y1, x0:x1] = RED
    found = np.array(boxes, np.float32).reshape(-1, 4)
    corners = found[:, [[0, 1], [2, 1], [0, 1], [0, 3], [2, 3]]]  # the nose twice in a corner: still finite
    return Sample("p", array, found, corners, ignore=np.array(ignore, np.float32).reshape(-1, 4))


@pytest.fixture(scope="module")
def pool():
    singles = [picture(200, (60, 50, 120, 140)), picture(90, (20, 20, 60, 60), ignore=[0, 0, 90, 90])]
    together = [picture(300, (40, 40, 90, 100), (120, 40, 170, 100), (100, 150, 106, 156))]
    blue = Sample("b", np.full((70, 120, 3), (0, 0, 255), np.uint8), *[np.zeros(s, np.float32)
                  for s in ((0, 4), (0, 5, 2))])  # fmt: skip
    return Pool([singles, together], [1, 1], [blue])


@pytest.fixture(scope="module")
def canvases(pool):
    return [crowd.canvas(pool, 3, number) for number in range(4)]


def sizes(samples):
    return np.sqrt(area(np.concatenate([s.boxes for s in samples])))


def test_a_canvas_is_a_function_of_seed_and_number(pool, canvases):
    again = crowd.canvas(pool, 3, 1)
    assert np.array_equal(again.read(), canvases[1].read())
    assert np.array_equal(again.boxes, canvases[1].boxes)
    assert np.array_equal(again.ignore, canvases[1].ignore)
    assert not np.array_equal(crowd.canvas(pool, 4, 1).read(), again.read())


def test_faces_are_of_the_sizes_promised(canvases):
    found = sizes(canvases)
    assert found.min() >= crowd.SMALLEST and found.max() <= crowd.LARGEST
    assert found.min() < 9 and found.max() > 30
    counts = [len(c.boxes) for c in canvases]
    assert min(counts) >= crowd.FACES[0] and max(counts) <= crowd.FACES[1] + 1
    assert all(c.read().shape == (crowd.HEIGHT, crowd.WIDTH, 3) for c in canvases)


def test_labels_are_where_the_faces_are_drawn(canvases):
    """Red within every box but its rim, and nowhere but in a box or a region to ignore."""
    for made in canvases:
        red = made.read()[..., 0] > 128
        known = np.zeros_like(red)
        for box in np.concatenate([made.boxes, made.ignore]):
            (x0, y0), (x1, y1) = np.floor(box[:2]).astype(int), np.ceil(box[2:]).astype(int)
            known[max(y0 - 1, 0) : y1 + 1, max(x0 - 1, 0) : x1 + 1] = True
        assert not (red & ~known).any()
        for x0, y0, x1, y1 in made.boxes:
            assert red[int(np.ceil(y0 + 1)) : int(y1 - 1), int(np.ceil(x0 + 1)) : int(x1 - 1)].all()
        # those of a face that its window cuts lie beyond its box
        inwards = (made.boxes - made.landmarks[:, [0, 4]].reshape(-1, 4)) * [1, 1, -1, -1]
        assert inwards.min() > -1e-3 and np.median(inwards) < 1e-3


def test_too_small_faces_and_the_unannotated_are_ignored(canvases):
    """The small face of three, and all of the picture in which others may be."""
    ignored = np.sqrt(area(np.concatenate([c.ignore for c in canvases])))
    assert (ignored < crowd.SMALLEST).any() and (ignored > crowd.LARGEST).any()


def test_no_picture_lies_on_another(canvases):
    for made in canvases:
        shared = intersection(made.boxes, made.boxes)
        np.fill_diagonal(shared, 0)
        assert shared.max() == 0


def test_every_fourth_canvas_can_be_grey(pool):
    array = crowd.canvas(pool, 3, 0, grey=True).read()
    assert array.dtype == np.uint8 and (array == array[..., :1]).all()


def test_a_pool_of_tiny_faces_is_refused_and_not_searched_for_ever():
    with pytest.raises(DataError, match="hardly a face of"):
        crowd.canvas(Pool([[picture(50, (10, 10, 14, 14))]], [1], [picture(100)]), 0, 0)


def test_a_neighbour_larger_than_promised_is_never_shown():
    pool = Pool([[picture(200, (90, 90, 100, 100), (100, 40, 190, 130))]], [1],
                [picture(100)])  # fmt: skip
    assert sizes([crowd.canvas(pool, 0, 0)]).max() <= crowd.LARGEST
