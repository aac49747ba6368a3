"""The addresses under /v1."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response

from facewright.apps.serve.answers import Describe, Described, Found, Look, described, found
from facewright.apps.serve.desk import Desk
from facewright.apps.serve.looking import Looker
from facewright.apps.serve.openapi import picture_body, wrong
from facewright.apps.serve.telling import Metrics


def api(looker: Looker, desk: Desk, metrics: Metrics) -> APIRouter:
    """Their routes."""
    router = APIRouter(prefix="/v1", responses=wrong())

    @router.post("/detect", summary="Find the faces", response_model=Found, openapi_extra=picture_body(Look))
    async def detect(request: Request, asked: Annotated[Look, Query()]) -> Response:
        """Boxes, scores and landmarks of the faces in a picture, from left to right."""
        faces = await desk.serve(
            request, asked, lambda data, asked: looker.find(data, asked.min_score, asked.size)
        )
        metrics.faces.inc(len(faces))
        return JSONResponse(found(faces))

    @router.post(
        "/attributes",
        summary="Find the faces, and describe them",
        response_model=Described,
        openapi_extra=picture_body(Describe),
    )
    async def attributes(request: Request, asked: Annotated[Describe, Query()]) -> Response:
        """As detect, and of each face what it looks like, as CelebA's attributes with a probability each."""
        faces, words = await desk.serve(
            request,
            asked,
            lambda data, asked: looker.describe(data, asked.min_score, asked.size, asked.all),
        )
        metrics.faces.inc(len(faces))
        return JSONResponse(described(faces, words))

    return router
