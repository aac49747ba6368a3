"""What `facewright detect --json` found, as labels: to train on pictures that nobody has labelled.

found:faces.jsonl                           all pictures of the file
found:faces.jsonl?of=celeba-loose/train     those of a set, or of a part of one, whose own labels do not count

A model's labels are no truth. So what it is sure of is a face, what it doubts becomes an ignore region, and
only where it looked hard (`--min-score .005 --enlarge --tiles auto --close-ups`) is the rest background.
"""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from facewright.core.errors import DataError, UsageError
from facewright.core.faces import Faces
from facewright.datasets.labels import (
    BadLabel,
    Problems,
    nothing_found,
    sample,
    size_of,
    text_of,
    usable_box,
)
from facewright.datasets.sample import Dataset, Sample, no_landmarks, source_root

MORE = 3.0
"""times `doubtful` from which the lowest score of a file says that it was looked with a higher --min-score"""
DIGITS = 4
"""of a score that are written; as 32-bit floats, .6 might be below .6"""


class _Scores(NamedTuple):
    least: float
    doubtful: float


class _Record(NamedTuple):
    line: int
    path: str
    faces: Faces


def read(
    path: Path, *, of: str = "", least: float = 0.75, doubtful: float = 0.005, unannotated: bool = False
) -> Dataset:
    """The pictures of a file of JSON Lines and the faces found in them.

    Finds from `least` on are faces, with their landmarks; those from `doubtful` on ignore regions; lower ones
    are nothing. `unannotated` makes the whole picture an ignore region, so that where nothing was found
    nothing is claimed. Relative paths hold from the current folder or else from that of the file. `of` is
    another DATA: only its pictures are taken, by its names and groups, so that a part of a set stays one.
    Raises DataError when the file is missing, nothing of it can be used, or --min-score was so high that
    doubtful finds would count as background; UsageError for scores that make no sense.
    """
    if not 0 <= doubtful <= least <= 1:
        raise UsageError(
            f"found: least={least:g} and doubtful={doubtful:g}: scores from 0 to 1, doubtful not above least"
        )
    problems = Problems()
    try:
        text = text_of(source_root(path, "found"))
    except BadLabel as error:
        raise DataError(f"{path}: {error}; give what facewright detect --json wrote") from error
    records = _by_place(path, _records(path, text, problems), problems)
    if not unannotated:
        _check_lowest(path, records, doubtful)
    samples = []
    for picture, told in _pictures(path, records, of, problems):
        try:
            samples.append(_labelled(path, picture, told, _Scores(least, doubtful), unannotated, problems))
        except BadLabel as error:
            problems.note(path, f"line {told.line}: {error}; the picture is left out", error.kind)
    if not samples:
        raise nothing_found(path, f"pictures{f' of {of}' if of else ''} with finds", problems)
    return Dataset(path.name, samples, tuple(problems))


def _records(path: Path, text: str, problems: Problems) -> Iterator[_Record]:
    frames = 0
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            record = _object(line)
            if "frame" in record:
                frames += 1
                continue
            if record.get("error") is not None:
                raise BadLabel(f"{record['path']} could not be looked at ({record['error']})", "unreadable")
            yield _Record(number, record["path"], _faces(record))
        except BadLabel as error:
            problems.note(path, f"line {number}: {error}; left out", error.kind)
    if frames:
        problems.note(path, f"{frames} lines are of videos, which are no pictures to train on; left out")


def _object(line: str) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadLabel(f"is no JSON ({error})") from None
    if not isinstance(record, dict) or not isinstance(record.get("path"), str) or not record["path"]:
        raise BadLabel("is not what facewright detect writes (path, width, height, faces)")
    return record


def _faces(record: Mapping[str, Any]) -> Faces:
    try:
        faces = Faces.from_dict(record)
        if not (faces.width and faces.height):
            raise ValueError("no width and height")
    except ValueError as error:
        raise BadLabel(f"is not what facewright detect writes ({error})") from None
    return faces


def _by_place(path: Path, records: Iterator[_Record], problems: Problems) -> dict[str, _Record]:
    """The file that each record is of, all links followed -> the record."""
    found: dict[str, _Record] = {}
    for record in records:
        try:
            here = Path(record.path)
            place = os.path.realpath(here if here.exists() else path.parent / here)
        except (OSError, ValueError) as error:  # a name too long, or no name
            problems.note(path, f"line {record.line}: no path of a picture ({error}); left out")
            continue
        first = found.setdefault(place, record)
        if first is not record:
            problems.note(
                path, f"line {record.line}: {record.path} is in line {first.line} already; left out"
            )
    return found


def _check_lowest(path: Path, records: Mapping[str, _Record], doubtful: float) -> None:
    scores = [float(record.faces.scores.min()) for record in records.values() if len(record.faces)]
    if scores and min(scores) > MORE * doubtful:
        raise DataError(
            f"{path}: no score is below {min(scores):.3g}: --min-score was above doubtful={doubtful:g}, "
            "so that faces in doubt would count as background; look again with --min-score "
            f"{doubtful:g}, or say doubtful={min(scores):.3g} or unannotated=true"
        )


def _pictures(
    path: Path, records: Mapping[str, _Record], of: str, problems: Problems
) -> Iterator[tuple[Sample, _Record]]:
    """What is known of each picture but its labels, and what was found in it."""
    if not of:
        for place, record in records.items():
            yield sample(record.path, Path(place)), record
        return
    from facewright.datasets.open import open_dataset  # which opens this set by this function

    missing = 0
    for known in open_dataset(of):
        if not isinstance(known.picture, str | Path):
            raise DataError(f"{path}: of={of}: its pictures are no files, so that nothing was found in them")
        told = records.get(os.path.realpath(known.picture))
        if told is None:
            missing += 1
            continue
        yield known, told
    if missing:
        problems.note(path, f"{missing} pictures of {of} are not in it; left out", "unlabelled")


def _labelled(
    path: Path, known: Sample, told: _Record, scores: _Scores, unannotated: bool, problems: Problems
) -> Sample:
    picture = Path(os.fspath(known.picture))  # type: ignore[arg-type]  # `_pictures` gives files only
    size, faces = size_of(picture), told.faces
    if size != (faces.width, faces.height):
        raise BadLabel(
            f"says {faces.width}x{faces.height} pixels for {told.path}, which has {size[0]}x{size[1]} "
            "the right way up; look at it again",
            "size",
        )
    boxes, landmarks, ignore = [], [], []
    for face in faces:
        score = round(face.score, DIGITS)
        if score < scores.doubtful:
            continue
        try:
            box, remark = usable_box(face.box, size)
        except BadLabel as error:
            problems.note(path, f"line {told.line}: {error}; the box is left out", error.kind)
            continue
        if remark:
            problems.note(path, f"line {told.line}: {remark}", "overhanging")
        if score < scores.least:
            ignore.append(box)
            continue
        boxes.append(box)
        landmarks.append(no_landmarks(1)[0] if face.landmarks is None else face.landmarks)
    labels = sample(
        known.name, picture, boxes, landmarks=landmarks, ignore=ignore, size=size, unannotated=unannotated
    )
    return replace(labels, group=known.group)
