"""History out as files."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from typing import Annotated, NamedTuple

import msgspec
import structlog
from fastapi import APIRouter, Depends, Query, Response
from starlette.responses import FileResponse, StreamingResponse

from herenow.api.context import HistoryContext, WithHistory
from herenow.api.query import open_span
from herenow.api.routes.history import From
from herenow.api.routes.track import Raw
from herenow.errors import HerenowError, NotFound
from herenow.history.export.export import export
from herenow.history.export.formats import FORMATS, Format, format_named
from herenow.history.export.prepared import ExportState
from herenow.model.clock import DAY
from herenow.wire import json

MAX_DEVICES = 1000  # named in one request

router = APIRouter(tags=["history"])
log = structlog.get_logger()


class ExportQuery(NamedTuple):
    """The request of a file."""

    kind: Format
    pieces: AsyncGenerator[bytes, None]


async def _requested(
    context: WithHistory,
    format: Annotated[str, Query(description=", ".join(FORMATS))] = "csv",  # noqa: A002 - the name in the URL
    device: Annotated[list[str] | None, Query(max_length=MAX_DEVICES, description="one or more; else all")] = None,
    start: From = None,
    end: Annotated[str | None, Query(alias="to", description="ISO 8601 or Unix ms; else to the end")] = None,
    raw: Raw = None,
) -> ExportQuery:
    """Raises NotFound for a device that never reported, BadRequest where the format cannot be made here."""
    kind, range_ = format_named(format), open_span(start, end, DAY)
    named = await _known(context, device) if device else {one.device_id for one in await context.devices()}
    return ExportQuery(kind, export(context.store, kind.make(), named, range_, raw=raw is not False))


WithAsked = Annotated[ExportQuery, Depends(_requested)]


@router.get("/api/export", response_class=StreamingResponse)
async def export_history(asked: WithAsked) -> StreamingResponse:
    """What is stored of devices in a range of time as a file, devices in the order of their ids, each oldest first;
    all of it unless `raw=false`."""
    kind, pieces = asked
    first = await anext(pieces)
    return StreamingResponse(
        _stream(first, pieces),
        media_type=kind.media_type,
        headers={"Content-Disposition": f'attachment; filename="herenow{kind.ending}"', "Accept-Ranges": "none"},
    )


@router.post("/api/exports", status_code=202)
async def prepare(asked: WithAsked, context: WithHistory) -> Response:
    """The same, written to the server's disk first: its download can go on where it broke off."""
    return _state(await context.prepared.begin(asked.kind.ending, asked.pieces), 202)


@router.get("/api/exports/{export_id}")
async def prepared(export_id: str, context: WithHistory) -> Response:
    """How far an export has been written."""
    return _state(await asyncio.to_thread(context.prepared.state, export_id), 200)


@router.get("/api/exports/{export_id}/file", response_class=FileResponse)
async def prepared_file(export_id: str, context: WithHistory) -> FileResponse:
    """The export, whole or a range of its bytes, once it is ready."""
    file = await asyncio.to_thread(context.prepared.file, export_id)
    kind = next(one for one in FORMATS.values() if one.ending == file.suffix)
    return FileResponse(file, media_type=kind.media_type, filename=f"herenow{kind.ending}")


def _state(state: ExportState, status: int) -> Response:
    told = {name: value for name, value in msgspec.structs.asdict(state).items() if value is not None}
    return Response(json.encode(told), status, media_type="application/json")


async def _known(context: HistoryContext, device_ids: list[str]) -> set[str]:
    """Raises NotFound for a device that never reported."""
    for device_id in device_ids:
        if await context.device(device_id) is None:
            raise NotFound(f"expected the id of a device, got {device_id[:128]!r}, which never reported")
    return set(device_ids)


async def _stream(first: bytes, pieces: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    """A file that cannot be finished must not look whole: the connection is cut instead."""
    yield first
    async with contextlib.aclosing(pieces):
        try:
            async for piece in pieces:
                yield piece
        except HerenowError as error:
            log.error("an export broke off", reason=str(error))
            raise ConnectionAbortedError from error
