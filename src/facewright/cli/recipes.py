"""`facewright recipes`: what can be trained as it stands."""

from facewright.training.loading import find_recipe, load_recipe, recipe_names


def recipes() -> None:
    """List the recipes that come with facewright: task, parameters, purpose, and what each reached."""
    for name in recipe_names():
        recipe = load_recipe(name)
        parameters = sum(p.numel() for p in recipe.system().network().parameters())
        print(f"{name}: {recipe.task}, {parameters:,} parameters, {find_recipe(name)}")
        print(f"  {recipe.about}")
        print(f"  {recipe.reached or 'not measured yet'}")
