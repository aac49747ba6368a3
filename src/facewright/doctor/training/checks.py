"""The checks of a `Training` and of a `Run`, in the order in which they are asked."""

from facewright.doctor.checking import Check
from facewright.doctor.training.order import (
    augmentation_frozen,
    drops_examples,
    lacks_class,
    not_shuffled,
    validation_changes,
)
from facewright.doctor.training.run import (
    diverged,
    gpu_idle,
    keeps_nothing,
    not_finite,
    overfits,
    waits_for_data,
)
from facewright.doctor.training.schedule import (
    outside_range_test,
    rate_not_as_stated,
    stop_never_fires,
    stops_while_better,
)
from facewright.doctor.training.steps import (
    forgets_weights,
    hides_weights,
    never_freed,
    passes_wasted,
    steps_idle,
    terms_apart,
    without_gradient,
)
from facewright.doctor.training.subject import Run, Training

TRAINING_CHECKS: tuple[Check[Training], ...] = (
    rate_not_as_stated,
    outside_range_test,
    stop_never_fires,
    stops_while_better,
    not_shuffled,
    drops_examples,
    augmentation_frozen,
    validation_changes,
    lacks_class,
    steps_idle,
    passes_wasted,
    never_freed,
    without_gradient,
    forgets_weights,
    hides_weights,
    terms_apart,
)
RUN_CHECKS: tuple[Check[Run], ...] = (overfits, not_finite, diverged, waits_for_data, gpu_idle, keeps_nothing)
