"""`facewright data show` and `facewright data stats`: look at data before you train on it."""

import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from facewright.cli.outputs import Given, check_picture, check_writable, write_json
from facewright.cli.say import complain, complain_of, printable
from facewright.core.errors import DataError, PictureError

if TYPE_CHECKING:
    from rich.table import Table

    from facewright.datasets.sample import Sample
    from facewright.datasets.statistics import Statistics

TILE = 256
"""long side of a picture on the contact sheet, pixels"""


def show(
    data: str,
    /,
    *,
    output: Annotated[Path | None, Given] = None,
    count: Annotated[int, Parameter(validator=Number(gte=1))] = 24,
    seed: Annotated[int, Parameter(validator=Number(gte=0))] = 0,
) -> int:
    """Write a contact sheet of pictures drawn at random, with their boxes, landmarks and ignored regions.

    Exit status 1 when some of the pictures could not be read; they are named, and not replaced by others.

    Parameters
    ----------
    data:
        FORMAT:PATH, such as voc:pictures/street or toy:500, or a named set.
    output:
        File to write; when not given, a PNG named after DATA in the current folder.
    count:
        How many pictures.
    seed:
        Of the choice: the same seed shows the same pictures.
    """
    import numpy as np

    from facewright.core.draw import contact_sheet
    from facewright.core.pictures import write_picture
    from facewright.datasets.open import open_dataset

    path = output or Path(re.sub(r"[^A-Za-z0-9]+", "-", data).strip("-")[-80:] + ".png")
    check_picture("--output", path)
    dataset = open_dataset(data)
    if not len(dataset):
        raise DataError(f"{data}: holds no picture to show; check the path")
    chosen = np.random.default_rng(seed).permutation(len(dataset))[:count]
    tiles, captions, unread = [], [], 0
    for index in sorted(chosen.tolist()):
        sample = dataset[index]
        try:
            tiles.append(_tile(sample))
        except PictureError as error:
            complain(error)
            unread += 1
            continue
        captions.append(f"{sample.name}: {len(sample.boxes)}")
    if not tiles:
        raise DataError(f"{data}: none of the {unread} pictures chosen could be read")
    title = f"{data}: {len(tiles)} of {len(dataset)} pictures, with the number of faces"
    write_picture(contact_sheet(tiles, tile=TILE, captions=captions, title=title), path)
    print(f"{len(tiles)} of {len(dataset)} pictures: {printable(str(path))}")
    return 1 if unread else 0


def stats(data: str, /, *, json: Annotated[str | None, Parameter(allow_leading_hyphen=True)] = None) -> int:
    """Count what is in a data set: pictures, faces, sizes, landmarks, attributes, groups, problems.

    Exit status 1 when the data have problems; what is wrong is left out and everything else counted.

    Parameters
    ----------
    data:
        FORMAT:PATH, such as voc:pictures/street or toy:500, or a named set.
    json:
        Write all figures and all problems to this file; with - to standard output, and only them.
    """
    from facewright.cli.progress import watched
    from facewright.datasets.open import open_dataset
    from facewright.datasets.statistics import statistics

    check_writable("--json", json)
    dataset = open_dataset(data)
    found = statistics(dataset, watched(dataset, "measuring"))
    if json is not None:
        write_json(json, found.to_dict())
    if json != "-":
        _print(_tables(found))
        complain_of(found.problems, " (all of them: --json FILE)")
    return 1 if found.problems else 0


def _tile(sample: "Sample"):  # type: ignore[no-untyped-def]  # numpy is not imported to show the help
    """The picture, TILE pixels long, with its labels drawn at that size so that lines stay crisp."""
    import numpy as np

    from facewright.core.draw import IGNORED, draw_boxes
    from facewright.core.pictures import load_picture, resize_picture

    picture = load_picture(sample.picture, size=TILE)
    tile = resize_picture(picture.array, TILE, enlarge=True)
    scale = np.array([tile.shape[1] / picture.width, tile.shape[0] / picture.height], np.float32)
    tile = draw_boxes(tile, sample.ignore * np.tile(scale, 2), IGNORED, dashed=True)
    return draw_boxes(tile, sample.boxes * np.tile(scale, 2), landmarks=sample.landmarks * scale)


def _tables(found: "Statistics") -> "list[Table]":
    from facewright.datasets.statistics import LONG_SIDE, PERCENTILES

    def share(part: int, whole: int) -> str:
        return f"{part} ({100 * part / whole:.1f} %)" if whole else str(part)

    tables = [
        _table(
            (found.name, ""),
            [
                ("pictures", str(found.pictures)),
                ("faces", str(found.faces)),
                ("faces without a box", share(found.unplaced, found.faces)),
                ("pictures without a face", share(found.faceless, found.pictures)),
                ("most faces in a picture", str(found.most_faces)),
                ("faces with landmarks", share(found.with_landmarks, found.faces)),
                ("ignored regions", str(found.ignored)),
                ("groups", f"{found.groups}, the largest of {found.largest_group} pictures"),
                ("problems", str(len(found.problems))),
            ],
        )
    ]
    sizes = [
        ("picture width, px", found.widths, 0),
        ("picture height, px", found.heights, 0),
        ("face size, % of the long side", [100 * share for share in found.face_shares], 1),
        (f"face size, px at long side {LONG_SIDE}", found.face_pixels, 1),
    ]
    heads = ["least", *(f"{p} %" for p in PERCENTILES[1:-1]), "most"]
    rows = [(what, *(f"{value:.{digits}f}" for value in values)) for what, values, digits in sizes if values]
    if rows:
        tables.append(_table(("percentiles", *heads), rows))
    if found.attributes:
        rows = [
            (name, share(counts.yes, counts.yes + counts.no), str(counts.no), str(counts.unknown))
            for name, counts in found.attributes.items()
        ]
        tables.append(_table(("attribute", "yes (of known)", "no", "unknown"), rows))
    return tables


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> "Table":
    from rich.table import Table
    from rich.text import Text

    # Names come from files: as Text, square brackets in them are not markup.
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    for column, head in enumerate(heads):
        right = column > 0 and len(heads) > 2
        table.add_column(
            Text(printable(head)), justify="right" if right else "left", overflow="fold", no_wrap=right
        )
    for row in rows:
        table.add_row(*(Text(printable(cell)) for cell in row))
    return table


def _print(tables: "list[Table]") -> None:
    from rich.console import Console

    # Piped, lines may be as long as they need to be: a table for a program must not lose a letter.
    console = Console(width=None if sys.stdout.isatty() else 1000, highlight=False)
    for number, table in enumerate(tables):
        if number:
            console.print()
        console.print(table)
