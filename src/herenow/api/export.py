"""History out as files."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from typing import Annotated

import msgspec
import structlog
from fastapi import APIRouter, Query, Response
from starlette.responses import FileResponse, StreamingResponse

from herenow.api.history import From, To
from herenow.api.parts import Past, WithPast
from herenow.api.query import span
from herenow.api.track import Raw
from herenow.errors import HerenowError, NotFound
from herenow.history.export import export
from herenow.history.exports import FORMATS, Format, format_named
from herenow.history.prepared import State
from herenow.model.clock import DAY
from herenow.store.base import Span
from herenow.wire import json

MAX_DEVICES = 1000  # named in one request

router = APIRouter(tags=["history"])
log = structlog.get_logger()


@router.get("/api/export", response_class=StreamingResponse)
async def export_history(
    past: WithPast,
    format: Annotated[str, Query(description=", ".join(FORMATS))] = "csv",  # noqa: A002 - the name in the URL
    device: Annotated[list[str] | None, Query(max_length=MAX_DEVICES, description="one or more; else all")] = None,
    start: From = None,
    end: To = None,
    raw: Raw = None,
) -> StreamingResponse:
    """What is stored of devices in a range of time as a file, devices in the order of their ids, each oldest first;
    all of it unless `raw=false`."""
    made = format_named(format)
    pieces = await _pieces(past, made, device, span(start, end, DAY), raw=raw is not False)
    first = await anext(pieces)
    return StreamingResponse(
        _whole(first, pieces),
        media_type=made.media_type,
        headers={"Content-Disposition": f'attachment; filename="herenow{made.ending}"', "Accept-Ranges": "none"},
    )


@router.post("/api/exports", status_code=202)
async def prepare(
    past: WithPast,
    format: Annotated[str, Query(description=", ".join(FORMATS))] = "csv",  # noqa: A002 - the name in the URL
    device: Annotated[list[str] | None, Query(max_length=MAX_DEVICES, description="one or more; else all")] = None,
    start: From = None,
    end: To = None,
    raw: Raw = None,
) -> Response:
    """The same, written to the server's disk first: its download can go on where it broke off."""
    made = format_named(format)
    pieces = await _pieces(past, made, device, span(start, end, DAY), raw=raw is not False)
    return _state(await past.prepared.begin(made.ending, pieces), 202)


@router.get("/api/exports/{export_id}")
async def prepared(export_id: str, past: WithPast) -> Response:
    """How far an export has been written."""
    return _state(await asyncio.to_thread(past.prepared.state, export_id), 200)


@router.get("/api/exports/{export_id}/file", response_class=FileResponse)
async def prepared_file(export_id: str, past: WithPast) -> FileResponse:
    """The export, whole or a range of its bytes, once it is ready."""
    file = await asyncio.to_thread(past.prepared.file, export_id)
    kind = next(one for one in FORMATS.values() if one.ending == file.suffix)
    return FileResponse(file, media_type=kind.media_type, filename=f"herenow{kind.ending}")


def _state(state: State, status: int) -> Response:
    told = {name: value for name, value in msgspec.structs.asdict(state).items() if value is not None}
    return Response(json.encode(told), status, media_type="application/json")


async def _pieces(
    past: Past, made: Format, device_ids: list[str] | None, span_: Span, *, raw: bool
) -> AsyncGenerator[bytes, None]:
    """Raises NotFound for a device that never reported, BadRequest where the format cannot be made here."""
    named = await _known(past, device_ids) if device_ids else {one.device_id for one in await past.devices()}
    return export(past.store, made.make(), named, span_, raw=raw)


async def _known(past: Past, device_ids: list[str]) -> set[str]:
    """Raises NotFound for a device that never reported."""
    for device_id in device_ids:
        if await past.device(device_id) is None:
            raise NotFound(f"expected the id of a device, got {device_id[:128]!r}, which never reported")
    return set(device_ids)


async def _whole(first: bytes, pieces: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    """A file that cannot be finished must not look whole: the connection is cut instead."""
    yield first
    async with contextlib.aclosing(pieces):
        try:
            async for piece in pieces:
                yield piece
        except HerenowError as error:
            log.error("an export broke off", reason=str(error))
            raise ConnectionAbortedError from error
