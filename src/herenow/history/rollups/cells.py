"""Cells: positions counted on square grids of the web-mercator map, so that maps need no position twice.

A cell is named by the Morton number of its column and row, so that the number of the cell around it at half the
resolution is a quarter of its own, and cells of a tile follow each other.
"""

from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from herenow.history.rollups.packing import pack, unpack
from herenow.model.geo.mercator import columns_or_rows, latitudes_of, longitudes_of, project
from herenow.store.track import PLACES

# One cell and group. The sums and bounds are whole numbers, in PLACES to a degree: their order does not matter.
CELL = np.dtype(
    [
        ("cell", "<u8"),
        ("group", "<u4"),  # 4 * number of the kind + class
        ("count", "<u8"),
        ("longitudes", "<i8"),  # sum
        ("latitudes", "<i8"),
        ("west", "<i4"),
        ("south", "<i4"),
        ("east", "<i4"),
        ("north", "<i4"),
        ("first", "<i8"),  # ms
        ("last", "<i8"),
    ]
)
STEPS = ("cell", "west", "south", "east", "north", "first", "last")
STOPPED, MOVING, FLAGGED = 0, 1, 2  # classes
CLASSES = 4

Numbers = npt.NDArray[np.uint64]


class Cells(msgspec.Struct, frozen=True):
    """Sorted by cell and group; `kinds` are the names behind the numbers in `group`."""

    kinds: tuple[str, ...]
    rows: npt.NDArray[np.void]


EMPTY = Cells((), np.empty(0, CELL))


def cell_numbers(longitude: npt.NDArray[np.float64], latitude: npt.NDArray[np.float64], grid: int) -> Numbers:
    """The cell of each place in degrees, on a grid of 2**grid columns and rows. Places beyond the map's edge belong to
    the cells at the edge."""
    return morton(*place_cells(longitude, latitude, grid))


def place_cells(
    longitude: npt.NDArray[np.float64], latitude: npt.NDArray[np.float64], grid: int
) -> tuple[Numbers, Numbers]:
    """The same as columns and rows."""
    x, y = project(longitude, latitude)
    return columns_or_rows(grid, x).astype(np.uint64), columns_or_rows(grid, y).astype(np.uint64)


def cell_places(cells: Numbers, grid: int) -> tuple[list[float], list[float], list[float], list[float]]:
    """West, south, east and north edges of cells, in degrees."""
    side = 2.0**grid
    column, row = (_gather(part).astype(np.float64) for part in (cells, cells >> np.uint64(1)))
    west, east = longitudes_of(column / side), longitudes_of((column + 1) / side)
    return west.tolist(), latitudes_of((row + 1) / side).tolist(), east.tolist(), latitudes_of(row / side).tolist()


def morton(column: Numbers, row: Numbers) -> Numbers:
    """The bits of both, by turns; those of the row lead. Up to 32 bits each."""
    return _spread(column) | (_spread(row) << np.uint64(1))


def tile_number(x: int, y: int) -> int:
    return int(morton(np.array([x], np.uint64), np.array([y], np.uint64))[0])


_SPREADS = tuple(
    (np.uint64(shift), np.uint64(mask))
    for shift, mask in (
        (16, 0x0000FFFF0000FFFF),
        (8, 0x00FF00FF00FF00FF),
        (4, 0x0F0F0F0F0F0F0F0F),
        (2, 0x3333333333333333),
        (1, 0x5555555555555555),
    )
)


def _spread(numbers: Numbers) -> Numbers:
    """A zero bit before each bit (Sean Anderson, Bit Twiddling Hacks, "Interleave bits by Binary Magic Numbers")."""
    for shift, mask in _SPREADS:
        numbers = (numbers | (numbers << shift)) & mask
    return numbers


def _gather(numbers: Numbers) -> Numbers:
    """Every second bit, the lowest one first: undoes `_spread`."""
    numbers = numbers & np.uint64(_SPREADS[-1][1])
    for (shift, _), (_, mask) in zip(_SPREADS[::-1], [*_SPREADS[-2::-1], (0, np.uint64(0xFFFFFFFF))], strict=True):
        numbers = (numbers | (numbers >> shift)) & mask
    return numbers


def count(points: npt.NDArray[np.void], kinds: Sequence[str], grid: int) -> Cells:
    """Points (rows with longitude, latitude, time, group) in cells."""
    rows = np.empty(len(points), CELL)
    longitude, latitude = points["longitude"], points["latitude"]
    rows["cell"] = cell_numbers(longitude / PLACES, latitude / PLACES, grid)
    rows["group"], rows["count"] = points["group"], 1
    rows["longitudes"] = rows["west"] = rows["east"] = longitude
    rows["latitudes"] = rows["south"] = rows["north"] = latitude
    rows["first"] = rows["last"] = points["time"]
    return Cells(tuple(kinds), _gathered(rows))


def coarser(cells: Cells, halvings: int) -> Cells:
    """The same on a grid of so many times half the resolution."""
    rows = cells.rows.copy()
    rows["cell"] >>= np.uint64(2 * halvings)
    return Cells(cells.kinds, _gathered(rows))


def together(parts: Sequence[Cells]) -> Cells:
    """All of them, each cell and group once; the kinds in the order of their names."""
    kinds = tuple(sorted({kind for part in parts for kind in part.kinds}))
    renamed = []
    for part in parts:
        rows = part.rows.copy()
        numbers = np.array([kinds.index(kind) for kind in part.kinds], np.uint32)
        if len(numbers):
            rows["group"] = numbers[rows["group"] // CLASSES] * CLASSES + rows["group"] % CLASSES
        renamed.append(rows)
    return Cells(kinds, _gathered(np.concatenate(renamed))) if renamed else EMPTY


_ADDED = ("count", "longitudes", "latitudes")
_LEAST = ("west", "south", "first")
_MOST = ("east", "north", "last")
_GROUP_BITS = 12


def _gathered(rows: npt.NDArray[np.void]) -> npt.NDArray[np.void]:
    """Rows of the same cell and group as one, in order."""
    cell, group = rows["cell"], rows["group"]
    if group.max(initial=0) < 1 << _GROUP_BITS and cell.max(initial=0) >> np.uint64(64 - _GROUP_BITS) == 0:
        order = np.argsort((cell << np.uint64(_GROUP_BITS)) | group)  # far faster than by two columns
    else:
        order = np.lexsort((group, cell))
    cell, group = cell[order], group[order]
    starts = np.flatnonzero(np.append(True, (cell[1:] != cell[:-1]) | (group[1:] != group[:-1])))[: len(order)]
    found = np.empty(len(starts), CELL)
    found["cell"], found["group"] = cell[starts], group[starts]
    for names, gather in ((_ADDED, np.add), (_LEAST, np.minimum), (_MOST, np.maximum)):
        for name in names:
            if len(starts):
                found[name] = gather.reduceat(rows[name][order], starts)
    return found


def pack_cells(cells: Cells) -> bytes:
    return msgspec.msgpack.encode((cells.kinds, pack(cells.rows, STEPS)))


_packed = msgspec.msgpack.Decoder(tuple[tuple[str, ...], bytes])


def unpack_cells(packed: bytes) -> Cells:
    """Raises ValueError."""
    kinds, rows = _packed.decode(packed)
    return Cells(kinds, unpack(rows, CELL, STEPS))
