"""Whether a process is well, for those who look after it."""

from collections.abc import Callable
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Response
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse

from herenow.api.json_route import JSON, JsonRoute, json_response
from herenow.api.routes.metrics import CONTENT_TYPE, MetricsPage
from herenow.api.schemas.live import Health

router = APIRouter(tags=["health"], route_class=JsonRoute)

_WAITING: dict[str, Any] = {
    "description": "Waiting, with the reasons",
    "content": {JSON: {"schema": {"$ref": "#/components/schemas/Health"}}},
}


class HealthChecks(msgspec.Struct, frozen=True):
    troubles: Callable[[], list[str]]
    metrics: MetricsPage


async def _health(connection: HTTPConnection) -> HealthChecks:
    health: HealthChecks = connection.app.state.health
    return health


WithHealth = Annotated[HealthChecks, Depends(_health)]


@router.get("/healthz")
async def alive() -> Health:
    """Whether the process answers."""
    return Health(status="ok")


@router.get("/readyz", responses={503: _WAITING})
async def ready(health: WithHealth) -> Health | Response:
    """Whether positions are taken, stored and shown; if not, why."""
    reasons = health.troubles()
    if not reasons:
        return Health(status="ready")
    return json_response(Health(status="waiting", reasons=reasons), 503)


@router.get("/metrics", response_class=PlainTextResponse)
async def metrics(health: WithHealth) -> Response:
    """For Prometheus."""
    return Response(await health.metrics.page(), media_type=CONTENT_TYPE)
