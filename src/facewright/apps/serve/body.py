"""A request's body, in memory and nowhere else: never more of it than the limit, never a file on disk."""

import asyncio
from collections.abc import AsyncGenerator
from typing import NamedTuple

import python_multipart  # noqa: F401  (Starlette would notice that it is missing only when a form comes)
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

from facewright.apps.serve.problems import CLOSE, Refused

PICTURE = "picture"
"""the form field that holds the picture"""
LINGER = 2.0
"""seconds that an unwanted body is listened to, so that its sender hears the answer"""


class Upload(NamedTuple):
    """What a request brought."""

    picture: bytes
    fields: dict[str, str]
    """of a form; empty for a picture sent as it is"""


class Body:
    """Of one request; more than `max_bytes` are never read for use."""

    def __init__(self, request: Request, max_bytes: int) -> None:
        self._request, self._max_bytes, self._ended = request, max_bytes, False

    async def receive(self) -> Upload:
        """The picture of a form's field `picture`, or the body itself when it is no form.

        Raises Refused: 413 as soon as more than the limit is promised or comes, 400 for what is no form or
        holds no picture.
        """
        if _promised(self._request) > self._max_bytes:
            raise self._too_large()
        kind = self._request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind == "multipart/form-data":
            upload = await self._form()
        else:
            upload = Upload(b"".join([chunk async for chunk in self._chunks()]), {})
        if not upload.picture:
            raise Refused(400, f"there is no picture; send it as the body, or as the form field {PICTURE!r}")
        return upload

    async def pass_by(self) -> None:
        """Let what is not wanted pass: a connection closed on a sender loses the answer.

        Not when the sender waits to be told to go on (curl does with large ones), nor for longer than
        `LINGER` or more than the limit.
        """
        if "100-continue" in self._request.headers.get("expect", "").lower():
            return
        try:
            async with asyncio.timeout(LINGER):
                async for _ in self._chunks():
                    pass
        except (TimeoutError, Refused):
            return

    async def _form(self) -> Upload:
        parser = _InMemory(
            self._request.headers, self._chunks(), max_files=1, max_fields=20, max_part_size=65536
        )
        try:
            form = await parser.parse()
        except MultiPartException as error:
            why = error.message.rstrip(".").lower()
            raise Refused(400, f"the form cannot be read: {why}") from error
        try:
            return await _upload(form)
        finally:
            await form.close()

    async def _chunks(self) -> AsyncGenerator[bytes, None]:
        size = 0
        while not self._ended:
            message = await self._request.receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            self._ended = not message.get("more_body", False)
            chunk = message.get("body", b"")
            size += len(chunk)
            if size > self._max_bytes:
                raise self._too_large()
            yield chunk

    def _too_large(self) -> Refused:
        return Refused(413, f"the body is larger than the limit of {self._max_bytes:,} bytes", CLOSE)


async def _upload(form: FormData) -> Upload:
    picture, fields = b"", {}
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            if name != PICTURE:
                raise Refused(400, f"a file came as {name!r}; the picture's field is {PICTURE!r}")
            picture = await value.read()
        elif name in fields:
            raise Refused(400, f"{name} is given more than once")
        else:
            fields[name] = value
    return Upload(picture, fields)


def _promised(request: Request) -> int:
    """Of Content-Length; 0 where the body comes in chunks, or the number is none (the server refuses it)."""
    length = request.headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() else 0


class _InMemory(MultiPartParser):
    spool_max_size = 0  # of SpooledTemporaryFile: never written to disk
