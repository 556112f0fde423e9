"""Where everything has been."""

import math
from typing import Annotated

from fastapi import APIRouter, Query, Response

from herenow.api.devices import answer
from herenow.api.parts import WithParts
from herenow.api.query import bbox as to_box
from herenow.api.query import span
from herenow.model.clock import HOUR
from herenow.model.geo import Box

PIXELS = 64  # the side of a cell on the screen

router = APIRouter(tags=["history"])


def cell(box: Box, zoom: float) -> tuple[float, float]:
    """Degrees of longitude and of latitude of a cell that looks square on a web-mercator map of that zoom."""
    width = 360.0 * PIXELS / (256 * 2.0**zoom)
    middle = max(-80.0, min(80.0, (box.south + box.north) / 2))
    return width, width * math.cos(math.radians(middle))


@router.get("/api/history/clusters")
async def clusters(
    parts: WithParts,
    bbox: Annotated[str, Query(description="west,south,east,north")],
    zoom: Annotated[float, Query(ge=0, le=24)],
    start: Annotated[str | None, Query(alias="from", description="ISO 8601 or Unix ms; an hour before `to`")] = None,
    end: Annotated[str | None, Query(alias="to", description="ISO 8601 or Unix ms; now")] = None,
) -> Response:
    """Stored positions of a time range, gathered where they lie close at that zoom."""
    box, range_ = to_box(bbox), span(start, end, HOUR)
    found = await parts.store.clusters(box, range_, cell(box, zoom))
    count = sum(cluster.count for cluster in found)
    return answer({"clusters": found, "positions": count, "from": range_.start, "to": range_.end})
