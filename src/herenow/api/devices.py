"""Devices, their newest positions and their tracks out."""

import asyncio
import itertools
from typing import Annotated

from fastapi import APIRouter, Query, Response

from herenow.api.cursor import device_place, position_place, to_cursor
from herenow.api.parts import Parts, WithFleet, WithParts
from herenow.api.query import bbox as to_box
from herenow.api.query import span
from herenow.errors import BadRequest, NotFound
from herenow.history.days import read_hours, read_level
from herenow.history.line import encode_line
from herenow.history.ranges import LONGEST
from herenow.history.rules import believed
from herenow.history.simplify import level_for
from herenow.model.clock import DAY, now
from herenow.model.device import Device, Status
from herenow.store.base import Span
from herenow.wire import json

MAX_LATEST = 10_000
MAX_LINE = 100_000  # positions
MAX_WHOLE = 7 * DAY  # ms of every position

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


@router.get("/api/devices/{device_id:path}/track")
async def track(
    device_id: str,
    parts: WithParts,
    start: Annotated[str | None, Query(alias="from", description="ISO 8601 or Unix ms; a day before `to`")] = None,
    end: Annotated[str | None, Query(alias="to", description="ISO 8601 or Unix ms; now")] = None,
    cursor: Annotated[str | None, Query(max_length=1024)] = None,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 1000,
    detail: Annotated[float | None, Query(ge=0, le=24, description="zoom of the map that draws it")] = None,
) -> Response:
    """Positions of a device, oldest first. With `detail`, in one answer, those that a map of that zoom needs."""
    range_ = span(start, end, DAY)
    if detail is not None:
        return await _line(parts, device_id, range_, detail)
    positions = await parts.store.track(device_id, range_, position_place(cursor), limit)
    if not positions and cursor is None and await _device(parts, device_id) is None:
        raise never_reported(device_id)
    following = to_cursor(positions[-1].version) if len(positions) == limit else None
    told_positions = [json.reported(position) for position in positions]
    return answer({"device_id": device_id, "positions": told_positions, "next": following})


async def _line(parts: Parts, device_id: str, range_: Span, zoom: float) -> Response:
    """The range as of the last round of the rollups. Raises BadRequest where it is too much for one answer."""
    level, rollups = level_for(zoom), parts.store.rollups
    longest = LONGEST if level is not None else MAX_WHOLE
    if range_.end - range_.start > longest:
        raise BadRequest(f"expected at most {longest // DAY} days in this detail; ask for a shorter time, or for less")
    if await _device(parts, device_id) is None:
        raise never_reported(device_id)
    if level is None:
        found = believed(await read_hours(rollups, device_id, range_))
    else:
        found = await read_level(rollups, device_id, level, range_)
    if len(found) > MAX_LINE:
        raise BadRequest(f"there are {len(found)} positions, at most {MAX_LINE} go together; ask with a lower detail")
    return Response(await asyncio.to_thread(encode_line, device_id, found, level), media_type="application/json")


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
