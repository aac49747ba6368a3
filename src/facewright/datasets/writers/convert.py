"""`convert`: a set of any format written in another one, without losing a box."""

import importlib
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_args
from urllib.parse import parse_qsl, urlencode

from facewright.core.errors import DataError, PictureError, UsageError
from facewright.core.suggest import nearest
from facewright.datasets.groups import FILE, Row, groups_file
from facewright.datasets.open import FORMATS, converted
from facewright.datasets.sample import Dataset, Problem, Sample, no_landmarks
from facewright.datasets.writers.fitting import Fit, count, entry_of, fitted
from facewright.datasets.writers.names import Names, stem_of
from facewright.datasets.writers.pictures import How, Made, put
from facewright.datasets.writers.staged import staged
from facewright.datasets.writers.writer import Content, Writer

WRITERS = {
    "voc": ("voc", "VocWriter"),
    "yolo": ("yolo", "YoloWriter"),
    "coco": ("coco", "CocoWriter"),
    "pts": ("single", "PtsWriter"),
    "mtfl": ("single", "MtflWriter"),
    "wider": ("wider", "WiderWriter"),
    "fddb": ("fddb", "FddbWriter"),
    "celeba": ("celeba", "CelebaWriter"),
    "npz": ("npz", "NpzWriter"),
    "folder": ("folder", "FolderWriter"),
}
"""format -> module and class of its writer"""
Watch = Callable[[Iterable[Sample], str], Iterable[Sample]]
"""wraps the samples of a pass and what is done with them, as a progress bar does"""


@dataclass(frozen=True)
class Converted:
    """What was written."""

    data: str
    """the text by which it is opened"""
    content: Content
    made: Counter[str]
    """how many pictures are there as they were, turned, as PNG, and notes of core.rewrite"""
    remarks: tuple[str, ...]
    """what is not as it was, a sentence each"""
    problems: tuple[Problem, ...]
    """of the set that was read, and pictures that could not be"""


def writer_of(text: str) -> tuple[str, Path, Writer]:
    """Format, path and writer that `format:path?option=value` means. Raises UsageError."""
    place, _, query = text.partition("?")
    kind, _, path = place.partition(":")
    if kind in FORMATS and kind not in WRITERS:
        raise UsageError(f"{text}: {kind} can be read, not written; write one of {', '.join(WRITERS)}")
    if kind not in WRITERS:
        raise UsageError(
            f"{text}: no format to write, {kind!r}{nearest(kind, WRITERS)} (FORMAT:PATH is wanted)"
        )
    if not path:
        raise UsageError(f"{text}: says no path; write {kind}:PATH")
    module, name = WRITERS[kind]
    make = getattr(importlib.import_module(f"facewright.datasets.writers.{module}"), name)
    options = dict(parse_qsl(query, keep_blank_values=True))
    return kind, Path(path).expanduser(), make(**converted(make, options, f"{kind}:"))


def convert(
    dataset: Dataset, to: str, *, pictures: How = "copy", lossy: bool = False, watch: Watch = lambda s, _: s
) -> Converted:
    """Write a set as `to` says, `format:path?option=value`; the path must be an empty folder or not exist.

    It appears complete or not at all. pictures: copied, or links to those of the set, symbolic or hard; those
    that were no files or are not upright are written anew. lossy: leave out what the format cannot hold, see
    `fitting`. What nothing can hold, groups and former names, goes into a table beside (`groups`).
    Raises UsageError when something cannot be written as is asked, DataError when nothing is left.
    """
    kind, path, writer = writer_of(to)
    with staged(path, is_file=writer.is_file) as root:
        fit = fitted(watch(dataset, "looking"), writer)
        refusal = fit.refusal(writer, kind)
        if refusal and not lossy:
            raise UsageError(f"{dataset.name}: {refusal}")
        made: Counter[str] = Counter()
        if fit.content.pictures:
            made = _write(watch(dataset, "writing"), writer, fit, root, pictures)
        if not fit.content.pictures:
            why = f"; {fit.problems[0]}" if fit.problems else ""
            raise DataError(f"{dataset.name}: none of its {len(dataset)} pictures can be written{why}")
    options = dict(writer.options(fit.content))
    if fit.as_unannotated(writer):
        options["unannotated"] = "true"
    return Converted(
        f"{kind}:{path}" + (f"?{urlencode(options)}" if options else ""),
        fit.content,
        made,
        tuple(_remarks(fit, writer, made)),
        (*dataset.problems, *fit.problems),
    )


def _write(samples: Iterable[Sample], writer: Writer, fit: Fit, root: Path, how: How) -> Counter[str]:
    made: Counter[str] = Counter()
    names = Names(words=writer.words)
    landmarks, attributes = writer.keeps_landmarks(fit.content), set(writer.attributes(fit.content))
    folder = root / writer.folder
    told = True
    with ExitStack() as files:
        writer.begin(root, fit.content, files)
        if not writer.is_file:
            folder.mkdir(parents=True, exist_ok=True)
            add_row = files.enter_context(groups_file(root))
        for sample, measured in zip(samples, fit.measured, strict=True):
            if measured is None:
                continue
            whole, _ = entry_of(sample, measured)
            kept = replace(
                whole.sample,
                landmarks=whole.sample.landmarks if landmarks else no_landmarks(len(sample.boxes)),
                attributes={name: v for name, v in sample.attributes.items() if name in attributes},
                ignore=whole.sample.ignore[: None if writer.ignore else 0],
            )
            stem = names.take(sample.name)
            entry, group = replace(whole, sample=kept, picture=stem), sample.group or stem
            try:
                if writer.is_file:
                    writer.add(entry, group)
                    continue
                placed = put(sample.picture, folder / stem, measured.turned, writer.ending, how)
            except PictureError as error:  # damaged behind its header
                fit.problems.append(Problem(sample.name, f"{error}; left out", "unreadable"))
                count(whole, fit.content, -1)
                continue
            made.update((placed.made, *placed.notes))
            entry = replace(entry, picture=placed.name)
            writer.add(entry, group)
            add_row(Row(placed.name, group, sample.name))
            told &= group == writer.told_group(entry, group) and stem_of(sample.name) == stem
        writer.end()
    if told and not writer.is_file:  # its reader knows all that without being told
        (root / FILE).unlink()
    return made


def _remarks(fit: Fit, writer: Writer, made: Counter[str]) -> Iterable[str]:
    content = fit.content
    left = sum(fit.misfits.values())
    if left:
        reasons = ", ".join(f"{count} {why}" for why, count in fit.misfits.items())
        yield f"left out: {left} pictures ({reasons})"
    if lost := fit.dropped(writer):
        yield f"left out: {lost} regions to ignore; what is in them now counts as background"
    if fit.slivers:
        yield f"left out: {fit.slivers} regions to ignore of less than a pixel"
    if content.with_landmarks and not writer.keeps_landmarks(content):
        yield f"left out: landmarks of {content.with_landmarks} faces"
    kept = writer.attributes(content)
    if gone := [name for name, known in content.attributes.items() if known and name not in kept]:
        named = ", ".join(gone[:3]) + (f" and {len(gone) - 3} more" if len(gone) > 3 else "")
        yield f"left out: attributes ({named})"
    yield from writer.remarks(content)
    if made["turned upright"]:
        yield f"written anew: {made['turned upright']} pictures that EXIF turns, now upright"
    for note in sorted(made.keys() - set(get_args(Made))):
        yield f"of these {made[note]}: {note}"
    if made["PNG"]:
        yield f"written as PNG: {made['PNG']} pictures, which were no files that can be taken as they are"
