"""All checks there are, in the order in which they are asked and listed."""

from typing import Any

from facewright.doctor.checking import Check
from facewright.doctor.evaluation.checks import EVALUATION_CHECKS
from facewright.doctor.labels.checks import LABEL_CHECKS
from facewright.doctor.network.checks import NETWORK_CHECKS
from facewright.doctor.sets.checks import SETS_CHECKS
from facewright.doctor.targets.checks import TARGET_CHECKS
from facewright.doctor.training.checks import RUN_CHECKS, TRAINING_CHECKS

CHECKS: tuple[Check[Any], ...] = (
    *LABEL_CHECKS,
    *SETS_CHECKS,
    *TARGET_CHECKS,
    *NETWORK_CHECKS,
    *TRAINING_CHECKS,
    *RUN_CHECKS,
    *EVALUATION_CHECKS,
)
