"""What history takes on disk, and what it will take."""

from collections.abc import Mapping

import msgspec

from herenow.history.cells import CLASSES
from herenow.history.ranges import LONGEST
from herenow.history.tiles import Filter, Tile, read_tile
from herenow.model.clock import DAY, now
from herenow.model.report import EARLIEST, LATEST_AHEAD
from herenow.model.retention import Retention
from herenow.store.base import Rollups, Span, Store

SAMPLE = 7  # whole days of which the last ones are taken to go on like that
WORLD = Tile(0, 0, 0)


class Kind(msgspec.Struct, frozen=True):
    """Of devices of one kind: positions a day lately, and the days that they are kept, None for ever."""

    a_day: float
    kept: int | None


class Storage(msgspec.Struct, frozen=True):
    """Bytes on disk now, of the positions and of the rollups; in a cluster those of one node.

    `predicted` is what positions and rollups together will take once what comes in a day is as much as what goes; what
    is kept for ever is in it with the `grows` bytes of one day only. None where nothing came lately.
    """

    positions: int
    position_bytes: int
    rollup_bytes: int
    kinds: Mapping[str, Kind]
    predicted: float | None
    grows: float | None


async def storage(store: Store, keep: Retention) -> Storage:
    """As of the last round of the rollups. Raises StoreUnavailable."""
    today = now() // DAY * DAY
    size = await store.size()
    total = sum([sum((await _counts(store.rollups, span)).values()) for span in _ever(today)])
    recent = await _counts(store.rollups, Span(today - SAMPLE * DAY, today))
    kinds = {kind: Kind(count / SAMPLE, keep.of(kind)) for kind, count in sorted(recent.items())}
    each = (size.positions + size.rollups) / total if total else None
    return Storage(
        positions=total,
        position_bytes=size.positions,
        rollup_bytes=size.rollups,
        kinds=kinds,
        predicted=each and each * sum(kind.a_day * (kind.kept or 1) for kind in kinds.values()),
        grows=each and each * sum(kind.a_day for kind in kinds.values() if kind.kept is None),
    )


def _ever(today: int) -> list[Span]:
    """All times that a position may have, in spans that are not too long."""
    end = today + DAY + LATEST_AHEAD
    starts = range(EARLIEST // DAY * DAY, end, LONGEST)
    return [Span(start, min(start + LONGEST, end)) for start in starts]


async def _counts(rollups: Rollups, span: Span) -> dict[str, int]:
    """Positions by kind, those that are not to be believed as well."""
    cells = (await read_tile(rollups, WORLD, span, Filter(raw=True))).cells
    found: dict[str, int] = {}
    for group, count in zip((cells.rows["group"] // CLASSES).tolist(), cells.rows["count"].tolist(), strict=True):
        found[cells.kinds[group]] = found.get(cells.kinds[group], 0) + count
    return found
