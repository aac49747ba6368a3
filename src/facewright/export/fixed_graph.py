"""What stands around a network whose input is a square of fixed side: the picture fitted, the answer read.

`tasks.fixed_input` does the fitting in PyTorch; exporting checks that the two agree.
"""

from string import Template

from onnx import GraphProto, parser

from facewright.export.finding_steps import CHOOSE, CUT, MOST_POINTS, SUPPRESS
from facewright.inference.card import Card

# ONNX Runtime 1.31 overlooks Pad's `axes` where it turns an int8 network's layout: all four are stated.
_LETTERBOX = """
before (uint8[height, width, 3] picture) => (float[1, 3, $SIDE, $SIDE] pixels)
<int64[2] square = {$SIDE, $SIDE}, double[1] side = {$SIDE}, int64[1] one = {1}, int64[1] axis_0 = {0},
 int64[2] one_three = {1, 3}, int64[6] before_them = {0, 0, 0, 0, 0, 0}>
{
    size = Shape <end = 2> (picture)
    size_exact = Cast <to = 11> (size)
    longest = ReduceMax (size_exact, axis_0)
    size_times_side = Mul (size_exact, side)
    new_size_exact = Div (size_times_side, longest)
    new_size_rounded = Round (new_size_exact)
    new_size_any = Cast <to = 7> (new_size_rounded)
    new_size = Max (new_size_any, one)
    picture_f = Cast <to = 1> (picture)
    planes_3 = Transpose <perm = [2, 0, 1]> (picture_f)
    planes = Unsqueeze (planes_3, axis_0)
    target = Concat <axis = 0> (one_three, new_size)
    resized = Resize <antialias = 1, exclude_outside = 1, mode = "linear"> (planes, , , target)
    missing = Sub (square, new_size)
    pads = Concat <axis = 0> (before_them, missing)
    pixels = Pad (resized, pads)
}
"""

_SQUASH = """
before (uint8[height, width, 3] picture) => (float[1, 3, $SIDE, $SIDE] pixels)
<int64[2] new_size = {$SIDE, $SIDE}, int64[1] axis_0 = {0}, int64[2] one_three = {1, 3}>
{
    size = Shape <end = 2> (picture)
    picture_f = Cast <to = 1> (picture)
    planes_3 = Transpose <perm = [2, 0, 1]> (picture_f)
    planes = Unsqueeze (planes_3, axis_0)
    target = Concat <axis = 0> (one_three, new_size)
    pixels = Resize <antialias = 1, exclude_outside = 1, mode = "linear"> (planes, , , target)
}
"""

_SQUASH_ALL = """
before (uint8[crops, height, width, 3] pictures) => (float[crops, 3, $SIDE, $SIDE] pixels)
<int64[3] planes_of_side = {3, $SIDE, $SIDE}>
{
    count = Shape <end = 1> (pictures)
    pictures_f = Cast <to = 1> (pictures)
    planes = Transpose <perm = [0, 3, 1, 2]> (pictures_f)
    target = Concat <axis = 0> (count, planes_of_side)
    pixels = Resize <antialias = 1, exclude_outside = 1, mode = "linear"> (planes, , , target)
}
"""

# The best places that score enough; non-maximum suppression; then back to the picture's pixels, cut to it,
# and what then has an area.
_FIND = (
    """
after (float[1, places, 5] decoded,
       float score_threshold = {$SCORE}, float iou_threshold = {$IOU}, int64[1] max_faces = {$FACES})
    => (float[faces, 4] boxes, float[faces] scores)
<int64[1] dim_0 = {0}, int64[1] axis_1 = {1}, int64[2] axes_0_1 = {0, 1}, int64 i2 = {2},
 int64[1] most_points = {$POINTS}, int64[2] corners_score = {4, 1},
 int64[4] width_height_twice = {1, 0, 1, 0}, float nothing = {0}>
{
    places = Squeeze (decoded, dim_0)
    all_boxes, score_column = Split <axis = 1> (places, corners_score)
    all_scores = Squeeze (score_column, axis_1)
"""
    + CHOOSE
    + """    best_boxes = Gather (all_boxes, chosen)
"""
    + SUPPRESS
    + """    selected_boxes = Gather (best_boxes, selected_1d)
    size_f = Cast <to = 1> (size)
    new_size_f = Cast <to = 1> (new_size)
    scale = Div (new_size_f, size_f)
    scale_of_corners = Gather (scale, width_height_twice)
    limits = Gather (size_f, width_height_twice)
    in_picture = Div (selected_boxes, scale_of_corners)
"""
    + CUT
    + """}
"""
)


def fit_picture(card: Card) -> GraphProto:
    """Input `picture`, uint8 (height, width, 3) -> `pixels` (1, 3, side, side), by the card's framing."""
    return _parsed(_LETTERBOX if card.framing == "letterbox" else _SQUASH, SIDE=card.side)


def fit_crops(card: Card) -> GraphProto:
    """Input `pictures`, uint8 (N, height, width, 3) -> `pixels` (N, 3, side, side), squashed."""
    return _parsed(_SQUASH_ALL, SIDE=card.side)


def find_faces(card: Card) -> GraphProto:
    """`decoded` (1, places, 5), and names of `fit_picture` -> `boxes`, `scores`, best first.

    Its other inputs are optional, because they have initialisers: the card's defaults.
    """
    return _parsed(
        _FIND,
        SCORE=card.score_threshold, IOU=card.iou_threshold, FACES=card.max_faces, POINTS=MOST_POINTS,
    )  # fmt: skip


def _parsed(text: str, **values: object) -> GraphProto:
    written = {name: repr(value) for name, value in values.items()}
    return parser.parse_graph(Template(text).substitute(written))
