"""From which score on what may be a face is hidden, where a missed face is worse than a blurred ball."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # blur's help needs no pydantic
    from facewright.inference.card import Card

CAREFUL_SCORE = 0.06
"""what `blur` hides; docs/guide/photos.md tells what other scores miss, and what they hide needlessly"""
CAREFUL_SCORE_UNCALIBRATED = 0.25
"""about the same for a file whose scores are not calibrated"""


def careful_score(card: "Card") -> float:
    """For the model with this card; never above its usual threshold."""
    score = CAREFUL_SCORE if card.score_calibration is not None else CAREFUL_SCORE_UNCALIBRATED
    return min(score, card.score_threshold)
