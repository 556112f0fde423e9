"""How much was where: positions counted on a grid over a box, from rollups."""

import asyncio
from collections.abc import Sequence

import msgspec
import numpy as np

from herenow.errors import BadRequest
from herenow.history.queries.tiles import MAX_BYTES, Filter, counted
from herenow.history.rollups.blocks import TimeBlock, closed_blocks
from herenow.history.rollups.cells import CLASSES, MOVING, Cells, cell_places, coarser, morton, place_cells, together
from herenow.history.rollups.pyramid import GROUND, SPLIT, ZOOMS, tile_range
from herenow.model.geo.box import Box
from herenow.store.port import Range, RollupReader, Span
from herenow.store.track import PLACES

HALVINGS = 2  # of a tile of 256 pixels, so cells of 64
MAX_CELLS = 10_000
MAX_RANGES = 20_000  # to be read for one answer
TOO_FINE = "there are too many cells; ask for a smaller box, a shorter time or a lower zoom"


class Cell(msgspec.Struct, frozen=True, gc=False):
    """At the mean place of its positions."""

    longitude: float
    latitude: float
    count: int
    moving: int
    bbox: tuple[float, float, float, float]  # west, south, east, north of the cell


async def density(rollups: RollupReader, box: Box, zoom: int, span: Span, by: Filter) -> list[Cell]:
    """The cells of a zoom whose mean place lies in the box, most positions first, in a span of whole hours.

    Raises BadRequest where that is too much to be read at once, StoreUnavailable.
    """
    grid = min(GROUND + SPLIT, zoom + HALVINGS)
    stored = min(level for level in (GROUND, *ZOOMS) if level + SPLIT >= grid)
    # Two parts of a box may lie in one tile.
    tiles = list(dict.fromkeys(tile for part in box.parts() for tile in _tiles(part, stored)))
    values = await _read(rollups, await closed_blocks(rollups, span), stored, tiles)
    return await asyncio.to_thread(_cells, values, stored, grid, box, by)


def _tiles(box: Box, zoom: int) -> list[int]:
    longitude, latitude = np.array([box.west, box.east]), np.array([box.north, box.south])
    (west, east), (north, south) = (line.tolist() for line in place_cells(longitude, latitude, zoom))
    if (east - west + 1) * (south - north + 1) > MAX_RANGES:
        raise BadRequest(TOO_FINE)
    rows, columns = np.meshgrid(np.arange(north, south + 1), np.arange(west, east + 1))
    found: list[int] = morton(columns.astype(np.uint64), rows.astype(np.uint64)).ravel().tolist()
    return found


async def _read(
    rollups: RollupReader, held: Sequence[TimeBlock], zoom: int, tiles: Sequence[int]
) -> list[tuple[str, bytes]]:
    if len(held) * len(tiles) > MAX_RANGES:
        raise BadRequest(TOO_FINE)
    # Two tiles may be in one row of a slice.
    requested: list[tuple[str, Range]] = list(
        dict.fromkeys(
            (block.length, tile_range(block.length, block.number, zoom, tile)) for block in held for tile in tiles
        )
    )
    answers = await rollups.get([range_ for _, range_ in requested])
    values = [(length, value) for (length, _), rows in zip(requested, answers, strict=True) for _, value in rows]
    if sum(len(value) for _, value in values) > MAX_BYTES:
        raise BadRequest(TOO_FINE)
    return values


def _cells(values: Sequence[tuple[str, bytes]], stored: int, grid: int, box: Box, by: Filter) -> list[Cell]:
    whole = together([counted(stored, block, value) for block, value in values])
    whole = Cells(whole.kinds, whole.rows[by.counts(whole.rows["group"], whole.kinds)])
    rows = coarser(whole, stored + SPLIT - grid).rows
    starts = np.flatnonzero(np.append(True, rows["cell"][1:] != rows["cell"][:-1]))[: len(rows)]
    if not len(starts):
        return []
    moving = np.where(rows["group"] % CLASSES == MOVING, rows["count"], 0)
    counts, moved, longitudes, latitudes = (
        np.add.reduceat(column, starts) for column in (rows["count"], moving, rows["longitudes"], rows["latitudes"])
    )
    longitude, latitude = longitudes / counts / PLACES, latitudes / counts / PLACES
    chosen = np.flatnonzero(box.counts(longitude, latitude))
    if len(chosen) > MAX_CELLS:
        raise BadRequest(TOO_FINE)
    chosen = chosen[np.argsort(-counts[chosen].astype(np.int64), kind="stable")]
    places = zip(longitude[chosen].tolist(), latitude[chosen].tolist(), strict=True)
    numbers = zip(counts[chosen].tolist(), moved[chosen].tolist(), strict=True)
    boxes = zip(*cell_places(rows["cell"][starts][chosen], grid), strict=True)
    return [Cell(*place, *sums, bbox) for place, sums, bbox in zip(places, numbers, boxes, strict=True)]
