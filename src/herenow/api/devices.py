"""Devices, their newest positions and their tracks out."""

import itertools
from typing import Annotated

from fastapi import APIRouter, Query, Response

from herenow.api.cursor import device_place, to_cursor
from herenow.api.parts import Parts, WithFleet, WithParts
from herenow.api.query import bbox as to_box
from herenow.errors import NotFound
from herenow.model.clock import DAY, now
from herenow.model.device import Device, Status
from herenow.wire import json

MAX_LATEST = 10_000

router = APIRouter(tags=["devices"])


def told(device: Device, time: int) -> dict[str, object]:
    """A device as docs/protocol.md has it."""
    fields: dict[str, object] = {
        "device_id": device.device_id,
        "name": device.name,
        "kind": device.kind,
        "status": device.status(time),
        "speed": device.speed,
        "course": device.course,
        "distance": round(device.distance, 1) if device.day == time // DAY else 0.0,
        "position": json.reported(device.position),
    }
    return {name: value for name, value in fields.items() if value is not None}


def answer(body: object) -> Response:
    return Response(json.encode(body), media_type="application/json")


def never_reported(device_id: str) -> NotFound:
    return NotFound(f"expected the id of a device, got {device_id[:128]!r}, which never reported; see /api/devices")


@router.get("/api/devices")
async def devices(
    parts: WithFleet,
    search: Annotated[str, Query(max_length=128, description="part of an id or a name")] = "",
    kind: Annotated[str | None, Query(max_length=32)] = None,
    status: Status | None = None,
    cursor: Annotated[str | None, Query(max_length=1024)] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Response:
    """Devices by id, each at its newest position."""
    time, wanted = now(), search.strip().lower()

    def matches(device: Device) -> bool:
        return (
            (kind is None or (device.kind or "other") == kind)
            and (not wanted or wanted in device.device_id.lower() or wanted in (device.name or "").lower())
            and (status is None or device.status(time) == status)
        )

    page, total = parts.hub.fleet.page(device_place(cursor), limit, matches)
    following = to_cursor(page[-1].device_id) if len(page) == limit else None
    return answer({"devices": [told(device, time) for device in page], "next": following, "total": total})


@router.get("/api/devices/{device_id:path}")
async def device(device_id: str, parts: WithParts) -> Response:
    """One device at its newest position."""
    found = await _device(parts, device_id)
    if found is None:
        raise never_reported(device_id)
    return answer(told(found, now()))


async def _device(parts: Parts, device_id: str) -> Device | None:
    if parts.polled:
        return next(iter(await parts.store.devices([device_id])), None)
    return parts.hub.fleet.get(device_id)


@router.get("/api/positions/latest")
async def latest(
    parts: WithFleet, bbox: Annotated[str, Query(description="west,south,east,north")] = "-180,-90,180,90"
) -> Response:
    """The newest position of each device in a box, as a live snapshot has them."""
    seen = list(itertools.islice(parts.hub.fleet.within(to_box(bbox)), MAX_LATEST + 1))
    head = f'{{"time":{now()},"truncated":{"true" if len(seen) > MAX_LATEST else "false"},"positions":'
    return Response(f"{head}{json.join(map(json.encode_live, seen[:MAX_LATEST]))}}}", media_type="application/json")
