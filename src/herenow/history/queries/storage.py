"""What history takes on disk, and what it will take."""

from collections.abc import Mapping
from typing import Protocol

import msgspec

from herenow.history.queries.tiles import Filter, Tile, read_tile
from herenow.history.rollups.blocks import LONGEST
from herenow.history.rollups.cells import CLASSES
from herenow.model.clock import DAY, HOUR, Clock, now
from herenow.model.report import EARLIEST, LATEST_AHEAD
from herenow.model.retention import Retention
from herenow.store.port import DiskUsage, RollupReader, RollupStore, Span

SAMPLE = 7  # whole days of which the last ones are taken to go on like that; of a younger fleet, all of its time
WORLD = Tile(0, 0, 0)


class StorageKind(msgspec.Struct, frozen=True):
    """Devices of one kind: recent positions per day, and the days that Herenow keeps them, None for ever."""

    positions_per_day: float
    keep_days: int | None


class Storage(msgspec.Struct, frozen=True):
    """Bytes on disk now, of the positions and of the rollups; in a cluster those of one node.

    `predicted_bytes` is the size of positions and rollups together once as much expires in a day as arrives. It
    includes one day of the kinds that are kept for ever, which is `growth_bytes_per_day`. Both are None where no
    position came lately.
    """

    positions: int
    position_bytes: int
    rollup_bytes: int
    kinds: Mapping[str, StorageKind]
    predicted_bytes: float | None
    growth_bytes_per_day: float | None


class MeasuredStore(DiskUsage, RollupStore, Protocol):
    """How large the store is, and the rollups that count its positions."""


async def storage(store: MeasuredStore, keep: Retention, clock: Clock = now) -> Storage:
    """As of the last round of the rollups. Raises StoreUnavailable."""
    moment = clock()
    tomorrow = (moment // DAY + 1) * DAY
    size = await store.size()
    counted = [await _counted(store.rollups, span) for span in _ever(tomorrow)]
    total = sum(part.total for part in counted)
    recent, days = await _recent(store.rollups, moment)
    kinds = {kind: StorageKind(count / days, keep.of(kind)) for kind, count in sorted(recent.items())}
    each = (size.positions + size.rollups) / total if total else None
    expiring = sum(kind.positions_per_day * (kind.keep_days or 1) for kind in kinds.values())
    growing = sum(kind.positions_per_day for kind in kinds.values() if kind.keep_days is None)
    return Storage(
        positions=total,
        position_bytes=size.positions,
        rollup_bytes=size.rollups,
        kinds=kinds,
        predicted_bytes=each and each * expiring,
        growth_bytes_per_day=each and each * growing,
    )


def _ever(tomorrow: int) -> list[Span]:
    """All times that a position may have, in spans that are not too long."""
    end = tomorrow + LATEST_AHEAD
    starts = range(EARLIEST // DAY * DAY, end, LONGEST)
    return [Span(start, min(start + LONGEST, end)) for start in starts]


class _Counted(msgspec.Struct, frozen=True):
    kinds: dict[str, int]
    first: int  # ms; 0 where there are none

    @property
    def total(self) -> int:
        return sum(self.kinds.values())


async def _recent(rollups: RollupReader, moment: int) -> tuple[dict[str, int], float]:
    """Positions by kind that came in some days, and in how many. Where the first of the last SAMPLE days have nothing,
    there are no whole days, or too few: all since then counts, in the time since its first position, an hour at least.
    It is no matter whether there is more from before: that may be an import of old data."""
    today = moment // DAY * DAY
    start = today - SAMPLE * DAY
    until_now = await _counted(rollups, Span(start, today + DAY))
    if until_now.kinds and until_now.first >= start + DAY:
        return until_now.kinds, max(moment - until_now.first, HOUR) / DAY
    return (await _counted(rollups, Span(start, today))).kinds, SAMPLE


async def _counted(rollups: RollupReader, span: Span) -> _Counted:
    """Those that are not to be believed as well."""
    cells = (await read_tile(rollups, WORLD, span, Filter(raw=True))).cells
    found: dict[str, int] = {}
    for group, count in zip((cells.rows["group"] // CLASSES).tolist(), cells.rows["count"].tolist(), strict=True):
        found[cells.kinds[group]] = found.get(cells.kinds[group], 0) + count
    return _Counted(found, int(cells.rows["first"].min()) if found else 0)
