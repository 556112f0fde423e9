"""Makes the rollups of one shard: rebuilds what changed, and only that, from the stored positions.

Positions → hours of devices → cells and points of the hour → cells of its day → cells of its month. Where the store
packs hours of devices, these are not kept again, and an hour that lasts is made in slices. What a step leaves to the
next is marked as dirty before it is written, and the mark goes after the next step; so whatever is interrupted
is done again, and doing it twice changes nothing. Another process may do the next step at the same time, and read
before all is written: so the marks are put once more behind it.
"""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol

from herenow.history.queries.replay_blocks import replay_rows
from herenow.history.rollups.blocks import is_closed
from herenow.history.rollups.cells import Cells, together
from herenow.history.rollups.closing import close_hours
from herenow.history.rollups.days import DeviceDay, made_days
from herenow.history.rollups.hours import changed_rows, made_hours, read_hour, tracks_of_hour
from herenow.history.rollups.keys import (
    BLOCKS,
    STATE,
    block_bucket,
    bucket_of,
    day_key,
    device_day,
    dirty_days_part,
    dirty_key,
    dirty_number,
    dirty_part,
    hour_parts,
    index_part,
    key_number,
    number_key,
    numbers_of,
    prefix_range,
    single_range,
)
from herenow.history.rollups.open_hours import Earliest, OpenHours, is_open
from herenow.history.rollups.pace import Turn
from herenow.history.rollups.points import OTHER, points
from herenow.history.rollups.pyramid import ground_cells, ground_ranges, ground_rows, sum_rows
from herenow.history.tracks.stillness import TripSettings
from herenow.store.port import (
    BUCKETS,
    ChangeLog,
    DeviceReader,
    Mark,
    PositionReader,
    Range,
    Rollups,
    RollupWriter,
    Row,
)
from herenow.store.track import Track

AT_ONCE = 32  # devices
DAYS_AT_ONCE = 8  # each may have 100,000 positions
READ_AT_ONCE = 64  # ranges
WRITE_AT = 1 << 20  # bytes of blocks


class RollupSource(ChangeLog, DeviceReader, PositionReader, Protocol):
    """What rollups are made of, and where they go."""

    @property
    def rollups(self) -> Rollups: ...


class _Unwritten:
    """Blocks that are made and not written yet: marks of what is made of them, their rows, and their own marks."""

    def __init__(self) -> None:
        self.beyond: dict[bytes, Row] = {}
        self.rows: list[Row] = []
        self.marks: list[Mark] = []


class ShardBuilder:
    """Of the buckets of a shard, for the holder of its lease."""

    def __init__(
        self,
        store: RollupSource,
        writer: RollupWriter,
        shard: int,
        settings: TripSettings,
        open_hours: OpenHours | None,
    ) -> None:
        self._store = store
        self._rollups = writer
        self._settings = settings
        self._open = open_hours
        self.shard = shard
        self._buckets = range(shard, BUCKETS, store.rollups.shards)
        self._unwritten = _Unwritten()

    async def put_state(self, values: Mapping[bytes, bytes | None]) -> None:
        await self._rollups.put([Row(STATE, key, value) for key, value in values.items()])

    async def whole_day(self, device_ids: Sequence[str], day: int) -> None:
        """All hours of a day of its devices."""
        hours = range(day * 24, (day + 1) * 24)
        if not self._open:
            await self.devices(dict.fromkeys(device_ids, hours))
            return
        marks = [Row(dirty_part("hour"), dirty_key(hour, self.shard), b"") for hour in hours]
        await self._rollups.put(marks + [_dirty_day((name, day), b"") for name in self._own(device_ids)])
        for hour in filter(is_open, hours):
            await self._open.refresh(self._rollups, hour)
        await self.hours()

    async def devices(self, hours: Mapping[str, Sequence[int]]) -> None:
        """Makes hours of its devices, AT_ONCE at a time."""
        names = self._own(hours)
        for start in range(0, len(names), AT_ONCE):
            await self._some(names[start : start + AT_ONCE], hours)

    def _own(self, device_ids: Iterable[str]) -> list[str]:
        return [name for name in device_ids if bucket_of(name) in self._buckets]

    async def lasting(self, earliest: Earliest) -> None:
        """Marks what changed in hours that last."""
        if self._open:
            await self._open.change(self._rollups, earliest)

    async def _some(self, names: list[str], hours: Mapping[str, Sequence[int]]) -> None:
        if (packed := self._rollups.packed) is not None:
            for name in names:
                await self._rollups.put(await changed_rows(packed, name, hours[name]))
            return
        devices = {device.device_id: device for device in await self._store.devices(names)}
        kinds = [(devices[name].kind if name in devices else None) or OTHER for name in names]
        try:
            async with asyncio.TaskGroup() as tasks:
                making = [
                    tasks.create_task(made_hours(self._store, name, kind, hours[name]))
                    for name, kind in zip(names, kinds, strict=True)
                ]
        except ExceptionGroup as group:
            raise group.exceptions[0] from group
        rows = [row for made in making for row in made.result()]
        marks = list({(row.part, row.key): row for row in rows if row.value == b""}.values())
        await self._rollups.put(marks, [row for row in rows if row.value != b""], marks)

    async def days(self, before: int | None = None, turn: Turn | None = None) -> None:
        """The days of devices that are dirty, and others that read what changed in them; with `before` (a day) only
        the earlier ones, around which all hours are made and no day is yet."""
        made: set[DeviceDay] = set()
        parts = [dirty_days_part(bucket) for bucket in self._buckets]
        wanted = [prefix_range(part) if before is None else (part, b"", number_key(before)) for part in parts]
        while keys := sorted(key for rows in await self._rollups.get(wanted) for key, _ in rows):
            keys = turn.ordered(keys) if turn else keys
            for start in range(0, len(keys), DAYS_AT_ONCE):
                some = keys[start : start + DAYS_AT_ONCE]
                if turn and turn.is_over:
                    return
                await self._some_days([device_day(key) for key in some], made, silent=before is not None)
                if turn:
                    turn.last = some[-1]

    async def _some_days(self, days: list[DeviceDay], made: set[DeviceDay], *, silent: bool) -> None:
        found = await made_days(self._rollups, days, self._settings)
        made.update(days)
        others = (found.silent if silent else found.readers) - made
        marks = [_dirty_day(one, b"") for one in others]
        await self._rollups.put(marks, found.rows, [_dirty_day(one, None) for one in days])

    async def slices(self) -> None:
        """Makes the hours that last, and of their slices those that are over."""
        if not self._open:
            return
        for hour, marks in (await self._dirty("hour")).items():
            if is_open(hour):
                await self._open.change_edges(self._rollups, hour)
                await self._rollups.unmark(marks)
        await self._open.make(self._rollups)
        await close_hours(self._rollups)

    async def hours(self) -> list[int]:
        """Makes cells and points of the hours that are dirty; returns which."""
        dirty = {hour: marks for hour, marks in (await self._dirty("hour")).items() if not self._lasts(hour)}
        for hour, marks in dirty.items():
            tracks = await self._tracks(hour)
            rows = ground_rows("hour", hour, points(tracks), await self._index("hour", hour))
            await self._replace("hour", hour, rows + replay_rows("hour", hour, tracks), "day", marks)
        await self._write()
        return list(dirty)

    def _lasts(self, hour: int) -> bool:
        return self._open is not None and is_open(hour)

    async def _tracks(self, hour: int) -> list[tuple[str, str, Track]]:
        """Of all devices in an hour, with their kinds."""
        if (packed := self._rollups.packed) is None:
            found = await self._read([prefix_range(part) for part in hour_parts(hour)])
            return [(key.decode(), *read_hour(value)) for part in found for key, value in part]
        tracks = await tracks_of_hour(packed, hour)
        kinds = {device.device_id: device.kind for device in await self._store.devices(list(tracks))}
        return [(name, kinds.get(name) or OTHER, track) for name, track in tracks.items()]

    async def sums(self, block: str, finer: str, coarser: str | None, *, but: Collection[int]) -> None:
        """Cells of the days or months that are dirty and closed. A month waits for its days."""
        for number, marks in (await self._dirty(block)).items():
            if number in but:
                self._mark(block, number, coarser)
            elif is_closed(block, number):
                ground = await self._sum(block, number, finer)
                rows = sum_rows(block, number, ground, await self._index(block, number))
                await self._replace(block, number, rows, coarser, marks)
        await self._write()

    async def _sum(self, block: str, number: int, finer: str) -> Cells:
        per = BLOCKS[block] // BLOCKS[finer]
        [index] = await self._rollups.get([numbers_of(index_part(finer), number * per, (number + 1) * per - 1)])
        ranges: list[Range] = []
        for key, value in index:
            ranges += ground_ranges(finer, key_number(key), value)
        found = await self._read(ranges)
        return together([ground_cells(finer, value) for part in found for _, value in part])

    async def _read(self, ranges: Sequence[Range]) -> list[list[tuple[bytes, bytes]]]:
        """However much it is: each reading has a deadline of its own."""
        found: list[list[tuple[bytes, bytes]]] = []
        for start in range(0, len(ranges), READ_AT_ONCE):
            found += await self._rollups.get(ranges[start : start + READ_AT_ONCE])
        return found

    async def _index(self, block: str, number: int) -> bytes | None:
        [rows] = await self._rollups.get([single_range(index_part(block), number_key(number))])
        return rows[0][1] if rows else None

    async def _replace(self, block: str, number: int, rows: list[Row], coarser: str | None, marks: list[Mark]) -> None:
        """Of small blocks many at once."""
        unwritten = self._unwritten
        self._mark(block, number, coarser)
        unwritten.rows += rows
        unwritten.marks += marks
        if sum(len(row.value or b"") for row in unwritten.rows) > WRITE_AT:
            await self._write()

    def _mark(self, block: str, number: int, coarser: str | None) -> None:
        if coarser:
            key = dirty_key(number * BLOCKS[block] // BLOCKS[coarser], block_bucket(number))
            self._unwritten.beyond[key] = Row(dirty_part(coarser), key, b"")

    async def _write(self) -> None:
        unwritten, self._unwritten = self._unwritten, _Unwritten()
        if unwritten.marks or unwritten.beyond:
            beyond = list(unwritten.beyond.values())
            await self._rollups.put(beyond, unwritten.rows, beyond)
            await self._rollups.unmark(unwritten.marks)

    async def _dirty(self, block: str) -> dict[int, list[Mark]]:
        """The blocks of its buckets that are, with their marks: read before what they are made of."""
        found: dict[int, list[Mark]] = {}
        for mark in await self._rollups.marks(dirty_part(block)):
            number = dirty_number(mark.key)
            if block_bucket(number) in self._buckets:
                found.setdefault(number, []).append(mark)
        return found


def _dirty_day(one: DeviceDay, value: bytes | None) -> Row:
    return Row(dirty_days_part(bucket_of(one[0])), day_key(*one), value)
