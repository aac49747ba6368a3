"""A recipe, as subjects: its data, what training makes of it, targets, network, training and metric."""

from torch import nn

from facewright.doctor.data import Data
from facewright.doctor.sets.subject import Learnt, Splits
from facewright.doctor.sources.coding import coding_of, mirror_of
from facewright.doctor.sources.data import data_of
from facewright.doctor.sources.items import training_items, validation_items
from facewright.doctor.sources.looking import Looking
from facewright.doctor.sources.metric import metric_of
from facewright.doctor.sources.network import network_of
from facewright.doctor.sources.small import with_small_batches
from facewright.doctor.sources.training import training_of
from facewright.doctor.subject import Subject
from facewright.tasks.detection.grid import GridHead
from facewright.training.attributes import AttributesSystem
from facewright.training.classification import ClassificationSystem
from facewright.training.grid_detection import GridDetectionSystem
from facewright.training.loading import load_recipe
from facewright.training.recipe import Recipe
from facewright.training.regression import RegressionSystem
from facewright.training.system import FindingSystem, System


def subjects(text: str, looking: Looking) -> list[Subject]:
    """A recipe by name or path; its sets are packed into the cache, as training packs them.

    Raises what reading the recipe and opening its sets raises.
    """
    recipe = load_recipe(text)
    system = recipe.system()
    system.open(looking.cache)
    return subjects_of(recipe.name, system, system.network(), looking)


def subjects_of(name: str, system: System[Recipe], network: nn.Module, looking: Looking) -> list[Subject]:
    """All that training by an open system is made of; `network` is the one that is about to be trained."""
    few = with_small_batches(system)
    return [
        *data_subjects(name, system, looking),
        *training_items(name, few),
        *validation_items(name, system),
        *coding_of(name, system, network),
        *([mirror_of(name)] if isinstance(system, FindingSystem) else []),
        network_of(name, system, network),
        training_of(name, system.recipe, few),
        *metric_of(name, system.recipe.task),
    ]


def data_subjects(name: str, system: System[Recipe], looking: Looking) -> list[Data | Splits]:
    """The sets as training keeps them in the cache, and how they are divided; none of points."""
    if isinstance(system, RegressionSystem):
        return []
    train = [data_of(dataset, looking) for dataset in system.sets]
    judged = [data_of(dataset, looking) for dataset in system.validation_sets]
    if isinstance(system, FindingSystem):
        judged += [data_of(dataset, looking) for dataset in system.faceless_sets]
    side = system.recipe.side if isinstance(system, GridDetectionSystem) else None
    head = system.head if isinstance(system, GridDetectionSystem) else None
    splits = Splits(
        f"{name}: splits",
        {"train": train, "val": judged},
        learnt=_learnt(system),
        input=(side, side) if side is not None else None,
        cells=(head.cells, head.cells) if isinstance(head, GridHead) else None,
    )
    return [*train, *judged, splits]


def _learnt(system: System[Recipe]) -> tuple[Learnt, ...]:
    if isinstance(system, AttributesSystem):
        return ("attributes",)
    if isinstance(system, ClassificationSystem):
        return ("presence",)
    return ("boxes", "presence")
