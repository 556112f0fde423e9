"""What devices did: trips, stops and sums by UTC day."""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query
from msgspec import UNSET, UnsetType

from herenow.api.context import HistoryContext, WithHistory
from herenow.api.cursor import Cursor, device_place, next_cursor
from herenow.api.json_route import JsonRoute
from herenow.api.paths import DEVICE
from herenow.api.query import span, span_of
from herenow.api.routes.devices import never_reported
from herenow.api.routes.track import Raw
from herenow.api.schemas import history as schemas
from herenow.history.rollups.blocks import LONGEST
from herenow.history.rollups.days import raw_summaries, read_figures, read_pieces, read_summaries
from herenow.history.rollups.keys import day_parts, prefix_range
from herenow.history.rollups.waiting_days import with_waiting_days
from herenow.history.tracks.places import dwellings
from herenow.history.tracks.summary import SPEED_STEP, Figures, Seen, Summary, sum_of
from herenow.history.tracks.trips import Piece, Stop, joined
from herenow.model.clock import DAY
from herenow.model.geo.box import Box
from herenow.store.port import Span

MAX_RAW = 31 * DAY  # ms that are summed up for one answer

router = APIRouter(tags=["history"], route_class=JsonRoute)

From = Annotated[str | None, Query(alias="from", description="ISO 8601 or Unix ms; thirty days before `to`")]
To = Annotated[str | None, Query(alias="to", description="ISO 8601 or Unix ms; no end")]


@router.get(f"{DEVICE}/days")
async def days(
    device_id: str, context: WithHistory, start: From = None, end: To = None, raw: Raw = None
) -> schemas.Days:
    """What a device did on each UTC day that the range touches."""
    range_ = await _requested(context, device_id, start, end, raw=raw is True)
    found = await _summaries(context, device_id, range_, raw=raw is True)
    day_sums = [schemas.DaySums(day=day * DAY, **_sums(one)) for day, one in sorted(found.items())]
    return schemas.Days(device_id=device_id, days=day_sums, total=schemas.Sums(**_sums(sum_of(found.values()))))


@router.get(f"{DEVICE}/trips")
async def trips(
    device_id: str, context: WithHistory, start: From = None, end: To = None, raw: Raw = None
) -> schemas.Trips:
    """The trips and stops of a device that touch the range, in order, each as long as it is."""
    range_ = await _requested(context, device_id, start, end, raw=raw is True)
    found = await _pieces(context, device_id, range_, raw=raw is True)
    return schemas.Trips(device_id=device_id, pieces=[_piece(piece) for piece in found])


@router.get(f"{DEVICE}/places")
async def places(
    device_id: str,
    context: WithHistory,
    start: From = None,
    end: To = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    raw: Raw = None,
) -> schemas.Places:
    """Where a device dwells: its stops in the range, gathered where they are near each other; the longest first."""
    range_ = await _requested(context, device_id, start, end, raw=raw is True)
    found = await _pieces(context, device_id, range_, raw=raw is True)
    known = await asyncio.to_thread(dwellings, [piece for piece in found if isinstance(piece, Stop)])
    return schemas.Places(device_id=device_id, places=known[:limit], count=len(known))


@router.get("/api/history/days/{day}")
async def fleet_day(
    day: str,
    context: WithHistory,
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 1000,
) -> schemas.FleetDay:
    """What all devices did on the UTC day of a time, by device id; `total` is of all of them, whatever the page."""
    number = span(day, str(2**53), 0).start // DAY
    rows = await context.rollups.get([prefix_range(part) for part in day_parts(number)])
    found = await asyncio.to_thread(lambda: {key.decode(): read_figures(value) for some in rows for key, value in some})
    behind = device_place(cursor)
    ids = sorted(device_id for device_id in found if device_id > behind)
    page = [schemas.DeviceSums(device_id=device_id, **_sums(found[device_id])) for device_id in ids[:limit]]
    following = next_cursor(ids, limit, str)
    total = schemas.Sums(**_sums(sum_of(found.values())))
    return schemas.FleetDay(day=number * DAY, devices=page, next=following, count=len(found), total=total)


async def _summaries(context: HistoryContext, device_id: str, range_: Span, *, raw: bool) -> Mapping[int, Summary]:
    """By day; `raw` as if everything were to be believed."""
    first, last = range_.start // DAY, (range_.end - 1) // DAY
    if raw:
        return await raw_summaries(context.rollups, device_id, first, last, context.trips)
    rollups = await with_waiting_days(context.rollups, device_id, first, last, context.trips)
    return await read_summaries(rollups, device_id, first, last)


async def _pieces(context: HistoryContext, device_id: str, range_: Span, *, raw: bool) -> list[Piece]:
    """Those that touch the range; `raw` ones only as far as a day before and after it."""
    if not raw:
        days = range_.start // DAY, (range_.end - 1) // DAY
        return await read_pieces(
            await with_waiting_days(context.rollups, device_id, *days, context.trips), device_id, range_
        )
    found = await _summaries(context, device_id, Span(range_.start - DAY, range_.end + DAY), raw=True)
    pieces = joined(piece for _, one in sorted(found.items()) for piece in one.pieces)
    return [piece for piece in pieces if piece.end >= range_.start and piece.start < range_.end]


async def _requested(context: HistoryContext, device_id: str, start: str | None, end: str | None, *, raw: bool) -> Span:
    """The range. Raises NotFound for a device that never reported, BadRequest for a range that is too long."""
    range_ = await span_of(context.store.rollups, start, end, 30 * DAY, MAX_RAW if raw else LONGEST)
    if await context.device(device_id) is None:
        raise never_reported(device_id)
    return range_


def _sums(one: Figures) -> dict[str, Any]:
    """The fields of schemas.Sums: metres, ms, m/s."""
    return {
        "positions": one.positions,
        "flagged": one.flagged,
        "distance": round(one.distance, 1),
        "moving": one.moving,
        "stopped": one.stopped,
        "top_speed": round(one.top, 2),
        "mean_speed": round(one.mean, 2),
        "hours": one.hours.positions,
        "speeds": schemas.Speeds(step=SPEED_STEP, ms=one.speeds),
        "first": _moment(one.first),
        "last": _moment(one.last),
        "bbox": _bounds(one.extent.box) if one.extent else UNSET,
    }


def _moment(seen: Seen | None) -> schemas.Moment | UnsetType:
    return schemas.Moment(time=seen[0], longitude=seen[1], latitude=seen[2]) if seen else UNSET


def _bounds(box: Box) -> schemas.Bounds:
    return box.west, box.south, box.east, box.north


def _piece(piece: Piece) -> schemas.Stay | schemas.Drive:
    if isinstance(piece, Stop):
        longitude, latitude = (round(part, 7) for part in piece.centre)
        return schemas.Stay(piece.start, piece.end, piece.positions, longitude, latitude, round(piece.radius, 1))
    return schemas.Drive(
        piece.start,
        piece.end,
        piece.positions,
        _corner(piece.start_place),
        _corner(piece.end_place),
        distance=round(piece.distance, 1),
        top_speed=round(piece.top, 2),
        mean_speed=round(piece.mean, 2),
    )


def _corner(place: tuple[float, float]) -> schemas.Corner:
    return round(place[0], 7), round(place[1], 7)
