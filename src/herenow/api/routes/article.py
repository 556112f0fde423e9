"""The routes of the article, so that its client and its consumer work here as they are (docs/protocol.md)."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Sequence
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse

from herenow.api.context import WithContext
from herenow.api.json_route import JsonRoute
from herenow.api.query import with_plus
from herenow.errors import BadRequest
from herenow.model.clock import DAY
from herenow.model.geo import sphere
from herenow.model.position import Position
from herenow.model.timestamps import from_day, from_iso, is_day
from herenow.store.port import PositionReader, Span
from herenow.wire.legacy_article import SECONDS_BELOW, Location, encode_locations, timestamp

MAX_POSITIONS = 100_000  # in one answer
MAX_SUMMED = 1_000_000  # positions of a device in one day
PAGE = 10_000  # positions read at once of one device
SLICE = 1000  # positions written before other work gets its turn

Day = Annotated[str, Query(alias="date", description="UTC day, YYYY-MM-DD")]
Start = Annotated[str, Query(description="ISO 8601; UTC without a zone")]
End = Annotated[str, Query(description="ISO 8601, included; UTC without a zone")]
DeviceId = Annotated[str, Query(max_length=128)]

Locations = Annotated[Response, list[Location]]


class Place(msgspec.Struct, frozen=True):
    timestamp: str
    latitude: float
    longitude: float


class DaySummary(msgspec.Struct, frozen=True):
    device_id: str
    date: str
    count: int
    first: Place | None
    last: Place | None
    total_distance_m: float


router = APIRouter(tags=["the article's wire"], route_class=JsonRoute)


@router.get("/devices-in-range")
@router.get("/all-locations")
async def fleet_locations(context: WithContext, day: Day, start: Start, end: End) -> Locations:
    """Positions of all devices on a day, device by device, oldest first."""
    span = _requested_span(day, start, end)
    positions = await context.store.positions(span, MAX_POSITIONS + 1) if span else []
    if len(positions) > MAX_POSITIONS:
        raise BadRequest(f"{_more_than(MAX_POSITIONS)}; ask for a shorter time, or for one device at /locations")
    return _listed(positions)


@router.get("/locations")
async def device_locations(context: WithContext, day: Day, device_id: DeviceId, start: Start, end: End) -> Locations:
    """Positions of a device on a day, oldest first."""
    span = _requested_span(day, start, end)
    positions: list[Position] = []
    async for page in _pages(context.store, device_id, span, MAX_POSITIONS):
        positions += page
    return _listed(positions)


@router.get("/device-summary")
async def device_summary(context: WithContext, device_id: DeviceId, day: Day) -> DaySummary:
    """How many positions a device has on a day, the first and the last, and the metres between them all."""
    count, metres = 0, 0.0
    first: Position | None = None
    last: Position | None = None
    async for page in _pages(context.store, device_id, _day(day), MAX_SUMMED):
        metres += _length(page if last is None else [last, *page])
        count += len(page)
        first, last = first or page[0], page[-1]
    return DaySummary(device_id, day, count, _place(first), _place(last), round(metres, 2))


def _requested_span(day: str, start: str, end: str) -> Span | None:
    """What of a day lies between two moments, both included; None for nothing. Raises BadRequest.

    Its client asks from January 1970: in its own table a millisecond means a second, and so it does in a range that
    starts there.
    """
    first, last, whole = _moment("start", start), _moment("end", end), _day(day)
    if first > last:
        raise BadRequest(f"expected start before end, got start={start[:40]} and end={end[:40]}")
    unit = 1000 if first < SECONDS_BELOW else 1
    span = Span(max(whole.start, first * unit), min(whole.end, (last + 1) * unit))
    return span if span.start < span.end else None


def _day(text: str) -> Span:
    try:
        start = from_day(text)
    except ValueError as error:
        raise BadRequest(f"date: expected a day like 2026-11-23, got {text[:40]!r}") from error
    return Span(start, start + DAY)


def _moment(name: str, text: str) -> int:
    try:
        return from_day(text) if is_day(text) else from_iso(with_plus(text), assume_utc=True)
    except ValueError as error:
        raise BadRequest(f"{name}: expected ISO 8601 like 2026-11-23T12:00:00, got {text[:40]!r}") from error


async def _pages(
    store: PositionReader, device_id: str, span: Span | None, most: int
) -> AsyncIterator[Sequence[Position]]:
    """A track in pages, none of them empty. Raises BadRequest beyond `most` positions."""
    after, count = None, 0
    while span and (page := await store.track(device_id, span, after, PAGE)):
        count += len(page)
        if count > most:
            raise BadRequest(f"{_more_than(most)}; ask /api/devices/{{device_id}}/track for them page by page")
        yield page
        after = page[-1].version


def _more_than(most: int) -> str:
    return f"there are more than {most} positions, too many for one answer"


def _length(positions: Sequence[Position]) -> float:
    """Metres from each position to the next."""
    return sum(
        sphere.distance(one.latitude, one.longitude, other.latitude, other.longitude)
        for one, other in itertools.pairwise(positions)
    )


def _place(position: Position | None) -> Place | None:
    return Place(timestamp(position.time), position.latitude, position.longitude) if position else None


def _listed(positions: Sequence[Position]) -> Response:
    """A bare list, written and compressed in slices: the viewers wait for no whole day."""

    async def slices() -> AsyncIterator[bytes]:
        for start in range(0, len(positions), SLICE):
            yield (b"," if start else b"[") + encode_locations(positions[start : start + SLICE])
            await asyncio.sleep(0)
        yield b"]" if positions else b"[]"

    return StreamingResponse(slices(), media_type="application/json")
