"""One file from the web: to NAME.part, going on where it stopped, checked, then renamed.

What has come so far is only ever continued with more of the same file. Where a checksum is known the whole is
checked by it, and if a file that came in pieces fails, it is fetched once more in one. Where none is known,
it is continued only when the server vouches (a strong ETag, or the date of change) that it is the same file.
"""

import json
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from hashlib import md5, sha256
from pathlib import Path

from facewright.core.errors import DataError
from facewright.datasets.fetch.sources import File
from facewright.datasets.fetch.web import Broken, OutOfRange, Refused, Response, get, page_title, place, read

TRIES = 6
"""failures in a row, without a byte more than ever before, after which a place is given up"""
LONGEST_WAIT = 120.0
"""seconds; a server that asks for more is left alone, for the user to come back"""
CHUNK = 1 << 18
LARGEST = 1 << 36
"""bytes, of a file whose size nobody tells"""


@dataclass(frozen=True)
class Watcher:
    """What is told while files come."""

    progress: Callable[[str, int, int | None], object] = lambda name, done, total: None
    """of a file: bytes so far, bytes in all (None: not known)"""
    say: Callable[[str], object] = lambda sentence: None
    wait: Callable[[float], object] = time.sleep


@dataclass
class _Begun:
    """What NAME.part is a part of, kept beside it as JSON."""

    url: str = ""
    validator: str = ""
    total: int | None = None


def download(file: File, urls: Sequence[str], folder: Path, watcher: Watcher) -> tuple[str, str]:
    """Fetch `file` into `folder` from the first of `urls` that gives it: (the url, its sha256).

    Raises DataError when none does, with what each said. Whatever came stays in NAME.part for the next time.
    """
    why = []
    for url in urls:
        try:
            return url, _Download(file, url, folder, watcher).run()
        except Refused as error:
            why.append(str(error))
            if url != urls[-1]:
                watcher.say(f"{file.name}: {error}; the next place is tried")
    raise DataError(f"{file.name} cannot be had: {'; '.join(why)}")


def wrong(path: Path, file: File) -> tuple[str, str]:
    """What is wrong with a whole file, "" where nothing is known to be, and its sha256."""
    size = path.stat().st_size
    ours, theirs = sha256(), md5(usedforsecurity=False)
    with path.open("rb") as opened:
        while block := opened.read(1 << 20):
            ours.update(block)
            if file.md5 and not file.sha256:
                theirs.update(block)
    found = ours.hexdigest()
    if file.size is not None and size != file.size:
        return f"{size} bytes where {file.size} are right", found
    if file.sha256 and found != file.sha256:
        return f"sha256 {found[:12]}... where {file.sha256[:12]}... is right", found
    if file.md5 and not file.sha256 and theirs.hexdigest() != file.md5:
        return f"md5 {theirs.hexdigest()} where {file.md5} is right", found
    return "", found


class _Download:
    def __init__(self, file: File, url: str, folder: Path, watcher: Watcher) -> None:
        self._file, self._url, self._watcher = file, url, watcher
        self._target = folder / file.name
        self._part, self._note = folder / f"{file.name}.part", folder / f"{file.name}.part.json"
        self._ranges = True  # until the server shows that it cannot
        self._pieces = False  # whether what lies there came in more than one answer
        self._checked = bool(file.sha256 or file.md5)

    def run(self) -> str:
        """Until the file is there and right; its sha256. Raises Refused."""
        failures, farthest, again = 0, self._have(), False
        while True:
            try:
                self._receive()
                problem, found = wrong(self._part, self._file)
                if not problem:
                    break
                self._forget()
                if again or not self._pieces:
                    raise Refused(f"what {place(self._url)} sends is not the file it should be: {problem}")
                self._watcher.say(f"{self._file.name}: {problem}, after pieces; once more from the beginning")
                again, self._ranges, farthest = True, False, 0
            except Broken as error:
                have = self._have()
                failures, farthest = (0, have) if have > farthest else (failures + 1, farthest)
                if failures >= TRIES:
                    raise Refused(str(error)) from None
                self._pause(error, failures)
        self._part.replace(self._target)
        self._note.unlink(missing_ok=True)
        return found

    def _pause(self, error: Broken, failures: int) -> None:
        seconds = float(min(2**failures, 30)) if error.after is None else error.after
        if seconds > LONGEST_WAIT:
            raise Refused(f"{error}, and asks to come back in {seconds / 60:.0f} minutes") from None
        self._watcher.say(f"{self._file.name}: {error}; again in {seconds:.0f} s")
        self._watcher.wait(seconds)

    def _receive(self) -> None:
        """One request, and its bytes to the part. Raises Broken, Refused."""
        begun = self._begun()
        have, known = self._have() if self._may_go_on(begun) else 0, self._file.size or begun.total
        if have and have == known:  # stopped between the last byte and the check
            self._pieces = True
            return
        if known is not None and have > known:
            have = 0
        headers = {}
        if have:
            headers["Range"] = f"bytes={have}-"
            if begun.url == self._url and begun.validator:
                headers["If-Range"] = begun.validator
        try:
            response = get(self._url, headers)
        except OutOfRange:
            self._forget()
            raise Broken(f"{place(self._url)} has a shorter file than was begun") from None
        with response:
            if response.status == 206 and have:
                whole: int | None = self._continued(response, have, begun)
            else:
                have, whole = 0, response.length  # as http.client takes it, which reads no further
                if response.status != 200:
                    raise Refused(f"{place(self._url)} answers {response.status} to a plain request")
            if self._file.size is not None and whole not in (None, self._file.size):
                self._refuse_page(read(response, self._url, CHUNK), response)
                raise Refused(f"{place(self._url)} has {whole} bytes where {self._file.size} are right")
            self._pieces = have > 0
            self._append(response, have, whole)

    def _append(self, response: Response, have: int, whole: int | None) -> None:
        most = whole or self._file.size or LARGEST
        block = read(response, self._url, CHUNK)
        if not have:
            self._refuse_page(block, response)
            self._remember(response, whole)
        with self._part.open("ab" if have else "wb") as part:
            while block:
                part.write(block)
                have += len(block)
                self._watcher.progress(self._file.name, have, whole or self._file.size)
                if have > most:
                    self._forget()
                    raise Refused(f"{place(self._url)} sends more than the {most} bytes that are right")
                block = read(response, self._url, CHUNK)
        if whole is not None and have < whole:
            raise Broken(f"{place(self._url)} broke off after {have} of {whole} bytes")

    def _refuse_page(self, start: bytes, response: Response) -> None:
        title = page_title(start, response.headers.get_content_type())
        if title is not None:
            raise Refused(f"instead of the file {place(self._url)} sends a web page ({title!r})")

    def _continued(self, response: Response, have: int, begun: _Begun) -> int:
        """Bytes of the whole file. Broken, and all that came forgotten, where the answer does not go on."""
        match = re.fullmatch(
            r"bytes ([0-9]{1,15})-([0-9]{1,15})/([0-9]{1,15})", response.headers.get("Content-Range", "")
        )
        known = self._file.size or begun.total
        if match is None or int(match[1]) != have or int(match[2]) + 1 != int(match[3]):
            self._ranges = False
            problem = "answers with another part than was asked for"
        elif known not in (None, int(match[3])) or (
            begun.url == self._url and begun.validator and _validator(response) not in ("", begun.validator)
        ):
            problem = "has another file now than when this one was begun"
        else:
            return int(match[3])
        self._forget()
        raise Broken(f"{place(self._url)} {problem}", after=0)

    def _may_go_on(self, begun: _Begun) -> bool:
        return self._ranges and (self._checked or (begun.url == self._url and bool(begun.validator)))

    def _have(self) -> int:
        return self._part.stat().st_size if self._part.exists() else 0

    def _forget(self) -> None:
        self._part.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)

    def _begun(self) -> _Begun:
        try:
            return _Begun(**json.loads(self._note.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):  # none yet, or half written: nothing is known of the part
            return _Begun()

    def _remember(self, response: Response, whole: int | None) -> None:
        self._part.unlink(missing_ok=True)  # first, or an old part would get the new one's name
        begun = _Begun(self._url, _validator(response), whole)
        self._note.write_text(json.dumps(asdict(begun)), encoding="utf-8")


def _validator(response: Response) -> str:
    """What names this very version of a file: a strong ETag, else its date of change; "" for neither."""
    etag = response.headers.get("ETag", "")
    return etag if etag.startswith('"') else response.headers.get("Last-Modified", "")
