"""The text files of a folder or zip in which a detector's finds are handed over, whoever made it.

A zip is read where it lies: nothing is unpacked, so that its names can lead nowhere, and no more is read than
predictions need.
"""

import os
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from zipfile import BadZipFile, ZipFile, ZipInfo, is_zipfile

from facewright.core.errors import DataError
from facewright.datasets.labels import Problems

MOST_BYTES = 64 * 2**20
"""of one file: a picture with a million detections has less"""
MOST_IN_ALL = 1024 * 2**20
MOST_FILES = 200_000
_DAMAGED = (BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, ValueError)
"""of a zip; RuntimeError: it is encrypted, NotImplementedError: packed in an unknown way"""


def texts(path: Path, problems: Problems) -> Iterator[tuple[PurePosixPath, str]]:
    """Each .txt file's name (below the folder or in the zip) and text, in the order of the names.

    A single text file is one too. Hidden files are passed over, as is what macOS adds to a zip; other files
    are counted in one problem. A file that is too large or no text becomes a problem.
    Raises DataError when `path` is not there, is no zip or a damaged one, or holds more than predictions do.
    """
    if not path.exists():
        raise DataError(f"{path}: no such file or folder (wanted as predictions); check the path")
    if path.is_dir():
        yield from _of_folder(path, problems)
    elif is_zipfile(path):
        yield from _of_zip(path, problems)
    elif path.suffix.lower() == ".txt":
        yield from _text(path, PurePosixPath(path.name), path.read_bytes(), problems)
    else:
        raise DataError(f"{path}: is no zip file; give a folder, a zip or a text file of predictions")


def _of_folder(path: Path, problems: Problems) -> Iterator[tuple[PurePosixPath, str]]:
    found: list[PurePosixPath] = []
    for root, folders, files in os.walk(path):
        folders[:] = [name for name in folders if not _hidden(name)]
        found += [PurePosixPath(Path(root, name).relative_to(path).as_posix()) for name in files]
        if len(found) > MOST_FILES:
            raise DataError(f"{path}: holds more than {MOST_FILES:,} files; give the folder of predictions")
    total = 0
    for name in _wanted(path, found, problems):
        file = path / name
        try:
            size = file.stat().st_size if file.is_file() else -1
            data = file.read_bytes() if 0 <= size <= MOST_BYTES else b""
        except OSError as error:
            problems.note(file, f"cannot be read ({error.strerror}); left out", "unreadable")
            continue
        if not 0 <= size <= MOST_BYTES:
            problems.note(file, f"is no file of at most {MOST_BYTES // 2**20} MiB; left out", "unreadable")
            continue
        total = _counted(path, total + len(data))
        yield from _text(file, name, data, problems)


def _of_zip(path: Path, problems: Problems) -> Iterator[tuple[PurePosixPath, str]]:
    try:
        with ZipFile(path) as archive:
            entries: dict[PurePosixPath, list[ZipInfo]] = {}
            for entry in archive.infolist():
                if not entry.is_dir():
                    name = PurePosixPath(entry.filename.replace("\\", "/"))  # as Windows writes them
                    entries.setdefault(name, []).append(entry)
            if len(archive.infolist()) > MOST_FILES:
                raise DataError(f"{path}: holds more than {MOST_FILES:,} files; give a zip of predictions")
            total = 0
            for name in _wanted(path, list(entries), problems):
                where = f"{path}: {name}"
                if len(entries[name]) > 1:
                    problems.note(where, f"is {len(entries[name])} times in the zip; the last one counts")
                with archive.open(entries[name][-1]) as file:
                    data = file.read(MOST_BYTES + 1)
                total = _counted(path, total + len(data))
                if len(data) > MOST_BYTES:
                    problems.note(where, f"has more than {MOST_BYTES // 2**20} MiB; left out", "unreadable")
                    continue
                yield from _text(where, name, data, problems)
    except _DAMAGED as error:
        raise DataError(f"{path}: the zip file is damaged or encrypted ({error})") from error


def _wanted(path: Path, names: list[PurePosixPath], problems: Problems) -> list[PurePosixPath]:
    seen = [name for name in names if not any(_hidden(part) for part in name.parts)]
    wanted = sorted(name for name in seen if name.suffix.lower() == ".txt")
    others = sorted(set(seen) - set(wanted))
    if others:
        problems.note(path, f"{len(others)} files are no .txt and were passed over, such as {others[0]}")
    return wanted


def _hidden(name: str) -> bool:
    return (name.startswith(".") and name != "..") or name == "__MACOSX"


def _counted(path: Path, total: int) -> int:
    if total > MOST_IN_ALL:
        raise DataError(f"{path}: holds more than {MOST_IN_ALL // 2**20} MiB of text; no predictions do")
    return total


def _text(
    where: Path | str, name: PurePosixPath, data: bytes, problems: Problems
) -> Iterator[tuple[PurePosixPath, str]]:
    try:
        yield name, data.decode("utf-8-sig")
    except UnicodeDecodeError:
        problems.note(where, "is not a text file in UTF-8; left out", "unreadable")
