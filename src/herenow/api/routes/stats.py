"""Counts over the whole fleet."""

from fastapi import APIRouter, Response

from herenow.api.context import AppContext, WithFleet
from herenow.api.routes.devices import json_response
from herenow.bus.port import Bus
from herenow.model.clock import now
from herenow.model.device import Device

router = APIRouter(tags=["stats"])


def stats_of(context: AppContext) -> dict[str, object]:
    """The stats of docs/protocol.md; the `stats` message and `GET /api/stats` both say this."""
    hub, time = context.hub, now()
    fleet = hub.fleet.stats(time)
    top = [_driven(device, metres) for device, metres in fleet.top]
    others = fleet.total - sum(metres for _, metres in fleet.top)
    return {
        "time": time,
        "devices": len(hub.fleet),
        "viewers": len(hub.viewers),
        "by_status": fleet.by_status,
        "by_kind": fleet.by_kind,
        "clocks": {"count": fleet.off, "worst": [_named(one) | {"offset": one.offset} for one in fleet.worst]},
        "distance": {"since": fleet.since, "total": round(fleet.total, 1), "others": round(others, 1), "top": top},
        "rates": {
            "accepted": context.intake.accepted.per_second(),
            "rejected": context.intake.rejected.per_second(),
            "announced": hub.announced.per_second(),
        },
        "lag": hub.lags.read(time),
        "newest": hub.newest,
        "backlog": _backlog(context.bus, time),
    }


def _backlog(bus: Bus, time: int) -> dict[str, int | None] | None:
    """How far the recorders are behind; None for a bus that keeps nothing waiting."""
    backlog = bus.backlog
    if backlog is None:
        return None
    return {"messages": backlog.waiting, "oldest_ms": backlog.age(time), "lag_ms": backlog.lag}


def _driven(device: Device, metres: float) -> dict[str, object]:
    return _named(device) | {"distance": round(metres, 1)}


def _named(device: Device) -> dict[str, object]:
    fields = {"device_id": device.device_id, "name": device.name, "kind": device.kind}
    return {key: value for key, value in fields.items() if value}


@router.get("/api/stats")
async def stats(context: WithFleet) -> Response:
    """Devices by status and kind, distances of today, rates, clocks that are off."""
    return json_response(stats_of(context))
