"""The pyramid of an hour, day or month: its cells on all zooms, tile by tile, as rows of rollups."""

from collections.abc import Iterator, Sequence

import msgspec
import numpy as np

from herenow.history.rollups.cells import Cells, Numbers, cell_numbers, coarser, count, pack_cells, unpack_cells
from herenow.history.rollups.keys import (
    blocks_part,
    cells_part,
    index_part,
    key_number,
    number_key,
    points_part,
    single_range,
)
from herenow.history.rollups.points import Points, pack_points, select, unpack_points
from herenow.model.clock import now
from herenow.store.port import Range, Row
from herenow.store.track import PLACES

GROUND = 14  # the zoom whose tiles POINTED blocks keep as points, others as cells
# The zoom whose tiles keep the points of an hour, or of a slice, which has too few for the ground's tiles. Entries of
# these in the index have the zoom GROUND.
POINTED = {"slice": 12, "hour": GROUND}
ZOOMS = (12, 10, 8, 6, 4, 2, 0)  # each serves itself and the next
SPLIT = 5  # halvings of a tile, so 32 by 32 cells

Tiles = list[tuple[int, int]]  # zoom and number

_index = msgspec.msgpack.Decoder(Tiles)


def ground_rows(block: str, number: int, found: Points, before: bytes | None) -> list[Row]:
    """The points of an hour or slice, tile by tile, and the cells over them; see `_rows`."""
    near = point_rows(block, number, found)
    return _rows(block, number, count(found.rows, found.kinds, ZOOMS[0] + SPLIT), ZOOMS, near, before)


def sum_rows(block: str, number: int, ground: Cells, before: bytes | None) -> list[Row]:
    """The cells of a day or month over those of the ground; see `_rows`."""
    return _rows(block, number, ground, (GROUND, *ZOOMS), [], before)


def _rows(
    block: str, number: int, finest: Cells, zooms: Sequence[int], near: Sequence[Row], before: bytes | None
) -> list[Row]:
    """What was given, the pyramid over the finest cells, and the entry in the index. Tiles of the entry `before` that
    have nothing now are to go."""
    rows, cells = list(near), finest
    tiles = [(GROUND, key_number(row.key)) for row in near]
    for zoom in zooms:
        cells = cells if zoom == zooms[0] else coarser(cells, 2)
        for tile, part in _tiles(cells):
            tiles.append((zoom, tile))
            rows.append(Row(tile_part(block, number, zoom, tile), number_key(tile), pack_cells(part)))
    return rows + entry_rows(block, number, tiles, before)


def entry_rows(block: str, number: int, tiles: Tiles, before: bytes | None) -> list[Row]:
    """The entry in the index of a block that has these tiles; those that the entry `before` has beside go."""
    gone = set(tiles_of(before)) - set(tiles)
    key = number_key(number)
    return [
        *(Row(tile_part(block, number, zoom, tile), number_key(tile)) for zoom, tile in gone),
        Row(index_part(block), key, msgspec.msgpack.encode(tiles) if tiles else None),
        Row(blocks_part(block), key, number_key(now()) if tiles else None),
    ]


def tiles_of(index: bytes | None) -> Tiles:
    """In an entry of the index."""
    return _index.decode(index) if index else []


def tile_range(block: str, number: int, zoom: int, tile: int) -> Range:
    """Where a block has what is in a tile; of a slice there may be more around it."""
    if zoom == GROUND and block in POINTED:
        tile >>= 2 * (GROUND - POINTED[block])
    return single_range(tile_part(block, number, zoom, tile), number_key(tile))


def tile_part(block: str, number: int, zoom: int, tile: int) -> str:
    if block in POINTED and zoom == GROUND:
        return points_part(block, number, tile)
    return cells_part(block, number, zoom, tile)


def _tiles(cells: Cells) -> Iterator[tuple[int, Cells]]:
    for tile, start, end in _runs(cells.rows["cell"] >> np.uint64(2 * SPLIT)):
        yield tile, Cells(cells.kinds, cells.rows[start:end])


def _runs(numbers: Numbers) -> Iterator[tuple[int, int, int]]:
    """Each number in a sorted array, with where it begins and ends."""
    found, starts = np.unique(numbers, return_index=True)
    if not len(found):
        return iter(())
    return zip(found.tolist(), starts.tolist(), [*starts[1:].tolist(), len(numbers)], strict=True)


def ground_ranges(block: str, number: int, index: bytes) -> list[Range]:
    """Where the ground of a block lies, by its entry in the index."""
    tiles = [tile for zoom, tile in tiles_of(index) if zoom == GROUND]
    return [single_range(tile_part(block, number, GROUND, tile), number_key(tile)) for tile in tiles]


def ground_cells(block: str, value: bytes) -> Cells:
    """The cells in a row of the ground."""
    if block not in POINTED:
        return unpack_cells(value)
    found = unpack_points(value)
    return count(found.rows, found.kinds, GROUND + SPLIT)


def point_rows(block: str, number: int, found: Points) -> list[Row]:
    longitude, latitude = found.rows["longitude"] / PLACES, found.rows["latitude"] / PLACES
    numbers = cell_numbers(longitude, latitude, POINTED[block])
    order = np.argsort(numbers, kind="stable")
    rows = []
    for tile, start, end in _runs(numbers[order]):
        packed = pack_points(select(found, order[start:end]))
        rows.append(Row(points_part(block, number, tile), number_key(tile), packed))
    return rows
