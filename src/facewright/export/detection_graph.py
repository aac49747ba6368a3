"""What stands before and after the network in a detector's file: any picture -> whole cells, raw numbers ->
faces.

It does what `tasks.detection.predict` does, and exporting checks that it does. What only the chosen points
need is computed for them alone: a point's place follows from its number, so the graph holds no grid.
"""

from onnx import GraphProto, parser

from facewright.export.finding_steps import CHOOSE, CUT, MOST_POINTS, SUPPRESS
from facewright.inference.card import Card
from facewright.tasks.detection.coding import MOST_GROWTH, UNIT

# Black is added below and at the right, up to whole cells.
_BEFORE = """
before (uint8[height, width, 3] picture) => (uint8[padded_height, padded_width, 3] padded)
<int64[2] at_the_start = {0, 0}, int64[2] cell = {32, 32}, int64[2] padded_axes = {0, 1}>
{
    size = Shape <end = 2> (picture)
    minus_size = Neg (size)
    missing = Mod (minus_size, cell)
    pads = Concat <axis = 0> (at_the_start, missing)
    padded = Pad (picture, pads, , padded_axes)
}
"""

# First the K points that score enough, best first; then where each lies, counted within its level; then its
# box and landmarks, numbers x K; then non-maximum suppression; and of what is left, what has an area inside
# the picture.
_AFTER = (
    """
after (float[1, points, 15] raw,
       float score_threshold = {SCORE}, float iou_threshold = {IOU}, int64[1] max_faces = {FACES})
    => (float[faces, 4] boxes, float[faces] scores, float[faces, 5, 2] landmarks)
<int64 i0 = {0}, int64 i1 = {1}, int64 i2 = {2}, int64[1] dim_0 = {0}, int64[1] axis_1 = {1},
 int64[2] axes_0_1 = {0, 1}, int64[1] most_points = {POINTS},
 int64[4] cells_before = {0, 16, 20, 21}, int64[3] columns_a_cell = {4, 2, 1}, int64[1] two = {2},
 float[4] strides = {8, 16, 32, 64}, float half = {0.5}, float unit_strides = {UNIT},
 float most_growth = {GROWTH},
 int64[4] parts = {1, 2, 2, 10}, int64[3] five_points = {5, 2, -1},
 int64[4] width_height_twice = {1, 0, 1, 0}, float nothing = {0}>
{
    code_1 = Transpose <perm = [0, 2, 1]> (raw)
    code = Squeeze (code_1, dim_0)
    logits = Gather (code, i0)
    all_scores = Sigmoid (logits)
"""
    + CHOOSE
    + """    padded_size = Shape <end = 2> (padded)
    cells = Div (padded_size, cell)
    cell_count = ReduceProd <keepdims = 0> (cells)
    level_starts = Mul (cell_count, cells_before)
    cell_columns = Gather (cells, axis_1)
    fine_columns = Mul (cell_columns, columns_a_cell)
    cell_columns_1 = Add (cell_columns, axis_1)
    coarse_columns = Div (cell_columns_1, two)
    level_columns = Concat <axis = 0> (fine_columns, coarse_columns)
    point_column = Unsqueeze (chosen, axis_1)
    reached = GreaterOrEqual (point_column, level_starts)
    reached_1 = Cast <to = 7> (reached)
    levels_reached = ReduceSum <keepdims = 0> (reached_1, axis_1)
    level = Sub (levels_reached, i1)
    start = Gather (level_starts, level)
    columns = Gather (level_columns, level)
    stride = Gather (strides, level)
    number = Sub (chosen, start)
    row = Div (number, columns)
    column = Mod (number, columns)
    column_2d = Unsqueeze (column, dim_0)
    row_2d = Unsqueeze (row, dim_0)
    place_in_cells = Concat <axis = 0> (column_2d, row_2d)
    place_in_cells_f = Cast <to = 1> (place_in_cells)
    middle = Add (place_in_cells_f, half)
    place = Mul (middle, stride)

    point_code = Gather <axis = 1> (code, chosen)
    logit, shift, growth, points_shift = Split <axis = 0> (point_code, parts)
    unit = Mul (stride, unit_strides)
    shift_pixels = Mul (shift, unit)
    centre = Add (place, shift_pixels)
    growth_capped = Min (growth, most_growth)
    grown = Exp (growth_capped)
    half_unit = Mul (unit, half)
    half_size = Mul (grown, half_unit)
    low = Sub (centre, half_size)
    high = Add (centre, half_size)
    low_high = Concat <axis = 0> (low, high)
    best_boxes = Transpose <perm = [1, 0]> (low_high)

"""
    + SUPPRESS
    + """    limits_whole = Gather (size, width_height_twice)
    limits = Cast <to = 1> (limits_whole)
    in_picture = Gather (best_boxes, selected_1d)
"""
    + CUT
    + """    points_shift_5 = Reshape (points_shift, five_points)
    points_shift_pixels = Mul (points_shift_5, unit)
    all_landmarks = Add (points_shift_pixels, place)
    landmarks_last = Gather <axis = 2> (all_landmarks, index)
    landmarks = Transpose <perm = [2, 0, 1]> (landmarks_last)
}
"""
)


def before_network() -> GraphProto:
    """Input `picture`, uint8 (height, width, 3) -> `padded`, its sides multiples of 32."""
    return parser.parse_graph(_BEFORE)


def after_network(card: Card) -> GraphProto:
    """`raw`, float (1, points, 15), and names of `before_network` -> `boxes`, `scores`, `landmarks`, best
    first.

    Its other inputs are optional, because they have initialisers: the card's defaults.
    """
    text = _AFTER
    values = {
        "SCORE": card.score_threshold, "IOU": card.iou_threshold, "FACES": card.max_faces,
        "POINTS": MOST_POINTS, "UNIT": UNIT, "GROWTH": MOST_GROWTH,
    }  # fmt: skip
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", f"{{{value!r}}}")
    return parser.parse_graph(text)
