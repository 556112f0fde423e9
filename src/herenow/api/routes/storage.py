"""What is kept, how long, and what it takes."""

from fastapi import APIRouter

from herenow.api.context import WithHistory
from herenow.api.json_route import JsonRoute
from herenow.history.queries import storage

router = APIRouter(tags=["history"], route_class=JsonRoute)


@router.get("/api/storage")
async def read_storage(context: WithHistory) -> storage.Storage:
    """Positions, bytes on disk, and the bytes that they will take if the next days are like the last seven."""
    await context.rollups.check()
    return await storage.storage(context.store, context.retention)
