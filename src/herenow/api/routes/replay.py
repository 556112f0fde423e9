"""History to be played: which hours there are, and each as a block."""

import asyncio
import zlib
from typing import Annotated

from fastapi import APIRouter, Header, Query, Response

from herenow.api.context import WithHistory
from herenow.api.json_route import JsonRoute
from herenow.api.query import span_of
from herenow.api.routes.history import From, To, same
from herenow.api.routes.track import Raw
from herenow.api.schemas import history as schemas
from herenow.api.security import FOR_EVER_HERE
from herenow.errors import BadRequest
from herenow.history.queries.replay_blocks import STEPS, hour_versions, of_devices, raw_block, read_block
from herenow.history.rollups.blocks import closed_blocks, whole_hours
from herenow.model.clock import DAY, HOUR
from herenow.store.port import Span

MAX_DEVICES = 1000  # named in one request
MEDIA_TYPE = "application/vnd.herenow.replay"

router = APIRouter(tags=["history"], route_class=JsonRoute)


@router.get("/api/history/replay")
async def manifest(context: WithHistory, start: From = None, end: To = None) -> schemas.Replay:
    """The hours of a range that hold positions, each with a version that changes when the hour is rebuilt."""
    range_ = whole_hours(await span_of(context.store.rollups, start, end, DAY))
    held = await closed_blocks(context.rollups, range_, "hour")
    blocks = [schemas.Block(block=hour, version=version) for hour, version in hour_versions(held).items()]
    return schemas.Replay(from_=range_.start, to=range_.end, length=HOUR, steps=list(STEPS), blocks=blocks)


@router.get("/api/history/replay/{block}/{level}", response_class=Response)
async def replay_block(
    block: int,
    level: int,
    context: WithHistory,
    device: Annotated[list[str] | None, Query(max_length=MAX_DEVICES, description="one or more; else all")] = None,
    raw: Raw = None,
    v: Annotated[str | None, Query(max_length=32, description="the `version` that /api/history/replay tells")] = None,
    if_none_match: Annotated[str | None, Header()] = None,
    accept_encoding: Annotated[str, Header()] = "",
) -> Response:
    """An hour of positions in columns (docs/protocol.md), thinned to a level."""
    if not 0 <= level < len(STEPS):
        raise BadRequest(f"level: expected 0 to {len(STEPS) - 1}, got {level}")
    if not -(2**40) < block < 2**40:
        raise BadRequest(f"block: expected a number of hours since 1970, got {block}")
    held = await closed_blocks(context.rollups, Span(block * HOUR, (block + 1) * HOUR), "hour")
    packed = await (raw_block if raw else read_block)(context.rollups, block, level)
    plain = bool(device) or "deflate" not in accept_encoding
    tag = f'"{zlib.crc32(packed + repr((plain, sorted(device or []))).encode()):08x}"'
    known = v in hour_versions(held).values()
    headers = {"ETag": tag, "Vary": "Accept-Encoding"} | ({"Cache-Control": FOR_EVER_HERE} if known else {})
    if same(tag, if_none_match):
        return Response(status_code=304, headers=headers)
    if plain:
        body = await asyncio.to_thread(_plain, packed, device)
        return Response(body, headers=headers, media_type=MEDIA_TYPE)
    # "deflate" is what HTTP calls the format of zlib (RFC 9110, 8.4.1.2).
    return Response(packed, headers=headers | {"Content-Encoding": "deflate"}, media_type=MEDIA_TYPE)


def _plain(packed: bytes, devices: list[str] | None) -> bytes:
    body = zlib.decompress(packed)
    return of_devices(body, set(devices)) if devices else body
