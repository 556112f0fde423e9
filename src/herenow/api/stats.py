"""Counts over the whole fleet, and whether the server is well."""

from fastapi import APIRouter, Response

from herenow.api.devices import answer
from herenow.api.parts import Parts, WithParts
from herenow.model.clock import now
from herenow.model.device import Device
from herenow.wire import json

router = APIRouter(tags=["stats"])


def stats_of(parts: Parts) -> dict[str, object]:
    """The stats of docs/protocol.md; the `stats` message and `GET /api/stats` both say this."""
    hub, time = parts.hub, now()
    fleet = hub.fleet.stats(time)
    top = [_driven(device) for device in fleet.top]
    others = fleet.total - sum(device.distance for device in fleet.top)
    return {
        "time": time,
        "devices": len(hub.fleet),
        "viewers": len(hub.viewers),
        "by_status": fleet.by_status,
        "by_kind": fleet.by_kind,
        "distance": {"since": fleet.since, "total": round(fleet.total, 1), "others": round(others, 1), "top": top},
        "rates": {
            "accepted": parts.intake.accepted.per_second(),
            "rejected": parts.intake.rejected.per_second(),
            "announced": hub.announced.per_second(),
        },
        "newest": hub.newest,
    }


def _driven(device: Device) -> dict[str, object]:
    fields = {"device_id": device.device_id, "name": device.name, "kind": device.kind}
    return {key: value for key, value in fields.items() if value} | {"metres": round(device.distance, 1)}


@router.get("/api/stats")
async def stats(parts: WithParts) -> Response:
    """Devices by status and kind, distances of today, rates."""
    return answer(stats_of(parts))


@router.get("/healthz")
async def alive() -> Response:
    """Whether the process answers."""
    return answer({"status": "ok"})


@router.get("/readyz")
async def ready(parts: WithParts) -> Response:
    """Whether positions are taken and the fleet is known."""
    reasons = [] if parts.hub.loaded.is_set() else ["the fleet is being loaded"]
    if parts.recorder.trouble:
        reasons.append(parts.recorder.trouble)
    if not reasons:
        return answer({"status": "ready"})
    return Response(json.encode({"status": "waiting", "reasons": reasons}), 503, media_type="application/json")
