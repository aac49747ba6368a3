"""Steps that every graph after a finding network takes: the best places, suppression, cutting to the picture.

They are lines of ONNX text, joined into the graphs of `detection_graph` and `fixed_graph`, which hold the
constants `dim_0` {0}, `axis_1` {1}, `axes_0_1` {0, 1}, `i2` 2, `most_points` and `nothing` 0.
"""

MOST_POINTS = 5000
"""the best points that go through non-maximum suppression, so that a threshold of 0 stays fast"""

CHOOSE = """    enough = GreaterOrEqual (all_scores, score_threshold)
    enough_2d = NonZero (enough)
    enough_1d = Squeeze (enough_2d, dim_0)
    enough_scores = Gather (all_scores, enough_1d)
    enough_count = Shape (enough_1d)
    count = Min (enough_count, most_points)
    best_scores, order = TopK (enough_scores, count)
    chosen = Gather (enough_1d, order)
"""
"""all_scores (P,) -> best_scores (K,), best first, and `chosen` (K,), which they are"""

SUPPRESS = """    nms_boxes = Unsqueeze (best_boxes, dim_0)
    nms_scores = Unsqueeze (best_scores, axes_0_1)
    selected = NonMaxSuppression (nms_boxes, nms_scores, max_faces, iou_threshold)
    selected_1d = Gather <axis = 1> (selected, i2)
"""
"""best_boxes (K, 4) -> selected_1d (N,), which of the best are left"""

CUT = """    from_zero = Max (in_picture, nothing)
    clipped = Min (from_zero, limits)
    clipped_low, clipped_high = Split <axis = 1, num_outputs = 2> (clipped)
    sides = Sub (clipped_high, clipped_low)
    shorter_side = ReduceMin <keepdims = 0> (sides, axis_1)
    inside = Greater (shorter_side, nothing)
    boxes = Compress <axis = 0> (clipped, inside)
    index = Compress <axis = 0> (selected_1d, inside)
    scores = Gather (best_scores, index)
"""
"""in_picture (N, 4), in pixels, and limits (4,) -> boxes and scores of what has an area inside, index"""

PLACES = ("best_boxes", "best_scores", "index")
"""names of what is chosen from, best first, and of which of them is told"""
