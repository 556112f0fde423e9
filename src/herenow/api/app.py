"""The whole HTTP face, made of its parts."""

from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import Receive, Scope, Send

from herenow import __version__
from herenow.api import devices, history, ingest, live, stats, web
from herenow.api.parts import Parts
from herenow.api.problems import add_problems

SMALLEST_GZIP = 2048  # bytes
GZIP_LEVEL = 4


def create_app(parts: Parts) -> FastAPI:
    app = FastAPI(
        title="Herenow",
        version=__version__,
        summary="Positions in, positions and history out.",
        docs_url=None,  # its pages load scripts from elsewhere
        redoc_url=None,
    )
    app.state.parts = parts
    for module in (ingest, devices, history, stats, live, web):
        app.include_router(module.router)
    add_problems(app)
    web.add_web(app)
    app.add_middleware(_Compressed, minimum_size=SMALLEST_GZIP, compresslevel=GZIP_LEVEL)
    app.add_middleware(web.Headers)
    return app


class _Compressed(GZipMiddleware):
    """Leaves answers to range requests alone: a range counts bytes of the file as it is."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and "range" in Headers(scope=scope):
            await self.app(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)
