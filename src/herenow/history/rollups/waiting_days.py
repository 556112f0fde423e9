"""Days of one device that wait for the builder, made for a reader: those of a large fleet take their turn."""

from collections.abc import Sequence

from herenow.history.rollups.days import made_days
from herenow.history.rollups.keys import bucket_of, day_key, dirty_days_part, single_range
from herenow.history.tracks.stillness import TripSettings
from herenow.model.clock import DAY, now
from herenow.store.port import Range, RollupReader, Row, TrackReader

MOST = 2  # days, today and the one before: older ones wait only after an import


async def with_waiting_days(
    rollups: RollupReader, device_id: str, first: int, last: int, settings: TripSettings
) -> RollupReader:
    """Rollups in which the latest days of a device are as its positions are now, where the store packs these. Raises
    StoreUnavailable, BadRequest."""
    today = now() // DAY
    days = range(max(first, today - MOST + 1), min(last, today) + 1)
    if rollups.packed is None or not days:
        return rollups
    part = dirty_days_part(bucket_of(device_id))
    marks = await rollups.get([single_range(part, day_key(device_id, day)) for day in days])
    waiting = [(device_id, day) for day, found in zip(days, marks, strict=True) if found]
    return _Replaced(rollups, (await made_days(rollups, waiting, settings)).rows) if waiting else rollups


class _Replaced:
    """Rollups with some rows in the place of others."""

    def __init__(self, rollups: RollupReader, rows: Sequence[Row]) -> None:
        self._rollups = rollups
        self._rows: dict[str, dict[bytes, bytes | None]] = {}
        for row in rows:
            self._rows.setdefault(row.part, {})[row.key] = row.value

    @property
    def packed(self) -> TrackReader | None:
        return self._rollups.packed

    async def get(self, ranges: Sequence[Range]) -> list[list[tuple[bytes, bytes]]]:
        answers = await self._rollups.get(ranges)
        return [self._with_rows(wanted, found) for wanted, found in zip(ranges, answers, strict=True)]

    def _with_rows(self, wanted: Range, found: Sequence[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        part, first, last = wanted
        rows = {key: value for key, value in self._rows.get(part, {}).items() if first <= key <= last}
        return sorted((key, value) for key, value in (dict(found) | rows).items() if value is not None)
