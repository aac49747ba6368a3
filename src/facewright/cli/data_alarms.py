"""`facewright data alarms`: what a detector calls a face in pictures that hold none, as a table."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from facewright.cli.options import flag
from facewright.cli.outputs import Given, check_picture, check_writable
from facewright.cli.progress import watched
from facewright.cli.say import complain_of, printable
from facewright.core.counted import counted
from facewright.core.errors import UsageError

if TYPE_CHECKING:
    from facewright.datasets.sample import Problem

SHOWN = 120
"""alarms on a contact sheet"""


def alarms(
    *sets: Annotated[str, Parameter(name="DATA")],
    output: Annotated[Path, Given],
    sheet: Annotated[Path | None, Given] = None,
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
        The table to write: data, picture, x0, y0, x1, y1; the likeliest first.
    sheet
        A contact sheet of the likeliest to write, with their lines in the table. Look at it: a real face
        among them would be taught as none, so delete its line.
    model
        Of the detector that is to be asked.
    min_score
        A detection of this score or more is an alarm; lower than in use, as what nearly fools it teaches
        too. At a hundredth nearly every picture has some.
    size
        Long side that the network sees, pixels.
    threads
        CPU threads of the detector.
    device
        Where the detector runs: cpu, cuda ... as in facewright detect.
    """
    from facewright.core.draw import contact_sheet
    from facewright.core.pictures import write_picture
    from facewright.datasets import alarms as looking
    from facewright.datasets.negatives import write_list
    from facewright.datasets.open import open_dataset
    from facewright.inference.detector import Detector

    if not sets:
        raise UsageError("give DATA without faces, such as negatives-imagenet/train")
    check_writable("--output", output)
    if sheet is not None:
        check_picture("--sheet", sheet)
    detector = Detector(
        model, threads=threads, min_score=min_score, size=size, enlarge=enlarge, device=device
    )
    raised: list[looking.Alarm] = []
    problems: list[Problem] = []
    pictures = 0
    for text in sets:
        dataset = open_dataset(text)
        found, unread = looking.alarms(detector, dataset, lambda samples: watched(samples, "looking"))
        raised += found
        problems += [*dataset.problems, *unread]
        pictures += len(dataset)
    raised.sort(key=lambda alarm: -alarm.score)
    write_list([alarm.named for alarm in raised], output)
    print(f"{counted(len(raised), 'alarm')} on {counted(pictures, 'picture')}: {printable(str(output))}")
    if sheet is not None and raised:
        shown = raised[:SHOWN]
        captions = [f"line {i}: {alarm.score:.2f}" for i, alarm in enumerate(shown, 2)]
        write_picture(contact_sheet([a.closer for a in shown], tile=looking.CLOSER, captions=captions), sheet)
    complain_of(problems)
    return 1 if problems else 0
