import numpy as np

from facewright.core.faces import Faces
from facewright.datasets.sample import Sample, no_landmarks
from facewright.metrics.evaluation import evaluate
from facewright.reports.text import evaluation_lines, share


def test_a_share_that_cannot_be_measured_is_a_dash():
    assert [share(1.0), share(0.12345, 4), share(float("nan"))] == ["1.000", "0.1235", "-"]


def test_the_table_fits_eighty_columns():
    boxes = np.array([[0, 0, 40, 40]], np.float32)
    sample = Sample("s", np.zeros((80, 80, 3), np.uint8), boxes, no_landmarks(1))
    lines = evaluation_lines(evaluate([sample], [Faces(boxes, [0.9], None, {}, 80, 80)]))
    assert max(map(len, lines)) <= 80
    assert any(line.startswith("AP@.5 ") and line.endswith(" 1.000") for line in lines)
    assert any(line.split() == ["calibration", "error", "0.100"] for line in lines)
    assert any(line.split()[:3] == ["small", "0", "-"] for line in lines)
