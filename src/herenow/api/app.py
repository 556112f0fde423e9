"""The whole HTTP face, made of its context."""

import re
from collections import defaultdict
from collections.abc import Iterable
from types import ModuleType

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from herenow import __version__
from herenow.api.context import AppContext, HistoryContext
from herenow.api.errors import add_problems
from herenow.api.history_proxy import HistoryProcess, HistoryProxy
from herenow.api.live import sse, websocket
from herenow.api.openapi import describe
from herenow.api.paths import RoutedPaths
from herenow.api.report_path import ReportPath
from herenow.api.routes import (
    analytics,
    article,
    collections,
    commands,
    days,
    devices,
    erasure,
    export,
    health,
    history,
    moving_features,
    page,
    replay,
    sources,
    stats,
    storage,
    track,
)
from herenow.api.routes.metrics import Metrics, MetricsPage
from herenow.api.security import Compressed, OriginCheck

# Live first: routes are tried in order, and thousands of viewers may come back at once.
MODULES = (
    websocket,
    sources,
    commands,
    days,
    track,
    erasure,
    devices,
    history,
    analytics,
    replay,
    export,
    storage,
    stats,
    health,
    sse,
    collections,
    moving_features,
    article,
    page,
)
HISTORY = (days, track, history, analytics, replay, export, storage)  # what is answered from the store alone
METHODS_FROM_ELSEWHERE = ("GET", "HEAD", "POST")  # not DELETE: no page of another origin erases a device
HEADERS_FROM_ELSEWHERE = ("Content-Encoding", "If-None-Match", "If-Range", "Last-Event-ID", "Range")


def described() -> FastAPI:
    """The routes and their documentation, without anything behind them."""
    app = FastAPI(
        title="Herenow",
        version=__version__,
        summary="Positions in, positions and history out.",
        servers=[{"url": "."}],  # relative to this document, so under a path of a proxy as well
        openapi_url=None,  # `describe` serves it, under its media type
        docs_url=None,  # its pages load scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,  # `RoutedPaths` takes them off
    )
    for module in MODULES:
        app.include_router(module.router)
    describe(app, _routes(MODULES))
    return app


def metrics_of(context: AppContext) -> Metrics:
    return Metrics(context.bus, context.loop_lag, recorder=context.recorder, intake=context.intake, hub=context.hub)


def create_app(
    context: AppContext, history_process: HistoryProcess | None = None, metrics: MetricsPage | None = None
) -> ASGIApp:
    """All routes. Requests about history go to `history_process` while it runs. The metrics are those of this process,
    unless others are given. What every request passes lies around the application and not among its middleware, so
    that a report never enters it."""
    routed = _routed(context, history_process, metrics or metrics_of(context))
    app: ASGIApp = ReportPath(routed, context=context)
    if context.origins:
        app = CORSMiddleware(
            app,
            allow_origins=context.origins,
            allow_methods=METHODS_FROM_ELSEWHERE,
            allow_headers=HEADERS_FROM_ELSEWHERE,
            expose_headers=["ETag", "Retry-After"],
        )
    return OriginCheck(app, here_only=context.here_only, origins=context.origins)


def _routed(context: AppContext, history_process: HistoryProcess | None, metrics: MetricsPage) -> FastAPI:
    app = described()
    app.state.context = context
    app.state.history = HistoryContext(context.store, context.retention, context.prepared, context.trips)
    app.state.health = health.HealthChecks(context.troubles, metrics)
    add_problems(app, _routes(MODULES))
    page.add_web(app)
    app.add_middleware(Compressed)
    app.add_middleware(HistoryProxy, process=history_process, patterns=_patterns(_routes(HISTORY)))
    app.add_middleware(RoutedPaths)
    return app


def create_history_app(context: HistoryContext) -> FastAPI:
    """The routes of the history process."""
    app = FastAPI(
        title="Herenow history",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    app.state.history = context
    for module in HISTORY:
        app.include_router(module.router)
    add_problems(app, _routes(HISTORY))
    app.add_middleware(Compressed)
    app.add_middleware(RoutedPaths)
    return app


def _routes(modules: Iterable[ModuleType]) -> list[APIRoute]:
    return [route for module in modules for route in module.router.routes if isinstance(route, APIRoute)]


def _patterns(routes: Iterable[APIRoute]) -> dict[str, list[re.Pattern[str]]]:
    """Paths of routes by method: a report, which is no history, is compared with few of them."""
    found = defaultdict[str, list[re.Pattern[str]]](list)
    for route in routes:
        for method in route.methods or ():
            found[method].append(route.path_regex)
    return found
