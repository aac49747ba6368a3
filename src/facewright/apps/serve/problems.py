"""What goes wrong, as problem JSON (RFC 9457): a status and one sentence."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from facewright.core.errors import PictureError, UsageError

MEDIA_TYPE = "application/problem+json"
CLOSE = {"connection": "close"}
"""header of an answer after which the connection ends: what more its sender has is not waited for"""


class Problem(BaseModel):
    """Of every answer that is not a success."""

    title: str = Field(description="what the status is called", examples=["Content Too Large"])
    status: int = Field(description="the HTTP status", examples=[413])
    detail: str = Field(
        description="one sentence: what is wrong, and what to do about it",
        examples=["the body is larger than the limit of 33,554,432 bytes"],
    )


class Refused(Exception):
    """A request that gets a problem for an answer."""

    def __init__(self, status: int, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status, self.detail, self.headers = status, detail, headers


def problem(status: int, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    """The answer that says so."""
    body = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail)
    return JSONResponse(body.model_dump(), status, headers=headers, media_type=MEDIA_TYPE)


def sentence(error: RequestValidationError | ValidationError) -> str:
    """The first thing that does not fit, and how many more there are."""
    first, *more = error.errors()
    name = ".".join(str(part) for part in first["loc"] if part not in ("query", "body"))
    what = first["msg"][:1].lower() + first["msg"][1:]
    if first["type"] == "extra_forbidden":
        what = "there is no such parameter"
    return f"{name}: {what}" + (f" (and {len(more)} more)" if more else "")


def install(app: FastAPI) -> None:
    """Let every error of the app be told as a problem."""

    async def refused(_: Request, error: Any) -> Response:
        return problem(error.status, error.detail, error.headers)

    async def http(request: Request, error: Any) -> Response:
        detail = {
            404: "there is nothing at this address",
            405: f"this address does not take {request.method}",
        }.get(error.status_code, str(error.detail))
        return problem(error.status_code, detail, error.headers)

    async def invalid(_: Request, error: Any) -> Response:
        return problem(422, sentence(error))

    async def unusable(_: Request, error: Exception) -> Response:
        return problem(422, str(error))

    async def gone(_: Request, __: Any) -> Response:
        return problem(400, "the client left before the body was complete")

    async def ours(_: Request, __: Exception) -> Response:  # the server logs it
        return problem(500, "a fault of the server, which is in its log", CLOSE)

    app.add_exception_handler(Refused, refused)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(UsageError, unusable)
    app.add_exception_handler(PictureError, unusable)
    app.add_exception_handler(ClientDisconnect, gone)
    app.add_exception_handler(Exception, ours)
