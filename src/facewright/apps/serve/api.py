"""The addresses under /v1."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response

from facewright.apps.serve.answers import Crop, Describe, Described, Found, Hide, Look, described, found
from facewright.apps.serve.desk import Desk
from facewright.apps.serve.editing import Encoded, crop, hide
from facewright.apps.serve.looking import Looker
from facewright.apps.serve.openapi import PICTURES, count_header, picture_body, wrong
from facewright.apps.serve.telling import Metrics

FACES, HIDDEN, STILL = "facewright-faces", "facewright-hidden", "facewright-still-found"
"""headers of answers that are pictures"""


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

    @router.post(
        "/blur",
        summary="Hide faces",
        response_class=Response,
        responses={
            200: {
                "description": "The picture with the faces hidden; JPEG, PNG and WebP as they came, others as PNG",
                "content": PICTURES,
                "headers": count_header(HIDDEN, "faces hidden")
                | count_header(STILL, "of these, how many the detector finds all the same"),
            }
        },
        openapi_extra=picture_body(Hide),
    )
    async def blur(request: Request, asked: Annotated[Hide, Query()]) -> Response:
        """The picture with its faces hidden, looked at again, and hidden more strongly while one is found.

        It comes without EXIF or other metadata.
        """
        result = await desk.serve(request, asked, partial(hide, looker))
        metrics.faces.inc(result.hidden)
        return _file(result.picture, {HIDDEN: result.hidden, STILL: result.still_found})

    @router.post(
        "/crop",
        summary="Cut faces out",
        response_class=Response,
        responses={
            200: {
                "description": "The crop, when it is of one face; a ZIP of face-1, face-2 ... when of several",
                "content": PICTURES | {"application/zip": {}},
                "headers": count_header(FACES, "faces cut out"),
            }
        },
        openapi_extra=picture_body(Crop),
    )
    async def cut_out(request: Request, asked: Annotated[Crop, Query()]) -> Response:
        """Square crops, head and shoulders, passport photos, or faces aligned by their landmarks."""
        file, count = await desk.serve(request, asked, partial(crop, looker))
        metrics.faces.inc(count)
        return _file(file, {FACES: count})

    return router


def _file(file: Encoded, counts: dict[str, int]) -> Response:
    return Response(
        file.data, media_type=file.media_type, headers={name: str(n) for name, n in counts.items()}
    )
