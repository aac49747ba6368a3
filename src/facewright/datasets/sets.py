"""Named sets: recipes/sets.toml says where each lies, what its labels are worth and how it is divided.

`NAME` is the whole set; `NAME/train`, `NAME/val` and, where the set has one, `NAME/test` are its parts. A
group (a person, a clip, a picture and its copies) is never divided: its part follows from a hash of the
group's name alone, so that it is the same on every machine, does not change when a set grows, and is the same
in every set with that person or clip and the same shares.
"""

import hashlib
import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from facewright.core.errors import DataError, RecipeError, UsageError
from facewright.core.suggest import nearest
from facewright.datasets.sample import Dataset, Problem, Sample

PARTS = ("train", "val", "test")


class NamedSet(BaseModel):
    """One entry of sets.toml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: str
    """`format:path`, as `open_dataset` takes it; the path is relative to the data root"""
    box_scale: float = Field(1.0, gt=0, le=2)
    """factor about a box's centre that brings the set's boxes to the tight convention"""
    box_shift: float = Field(0.0, gt=-1, lt=1)
    """share of its height by which a box is moved down before (only for formats whose reader takes it)"""
    unannotated: bool = False
    """faces that nobody annotated may be in the pictures: what is not an annotated face counts neither way"""
    group: tuple[str, ...] = ()
    """regular expressions on a sample's name, its ending taken off; the parentheses of the first that matches
    hold the group; where none does, the reader's group stays"""
    same: Mapping[str, str] = {}
    """groups that are one though their names do not say so, as of a photo under two names: the first goes
    where the second is"""
    left_out: frozenset[str] = frozenset()
    """names, their endings taken off, of samples that are not what the set says, such as a face among
    faceless pictures"""
    val_share: float = Field(0.2, ge=0, le=1)
    """share of the groups that go to NAME/val"""
    test_share: float = Field(0.0, ge=0, le=1)
    """share of the groups that go to NAME/test; what is left is NAME/train"""
    grey: bool = False
    """the pictures have no colour: the other sets must be shown grey too, or colour gives answers away"""
    terms: str
    """under which the pictures were given"""
    upstream: str
    """where they come from"""
    note: str = ""

    @field_validator("group", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @field_validator("group")
    @classmethod
    def _has_parentheses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in value:
            try:
                groups = re.compile(pattern).groups
            except re.error as error:
                raise ValueError(f"{pattern!r} is no regular expression: {error}") from error
            if groups != 1:
                raise ValueError(f"{pattern!r} needs exactly one pair of parentheses, around the group")
        return value

    @model_validator(mode="after")
    def _shares_fit(self) -> "NamedSet":
        if self.val_share + self.test_share > 1:
            raise ValueError(f"val_share + test_share is {self.val_share + self.test_share:g}, more than 1")
        return self

    def part_of(self, group: str) -> str:
        """The part of PARTS that a group belongs to: its place in [0, 1) against val, then test, then train.

        >>> entry = NamedSet(source="x:y", terms="", upstream="", val_share=0.04, test_share=0.1)
        >>> entry.part_of("Ada_Lovelace")
        'test'
        """
        place = share_of(group)
        if place < self.val_share:
            return "val"
        return "test" if place < self.val_share + self.test_share else "train"


def data_root() -> Path:
    """The folder that the named sets lie in: FACEWRIGHT_DATA, or `data` in the current folder."""
    return Path(os.environ.get("FACEWRIGHT_DATA") or "data")


def shipped(name: str) -> Path:
    """A shipped file of data sets: inside the installed package, or in the recipes folder of a checkout."""
    package = Path(__file__).parents[1]
    for folder in (package / "recipes", package.parents[1] / "recipes"):
        if (folder / name).is_file():
            return folder / name
    raise RecipeError(f"{name} is not in the package; install facewright again")


def read_sets(file: Path | None = None) -> dict[str, NamedSet]:
    """All named sets of `file` (default: the shipped one), by name.

    Raises RecipeError for a missing file, bad TOML, an unknown key (naming the nearest) or a bad value.
    """
    file = file or shipped("sets.toml")
    try:
        entries = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RecipeError(f"{file}: no such file; give a TOML file of named sets") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RecipeError(f"{file}: not TOML ({error}); mend that line") from error
    return {name: _checked(file, name, entry) for name, entry in entries.items()}


def open_set(
    text: str,
    *,
    file: Path | None = None,
    root: Path | None = None,
    options: Mapping[str, Any] | None = None,
) -> Dataset:
    """`NAME`, `NAME/train`, `NAME/val` or `NAME/test`, its boxes corrected and its groups set.

    `root` is the data root (default: `data_root()`); `options` are handed to the set's reader and win over
    what sets.toml says. Raises UsageError for an unknown name or part, DataError when the data is not there.
    """
    from facewright.datasets.open import open_dataset

    name, _, part = text.partition("/")
    known = read_sets(file)
    if name not in known:
        hint = nearest(name, known) + " (a path needs its format before it, such as yolo:PATH)"
        raise UsageError(f"{text}: no set of this name{hint}")
    if part and part not in PARTS:
        raise UsageError(
            f"{text}: a set has the parts {', '.join(PARTS)}, not {part!r}{nearest(part, PARTS)}"
        )
    entry = known[name]
    root = data_root() if root is None else root
    if not root.is_dir():
        raise DataError(
            f"{root}: no such folder, wanted for the set {name}; set FACEWRIGHT_DATA to the data's folder"
        )
    fixed: dict[str, Any] = {"box_scale": entry.box_scale} if entry.box_scale != 1 else {}
    if entry.box_shift:
        fixed["box_shift"] = entry.box_shift
    if entry.unannotated:
        fixed["unannotated"] = True
    whole = open_dataset(entry.source, root=root, options=fixed | dict(options or {}))
    samples: Sequence[Sample] = [_grouped(s, entry) for s in whole if _stem(s) not in entry.left_out]
    if part:
        samples = [s for s in samples if entry.part_of(s.group) == part]
        if not samples:
            shares = f"val_share of {name} is {entry.val_share:g} and its test_share {entry.test_share:g}"
            raise DataError(f"{text}: no sample in this part, as {shares}")
    problems = whole.problems
    if not part and (strange := entry.left_out - {_stem(s) for s in whole}):
        problems += tuple(
            Problem(one, "left_out names it, but no sample is called so") for one in sorted(strange)
        )
    return Dataset(text, samples, problems)


def share_of(group: str) -> float:
    """A group's fixed place in [0, 1), from which its part follows.

    >>> round(share_of("Ada_Lovelace"), 3)
    0.047
    """
    name = group.encode(errors="surrogateescape")  # file names need not be UTF-8
    return int.from_bytes(hashlib.sha1(name, usedforsecurity=False).digest()[:6], "big") / 2**48


def _stem(sample: Sample) -> str:
    return sample.name.removesuffix(Path(sample.name).suffix)


def _grouped(sample: Sample, entry: NamedSet) -> Sample:
    stem = _stem(sample)
    matches = (re.search(pattern, stem) for pattern in entry.group)
    group = next((match.group(1) for match in matches if match), sample.group)
    return replace(sample, group=entry.same.get(group, group))


def _checked(file: Path, name: str, entry: Any) -> NamedSet:
    if not isinstance(entry, Mapping):
        raise RecipeError(f"{file}: {name} must be a table, [{name}]")
    for key in entry:
        if key not in NamedSet.model_fields:
            raise RecipeError(
                f"{file}: [{name}] has an unknown key {key!r}{nearest(key, NamedSet.model_fields)}"
            )
    try:
        return NamedSet.model_validate(entry)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "values"
        raise RecipeError(f"{file}: [{name}] {where}: {first['msg']}") from None
