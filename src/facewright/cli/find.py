"""`facewright find`: a question in; the pictures of an index of which it is true out."""

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from facewright.cli.found import Writer, csv_rows, linked, path_only, table
from facewright.cli.options import OrDash, flag, told
from facewright.cli.outputs import STDOUT, Given, check_writable, json_lines
from facewright.cli.say import complain, printable
from facewright.core.errors import UsageError

if TYPE_CHECKING:
    from facewright.apps.index.query.tokens import QueryError


def find(
    index: Annotated[
        Path, Given, Parameter(name="INDEX"), told("An indexed folder, or the file of an index.")
    ] = Path(),
    /,
    *,
    where: Annotated[
        str,
        OrDash,
        told('What must be true of a picture, as in "faces >= 3 and smiling > .8"; all when not given.'),
    ] = "",
    order: Annotated[
        str, OrDash, told("Names to order by, with a - before what is to come largest first: -faces,taken")
    ] = "",
    limit: Annotated[int | None, told("At most so many.")] = None,
    csv: Annotated[
        str | None, OrDash, told("Write a row a picture to this file, or with - to standard output.")
    ] = None,
    json: Annotated[
        str | None,
        OrDash,
        told("Write JSON Lines, one object a picture, to this file, or to standard output with -."),
    ] = None,
    parquet: Annotated[
        Path | None, Given, told("Write a Parquet file, the faces of a picture in its row.")
    ] = None,
    links: Annotated[
        Path | None,
        Given,
        told("Make links to the pictures in this folder; nothing that is there is changed."),
    ] = None,
    paths: Annotated[bool, flag("Print nothing but the paths, one a line.")] = False,
    print0: Annotated[bool, flag("As --paths, but end each with a null, for xargs -0.")] = False,
) -> int:
    """Find pictures in an index by what is on them."""
    if sum((csv == STDOUT, json == STDOUT, paths, print0)) > 1:
        raise UsageError("standard output takes one of --csv -, --json -, --paths and --print0")
    files = [Path(name).resolve() for name in (csv, json, parquet) if name not in (None, STDOUT)]
    if len(set(files)) < len(files):
        raise UsageError("--csv, --json and --parquet each want a file of their own")
    from facewright.apps.index.index import Index
    from facewright.apps.index.query.tokens import QueryError

    kept = Index(index)
    try:
        found = kept.find(where, order=order, limit=limit, faces=bool(json or parquet))
    except QueryError as error:
        return _point(error)
    for folder in kept.unfinished():
        complain(
            f"{folder}: its last update was stopped: pictures may be missing; run facewright index again"
        )
    with ExitStack() as stack:
        writers: list[Writer] = []
        inputs = [str(kept.path)]
        if csv is not None:
            writers.append(stack.enter_context(csv_rows(csv, inputs)))
        if json is not None:
            write = stack.enter_context(json_lines(json, inputs))
            writers.append(lambda result: write(result.to_dict()))
        if parquet is not None:
            from facewright.apps.index.parquet import parquet_file

            check_writable("--parquet", parquet, inputs)
            writers.append(stack.enter_context(parquet_file(parquet, kept.attributes())))
        if links is not None:
            writers.append(linked(links, kept.folders()))
        if paths or print0:
            writers.append(path_only(b"\0" if print0 else b"\n"))
        elif STDOUT not in (csv, json):
            writers.append(stack.enter_context(table()))
        for result in found:
            for write_one in writers:
                write_one(result)
    return 0


def _point(error: "QueryError") -> int:
    """The sentence, the question, and below it a caret at the place."""
    from rich.cells import cell_len

    before, after = printable(error.text[: error.at]), printable(error.text[error.at :])
    complain(f"--where: {error.message}")
    print(f"  {before}{after}\n  {' ' * cell_len(before)}^", file=sys.stderr)
    return error.exit_code
