"""The addresses under /v1."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response

from facewright.apps.serve.answers import Crop, Describe, Described, Found, Hide, Look, described, found
from facewright.apps.serve.desk import Desk
from facewright.apps.serve.editing import ZIP, File, crop, hide
from facewright.apps.serve.looking import Looker
from facewright.apps.serve.openapi import NOTES, picture_answer, picture_body, wrong
from facewright.apps.serve.telling import Metrics

FACES, STILL = "facewright-faces", "facewright-still-found"
"""headers of answers that are pictures"""


def api(looker: Looker, desk: Desk, metrics: Metrics) -> APIRouter:
    """Their routes."""
    router = APIRouter(prefix="/v1", responses=wrong())

    @router.post("/detect", summary="Find the faces", response_model=Found, openapi_extra=picture_body(Look))
    async def detect(request: Request, asked: Annotated[Look, Query()]) -> Response:
        """Boxes, scores and landmarks of the faces in a picture, from left to right."""
        faces, several = await desk.serve(
            request,
            asked,
            lambda data, asked: (looker.find(data, asked.min_score, asked.size), looker.several_pages(data)),
        )
        metrics.faces.inc(len(faces))
        return JSONResponse(found(faces, several))

    @router.post(
        "/attributes",
        summary="Find the faces, and describe them",
        response_model=Described,
        openapi_extra=picture_body(Describe),
    )
    async def attributes(request: Request, asked: Annotated[Describe, Query()]) -> Response:
        """As detect, and of each face what it looks like, as CelebA's attributes with a probability each."""
        (faces, words), several = await desk.serve(
            request,
            asked,
            lambda data, asked: (
                looker.describe(data, asked.min_score, asked.size, asked.all),
                looker.several_pages(data),
            ),
        )
        metrics.faces.inc(len(faces))
        return JSONResponse(described(faces, words, several))

    @router.post(
        "/blur",
        summary="Hide faces",
        response_class=Response,
        responses=picture_answer(
            "The picture with the faces hidden, in its own format where that can be written, else as PNG",
            {FACES: "faces hidden", STILL: "of these, how many the detector finds all the same"},
        ),
        openapi_extra=picture_body(Hide),
    )
    async def blur(request: Request, asked: Annotated[Hide, Query()]) -> Response:
        """The picture with its faces hidden, looked at again, and hidden more strongly while one is found.

        Format, quality and metadata stay as they were.
        """
        file = await desk.serve(request, asked, partial(hide, looker))
        metrics.faces.inc(file.faces)
        return _answer(file, {FACES: file.faces, STILL: file.still_found})

    @router.post(
        "/crop",
        summary="Cut faces out",
        response_class=Response,
        responses=picture_answer(
            "The crop, when it is of one face; when of several a ZIP of face-1, face-2 ...",
            {FACES: "faces cut out"},
            ZIP,
        ),
        openapi_extra=picture_body(Crop),
    )
    async def cut_out(request: Request, asked: Annotated[Crop, Query()]) -> Response:
        """Square crops, head and shoulders, passport photos, or faces aligned by their landmarks."""
        file = await desk.serve(request, asked, partial(crop, looker))
        metrics.faces.inc(file.faces)
        return _answer(file, {FACES: file.faces})

    return router


def _answer(file: File, counts: dict[str, int]) -> Response:
    headers = {name: str(n) for name, n in counts.items()}
    if file.notes:
        headers[NOTES] = " ".join("; ".join(file.notes).split()).encode("ascii", "replace").decode()
    return Response(file.data, media_type=file.media_type, headers=headers)
