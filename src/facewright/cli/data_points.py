"""`facewright data saddle`: points of a known surface as a table, to learn a regression from."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from facewright.cli.outputs import check_writable
from facewright.cli.say import printable
from facewright.core.counted import counted
from facewright.core.whole import whole_file


def saddle(
    file: Path,
    /,
    *,
    count: Annotated[int, Parameter(validator=Number(gte=1, lte=10**7))] = 4000,
    seed: Annotated[int, Parameter(validator=Number(gte=0))] = 0,
) -> None:
    """Write points of the monkey saddle z = x^3 - 3 x y^2 with x in -10..10, y in -50..50 as a CSV table.

    They are those of saddle:COUNT?seed=SEED, and divide into the same parts: csv:FILE?part=train and so on.

    Parameters
    ----------
    file:
        The table to write, with the columns x, y and z.
    count:
        How many points.
    seed:
        The same seed gives the same points.
    """
    import numpy as np

    from facewright.datasets import points

    check_writable("FILE", file)
    drawn = points.saddle(count, seed)
    rows = np.column_stack([drawn.inputs, drawn.target])
    with whole_file(file, follow=True) as partial:
        np.savetxt(partial, rows, fmt="%.9g", delimiter=",", header="x,y,z", comments="", encoding="utf-8")
    print(f"{counted(count, 'point')}: {printable(str(file))}")
