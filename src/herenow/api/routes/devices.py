"""Devices, their newest positions and their tracks out."""

import itertools
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from msgspec import UNSET
from pydantic import StringConstraints

from herenow.api.context import WithContext, WithFleet
from herenow.api.cursor import Cursor, next_cursor, ranked_place
from herenow.api.device_list import DeviceFilter, Order, matching, page_after, place_of, ranked, without_each
from herenow.api.json_route import JsonRoute
from herenow.api.paths import DEVICE
from herenow.api.query import bbox as to_box
from herenow.api.schemas import live as schemas
from herenow.api.schemas.live import known, stored_position
from herenow.errors import BadRequest, NotFound
from herenow.model.clock import now
from herenow.model.device import LONGEST, Device, Status
from herenow.model.search_key import search_key
from herenow.wire import json

MAX_LATEST = 10_000
MAX_NAMED = 1000  # devices named in one request
ShortText = Annotated[str, StringConstraints(max_length=LONGEST["kind"])]

router = APIRouter(tags=["devices"], route_class=JsonRoute)


def _described(device: Device, time: int, metres: float) -> schemas.Device:
    """`metres` since midnight UTC."""
    return schemas.Device(
        device_id=device.device_id,
        name=known(device.name),
        kind=known(device.kind),
        status=device.status(time),
        speed=known(device.speed),
        course=known(device.course),
        distance=round(metres, 1),
        last_heard=device.last_heard,
        stale_at=device.stale_at,
        clock_offset=known(device.offset),
        position=UNSET if device.ahead else stored_position(device.position),
    )


def never_reported(device_id: str) -> NotFound:
    return NotFound(f"expected the id of a device, got {device_id[:128]!r}, which never reported; see /api/devices")


def _wanted(
    search: Annotated[str, Query(max_length=128, description="part of an id or a name")] = "",
    kind: Annotated[list[ShortText] | None, Query(max_length=64, description="any of these")] = None,
    status: Annotated[list[Status] | None, Query(max_length=4, description="any of these")] = None,
    bbox: Annotated[str | None, Query(description="west,south,east,north")] = None,
    device: Annotated[list[str] | None, Query(max_length=MAX_NAMED, description="ids: any of these")] = None,
) -> DeviceFilter:
    return DeviceFilter(
        search_key(search.strip()),
        frozenset(kind) if kind else None,
        frozenset(status) if status else None,
        None if bbox is None else to_box(bbox),
        frozenset(device) if device else None,
    )


@router.get("/api/devices")
async def devices(
    context: WithFleet,
    wanted: Annotated[DeviceFilter, Depends(_wanted)],
    sort: Annotated[Order, Query(description="a minus turns the order round; what is not known comes last")] = "id",
    cursor: Cursor = None,
    offset: Annotated[int | None, Query(ge=0, le=10_000_000, description="in place of a cursor")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> schemas.Devices:
    """Devices in an order, each at its newest position. By cursor each device that stays where it is ranked comes once;
    by offset a window of the ranking as it is now. `without` says, where nothing matches, how many would without one of
    the conditions."""
    place = ranked_place(cursor, sort)
    if place is not None and offset is not None:
        raise BadRequest("expected a cursor or an offset, got both")
    time, fleet = now(), context.hub.fleet
    conditions = wanted.conditions(fleet, time)
    found = ranked(fleet, matching(fleet, conditions.values()), sort, time)
    rest = page_after(fleet, found, sort, place, time) if place is not None else found[offset or 0 :]
    listed = [fleet.devices[row] for row in rest[: limit + 1].tolist()]
    return schemas.Devices(
        devices=[_described(one, time, fleet.metres(one, time)) for one in listed[:limit]],
        next=next_cursor(listed, limit, lambda last: (sort, place_of(fleet, last, sort, time))),
        total=len(found),
        without=UNSET if len(found) else schemas.Without(**without_each(fleet, conditions)),
    )


@router.get(DEVICE)
async def device(device_id: str, context: WithContext) -> schemas.Device:
    """One device at its newest position."""
    found, time = await context.device(device_id), now()
    if found is None:
        raise never_reported(device_id)
    return _described(found, time, context.hub.fleet.metres(found, time))


@router.get("/api/positions/latest")
async def latest(
    context: WithFleet, bbox: Annotated[str, Query(description="west,south,east,north")] = "-180,-90,180,90"
) -> Annotated[Response, schemas.Latest]:
    """The newest position of each device in a box, as a live snapshot has them."""
    seen = list(itertools.islice(context.hub.fleet.within(to_box(bbox)), MAX_LATEST + 1))
    head = f'{{"time":{now()},"truncated":{"true" if len(seen) > MAX_LATEST else "false"},"positions":'
    return Response(f"{head}{json.join(map(json.encode_live, seen[:MAX_LATEST]))}}}", media_type="application/json")
