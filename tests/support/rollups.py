"""Rollups as tests need them: made of what a store holds, and counted again by going through every position."""

from collections.abc import Iterable, Sequence

import numpy as np
import pytest

from herenow.history.queries.tiles import GRID, POINTS_FOR, Filter, Tile, TileContent, tile
from herenow.history.rollups.cells import CELL, CLASSES, FLAGGED, MOVING, STOPPED, Cells
from herenow.history.rollups.pyramid import GROUND, SPLIT
from herenow.history.tracks.quality import flagged
from herenow.model.position import Position
from herenow.store.cassandra import changes, leases
from herenow.store.port import Row, Span, Store
from herenow.store.track import FIX, PLACES, Track, track
from tests.support.slippy_map import column_and_row

Counted = dict[tuple[int, int, str, int], tuple[int, ...]]  # by column, row, kind and class
NOBODY = np.empty(0, FIX)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cassandra tells of changes after a second. SQLite tells at once."""
    monkeypatch.setattr(changes, "PERIOD", 1000)
    monkeypatch.setattr(changes, "GRACE", 0)


def hurried(patch: pytest.MonkeyPatch) -> None:
    """The same, and a lease expires after a second."""
    patch.setattr(changes, "PERIOD", 1000)
    patch.setattr(changes, "GRACE", 0)
    patch.setattr(leases, "EXPIRES", 1.0)
    patch.setattr(leases, "RENEWED", 0.2)


async def put(store: Store, *rows: Row) -> None:
    """As the holder of the first lease; no other has it."""
    async with store.rollups.lease(0) as writer:
        assert writer
        await writer.put(rows)


def judged(positions: Iterable[Position]) -> dict[str, Track]:
    """The tracks of devices, each position once, flagged as a whole."""
    devices: dict[str, dict[tuple[int, int], Position]] = {}
    for position in positions:
        devices.setdefault(position.device_id, {})[position.version] = position
    return {
        device_id: flagged(track([found[version] for version in sorted(found)]), NOBODY)
        for device_id, found in devices.items()
    }


def recounted(tracks: dict[str, tuple[str, Track]], wanted: Tile, span: Span, by: Filter) -> Counted:
    """The cells of a tile, one position after the other; what is near in a longer range on the finest grid there is."""
    cells: Counted = {}
    grid = wanted.zoom + GRID if span.end - span.start <= POINTS_FOR else min(GROUND + SPLIT, wanted.zoom + GRID)
    deeper = grid - wanted.zoom
    for kind, found in tracks.values():
        for fix in found:
            moment, longitude, latitude = int(fix["time"]), int(fix["longitude"]), int(fix["latitude"])
            of = FLAGGED if fix["flag"] else MOVING if fix["speed"] > 0.5 else STOPPED
            column, row = column_and_row(longitude / PLACES, latitude / PLACES, grid)
            inside = (column >> deeper, row >> deeper) == (wanted.x, wanted.y) and span.start <= moment < span.end
            if not inside or (of == FLAGGED and not by.raw) or by.kind not in (None, kind):
                continue
            key = column, row, kind, of
            one = (1, longitude, latitude, longitude, latitude, longitude, latitude, moment, moment)
            cells[key] = _added(cells[key], one) if key in cells else one
    return cells


def _added(a: Sequence[int], b: Sequence[int]) -> tuple[int, ...]:
    sums = [x + y for x, y in zip(a[:3], b[:3], strict=True)]
    return (*sums, min(a[3], b[3]), min(a[4], b[4]), max(a[5], b[5]), max(a[6], b[6]), min(a[7], b[7]), max(a[8], b[8]))


def counts_of(found: TileContent, wanted: Tile) -> Counted:
    """The same of what was read, points counted one by one."""
    if found.points is not None:
        span = Span(
            int(found.points.rows["time"].min(initial=2**60)), int(found.points.rows["time"].max(initial=0)) + 1
        )
        rows, kinds = found.points.rows, found.points.kinds
        tracks: dict[str, tuple[str, Track]] = {}
        for number, row in enumerate(rows):
            fix = np.zeros(1, FIX)
            for name in ("time", "longitude", "latitude"):
                fix[name] = row[name]
            of = row["group"] % CLASSES
            fix["speed"], fix["flag"] = (1.0 if of == MOVING else 0.0), of == FLAGGED
            tracks[str(number)] = kinds[row["group"] // CLASSES], fix
        return recounted(tracks, wanted, span, Filter(raw=True))
    return _cells(found.cells)


def _cells(cells: Cells) -> Counted:
    found: Counted = {}
    for row in cells.rows:
        cell, group = int(row["cell"]), int(row["group"])
        column, line = _bits(cell), _bits(cell >> 1)
        key = column, line, cells.kinds[group // CLASSES], group % CLASSES
        assert key not in found
        found[key] = tuple(int(row[name]) for name in CELL.names or () if name not in ("cell", "group"))
    return found


def _bits(number: int) -> int:
    """Every second bit."""
    return sum(((number >> 2 * place) & 1) << place for place in range(32))


def tile_at(longitude: float, latitude: float, zoom: int) -> Tile:
    return tile(zoom, *column_and_row(longitude, latitude, zoom))
