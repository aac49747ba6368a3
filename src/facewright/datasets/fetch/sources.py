"""Which public data sets can be fetched, from where and under which terms: recipes/sources.toml."""

import tomllib
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from facewright.core.errors import RecipeError, UsageError
from facewright.core.suggest import nearest
from facewright.datasets.sets import shipped

ARCHIVES = (".zip", ".tgz", ".tar.gz")


class File(BaseModel):
    """One file of a set, as its makers offer it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^\w[\w.-]*$")
    """under which it lies in the set's folder and on every mirror"""
    url: str = ""
    """its official place; empty where there is none that speaks https"""
    size: int | None = Field(None, gt=0)
    """bytes; None: not known"""
    sha256: str = Field("", pattern="^([0-9a-f]{64})?$")
    md5: str = Field("", pattern="^([0-9a-f]{32})?$")
    unpacks: tuple[str, ...] = ()
    """what lies at the top of an archive"""

    @field_validator("url")
    @classmethod
    def _https(cls, value: str) -> str:
        if value and urlsplit(value).scheme != "https":
            raise ValueError("must be https: only a mirror that is asked for may be anything else")
        return value

    @property
    def is_archive(self) -> bool:
        return self.name.endswith(ARCHIVES)


class Source(BaseModel):
    """One set that can be fetched."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    home: str
    """the page of its makers"""
    terms: str
    """in short; in full they are on that page"""
    note: str = ""
    """what is known of its places"""
    data: str
    """how it is opened then, as `open_dataset` takes it, with {folder}"""
    files: tuple[File, ...] = Field(min_length=1)

    @property
    def size(self) -> int | None:
        """Bytes to fetch, as far as they are known; None where nothing is."""
        return sum(file.size or 0 for file in self.files) or None


def read_sources(file: Path | None = None) -> dict[str, Source]:
    """All sets that can be fetched, by name. Raises RecipeError for a file that is not as it should be."""
    file = file or shipped("sources.toml")
    try:
        entries = tomllib.loads(file.read_text(encoding="utf-8"))
        return {name: Source.model_validate(entry) for name, entry in entries.items()}
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RecipeError(f"{file}: cannot be read as TOML ({error})") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise RecipeError(f"{file}: {where}: {first['msg']}") from None


def find_source(name: str, file: Path | None = None) -> Source:
    """The set of this name. Raises UsageError, naming the nearest."""
    known = read_sources(file)
    if name not in known:
        raise UsageError(
            f"there is no set {name!r} to fetch{nearest(name, known)} (there are {', '.join(known)})"
        )
    return known[name]
