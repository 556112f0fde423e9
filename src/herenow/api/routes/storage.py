"""What is kept, how long, and what it takes."""

import msgspec
from fastapi import APIRouter, Response

from herenow.api.context import WithHistory
from herenow.api.routes.devices import json_response
from herenow.history.queries import storage

router = APIRouter(tags=["history"])


@router.get("/api/storage")
async def read_storage(context: WithHistory) -> Response:
    """Positions, bytes on disk, and the bytes that they will take if the next days are like the last seven."""
    await context.rollups.check()
    return json_response(msgspec.structs.asdict(await storage.storage(context.store, context.retention)))
