"""Tiles of history: what was where in a range of time, counted on a grid, or each position where they are few."""

import asyncio
import zlib
from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from herenow.errors import BadRequest
from herenow.history.rollups.blocks import closed_blocks, version
from herenow.history.rollups.cells import (
    CLASSES,
    EMPTY,
    FLAGGED,
    Cells,
    cell_numbers,
    coarser,
    count,
    tile_number,
    together,
    unpack_cells,
)
from herenow.history.rollups.days import read_hours
from herenow.history.rollups.keys import MONTH
from herenow.history.rollups.points import OTHER, Points, joined, points, select, unpack_points
from herenow.history.rollups.pyramid import GROUND, SPLIT, ZOOMS, ground_cells, tile_range
from herenow.model.clock import DAY
from herenow.store.port import RollupReader, Span
from herenow.store.track import NOTHING, PLACES, Track

GRID = 4  # halvings of a tile, so 16 by 16 cells
MAX_ZOOM = 22
MAX_POINTS = 1000  # of a tile that are drawn one by one
POINTS_FOR = 7 * DAY  # ms; in a longer range what is near is cells, too
MAX_BLOCKS = 10_000  # to be read for one answer: a year of which no day is made yet
MAX_BYTES = 16 << 20  # the same: about a million positions, or half a million cells
MAX_TRACK = 1_000_000  # positions of a device in a tile


class Tile(msgspec.Struct, frozen=True):
    zoom: int
    x: int
    y: int


class Filter(msgspec.Struct, frozen=True):
    """What counts: positions of one kind or device, and, unless all are wanted `raw`, only those to be believed."""

    kind: str | None = None
    raw: bool = False
    device_id: str | None = None

    def counts(self, group: npt.NDArray[np.uint32], kinds: Sequence[str]) -> npt.NDArray[np.bool_]:
        """Which rows of such groups count."""
        chosen = np.ones(len(group), bool) if self.raw else group % CLASSES != FLAGGED
        if self.kind is not None:
            chosen &= group // CLASSES == (kinds.index(self.kind) if self.kind in kinds else -1)
        return chosen


class TileContent(msgspec.Struct, frozen=True):
    """What is in a tile: points where they are few, and else cells. `tag` is another one when it changes, `version`
    when anything in the span does."""

    points: Points | None
    cells: Cells
    tag: str
    version: str


def tile(zoom: int, x: int, y: int) -> Tile:
    """Raises BadRequest where there is no such tile."""
    if not 0 <= zoom <= MAX_ZOOM:
        raise BadRequest(f"expected a zoom from 0 to {MAX_ZOOM}, got {zoom}")
    if not (0 <= x < 1 << zoom and 0 <= y < 1 << zoom):
        raise BadRequest(f"expected x and y from 0 to {(1 << zoom) - 1} at zoom {zoom}, got {x} and {y}")
    return Tile(zoom, x, y)


async def read_tile(rollups: RollupReader, wanted: Tile, span: Span, by: Filter) -> TileContent:
    """What a tile has in a span of whole hours. Raises BadRequest where that is too much to be read at once."""
    if by.device_id is not None:
        return await _of_device(rollups, wanted, span, by, by.device_id)
    near = wanted.zoom >= GROUND and span.end - span.start <= POINTS_FOR
    held = await closed_blocks(rollups, span, "hour" if near else "month")
    if len(held) > MAX_BLOCKS:
        raise BadRequest(f"there are more than {MAX_BLOCKS} blocks to be read; ask for a shorter time")
    zoom = max(stored for stored in (GROUND, *ZOOMS) if stored <= wanted.zoom)
    shift = wanted.zoom - zoom
    number = tile_number(wanted.x >> shift, wanted.y >> shift)
    answers = await rollups.get([tile_range(block.length, block.number, zoom, number) for block in held])
    values = [(block.length, value) for block, rows in zip(held, answers, strict=True) for _, value in rows]
    if sum(len(value) for _, value in values) > MAX_BYTES:
        raise BadRequest("there are too many positions near this place; ask for a shorter time, or from further away")
    tag = f"{zlib.crc32(repr(by).encode() + b''.join(value for _, value in values)):08x}"
    points, cells = await asyncio.to_thread(_near if near else _far, wanted, zoom, values, by)
    return TileContent(points, cells, tag, version(await closed_blocks(rollups, span) if near else held))


async def _of_device(rollups: RollupReader, wanted: Tile, span: Span, by: Filter, device_id: str) -> TileContent:
    """From the track of the device; month by month, so that what is too much is not read whole."""
    current = version(await closed_blocks(rollups, span))  # before: what is made meanwhile has another one
    parts: list[Track] = []
    for start in range(span.start, span.end, MONTH):
        parts.append(await read_hours(rollups, device_id, Span(start, min(start + MONTH, span.end))))
        if sum(map(len, parts)) > MAX_TRACK:
            raise BadRequest("there is too much of this device for a tile; ask for a shorter time, or for its track")
    track = np.concatenate([NOTHING, *parts])
    found = points([(device_id, by.kind or OTHER, track)])
    tag = f"{zlib.crc32(repr((by, wanted)).encode() + track.tobytes()):08x}"
    return TileContent(*await asyncio.to_thread(_gathered, wanted, found, by), tag, current)


def _near(wanted: Tile, _: int, values: Sequence[tuple[str, bytes]], by: Filter) -> tuple[Points | None, Cells]:
    return _gathered(wanted, joined([unpack_points(value) for _, value in values]), by)


def _gathered(wanted: Tile, found: Points, by: Filter) -> tuple[Points | None, Cells]:
    rows = found.rows
    inside = cell_numbers(rows["longitude"] / PLACES, rows["latitude"] / PLACES, wanted.zoom) == _number(wanted)
    found = select(found, inside & by.counts(rows["group"], found.kinds))
    if len(found.rows) <= MAX_POINTS:
        return found, EMPTY
    return None, count(found.rows, found.kinds, wanted.zoom + GRID)


def _far(wanted: Tile, zoom: int, values: Sequence[tuple[str, bytes]], by: Filter) -> tuple[None, Cells]:
    cells = together([counted(zoom, block, value) for block, value in values])
    chosen = _inside(cells, wanted, zoom) & by.counts(cells.rows["group"], cells.kinds)
    cells = Cells(cells.kinds, cells.rows[chosen])
    return None, coarser(cells, max(0, zoom + SPLIT - wanted.zoom - GRID))


def counted(zoom: int, block: str, value: bytes) -> Cells:
    """The cells of a stored tile of a zoom."""
    return ground_cells(block, value) if zoom == GROUND else unpack_cells(value)


def _inside(cells: Cells, wanted: Tile, zoom: int) -> npt.NDArray[np.bool_]:
    """A cell that is larger than the tile belongs to the one that its mean place is in."""
    rows, halvings = cells.rows, zoom + SPLIT - wanted.zoom
    if halvings >= 0:
        found: npt.NDArray[np.bool_] = rows["cell"] >> np.uint64(2 * halvings) == _number(wanted)
        return found
    longitude, latitude = (rows[name] / rows["count"] / PLACES for name in ("longitudes", "latitudes"))
    return np.asarray(cell_numbers(longitude, latitude, wanted.zoom) == _number(wanted))


def _number(wanted: Tile) -> np.uint64:
    return np.uint64(tile_number(wanted.x, wanted.y))
