"""The whole HTTP face, made of its parts."""

from fastapi import FastAPI

from herenow import __version__
from herenow.api import (
    article,
    commands,
    days,
    devices,
    erasure,
    events,
    export,
    health,
    history,
    ingest,
    live,
    replay,
    stats,
    storage,
    web,
)
from herenow.api.border import Border, Compressed
from herenow.api.metrics import Metrics
from herenow.api.parts import Parts
from herenow.api.problems import add_problems

# Live first: routes are tried in order, and thousands of viewers may come back at once. A device's id may hold slashes,
# so that `devices` comes after whatever begins with one.
MODULES = (
    live,
    ingest,
    commands,
    days,
    erasure,
    devices,
    history,
    replay,
    export,
    storage,
    stats,
    health,
    events,
    article,
    web,
)
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
    app.state.health = health.Health(
        parts.troubles, Metrics(parts.bus, recorder=parts.recorder, intake=parts.intake, hub=parts.hub)
    )
    for module in MODULES:
        app.include_router(module.router)
    add_problems(app)
    web.add_web(app)
    app.add_middleware(Compressed, minimum_size=SMALLEST_GZIP, compresslevel=GZIP_LEVEL)
    app.add_middleware(Border, here_only=parts.here_only)
    return app
