"""What the fleet did in a range and a box."""

import asyncio
from collections.abc import Collection
from typing import Annotated, TypedDict

from fastapi import APIRouter, Query

from herenow.api.context import HistoryContext, WithHistory
from herenow.api.cursor import Cursor, device_place, next_cursor
from herenow.api.json_route import JsonRoute
from herenow.api.query import bbox as to_box
from herenow.api.query import span_of
from herenow.api.routes.devices import never_reported
from herenow.api.schemas import history as schemas
from herenow.history.queries.analytics import AnalyticsQuery, DeviceTotals, FleetTotals, analytics
from herenow.history.rollups.points import OTHER
from herenow.history.tracks.summary import SPEED_STEP
from herenow.model.clock import DAY
from herenow.model.geo.box import Box
from herenow.store.port import Span

MAX_DEVICES = 1000  # named in one request
TOP = 10

router = APIRouter(tags=["history"], route_class=JsonRoute)

From = Annotated[str | None, Query(alias="from", description="ISO 8601 or Unix ms; seven days before `to`")]
To = Annotated[str | None, Query(alias="to", description="ISO 8601 or Unix ms; no end")]
Bbox = Annotated[str | None, Query(description="west,south,east,north; everywhere")]
Kind = Annotated[str | None, Query(max_length=32)]
Devices = Annotated[list[str] | None, Query(max_length=MAX_DEVICES, description="one or more; else all")]


@router.get("/api/history/analytics")
async def fleet(
    context: WithHistory,
    start: From = None,
    end: To = None,
    bbox: Bbox = None,
    kind: Kind = None,
    device: Devices = None,
) -> schemas.Analytics:
    """Sums over devices in a range and a box: in all, by day, by hour of the day, by speed, and who went farthest."""
    range_ = await span_of(context.store.rollups, start, end, 7 * DAY)
    found = await analytics(
        context.rollups, AnalyticsQuery(range_, _box(bbox), await _wanted(context, kind, device), context.trips)
    )
    return await asyncio.to_thread(_analytics, range_, found)


@router.get("/api/history/distances")
async def distances(
    context: WithHistory,
    start: From = None,
    end: To = None,
    bbox: Bbox = None,
    kind: Kind = None,
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=MAX_DEVICES)] = 100,
) -> schemas.Distances:
    """Metres of each device on each UTC day, devices by id."""
    range_, behind = await span_of(context.store.rollups, start, end, 7 * DAY), device_place(cursor)
    known = sorted(one.device_id for one in await context.devices() if kind in (None, one.kind or OTHER))
    ids = [device_id for device_id in known if device_id > behind]
    page = ids[:limit]
    found = await analytics(context.rollups, AnalyticsQuery(range_, _box(bbox), frozenset(page), context.trips))
    days: dict[str, dict[str, float]] = {device_id: {} for device_id in page}
    for one, metres in found.by_device_day.items():
        days[one.device_id][str(one.day * DAY)] = round(metres, 1)
    devices = [schemas.DeviceDistances(device_id=device_id, days=by_day) for device_id, by_day in days.items()]
    following = next_cursor(ids, limit, str)
    return schemas.Distances(from_=range_.start, to=range_.end, devices=devices, next=following)


def _box(bbox: str | None) -> Box | None:
    return None if bbox is None else to_box(bbox)


async def _wanted(context: HistoryContext, kind: str | None, named: list[str] | None) -> Collection[str] | None:
    """Raises NotFound for a device that never reported."""
    for device_id in named or ():
        if await context.device(device_id) is None:
            raise never_reported(device_id)
    if kind is None:
        return named and frozenset(named)
    of_kind = {one.device_id for one in await context.devices() if (one.kind or OTHER) == kind}
    return of_kind if named is None else of_kind & set(named)


def _analytics(range_: Span, found: FleetTotals) -> schemas.Analytics:
    farthest = sorted(found.devices.items(), key=lambda item: (-item[1].distance, item[0]))[:TOP]
    return schemas.Analytics(
        from_=range_.start,
        to=range_.end,
        **_sums(found.whole),
        devices=len(found.devices),
        hours=found.whole.hours,
        speeds=schemas.Speeds(step=SPEED_STEP, ms=found.whole.speeds),
        days=[
            schemas.FleetDaySums(day=day * DAY, devices=found.devices_of_day[day], **_sums(sums))
            for day, sums in found.days.items()
        ],
        farthest=[schemas.FarthestSums(device_id=device_id, **_sums(sums)) for device_id, sums in farthest],
    )


class _Sums(TypedDict):
    positions: int
    distance: float
    moving: int
    top_speed: float


def _sums(sums: DeviceTotals) -> _Sums:
    return {
        "positions": sums.positions,
        "distance": round(sums.distance, 1),
        "moving": sums.moving,
        "top_speed": round(sums.top, 2),
    }
