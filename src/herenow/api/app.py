"""The whole HTTP face, made of its parts."""

from fastapi import FastAPI

from herenow import __version__
from herenow.api import (
    article,
    collections,
    commands,
    days,
    devices,
    events,
    export,
    health,
    history,
    ingest,
    live,
    moving_features,
    replay,
    stats,
    web,
)
from herenow.api.border import Border, Compressed
from herenow.api.metrics import Metrics
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
    app.state.health = health.Health(
        parts.troubles, Metrics(parts.bus, recorder=parts.recorder, intake=parts.intake, hub=parts.hub)
    )
    # Live first: routes are tried in order, and thousands of viewers may come back at once.
    for module in (
        *(live, ingest, commands, days, devices, history, replay, export, stats, health, events),
        *(collections, moving_features, article, web),
    ):
        app.include_router(module.router)
    add_problems(app)
    web.add_web(app)
    app.add_middleware(Compressed, minimum_size=SMALLEST_GZIP, compresslevel=GZIP_LEVEL)
    app.add_middleware(Border, here_only=parts.here_only)
    return app
