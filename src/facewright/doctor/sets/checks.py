"""The checks of this folder, in order."""

from typing import Any

from facewright.doctor.checking import Check
from facewright.doctor.sets.attributes import constant, contradict, disagree, rare
from facewright.doctor.sets.grid import crowded, too_small
from facewright.doctor.sets.items import dropped, faceless, frozen, replaced, squashed, validation_augmented
from facewright.doctor.sets.leaks import leak_few, leak_group, leak_picture, negatives_shared
from facewright.doctor.sets.memory import held_in_memory
from facewright.doctor.sets.order import split_by_order
from facewright.doctor.sets.separable import items_separable, negatives_separable
from facewright.doctor.sets.shares import (
    constant_presence,
    lacks_class,
    lacks_faces,
    mean_box,
    small,
    thinned,
)
from facewright.doctor.sets.sides import sides_swapped
from facewright.doctor.sets.upside_down import upside_down

SETS_CHECKS: tuple[Check[Any], ...] = (
    held_in_memory, constant, rare, contradict, disagree,
    leak_group, leak_picture, negatives_shared, leak_few, split_by_order, lacks_faces, lacks_class, small,
    thinned,
    constant_presence, mean_box, negatives_separable, too_small, crowded,
    replaced, dropped, faceless, frozen, validation_augmented, upside_down, sides_swapped, squashed,
    items_separable,
)  # fmt: skip
