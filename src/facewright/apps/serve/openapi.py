"""What FastAPI cannot read off the code for OpenAPI: bodies that are pictures, answers that are problems."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from facewright.apps.serve.body import PICTURE
from facewright.apps.serve.problems import MEDIA_TYPE, Problem

DESCRIPTION = """\
Finds faces in pictures, describes them, hides them, cuts them out.

Send a picture as the body, or as the field `picture` of a form; any kind that Pillow reads. Parameters go
into the address or into the form. Pictures are kept in memory while they are worked on, and nowhere else.
What goes wrong is told as problem JSON (RFC 9457) with one sentence.

    curl -F picture=@photo.jpg http://127.0.0.1:8000/v1/detect
"""
WRONG = {
    400: "No picture in the body, or a form that cannot be read",
    403: "Sent by the page of another site",
    408: "The body was not complete in time",
    413: "More bytes or pixels than the limits allow",
    421: "Addressed to a name that this server does not answer to",
    422: "A parameter that does not fit, or a body that is no picture or a damaged one",
    429: "All places are taken; `Retry-After` says in how many seconds to come again",
    500: "A fault of the server",
    503: "The work was not done in time; `Retry-After` as above",
}
NOTES = "facewright-notes"
"""header of an answer that is a picture, with what is not as it was"""
_RETRY = {"Retry-After": {"description": "seconds", "schema": {"type": "integer", "minimum": 1}}}


def picture_body(asked: type[BaseModel]) -> dict[str, Any]:
    """`openapi_extra` of a route that takes a picture; asked: its parameters, which a form may hold too."""
    fields = {
        name: {key: value for key, value in field.items() if key != "default"}
        for name, field in asked.model_json_schema()["properties"].items()
    }
    form = {
        "type": "object",
        "required": [PICTURE],
        "additionalProperties": False,
        "properties": {PICTURE: {"type": "string", "format": "binary", "minLength": 1}} | fields,
    }
    raw = {"schema": {"type": "string", "format": "binary", "minLength": 1}}
    kinds = ("image/jpeg", "image/png", "image/webp", "application/octet-stream")
    content = {"multipart/form-data": {"schema": form}} | dict.fromkeys(kinds, raw)
    return {"requestBody": {"required": True, "content": content}}


def picture_answer(what: str, counts: Mapping[str, str], *kinds: str) -> dict[int | str, dict[str, Any]]:
    """`responses` of a route that answers with a picture, or with one of other kinds too.

    counts: its headers that hold a number, and of what.
    """
    headers: dict[str, Any] = {
        name: {"description": of, "schema": {"type": "integer", "minimum": 0}} for name, of in counts.items()
    }
    headers[NOTES] = {"description": "what is not as it was, where anything", "schema": {"type": "string"}}
    content = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in ("image/*", *kinds)}
    return {200: {"description": what, "content": content, "headers": headers}}


def wrong(statuses: Sequence[int] = tuple(WRONG)) -> dict[int | str, dict[str, Any]]:
    """`responses` of a route, each a problem."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        status: {"description": WRONG[status], "content": content}
        | ({"headers": _RETRY} if status in (429, 503) else {})
        for status in statuses
    }


def describe(app: FastAPI) -> None:
    """Let the app's OpenAPI be complete."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = get_openapi(
                title="facewright", version=app.version, description=DESCRIPTION, routes=app.routes
            )
            schemas = schema.setdefault("components", {}).setdefault("schemas", {})
            schemas["Problem"] = Problem.model_json_schema()
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]
