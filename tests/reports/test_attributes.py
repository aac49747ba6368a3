"""The judgement of an attribute model as text and as a page."""

import numpy as np

from facewright.core.attributes import CELEBA
from facewright.datasets.sample import Dataset, Sample, no_landmarks
from facewright.metrics.attributes import evaluate_attributes
from facewright.reports.attributes import (
    Mistake,
    attributes_lines,
    attributes_page,
    worst_mistakes,
)

LABELS = np.array([[1, 0], [0, 1], [1, -1], [0, 1]], np.int8)
SAID = np.array([[0.9, 0.7], [0.8, 0.2], [0.1, 0.0], [0.95, 0.4]])
NAMES = ("Male", "Black_Hair")


def test_the_surest_wrong_yes_and_the_surest_wrong_no():
    assert worst_mistakes(SAID, LABELS, NAMES) == [
        Mistake(3, "Male", 0.95),
        Mistake(2, "Male", 0.1),
        Mistake(0, "Black_Hair", 0.7),
        Mistake(1, "Black_Hair", 0.2),
    ]


def test_lines_fit_a_terminal_and_hold_each_attribute_and_the_means():
    lines = attributes_lines(evaluate_attributes(SAID, LABELS, NAMES))
    assert any(line.startswith("Male") and "0.250" in line for line in lines)
    assert any(line.startswith("mean of 2 ") for line in lines)
    everything = attributes_lines(
        evaluate_attributes(np.full((2, 40), 0.3), np.zeros((2, 40), np.int8), CELEBA)
    )
    assert any(line.startswith("mean of S1's 15") for line in everything)
    assert max(map(len, lines + everything)) <= 92


def test_the_page_shows_mistakes_and_plots():
    samples = [
        Sample(f"<{i}>.jpg", np.full((20, 16, 3), 9, np.uint8), np.full((1, 4), np.nan), no_landmarks(1))
        for i in range(4)
    ]
    page = attributes_page(
        evaluate_attributes(SAID, LABELS, NAMES),
        Dataset("set", samples),
        SAID,
        LABELS,
        title="model on set",
        rules=["a rule"],
        problems=[],
    )
    assert page.count("<img") == 4 and page.count("<svg") == 2
    assert "said: male (0.95) · &lt;3&gt;.jpg" in page and "a rule" in page
