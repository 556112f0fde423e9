"""Where a device has been: page by page as it was reported, or at once as a map draws it."""

import asyncio
from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated

from fastapi import APIRouter, Query, Response

from herenow.api.context import HistoryContext, WithHistory
from herenow.api.cursor import Cursor, next_cursor, position_place
from herenow.api.json_route import JSON, JsonRoute
from herenow.api.paths import DEVICE
from herenow.api.query import span, span_of
from herenow.api.routes.devices import never_reported
from herenow.api.schemas import live as schemas
from herenow.api.schemas.live import stored_position
from herenow.errors import BadRequest
from herenow.history.queries.flag_lookup import flag_reasons
from herenow.history.rollups.blocks import LONGEST
from herenow.history.rollups.days import read_hours, read_level
from herenow.history.rollups.waiting_days import with_waiting_days
from herenow.history.tracks.line import encode_line
from herenow.history.tracks.quality import unflagged
from herenow.history.tracks.simplify import level_for
from herenow.model.clock import DAY
from herenow.model.leg import MAX_LEG_TIME
from herenow.model.position import Position
from herenow.store.port import Span

MAX_LINE = 100_000  # positions
MAX_WHOLE = 7 * DAY  # ms of every position

Raw = Annotated[bool | None, Query(description="positions that are not to be believed, too")]

Line = Annotated[Response, schemas.Line]

router = APIRouter(tags=["devices"], route_class=JsonRoute)


@router.get(f"{DEVICE}/track")
async def track(
    device_id: str,
    context: WithHistory,
    start: Annotated[str | None, Query(alias="from", description="ISO 8601 or Unix ms; a day before `to`")] = None,
    end: Annotated[str | None, Query(alias="to", description="ISO 8601 or Unix ms; no end")] = None,
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 1000,
    detail: Annotated[float | None, Query(ge=0, le=24, description="zoom of the map that draws it")] = None,
    raw: Raw = None,
) -> schemas.Track | Line:
    """Positions of a device, oldest first; all of them unless `raw=false`. With `detail`, in one answer, those that a
    map of that zoom needs; without those that are not to be believed, unless `raw=true`."""
    if detail is not None:
        level = None if raw else level_for(detail)
        longest = MAX_WHOLE if level is None else LONGEST
        seen = await span_of(context.store.rollups, start, end, DAY, longest)
        return await _line(context, device_id, seen, level, raw=raw is True)
    range_ = span(start, end, DAY)
    behind = position_place(cursor)
    found = await context.store.track(device_id, range_, behind, limit + 1)
    page = found[:limit]
    if not page and cursor is None and await context.device(device_id) is None:
        raise never_reported(device_id)
    why = await flag_reasons(context.store.rollups, page)
    following = next_cursor(found, limit, lambda position: position.version)
    pairs = [(one, reason) for one, reason in zip(page, why, strict=True) if raw is not False or reason is None]
    return schemas.Track(
        device_id=device_id,
        positions=[stored_position(one) for one, _ in pairs],
        gaps=_gaps([one for one, _ in pairs], behind and behind[0]),
        flags={str(number): reason for number, (_, reason) in enumerate(pairs) if reason},
        next=following,
    )


def _gaps(positions: Sequence[Position], last: int | None) -> list[int]:
    """`last` is the time of the position before the first, None where that is not known."""
    times = [last, *(one.time for one in positions)]
    return [
        number
        for number, (before, after) in enumerate(pairwise(times))
        if before is not None and after is not None and after - before > MAX_LEG_TIME
    ]


async def _line(context: HistoryContext, device_id: str, range_: Span, level: int | None, *, raw: bool) -> Response:
    """The range as of the last round of the rollups. Raises BadRequest where it is too much for one answer."""
    rollups = context.store.rollups
    if await context.device(device_id) is None:
        raise never_reported(device_id)
    if level is None:
        found = await read_hours(rollups, device_id, range_)
        found = found if raw else unflagged(found)
    else:
        days = range_.start // DAY, (range_.end - 1) // DAY
        current = await with_waiting_days(rollups, device_id, *days, context.trips)
        found = await read_level(current, device_id, level, range_)
    if len(found) > MAX_LINE:
        raise BadRequest(f"there are {len(found)} positions, at most {MAX_LINE} go together; ask with a lower detail")
    return Response(await asyncio.to_thread(encode_line, device_id, found, level), media_type=JSON)
