"""History out as files."""

import contextlib
from collections.abc import AsyncGenerator
from typing import Annotated

import structlog
from fastapi import APIRouter, Query
from starlette.responses import StreamingResponse

from herenow.api.history import From, To
from herenow.api.parts import Past, WithPast
from herenow.api.query import span
from herenow.api.track import Raw
from herenow.errors import HerenowError, NotFound
from herenow.history.export import export
from herenow.history.exports import FORMATS, format_named
from herenow.model.clock import DAY

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
    made, range_ = format_named(format), span(start, end, DAY)
    named = await _known(past, device) if device else {device.device_id for device in await past.devices()}
    pieces = export(past.store, made.make(), named, range_, raw=raw is not False)
    first = await anext(pieces)
    return StreamingResponse(
        _whole(first, pieces),
        media_type=made.media_type,
        headers={"Content-Disposition": f'attachment; filename="herenow{made.ending}"'},
    )


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
