"""From which score on what may be a face is hidden, where a missed face is worse than a blurred ball."""

CAREFUL_SCORE = 0.06
"""what `blur` hides; docs/guide/photos.md tells what other scores miss, and what they hide needlessly"""
CAREFUL_SCORE_UNCALIBRATED = 0.25
"""about the same for a file whose scores are not calibrated"""
