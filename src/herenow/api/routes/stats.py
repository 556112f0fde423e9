"""Counts over the whole fleet."""

from fastapi import APIRouter
from msgspec import UNSET

from herenow.api.context import AppContext, WithFleet
from herenow.api.json_route import JsonRoute
from herenow.api.schemas import live as schemas
from herenow.bus.port import BusStatus
from herenow.live.fleet import FleetStats
from herenow.model.clock import now
from herenow.model.device import Device

router = APIRouter(tags=["stats"], route_class=JsonRoute)


def stats_of(context: AppContext) -> schemas.Stats:
    """The `stats` message and `GET /api/stats` both send this."""
    hub, time = context.hub, now()
    fleet, lag = hub.fleet.stats(time), hub.lags.read(time)
    return schemas.Stats(
        time=time,
        devices=len(hub.fleet),
        viewers=len(hub.viewers),
        by_status=schemas.Counts(**fleet.by_status),
        by_kind=fleet.by_kind,
        clocks=schemas.Clocks(count=fleet.off, worst=[_offset(one) for one in fleet.worst]),
        distance=_distance(fleet),
        rates=schemas.Rates(
            accepted=context.intake.accepted.per_second(),
            rejected=context.intake.rejected.per_second(),
            announced=hub.announced.per_second(),
        ),
        lag=schemas.Lag(**lag) if lag else None,
        newest=hub.newest,
        backlog=_backlog(context.bus, time),
    )


def _backlog(bus: BusStatus, time: int) -> schemas.Backlog | None:
    """How far the recorders are behind; None for a bus that keeps nothing waiting."""
    backlog = bus.backlog
    if backlog is None:
        return None
    return schemas.Backlog(messages=backlog.waiting, oldest_ms=backlog.age(time), lag_ms=backlog.lag)


def _distance(fleet: FleetStats) -> schemas.Distance:
    others = fleet.total - sum(metres for _, metres in fleet.top)
    top = [
        schemas.Driven(
            device_id=one.device_id, name=one.name or UNSET, kind=one.kind or UNSET, distance=round(metres, 1)
        )
        for one, metres in fleet.top
    ]
    return schemas.Distance(since=fleet.since, total=round(fleet.total, 1), others=round(others, 1), top=top)


def _offset(device: Device) -> schemas.Offset:
    return schemas.Offset(
        device_id=device.device_id, name=device.name or UNSET, kind=device.kind or UNSET, offset=device.offset or 0
    )


@router.get("/api/stats")
async def stats(context: WithFleet) -> schemas.Stats:
    """Devices by status and kind, distances of today, rates, clocks that are off."""
    return stats_of(context)
