"""History out as files."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from typing import Annotated, NamedTuple

import structlog
from fastapi import APIRouter, Depends, Query
from starlette.responses import StreamingResponse

from herenow.api.context import HistoryContext, WithHistory
from herenow.api.json_route import JsonRoute
from herenow.api.query import span
from herenow.api.ranged_file import RangedFile
from herenow.api.routes.history import From
from herenow.api.routes.track import Raw
from herenow.errors import HerenowError, NotFound
from herenow.history.export.export import export
from herenow.history.export.formats import FORMATS, Format, format_named
from herenow.history.export.prepared import ExportState
from herenow.model.clock import DAY

MAX_DEVICES = 1000  # named in one request

router = APIRouter(tags=["history"], route_class=JsonRoute)
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
    kind, range_ = format_named(format), span(start, end, DAY)
    named = await _known(context, device) if device else {one.device_id for one in await context.devices()}
    return ExportQuery(kind, export(context.store, kind.make(), named, range_, raw=raw is not False))


WithExportQuery = Annotated[ExportQuery, Depends(_requested)]


@router.get("/api/export", response_class=StreamingResponse)
async def export_history(query: WithExportQuery) -> StreamingResponse:
    """What is stored of devices in a range of time as a file, devices in the order of their ids, each oldest first;
    all of it unless `raw=false`."""
    kind, pieces = query
    first = await anext(pieces)
    return StreamingResponse(
        _stream(first, pieces),
        media_type=kind.media_type,
        headers={"Content-Disposition": f'attachment; filename="herenow{kind.ending}"', "Accept-Ranges": "none"},
    )


@router.post("/api/exports", status_code=202)
async def prepare(query: WithExportQuery, context: WithHistory) -> ExportState:
    """The same, written to the server's disk first: its download can go on where it broke off."""
    return await context.prepared.begin(query.kind.ending, query.pieces)


@router.get("/api/exports/{export_id}")
async def prepared(export_id: str, context: WithHistory) -> ExportState:
    """How far an export has been written."""
    return await asyncio.to_thread(context.prepared.state, export_id)


@router.get("/api/exports/{export_id}/file", response_class=RangedFile)
async def prepared_file(export_id: str, context: WithHistory) -> RangedFile:
    """The export, whole or a range of its bytes, once it is ready."""
    file = await asyncio.to_thread(context.prepared.file, export_id)
    kind = next(one for one in FORMATS.values() if one.ending == file.suffix)
    return RangedFile(file, media_type=kind.media_type, filename=f"herenow{kind.ending}")


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
