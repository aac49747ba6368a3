"""`facewright data alarms`: what a detector calls a face in pictures that hold none, as a table."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from facewright.cli.data import complain_of
from facewright.cli.options import flag
from facewright.cli.outputs import Given, check_writable
from facewright.cli.progress import watched
from facewright.cli.say import printable
from facewright.core.errors import UsageError


def alarms(
    *sets: Annotated[str, Parameter(name="DATA")],
    output: Annotated[Path, Given],
    model: str = "detector-small",
    min_score: Annotated[float, Parameter(validator=Number(gte=0, lte=1))] = 0.1,
    size: Annotated[int, Parameter(validator=Number(gte=32))] = 640,
    enlarge: Annotated[bool, flag("Enlarge smaller pictures to that size.")] = False,
    threads: int | None = None,
    device: str = "cpu",
) -> int:
    """Look for false alarms in sets without faces, for a detector to learn from: data.hard of a recipe.

    A stage's hard_negative says how many of its faceless tiles show one. Exit status 1 when some picture
    could not be read; the others are done all the same.

    Parameters
    ----------
    sets
        DATA without faces, as the recipe's data.faceless names it, such as negatives-imagenet/train.
    output
        The table to write: data, picture, x0, y0, x1, y1.
    model
        Of the detector that is to be asked.
    min_score
        From which on a find is an alarm; lower than in use, as what nearly fools it teaches too.
    size
        Long side that the network sees, pixels.
    threads
        Of the network.
    device
        As of facewright detect.
    """
    from facewright.datasets import alarms as looking
    from facewright.datasets.negatives import write_list
    from facewright.datasets.open import open_dataset
    from facewright.inference.detector import Detector

    if not sets:
        raise UsageError("give DATA without faces, such as negatives-imagenet/train")
    check_writable("--output", output)
    detector = Detector(model, threads, min_score, size, enlarge, device=device)
    named, problems, pictures = [], [], 0
    for text in sets:
        dataset = open_dataset(text)
        found, unread = looking.alarms(detector, dataset, watched(dataset, "looking"))
        named += found
        problems += [*dataset.problems, *unread]
        pictures += len(dataset)
    write_list(named, output)
    print(f"{len(named)} alarms on {pictures} pictures: {printable(str(output))}")
    complain_of(problems)
    return 1 if problems else 0
