"""Fetch a set: each file downloaded, checked and unpacked; what was done is written down in fetched.json."""

import json
import os
import shutil
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from facewright.core.errors import DataError, UsageError
from facewright.core.lock import locked
from facewright.core.whole import whole_file
from facewright.datasets.fetch.download import Watcher, download, wrong
from facewright.datasets.fetch.sources import File, Source
from facewright.datasets.fetch.unpack import settle, unpack, unpacked_size
from facewright.datasets.fetch.web import place, proxy

RECEIPT = "fetched.json"
SPARE = 1.1
"""pictures hardly shrink in an archive: unpacked they take this much of it"""


def is_accepted(source: Source, folder: Path) -> bool:
    """Whether these very terms were accepted for this folder before."""
    return _receipt(folder).get("terms") == source.terms


def missing(source: Source, folder: Path) -> list[File]:
    """The files of the set that are not there, or of whose unpacked contents something is not."""
    done = _receipt(folder).get("files", {})
    return [file for file in source.files if not _is_there(file, folder, done.get(file.name, {}))]


def fetch(
    source: Source,
    folder: Path,
    *,
    mirrors: Sequence[str] = (),
    keep_archives: bool = False,
    watcher: Watcher | None = None,
) -> list[str]:
    """Bring all files of the set into `folder`, those that are there left alone; the names of those fetched.

    The terms must have been accepted: that is written down here. A file that lies in the folder already,
    fetched by other means, is checked and used.
    mirrors: urls of folders that hold the same files, used instead of the official places.
    Raises UsageError for a mirror or proxy of no use or where there is no place, DataError for all that goes
    wrong on the way; what came until then is kept, and the next call goes on from there.
    """
    watcher = watcher or Watcher()
    addresses = [_address(mirror) for mirror in mirrors]
    todo = missing(source, folder)
    places = {file.name: _places(file, addresses) for file in todo}
    for file in todo:
        _check_unclaimed(file, folder)
        if not places[file.name] and not (folder / file.name).exists():
            raise UsageError(f"{file.name}: no place is known that speaks https; name one with --mirror URL")
    proxies = {proxy(url) or "" for urls in places.values() for url in urls} - {""}
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        _check_space(todo, folder)
        _write(folder, _receipt(folder) | {"terms": source.terms})
        for through in sorted(proxies):
            watcher.say(f"through the proxy {place(through)}, as the environment says")
        for file in todo:
            try:
                _fetch_one(file, places[file.name], folder, keep_archives, watcher)
            except OSError as error:  # a full disk
                why = error.strerror or error
                raise DataError(
                    f"{folder}: {file.name} cannot be written ({why}); run it again to go on"
                ) from error
    return [file.name for file in todo]


def _fetch_one(file: File, urls: Sequence[str], folder: Path, keep: bool, watcher: Watcher) -> None:
    path = folder / file.name
    entry: dict[str, Any] = {"url": "", "checked": bool(file.sha256 or file.md5)}
    if path.exists():
        watcher.say(f"{file.name}: there already; checked instead of fetched")
        problem, found = wrong(path, file)
        if problem:
            raise DataError(f"{path}: is not the file it should be: {problem}; move it away and run it again")
    else:
        entry["url"], found = download(file, urls, folder, watcher)
    if not entry["checked"]:
        watcher.say(f"{file.name}: no checksum is known to check it by; its sha256 is {found}")
    entry |= {"size": path.stat().st_size, "sha256": found, "when": time.strftime("%Y-%m-%d")}
    if file.is_archive:
        _unpack(file, folder, entry, watcher)
        if not keep:
            path.unlink()
    else:
        _record(file, folder, entry)


def _unpack(file: File, folder: Path, entry: dict[str, Any], watcher: Watcher) -> None:
    archive, staged = folder / file.name, folder / f".{file.name}.unpacking"
    shutil.rmtree(staged, ignore_errors=True)  # of a run that was killed
    size = unpacked_size(archive)
    _need(size or 0, folder)
    name = f"unpacking {file.name}"
    try:
        entry["unpacked"] = unpack(archive, staged, lambda done: watcher.progress(name, done, size))
        known = {*file.unpacks, *_receipt(folder).get("files", {}).get(file.name, {}).get("unpacked", {})}
        for top in entry["unpacked"].keys() - known:
            if (folder / top).exists():
                raise DataError(
                    f"{archive}: holds {top}, which is there already and nobody expected; not unpacked"
                )
        for top in set(file.unpacks) - entry["unpacked"].keys():
            watcher.say(f"{file.name}: holds no {top}, which was expected of it")
        # Before anything is moved: after a run killed in between, what is there must be known as ours.
        _record(file, folder, entry)
        settle(staged, folder)
    except DataError:
        if not entry["checked"]:
            archive.unlink()  # it came damaged, and must not be taken for fetched the next time
        raise
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def _is_there(file: File, folder: Path, entry: dict[str, Any]) -> bool:
    if not entry:
        return False
    if not file.is_archive:
        path = folder / file.name
        return path.is_file() and path.stat().st_size == entry.get("size")
    unpacked = entry.get("unpacked", {})
    return bool(unpacked) and all(_count(folder / top) >= number for top, number in unpacked.items())


def _count(path: Path) -> int:
    """Files in a folder and below; of a file 1."""
    if path.is_file():
        return 1
    return sum(len(files) for _, _, files in os.walk(path))


def _check_unclaimed(file: File, folder: Path) -> None:
    """Nothing that was not fetched here is written into. Raises DataError."""
    if file.name in _receipt(folder).get("files", {}):
        return
    for top in file.unpacks:
        if (folder / top).exists():
            raise DataError(
                f"{folder / top}: is there already and did not come from here; use it as it is, move it "
                "away, or choose another --output"
            )


def _check_space(files: Sequence[File], folder: Path) -> None:
    need = 0.0
    for file in files:
        part = folder / f"{file.name}.part"
        here = (folder / file.name).exists()
        need += 0 if here else max((file.size or 0) - (part.stat().st_size if part.exists() else 0), 0)
        need += SPARE * (file.size or 0) if file.is_archive else 0
    _need(int(need), folder)


def _need(size: int, folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if size > free:
        raise DataError(
            f"{folder}: {size / 1e9:.1f} GB are needed and {free / 1e9:.1f} GB are free on that disk; make "
            "room, or choose another --output"
        )


def _places(file: File, addresses: Sequence[str]) -> list[str]:
    return [f"{address}/{quote(file.name)}" for address in addresses] or [file.url] * bool(file.url)


def _address(mirror: str) -> str:
    """A mirror's address as a request takes it. Raises UsageError, which never repeats a password."""
    secret = any(character in mirror for character in "@?#")
    try:
        parts = urlsplit(mirror)
        host = parts.netloc.encode("idna").decode()
        good = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # a port that is no number, a bracket that is not closed
        good = False
    if secret or not good:
        shown = "" if secret else f" {mirror}"
        raise UsageError(
            f"--mirror{shown}: takes the http or https address of a folder, without a password, @, ? or #"
        )
    return f"{parts.scheme}://{host}{quote(parts.path.rstrip('/'), safe='/%:!$&()*+,;=~')}"


def _alone(folder: Path) -> AbstractContextManager[None]:
    """Two fetches into one folder would write into each other's parts. Raises DataError."""
    held = DataError(f"{folder}: another fetch is at work there; wait for it")
    return locked(folder / ".fetching", held)


def _receipt(folder: Path) -> dict[str, Any]:
    path = folder / RECEIPT
    try:
        receipt = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(receipt, dict):
            raise ValueError("it holds no receipt")
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise DataError(f"{path}: is damaged ({error}); delete it") from error
    return receipt


def _record(file: File, folder: Path, entry: dict[str, Any]) -> None:
    receipt = _receipt(folder)
    receipt.setdefault("files", {})[file.name] = entry
    _write(folder, receipt)


def _write(folder: Path, receipt: dict[str, Any]) -> None:
    with whole_file(folder / RECEIPT) as partial:
        partial.write_text(json.dumps(receipt, indent=1) + "\n", encoding="utf-8")
