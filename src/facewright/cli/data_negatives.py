"""`facewright data negatives`: faceless windows cut out of any photos, as pictures."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter
from cyclopts.validators import Number

from facewright.cli.options import flag
from facewright.cli.outputs import Given
from facewright.cli.progress import watched
from facewright.cli.say import complain_of, printable
from facewright.core.counted import counted
from facewright.core.errors import DataError, UsageError

if TYPE_CHECKING:
    from facewright.datasets.cutouts import Look
    from facewright.datasets.sample import Dataset

By = Literal["detector", "labels", "both"]


def negatives(
    *photos: Annotated[str, Parameter(name="PHOTOS")],
    output: Annotated[Path, Given],
    by: By = "detector",
    recursive: Annotated[bool, flag("Look into the folders inside a folder too.")] = False,
    count: Annotated[int, Parameter(validator=Number(gte=1))] = 1,
    smallest: Annotated[int, Parameter(validator=Number(gte=8))] = 32,
    size: Annotated[int | None, Parameter(validator=Number(gte=8))] = None,
    seed: Annotated[int, Parameter(validator=Number(gte=0))] = 0,
    jpeg: Annotated[bool, flag("Write JPEG of quality 95 instead of PNG.")] = False,
    model: str = "detector-small",
    min_score: Annotated[float, Parameter(validator=Number(gte=0, lte=1))] = 0.005,
    threads: int | None = None,
    device: str = "cpu",
) -> int:
    """Cut square windows without a face out of photos, into a folder that folder:OUTPUT reads again.

    Also written there: windows.csv, where each was cut from, and facewright.csv, by which windows of one
    photo are never divided between training and validation. The same photos and options give the same
    windows. Exit status 1 when some photo could not be read; the others are done all the same.

    Parameters
    ----------
    photos
        Folders of photos, or DATA such as yolo:my-faces or helen/val.
    output
        The folder to write, which must be empty or not exist.
    by
        What tells where faces are: detector, which looks hard and rejects more than it must; labels, of DATA
        whose faces are all annotated; or both.
    count
        Windows of a photo, at most.
    smallest
        Least side of a window, pixels of the photo. Any side from there to the photo's short one is as likely
        as another.
    size
        Side in pixels that larger windows are made smaller to; as they are cut when not given.
    seed
        Chooses the windows: the same seed cuts the same ones.
    model
        Shipped name or file of the detector.
    min_score
        Windows that touch a detection of this score or more are rejected; low on purpose.
    threads
        CPU threads of the detector.
    device
        Where the detector runs: cpu, cuda ... as in facewright detect.
    """
    from facewright.datasets.cutouts import CutStyle, cut
    from facewright.datasets.writers.staged import staged

    if not photos:
        raise UsageError("give PHOTOS: folders, or DATA such as yolo:my-faces")
    style = CutStyle(count, smallest, size, seed, jpeg)
    look = _look(by, model, min_score, threads, device)
    datasets = [_opened(text, by, recursive) for text in photos]
    with staged(output) as folder:
        found = cut(datasets, look, style, folder, lambda samples: watched(samples, "cutting"))
        if not found.windows:
            why = f"; {found.problems[0]}" if found.problems else ""
            raise DataError(f"no window without a face in {found.photos} photos{why}")
    made = f"{counted(len(found.windows), 'window')} of {counted(found.photos, 'photo')}"
    print(f"{made}: folder:{printable(str(output))}")
    if found.without:
        print(f"no window without a face found: {counted(found.without, 'photo')}")
    complain_of(found.problems)
    return 1 if found.problems else 0


def _look(by: By, model: str, min_score: float, threads: int | None, device: str) -> "Look":
    from facewright.datasets.cutouts import by_labels

    if by == "labels":
        return by_labels
    from facewright.datasets.detected import by_detector, thorough

    return by_detector(thorough(model, min_score, threads=threads, device=device), labels=by == "both")


def _opened(text: str, by: By, recursive: bool) -> "Dataset":
    """A folder of photos, unless labels are wanted; else DATA."""
    from facewright.datasets.open import open_dataset

    if by == "detector" and Path(text).is_dir():
        return open_dataset(f"folder:{text}{'?recursive=true' * recursive}")  # as windows.csv names it
    return open_dataset(text)
