"""Archives from the web, unpacked with suspicion: into a folder of their own, then moved where they belong.

Only folders and ordinary files are taken, by names that stay inside; one link, one `..`, or more than an
archive of its size can honestly hold, and nothing is unpacked: stricter than tarfile's data filter, and the
same for zip.
"""

import gzip
import shutil
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from facewright.core.errors import DataError

MOST_FILES = 1_000_000
RATIO, FLOOR = 20, 1 << 30
"""an archive may grow to RATIO times its size, a small one to FLOOR bytes"""
CHUNK = 1 << 20
RUBBISH = ("__MACOSX/", "._", ".DS_Store")
"""beginnings of a name, or of its last part, that one system leaves in its archives"""

DAMAGED = (
    zipfile.BadZipFile,
    tarfile.TarError,
    gzip.BadGzipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    ValueError,
    IndexError,
)
"""what the libraries raise at what is no archive; the last two are zipfile's, at names and extra fields"""

_Member = tuple[str, Callable[[], IO[bytes]]]


def unpack(
    archive: Path, into: Path, progress: Callable[[int], object] = lambda done: None
) -> dict[str, int]:
    """Unpack into the empty new folder `into`: what lies at the top -> how many files are in it.

    progress: told the bytes written so far. Raises DataError for an archive that is damaged or not honest.
    """
    members = _zip if archive.name.endswith(".zip") else _tar
    limit = max(FLOOR, RATIO * archive.stat().st_size)
    counts: dict[str, int] = {}
    written = 0
    into.mkdir()
    try:
        for number, (name, opened) in enumerate(members(archive)):
            if number >= MOST_FILES:
                raise DataError(f"{archive}: holds more than {MOST_FILES} files; not unpacked")
            inside = _inside(name, archive)
            if _rubbish(inside):
                continue
            target = into / inside
            target.parent.mkdir(parents=True, exist_ok=True)
            with opened() as source, target.open("xb") as file:
                while block := source.read(CHUNK):
                    written += len(block)
                    if written > limit:
                        raise DataError(f"{archive}: holds more than {limit} bytes; not unpacked")
                    file.write(block)
            counts[inside.parts[0]] = counts.get(inside.parts[0], 0) + 1
            progress(written)
    except FileExistsError:
        raise DataError(f"{archive}: names the file {name!r} twice; not unpacked") from None
    except DAMAGED as error:
        raise DataError(f"{archive}: is damaged or no archive ({error})") from error
    if not counts:
        raise DataError(f"{archive}: holds no file")
    return counts


def unpacked_size(archive: Path) -> int | None:
    """Bytes that a zip file says it holds; None for other archives, which do not say it, or a damaged one."""
    try:
        with zipfile.ZipFile(archive) as opened:
            return sum(member.file_size for member in opened.infolist())
    except (*DAMAGED, OSError):
        return None


def settle(unpacked: Path, folder: Path) -> None:
    """Move all that lies in `unpacked` into `folder`; where folders are there already, file by file."""
    for source in sorted(unpacked.iterdir()):
        target = folder / source.name
        if target.is_dir() and source.is_dir():
            settle(source, target)
        else:
            source.replace(target)
    shutil.rmtree(unpacked)


def _zip(archive: Path) -> Iterator[_Member]:
    with zipfile.ZipFile(archive) as opened:
        for member in opened.infolist():
            mode = stat.S_IFMT(member.external_attr >> 16)
            if member.is_dir():
                continue
            if mode not in (0, stat.S_IFREG):
                raise DataError(f"{archive}: {member.filename!r} is no ordinary file; not unpacked")
            if member.flag_bits & 1:
                raise DataError(f"{archive}: {member.filename!r} is encrypted; not unpacked")
            if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise DataError(f"{archive}: {member.filename!r} is packed in an unusual way; not unpacked")
            yield member.filename, lambda member=member: opened.open(member)  # type: ignore[misc]


def _tar(archive: Path) -> Iterator[_Member]:
    # Not by mode r|gz, which takes a stream that is cut off for its end, and does not look at its checksum.
    with gzip.open(archive) as stream, tarfile.open(fileobj=stream, mode="r|") as opened:
        for member in opened:
            if member.isdir():
                continue
            if not member.isreg():
                raise DataError(f"{archive}: {member.name!r} is no ordinary file; not unpacked")
            yield member.name, lambda member=member: opened.extractfile(member)  # type: ignore[misc]
        for _ in range(FLOOR // CHUNK):  # to the end, where the checksum is
            if not stream.read(CHUNK):
                return
        raise DataError(f"{archive}: goes on after its end; not unpacked")


def _inside(name: str, archive: Path) -> PurePosixPath:
    """`name` as a path that stays where it is unpacked, on every system. Raises DataError."""
    path = PurePosixPath(name.removeprefix("./"))
    if (
        path.is_absolute()
        or not path.parts
        or any(not part.strip(". ") for part in path.parts)  # .., and what Windows takes for it
        or any(c in name for c in "\\:")
        or not name.isprintable()
    ):
        raise DataError(f"{archive}: {name!r} leads out of its folder or is no name; not unpacked")
    return path


def _rubbish(path: PurePosixPath) -> bool:
    return str(path).startswith(RUBBISH) or path.name.startswith(RUBBISH)
