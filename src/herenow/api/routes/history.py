"""Where everything has been."""

import asyncio
from typing import Annotated

import msgspec
from fastapi import APIRouter, Header, Query, Response

from herenow.api.context import HistoryContext, WithHistory
from herenow.api.json_route import JsonRoute
from herenow.api.query import bbox as to_box
from herenow.api.query import span_of
from herenow.api.routes.devices import never_reported
from herenow.api.routes.track import Raw
from herenow.api.schemas import history as schemas
from herenow.api.security import FOR_EVER_HERE
from herenow.history.queries import vector_tiles
from herenow.history.queries.density import density
from herenow.history.queries.tiles import Filter, read_tile, tile
from herenow.history.queries.timeline import timeline
from herenow.history.rollups.blocks import closed_blocks, version, whole_hours
from herenow.history.rollups.keys import MADE, STATE, key_number, single_range
from herenow.history.rollups.points import OTHER
from herenow.model.clock import DAY

router = APIRouter(tags=["history"], route_class=JsonRoute)


From = Annotated[str | None, Query(alias="from", description="ISO 8601 or Unix ms, to the hour; a day before `to`")]
To = Annotated[str | None, Query(alias="to", description="ISO 8601 or Unix ms, to the hour; no end")]


@router.get("/api/history")
async def history(context: WithHistory, start: From = None, end: To = None) -> schemas.History:
    """What tiles of a time range are made of: whole hours, as of `made`. Another `version` when they have changed."""
    rollups = context.store.rollups
    range_ = whole_hours(await span_of(rollups, start, end, DAY))
    [made] = await rollups.get([single_range(STATE, MADE)])
    held = await closed_blocks(rollups, range_)
    when = key_number(made[0][1]) if made else None
    return schemas.History(from_=range_.start, to=range_.end, version=version(held), made=when)


async def _filter(context: HistoryContext, kind: str | None, device_id: str | None, *, raw: bool) -> Filter:
    """Raises NotFound for a device that never reported. One of another kind counts nothing."""
    if device_id is None:
        return Filter(kind, raw)
    device = await context.device(device_id)
    if device is None:
        raise never_reported(device_id)
    own = device.kind or OTHER
    return Filter(own, raw, device_id) if kind in (None, own) else Filter(kind, raw, "")


@router.get("/api/history/density")
async def read_density(
    context: WithHistory,
    bbox: Annotated[str, Query(description="west,south,east,north")],
    zoom: Annotated[int, Query(ge=0, le=24)],
    start: From = None,
    end: To = None,
    kind: Annotated[str | None, Query(max_length=32)] = None,
    raw: Raw = None,
) -> schemas.Density:
    """Positions of a time range counted on a grid of 64 pixels of that zoom, the fullest cells first."""
    box, range_ = to_box(bbox), whole_hours(await span_of(context.store.rollups, start, end, DAY))
    cells = await density(context.rollups, box, zoom, range_, Filter(kind, raw is True))
    count = sum(cell.count for cell in cells)
    return schemas.Density(from_=range_.start, to=range_.end, cells=cells, positions=count)


@router.get("/api/history/timeline")
async def read_timeline(
    context: WithHistory,
    start: From = None,
    end: To = None,
    kind: Annotated[str | None, Query(max_length=32)] = None,
    raw: Raw = None,
) -> schemas.Timeline:
    """Positions of a time range in bins of an hour, in a longer one of a day, in a very long one of 30 days."""
    range_ = whole_hours(await span_of(context.store.rollups, start, end, DAY))
    found = await timeline(context.rollups, range_, Filter(kind, raw is True))
    return schemas.Timeline(from_=range_.start, to=range_.end, **msgspec.structs.asdict(found))


def same(tag: str, if_none_match: str | None) -> bool:
    """Whether a client has it already; proxies that compress make a tag weak."""
    return tag in {one.strip().removeprefix("W/") for one in (if_none_match or "").split(",")}


@router.get("/api/history/tiles/{z}/{x}/{y}.mvt", response_class=Response)
async def history_tile(
    z: int,
    x: int,
    y: int,
    context: WithHistory,
    start: From = None,
    end: To = None,
    kind: Annotated[str | None, Query(max_length=32)] = None,
    device: Annotated[str | None, Query(max_length=128, description="of this one alone")] = None,
    raw: Raw = None,
    v: Annotated[str | None, Query(max_length=32, description="the `version` that /api/history tells")] = None,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """A Mapbox Vector Tile of the positions of a time range: clusters on a grid, near the ground each position."""
    wanted, range_ = tile(z, x, y), whole_hours(await span_of(context.store.rollups, start, end, DAY))
    found = await read_tile(context.rollups, wanted, range_, await _filter(context, kind, device, raw=raw is True))
    headers = {"ETag": f'"{found.tag}"'} | ({"Cache-Control": FOR_EVER_HERE} if v == found.version else {})
    if same(headers["ETag"], if_none_match):
        return Response(status_code=304, headers=headers)
    return Response(
        await asyncio.to_thread(vector_tiles.encode, found, wanted), headers=headers, media_type=vector_tiles.MEDIA_TYPE
    )
