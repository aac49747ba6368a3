from facewright.tasks.detection.points import points


def test_points_lie_in_the_middle_of_cells_level_by_level_row_by_row():
    assert points(32, 64).tolist()[:9] == [
        [4, 4, 8], [12, 4, 8], [20, 4, 8], [28, 4, 8], [36, 4, 8], [44, 4, 8], [52, 4, 8], [60, 4, 8],
        [4, 12, 8],
    ]  # fmt: skip
    assert points(32, 64).tolist()[32:] == [
        *([x, y, 16] for y in (8, 24) for x in (8, 24, 40, 56)),
        [16, 16, 32],
        [48, 16, 32],
        [32, 32, 64],  # half of its cell lies below the picture
    ]


def test_there_is_a_point_a_cell():
    assert len(points(96, 160)) == 12 * 20 + 6 * 10 + 3 * 5 + 2 * 3
    assert points(64, 64, strides=(16,)).shape == (16, 3)
