"""A recipe with batches as small as the checks want them; everything else is as it is trained."""

from facewright.training.recipe import Recipe

BATCH = 4
STEPS = 4
"""batches a round"""


def small(recipe: Recipe) -> Recipe:
    """The same with batches of a few examples, a few of them a round, made in this process."""
    stages = [
        # Two rounds at least, so that there is another one to compare the first with.
        stage.model_copy(update={"batch": min(stage.batch, BATCH), "rounds": max(stage.rounds, 2)})
        for stage in recipe.stages
    ]
    data = recipe.data.model_copy(update={"workers": 0})
    return recipe.model_copy(update={"stages": stages, "data": data, "steps": STEPS})
