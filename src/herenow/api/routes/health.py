"""Whether a process is well, for those who look after it."""

from collections.abc import Callable
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Response
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse

from herenow.api.routes.metrics import CONTENT_TYPE, Metrics
from herenow.wire import json

router = APIRouter(tags=["health"])


class HealthChecks(msgspec.Struct, frozen=True):
    troubles: Callable[[], list[str]]
    metrics: Metrics


async def _health(connection: HTTPConnection) -> HealthChecks:
    health: HealthChecks = connection.app.state.health
    return health


WithHealth = Annotated[HealthChecks, Depends(_health)]


@router.get("/healthz")
async def alive() -> Response:
    """Whether the process answers."""
    return Response(json.encode({"status": "ok"}), media_type="application/json")


@router.get("/readyz")
async def ready(health: WithHealth) -> Response:
    """Whether positions are taken, stored and shown; if not, why."""
    reasons = health.troubles()
    if not reasons:
        return Response(json.encode({"status": "ready"}), media_type="application/json")
    return Response(json.encode({"status": "waiting", "reasons": reasons}), 503, media_type="application/json")


@router.get("/metrics", response_class=PlainTextResponse)
async def metrics(health: WithHealth) -> Response:
    """For Prometheus."""
    return Response(health.metrics.page(), media_type=CONTENT_TYPE)
