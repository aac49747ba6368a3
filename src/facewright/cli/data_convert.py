"""`facewright data convert`: any data in another format, without losing a box."""

from typing import Annotated, Literal

from cyclopts import Parameter

from facewright.cli.options import flag
from facewright.cli.progress import watched
from facewright.cli.say import complain_of, printable
from facewright.core.counted import counted


def convert(
    data: Annotated[str, Parameter(name="FROM")],
    to: Annotated[str, Parameter(name="TO")],
    /,
    *,
    pictures: Literal["copy", "link", "hardlink"] = "copy",
    lossy: Annotated[
        bool,
        flag(
            "Leave out what the format cannot hold, and say how much: pictures whose faces do not all fit, "
            "and regions to ignore. Without it such a set is refused. Landmarks and attributes that do not "
            "fit are left out, and counted, in any case."
        ),
    ] = False,
) -> int:
    """Write data in another format: voc, yolo, coco, pts, mtfl, wider, fddb, celeba, npz or folder.

    What is written appears complete or not at all, and the text by which it is opened is printed. Exit status
    1 when the data have problems; what is wrong is left out and everything else written.

    Parameters
    ----------
    data
        FORMAT:PATH, such as voc:pictures/street or toy:500, or a named set such as helen/train.
    to
        FORMAT:PATH of a folder that is empty or does not exist (npz: of a file), with options of the format:
        voc, wider, celeba ?whole=true (whole pixels), yolo ?pose=false, wider, celeba ?split=val.
    pictures
        How they get there: copy, link (symbolic) or hardlink. Those that EXIF turns are written upright.
    """
    from facewright.datasets.open import open_dataset
    from facewright.datasets.writers.convert import convert as converted
    from facewright.datasets.writers.convert import writer_of

    writer_of(to)  # what is wrong with it is to be known before the data are read
    found = converted(open_dataset(data), to, pictures=pictures, lossy=lossy, watch=watched)
    counts = found.content
    print(f"{counted(counts.pictures, 'picture')}, {counted(counts.faces, 'face')}: {printable(found.data)}")
    for remark in found.remarks:
        print(printable(remark))
    complain_of(found.problems, " (`facewright data stats` tells them)")
    return 1 if found.problems else 0
