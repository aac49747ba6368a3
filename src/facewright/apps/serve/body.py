"""A request's body, in memory and nowhere else: never more of it than the limit, never a file on disk."""

import asyncio
from collections.abc import AsyncGenerator
from typing import NamedTuple

import python_multipart  # noqa: F401  (Starlette would notice that it is missing only when a form comes)
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from facewright.apps.serve.problems import Refused

PICTURE = "picture"
"""the form field that holds the picture"""
LINGER = 2.0
"""seconds that an unwanted body is listened to, so that its sender hears the answer"""


class Upload(NamedTuple):
    """What a request brought."""

    picture: bytes
    fields: dict[str, str]
    """of a form; empty for a picture sent as it is"""


async def receive(request: Request, max_bytes: int) -> Upload:
    """The picture of a form's field `picture`, or the body itself when it is no form.

    Raises Refused: 413 as soon as more than `max_bytes` come, 400 for what is no form or holds no picture.
    """
    if _promised(request) > max_bytes:
        await ignore(request, max_bytes)
        raise _too_large(max_bytes)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        upload = await _form(request, max_bytes)
    else:
        parts = [chunk async for chunk in _limited(request, max_bytes)]
        upload = Upload(b"".join(parts), {})
    if not upload.picture:
        raise Refused(400, f"there is no picture; send it as the body, or as the form field {PICTURE!r}")
    return upload


async def ignore(request: Request, max_bytes: int) -> None:
    """Let a body that is not wanted pass by: a connection closed on a sender loses the answer.

    Not when the sender waits to be told to go on (curl does with large ones), nor for longer than `LINGER`.
    """
    if "100-continue" in request.headers.get("expect", "").lower():
        return
    try:
        async with asyncio.timeout(LINGER):
            async for _ in _limited(request, max_bytes):
                pass
    except (TimeoutError, Refused):
        return


async def _form(request: Request, max_bytes: int) -> Upload:
    parser = _InMemory(
        request.headers, _limited(request, max_bytes), max_files=1, max_fields=20, max_part_size=65536
    )
    try:
        items = (await parser.parse()).multi_items()
    except MultiPartException as error:
        raise Refused(400, f"the form cannot be read: {error.message.rstrip('.').lower()}") from error
    picture, fields = b"", {}
    for name, value in items:
        if isinstance(value, UploadFile):
            if name != PICTURE:
                raise Refused(400, f"a file came as {name!r}; the picture's field is {PICTURE!r}")
            picture = await value.read()
            await value.close()
        elif name in fields:
            raise Refused(400, f"{name} is given more than once")
        else:
            fields[name] = value
    return Upload(picture, fields)


async def _limited(request: Request, max_bytes: int) -> AsyncGenerator[bytes, None]:
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > max_bytes:
            raise _too_large(max_bytes)
        yield chunk


def _promised(request: Request) -> int:
    """Of Content-Length; 0 where the body comes in chunks, or the number is none (the server refuses it)."""
    length = request.headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() else 0


def _too_large(max_bytes: int) -> Refused:
    return Refused(413, f"the body is larger than the limit of {max_bytes:,} bytes")


class _InMemory(MultiPartParser):
    spool_max_size = 0  # of SpooledTemporaryFile: never written to disk
