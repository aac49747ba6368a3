"""A recipe, or an open system, with batches as small as the checks want; all else is as it is trained."""

import copy

from facewright.training.recipe import Recipe
from facewright.training.system import System

BATCH = 4
STEPS = 4
"""batches a round"""


def small(recipe: Recipe, batch: int = BATCH) -> Recipe:
    """The same with batches of so many examples, each in one part, a few a round, made in this process."""
    stages = [
        stage.model_copy(
            # Two rounds at least, so that there is another one to compare the first with.
            update={"batch": min(stage.batch, batch), "accumulate": 1, "rounds": max(stage.rounds, 2)}
        )
        for stage in recipe.stages
    ]
    data = recipe.data.model_copy(update={"workers": 0})
    return recipe.model_copy(update={"stages": stages, "data": data, "steps": STEPS})


def with_small_batches(system: System[Recipe], batch: int = BATCH) -> System[Recipe]:
    """The same system, its sets open, whose batches are those of `small`."""
    few = copy.copy(system)
    few.recipe = small(system.recipe, batch)
    return few
