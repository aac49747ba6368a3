"""`facewright data crops`: faces and faceless windows of any data, as one .npz file of small pictures."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from facewright.cli.options import OneOrMore
from facewright.cli.outputs import Given, check_writable
from facewright.cli.say import complain_of, printable
from facewright.core.counted import counted
from facewright.core.errors import DataError, UsageError

if TYPE_CHECKING:
    import numpy as np

    from facewright.datasets.sample import Problem
    from facewright.transforms.crops import CropStyle
    from facewright.transforms.windows import Source


def crops(
    *data: Annotated[str, Parameter(name="DATA")],
    faceless: Annotated[list[str] | None, OneOrMore] = None,
    output: Annotated[Path, Given],
    side: Annotated[int, Parameter(validator=Number(gte=8, lte=1024))] = 64,
    margin: Annotated[float, Parameter(validator=Number(gte=-0.4, lte=2))] = 0.15,
    count: Annotated[int, Parameter(validator=Number(gte=1))] = 2000,
    seed: Annotated[int, Parameter(validator=Number(gte=0))] = 0,
) -> int:
    """Cut square crops, as many faces as windows without one, and write them as an .npz file.

    It holds images, uint8 N x SIDE x SIDE x 3 with blue first as OpenCV has it, and target, uint8 N x 1 (1 a
    face, 0 none), in random order. facewright reads it back as npz:FILE?order=bgr. Exit status 1 when the
    data have problems; what is wrong is left out.

    Parameters
    ----------
    data
        Where the faces come from: FORMAT:PATH, or named sets such as helen/train; equally many from each, one
        a picture.
    faceless
        Where windows without a face come from: faceless sets, or such whose faces are all annotated.
    output
        The .npz file to write.
    side
        Of a crop, in pixels.
    margin
        Around a face's box, on every side, as a share of its longer side.
    count
        Of crops of either kind; fewer faces when there are not as many pictures with one.
    seed
        Of the windows and of the order.
    """
    import numpy as np

    from facewright.datasets.npz import write
    from facewright.datasets.open import open_dataset
    from facewright.transforms.crops import CropStyle
    from facewright.transforms.windows import faces_of, windows_of

    if not data or not faceless:
        raise UsageError("give DATA with faces, and --faceless DATA for windows without one")
    if output.suffix != ".npz":
        raise UsageError(f"--output {output}: its ending must be .npz")
    check_writable("--output", output)
    style = CropStyle(side=side, margin=margin)
    sources = [
        [faces_of(open_dataset(name)) for name in data],
        [windows_of(open_dataset(name)) for name in faceless],
    ]
    problems = [problem for kind in sources for source in kind for problem in source.dataset.problems]
    kinds = [_cut(kind, style, count, seed, problems) for kind in sources]
    if not all(map(len, kinds)):
        raise DataError(f"no {'window without a face' if len(kinds[0]) else 'face'} is left; {problems[-1]}")
    order = np.random.default_rng(seed).permutation(sum(map(len, kinds)))
    target = np.repeat(np.array([1, 0], np.uint8), [len(kind) for kind in kinds])
    write(output, np.concatenate(kinds)[order], target[order])
    made = f"{counted(len(kinds[0]), 'face')}, {counted(len(kinds[1]), 'window')} without one"
    print(f"{made}: {printable(str(output))}")
    complain_of(problems, " (`facewright data stats` tells them)")
    return 1 if problems else 0


def _cut(
    sources: "Sequence[Source]", style: "CropStyle", count: int, seed: int, problems: "list[Problem]"
) -> "np.ndarray":
    """(N, side, side, 3): `count` windows, or fewer, as many from each source.

    Pictures that cannot be read are added to the problems.
    """
    import numpy as np

    from facewright.transforms.windows import still_windows

    ends = np.linspace(0, count, len(sources) + 1).astype(int)
    limits = np.diff(ends).tolist()
    pairs = zip(sources, limits, strict=True)
    cut = [still_windows(source, style, seed, limit, problems) for source, limit in pairs if limit]
    return np.concatenate(cut)
