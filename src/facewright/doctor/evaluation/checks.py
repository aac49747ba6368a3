"""The checks of what judges and what is judged, in the order in which they are asked."""

from facewright.doctor.evaluation import (
    answers,
    copies,
    deployed,
    describer,
    finder,
    metric,
    misread,
    suppression,
)

EVALUATION_CHECKS = (
    *metric.CHECKS,
    *answers.CHECKS,
    *suppression.CHECKS,
    *misread.CHECKS,
    *finder.CHECKS,
    *describer.CHECKS,
    *deployed.CHECKS,
    *copies.CHECKS,
)
