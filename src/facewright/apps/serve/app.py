"""`create_app`: the service as an ASGI application, for uvicorn or whatever else runs such."""

import mimetypes
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from facewright import __version__
from facewright.apps.serve import openapi, problems
from facewright.apps.serve.answers import Health
from facewright.apps.serve.api import api
from facewright.apps.serve.browser import About, about
from facewright.apps.serve.desk import Desk
from facewright.apps.serve.guard import Guard
from facewright.apps.serve.looking import Looker
from facewright.apps.serve.settings import Settings
from facewright.apps.serve.telling import Metrics, Teller
from facewright.apps.serve.workshop import Workshop

PAGE = Path(__file__).parent / "page"
# Browsers may keep files, but ask about them each time: after an update old and new never mix.
_ASK_AGAIN = {"cache-control": "no-cache"}
for ending, kind in ((".js", "text/javascript"), (".mjs", "text/javascript"), (".wasm", "application/wasm")):
    mimetypes.add_type(kind, ending)  # some systems say otherwise, and browsers then refuse to run them


def create_app(settings: Settings | None = None) -> FastAPI:
    """The whole service. Raises ModelError when a model cannot be used, UsageError for wrong settings."""
    settings = settings or Settings()
    looker = Looker(settings)
    workshop = Workshop(settings.workers, settings.queue)
    metrics = Metrics(workshop)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await workshop.close()

    # FastAPI's own documentation pages load scripts from elsewhere.
    app = FastAPI(title="facewright", version=__version__, docs_url=None, redoc_url=None, lifespan=lifespan)
    app.add_middleware(Guard, hosts=settings.hosts)
    app.add_middleware(Teller, metrics=metrics)  # around the guard: what that refuses is counted too
    problems.install(app)
    app.include_router(api(looker, Desk(settings, workshop), metrics))

    @app.get("/healthz", summary="Whether the service is there")
    async def healthz() -> Health:
        return Health(
            status="ok",
            version=__version__,
            model=looker.detector.card.name,
            attributes=looker.clear.card.name,
        )

    @app.get("/metrics", summary="Prometheus metrics", response_class=Response)
    async def prometheus() -> Response:
        return metrics.answer()

    @app.get("/about.json", include_in_schema=False)
    async def page_settings() -> About:
        return about(settings, looker)

    @app.get("/model.onnx", include_in_schema=False)
    async def model() -> Response:
        return FileResponse(
            looker.detector.session.path,
            media_type="application/octet-stream",
            headers=_ASK_AGAIN,
        )

    @app.get("/", include_in_schema=False)
    async def index() -> Response:
        return FileResponse(PAGE / "index.html", headers=_ASK_AGAIN)

    app.mount("/page", _Page(directory=PAGE))  # not at /, where it would answer for wrong methods too
    openapi.describe(app)
    return app


class _Page(StaticFiles):
    """The page's files."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers.update(_ASK_AGAIN)
        return response
