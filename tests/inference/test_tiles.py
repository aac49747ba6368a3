from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from facewright import Detector
from facewright.core.errors import UsageError
from facewright.inference.tiles import CLOSER, OVERLAP, SMALLEST_CLOSE_UP, STEP, Views
from facewright.inference.views import CUT

sides = st.integers(1, 6000)


@given(sides, sides, st.sampled_from(["auto", 1, 2, 3, 7]), st.sampled_from([160, 320, 640]), st.booleans())
def test_views_lie_in_the_picture_cover_it_and_show_no_more_than_the_size(
    width, height, tiles, size, enlarge
):
    views = Views(tiles).of(width, height, size, enlarge)
    whole, *others = views
    assert whole.region == (0, 0, width, height)
    for view in views:
        x0, y0, x1, y1 = view.region
        assert 0 <= x0 < x1 <= width and 0 <= y0 < y1 <= height
        assert 1 <= max(view.size) <= size
    for extent in {_extent(view) for view in others}:
        level = [view for view in others if _extent(view) == extent]
        for axis, length in ((0, width), (1, height)):
            spans = sorted({(v.region[axis], v.region[axis + 2]) for v in level})
            assert spans[0][0] == 0 and max(end for _, end in spans) == length
            assert all(b[0] <= a[1] for a, b in pairwise(spans))


@given(st.data())
def test_every_face_is_whole_in_a_view_that_shows_it_in_a_size_that_is_found(data):
    """The reason for overlap and steps: no face is cut by all the tiles, nor left between two sizes."""
    width, height = data.draw(st.integers(640, 20_000)), data.draw(st.integers(640, 20_000))
    side = data.draw(st.integers(16, min(width, height) // 2))
    x, y = data.draw(st.integers(0, width - side)), data.draw(st.integers(0, height - side))
    box = np.array([[x, y, x + side, y + side]], np.float32)
    shown = [
        side * max(view.size) / (max(view.region[2] - view.region[0], view.region[3] - view.region[1]))
        for view in Views("auto").of(width, height, 640)
        if _holds(view.region, box[0]) and not view.cuts(box)[0]
    ]
    smallest = min(side, 640 * OVERLAP * (1 - 2 * CUT) / STEP) * 0.95  # for roundings
    assert any(smallest <= pixels <= 640 for pixels in shown)


def _extent(view):
    return view.region[2] - view.region[0], view.region[3] - view.region[1]


def _holds(region, box):
    return region[0] <= box[0] and region[1] <= box[1] and box[2] <= region[2] and box[3] <= region[3]


def test_a_picture_no_larger_than_the_size_needs_no_tiles():
    assert len(Views("auto").of(640, 480, 640)) == len(Views(3).of(600, 400, 640)) == 1
    assert len(Views(3).of(600, 400, 640, enlarge=True)) > 1


def test_auto_adds_sizes_between_only_where_the_picture_is_very_large():
    def scales(width):
        return len({round(view.size[0] / (view.region[2] - view.region[0]), 3) for view in
                    Views("auto").of(width, width * 3 // 4, 640)})  # fmt: skip

    assert [scales(width) for width in (640, 1000, 4000, 5000, 6000, 30_000)] == [1, 2, 2, 2, 3, 3]


def test_so_many_tiles_lie_along_the_long_side():
    views = Views(3).of(3000, 1000, 640)[1:]
    assert [view.region[0] for view in views] == sorted({view.region[0] for view in views}) and len(
        views
    ) == 3


def test_tiles_find_what_is_too_small_in_the_whole_picture_once_and_uncut(make_model, paint):
    model = make_model(name="colours")
    picture = paint(1200, 800, red=(395, 300, 403, 309))
    assert len(Detector(model, size=64)(picture)) == 0 or Detector(model, size=64)(picture).boxes[0, 2] > 403
    faces = Detector(model, size=64, tiles="auto")(picture)
    assert [395, 300, 403, 309] in faces.boxes.tolist()
    assert (faces.width, faces.height) == (1200, 800)


@pytest.mark.parametrize("tiles", [None, "auto", 2])
@pytest.mark.parametrize("rotations", [1, 4])
def test_however_often_a_picture_is_looked_at_its_face_is_told_once(colour_model, paint, tiles, rotations):
    picture = paint(300, 200, red=(60, 30, 120, 110))
    faces = Detector(colour_model, size=150, tiles=tiles, rotations=rotations, close_ups=True)(picture)
    assert len(faces) == 1
    assert faces.boxes[0] == pytest.approx([60, 30, 120, 110], abs=2)


def test_close_ups_tell_large_faces_only():
    whole, close = Views(close_ups=True).of(640, 480, 640)
    assert (whole.size, whole.smallest) == ((640, 480), 0)
    assert (close.size, close.smallest) == ((128, 96), 32)


@pytest.mark.parametrize(
    "seen, close_ups",
    [(100, []), (159, []), (160, [80]), (320, [80]), (500, [100]), (640, [128]), (1280, [256, 85])],
)
def test_close_ups_of_a_picture(seen, close_ups):
    views = Views(close_ups=True).of(seen, seen, None)[1:]
    assert [view.size for view in views] == [(side, side) for side in close_ups]


@given(sides, sides, st.sampled_from([None, 320, 640]), st.booleans())
def test_close_ups_follow_closely_down_to_a_small_one(width, height, size, enlarge):
    views = Views(close_ups=True).of(width, height, size, enlarge and size is not None)
    sides_seen = [max(view.size) for view in views]
    assert all(b < a and a < (b + 1) * CLOSER for a, b in pairwise(sides_seen))
    assert sides_seen[-1] < 2 * SMALLEST_CLOSE_UP
    assert all(side >= SMALLEST_CLOSE_UP for side in sides_seen[1:])


@pytest.mark.parametrize(
    "width, height", [(640, 480), (641, 479), (333, 250), (160, 7), (1283, 900), (7, 400)]
)
def test_a_pixel_of_a_close_up_is_the_mean_of_a_block(width, height):
    for close in Views(close_ups=True).of(width, height, None)[1:]:
        x, y = close.region[2:]
        times = x // close.size[0]
        assert close.size == (x // times, y // times) == (width // times, height // times)
        assert width - times < x <= width and height - times < y <= height
        assert not close.cuts(np.array([[0, 0, x, y]], np.float32))[0]
        picture = np.arange(width * height * 3, dtype=np.uint32).reshape(height, width, 3)
        picture = (picture * 2_654_435_761 >> 24).astype(np.uint8)
        blocks = picture[:y, :x].reshape(y // times, times, x // times, times, 3).mean((1, 3))
        assert np.abs(close.pixels(picture) - blocks).max() <= 0.5


def test_a_close_up_of_a_very_large_picture_is_resized_as_other_views_are(paint):
    *_, close = Views(close_ups=True).of(3300, 2200, None)
    pixels = close.pixels(paint(3300, 2200, red=(1650, 0, 3300, 2200)))
    assert pixels.shape == (88, 132, 3) and [tuple(pixels[40, x]) for x in (60, 70)] == [
        tuple(paint(9, 9, red=(0, 0, 1, 1))[at]) for at in ((8, 8), (0, 0))
    ]


def test_reading_for_tiles_keeps_the_pixels_that_they_show(colour_model, paint):
    picture = paint(3000, 2000, red=(0, 0, 9, 9))
    assert Detector(colour_model, tiles="auto").read(picture).array.shape == (2000, 3000, 3)
    assert Detector(colour_model, tiles=2, size=500).read(picture).array.shape == (600, 900, 3)
    assert Detector(colour_model, rotations=4).read(picture).array.shape == (427, 640, 3)


@pytest.mark.parametrize(
    "options",
    [{"tiles": 0}, {"tiles": "many"}, {"tiles": 2.0}, {"tiles": True}, {"tiles": 100}, {"rotations": 3},
     {"rotations": [4]}, {"rotations": 4.0}, {"tiles": "auto", "size": None},
     {"tiles": 64, "enlarge": True}],
)  # fmt: skip
def test_arguments_that_make_no_views_are_refused(colour_model, options):
    with pytest.raises(UsageError, match=r"tiles|rotations"):
        Detector(colour_model, **options)
