"""`facewright recipes`: what can be trained as it stands."""

from facewright.models.detector import FaceDetector
from facewright.training.recipe import find_recipe, load_recipe, recipe_names


def recipes() -> None:
    """List the recipes that come with facewright: task, size, parameters, and what each says about itself."""
    for name in recipe_names():
        recipe = load_recipe(name)
        parameters = sum(p.numel() for p in FaceDetector(recipe.network.size).parameters())
        print(f"{name}: {recipe.task}, {recipe.network.size}, {parameters:,} parameters, {find_recipe(name)}")
        print(f"  {recipe.about}")
