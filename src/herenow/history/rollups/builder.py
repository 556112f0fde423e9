"""Keeps the rollups up to date: rebuilds what changed, and only that, from the stored positions.

Positions → hours of devices → cells and points of the hour → cells of its day → cells of its month. Where the store
packs hours of devices, these are not kept again, and an hour that lasts is made in slices. What a step leaves to the
next is marked as dirty before it is written, and the mark goes after the next step; so whatever is interrupted
is done again, and doing it twice changes nothing.
"""

import asyncio
import time
from collections.abc import Callable, Collection, Sequence
from typing import Protocol

import structlog

from herenow.errors import BadRequest, StoreUnavailable
from herenow.history.queries.replay_blocks import replay_rows
from herenow.history.rollups.blocks import is_closed
from herenow.history.rollups.cells import Cells, together
from herenow.history.rollups.closing import close_hours
from herenow.history.rollups.days import DeviceDay, made_days
from herenow.history.rollups.hours import changed_rows, made_hours, read_hour, tracks_of_hour
from herenow.history.rollups.keys import (
    BLOCKS,
    DIRTY_DAYS,
    MADE,
    MONTH,
    STATE,
    blocks_part,
    day_key,
    device_day,
    dirty_part,
    hour_parts,
    index_part,
    key_number,
    number_key,
    numbers_of,
    prefix_range,
    single_range,
)
from herenow.history.rollups.made import MADE_BY, UNTIL, made_until, read_state, version_of
from herenow.history.rollups.open_hours import OpenHours, is_open
from herenow.history.rollups.pace import SHORTEST_ROUND, rest
from herenow.history.rollups.points import OTHER, points
from herenow.history.rollups.pyramid import ground_cells, ground_ranges, ground_rows, sum_rows
from herenow.history.tracks.stillness import DEFAULT, MAX_SILENCE, TripSettings
from herenow.model.clock import DAY, HOUR, now
from herenow.store.port import ChangeLog, DeviceReader, PositionReader, Range, Rollups, Row
from herenow.store.track import Track

AT_ONCE = 32  # devices
DAYS_AT_ONCE = 8  # each may have 100,000 positions
READ_AHEAD = MAX_SILENCE // DAY + 2  # days; further ahead no day reads
READ_AT_ONCE = 64  # ranges
SUMS_EVERY = 600_000  # ms between two sums of a day that changes in each round
DAYS_SHARE = 0.03  # of one core that days of devices may use, while they are more than that

Progress = Callable[[int, int], None]  # days done, days in all

log = structlog.get_logger()


class RollupSource(ChangeLog, DeviceReader, PositionReader, Protocol):
    """What rollups are made of, and where they go."""

    @property
    def rollups(self) -> Rollups: ...


class Rollup:
    """One at a time may work on a store."""

    def __init__(self, store: RollupSource, settings: TripSettings = DEFAULT) -> None:
        self._store = store
        self._settings = settings
        self._version = version_of(settings, packed=store.rollups.packed is not None)
        self._open = OpenHours(store, store.rollups.packed) if store.rollups.packed else None
        self._last_day = b""  # key of the day of a device that was made last

    async def run(self) -> None:
        """Until it is cancelled; a store that fails is tried again."""
        began = time.monotonic() - SHORTEST_ROUND
        while True:
            before, began, used = began, time.monotonic(), time.process_time()
            try:
                await self.catch_up(began - before)
            except (StoreUnavailable, BadRequest) as error:  # the latter: a reading took too long
                log.error("cannot keep the rollups; trying again", reason=str(error))
            await asyncio.sleep(rest(time.monotonic() - began, time.process_time() - used))

    async def catch_up(self, wait: float | None = None) -> None:
        """One round: everything that was written before and is known to have changed. With `wait`, the seconds since
        the round before, days of devices take their share of these, and others wait for the next. Raises
        StoreUnavailable."""
        try:
            await self._make(wait)
        except BaseException:
            if self._open:
                self._open.forget()
            raise

    async def _make(self, wait: float | None) -> None:
        since = await self._since()
        if since is None:
            await self.rebuild(wait=wait)
            return
        began = now()
        changes = await self._store.changes(since)
        if changes.forgotten:
            log.info("making the rollups from the beginning: the store does not know what changed since the last round")
            await self.rebuild()
            return
        lasting = {one: time for one, time in changes.earliest.items() if self._open and is_open(one[1])}
        await self._devices(_by_device([one for one in changes.hours if one not in lasting]))
        if self._open:
            await self._open.change(lasting)
        await self._store.rollups.put(self._state(changes.until))
        await self._blocks()
        await self._days(wait=wait)
        await self._store.rollups.put([Row(STATE, MADE, number_key(began))])

    async def rebuild(self, progress: Progress = lambda *_: None, wait: float | None = None) -> None:
        """Everything from the beginning; with `wait`, days of a store that began today as `catch_up` does. Raises
        StoreUnavailable."""
        rollups, began = self._store.rollups, now()
        # First, so that nobody reads a part. Where another process keeps them, this fails before the store forgets what
        # that process has read.
        await rollups.put([Row(STATE, key) for key in (MADE, UNTIL, MADE_BY)])
        until = (await self._store.changes(None)).until
        await rollups.clear()
        day, last = -(2**31), now() // DAY
        while found := await self._store.active(day):
            day, device_ids = found
            wait = wait if day >= last else None
            hours = range(day * 24, (day + 1) * 24)
            if self._open:
                await rollups.put([Row(dirty_part("hour"), number_key(hour), b"") for hour in hours])
                await rollups.put([Row(DIRTY_DAYS, day_key(device_id, day), b"") for device_id in device_ids])
                for hour in filter(is_open, hours):
                    await self._open.refresh(hour)
            else:
                await self._devices(dict.fromkeys(device_ids, hours))
            await self._hours()
            await self._days(before=day - READ_AHEAD)
            progress(day, last)
            day += 1
        if wait is None:
            await self._days(before=2**31)
        await rollups.put(self._state(until))
        await self._blocks()
        await self._days(wait=wait)
        await rollups.put([Row(STATE, MADE, number_key(began))])

    async def _since(self) -> int | None:
        return made_until(await read_state(self._store.rollups), self._version)

    def _state(self, until: int) -> list[Row]:
        return [Row(STATE, UNTIL, number_key(until)), Row(STATE, MADE_BY, self._version)]

    async def _devices(self, hours: dict[str, Sequence[int]]) -> None:
        """Makes hours of devices, AT_ONCE at a time."""
        names = list(hours)
        for start in range(0, len(names), AT_ONCE):
            await self._some(names[start : start + AT_ONCE], hours)

    async def _some(self, names: list[str], hours: dict[str, Sequence[int]]) -> None:
        if (packed := self._store.rollups.packed) is not None:
            for name in names:
                await self._store.rollups.put(await changed_rows(packed, name, hours[name]))
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
        marks = {(row.part, row.key): row for row in rows if row.part.startswith("dirty/")}
        await self._store.rollups.put(list(marks.values()))
        await self._store.rollups.put([row for row in rows if (row.part, row.key) not in marks])

    async def _days(self, before: int | None = None, wait: float | None = None) -> None:
        """The days of devices that are dirty, and others that read what changed in them; with `before` (a day) only
        the earlier ones, around which all hours are made and no day is yet."""
        rollups = self._store.rollups
        made: set[DeviceDay] = set()
        wanted = prefix_range(DIRTY_DAYS) if before is None else (DIRTY_DAYS, b"", number_key(before))
        until = None if wait is None else time.process_time() + DAYS_SHARE * wait
        while keys := [key for rows in await rollups.get([wanted]) for key, _ in rows]:
            keys = [*(key for key in keys if key > self._last_day), *(key for key in keys if key <= self._last_day)]
            for start in range(0, len(keys), DAYS_AT_ONCE):
                some = keys[start : start + DAYS_AT_ONCE]
                if until is not None and time.process_time() > until:
                    return
                await self._some_days([device_day(key) for key in some], made, silent=before is not None)
                self._last_day = some[-1]

    async def _some_days(self, days: list[DeviceDay], made: set[DeviceDay], *, silent: bool) -> None:
        rollups = self._store.rollups
        found = await made_days(rollups, days, self._settings)
        made.update(days)
        others = (found.silent if silent else found.readers) - made
        await rollups.put([Row(DIRTY_DAYS, day_key(*one), b"") for one in others])
        await rollups.put(found.rows)
        await rollups.put([Row(DIRTY_DAYS, day_key(*one)) for one in days])

    async def _blocks(self) -> None:
        if self._open:
            for hour in filter(is_open, await self._dirty("hour")):
                await self._open.change_edges(hour)
                await self._store.rollups.put([Row(dirty_part("hour"), number_key(hour))])
            await self._open.make()
            await close_hours(self._store.rollups)
        busy = await self._summed_lately({hour * HOUR // DAY for hour in await self._hours()})
        months = {day * DAY // MONTH for day in busy}
        await self._store.rollups.put([Row(dirty_part("month"), number_key(month), b"") for month in months])
        await self._sums("day", "hour", "month", but=busy)
        await self._sums("month", "day", None, but=months)

    async def _summed_lately(self, days: Collection[int]) -> set[int]:
        """Those of some days that were summed less than SUMS_EVERY ago. A fleet whose clocks are ahead, or that sends
        what it recorded, changes the same closed day in each round; meanwhile its hours are read."""
        wanted = [single_range(blocks_part("day"), number_key(day)) for day in days]
        made = [row for rows in await self._read(wanted) for row in rows]
        return {key_number(key) for key, when in made if 0 <= now() - key_number(when) < SUMS_EVERY}

    async def _hours(self) -> list[int]:
        """Makes cells and points of the hours that are dirty; returns which."""
        hours = [hour for hour in await self._dirty("hour") if not (self._open and is_open(hour))]
        for hour in hours:
            tracks = await self._tracks(hour)
            rows = ground_rows("hour", hour, points(tracks), await self._index("hour", hour))
            await self._replace("hour", hour, rows + replay_rows("hour", hour, tracks), "day")
        return hours

    async def _tracks(self, hour: int) -> list[tuple[str, str, Track]]:
        """Of all devices in an hour, with their kinds."""
        if (packed := self._store.rollups.packed) is None:
            found = await self._read([prefix_range(part) for part in hour_parts(hour)])
            return [(key.decode(), *read_hour(value)) for part in found for key, value in part]
        tracks = await tracks_of_hour(packed, hour)
        kinds = {device.device_id: device.kind for device in await self._store.devices(list(tracks))}
        return [(name, kinds.get(name) or OTHER, track) for name, track in tracks.items()]

    async def _sums(self, block: str, finer: str, coarser: str | None, *, but: Collection[int]) -> None:
        """Cells of the days or months that are dirty and closed. A month waits for its days."""
        for number in await self._dirty(block):
            if is_closed(block, number) and number not in but:
                ground = await self._sum(block, number, finer)
                rows = sum_rows(block, number, ground, await self._index(block, number))
                await self._replace(block, number, rows, coarser)

    async def _sum(self, block: str, number: int, finer: str) -> Cells:
        per = BLOCKS[block] // BLOCKS[finer]
        [index] = await self._store.rollups.get([numbers_of(index_part(finer), number * per, (number + 1) * per - 1)])
        ranges: list[Range] = []
        for key, value in index:
            ranges += ground_ranges(finer, key_number(key), value)
        found = await self._read(ranges)
        return together([ground_cells(finer, value) for part in found for _, value in part])

    async def _read(self, ranges: Sequence[Range]) -> list[list[tuple[bytes, bytes]]]:
        """However much it is: each reading has a deadline of its own."""
        found: list[list[tuple[bytes, bytes]]] = []
        for start in range(0, len(ranges), READ_AT_ONCE):
            found += await self._store.rollups.get(ranges[start : start + READ_AT_ONCE])
        return found

    async def _index(self, block: str, number: int) -> bytes | None:
        [rows] = await self._store.rollups.get([single_range(index_part(block), number_key(number))])
        return rows[0][1] if rows else None

    async def _replace(self, block: str, number: int, rows: list[Row], coarser: str | None) -> None:
        rollups = self._store.rollups
        if coarser:
            beyond = number * BLOCKS[block] // BLOCKS[coarser]
            await rollups.put([Row(dirty_part(coarser), number_key(beyond), b"")])
        await rollups.put(rows)
        await rollups.put([Row(dirty_part(block), number_key(number))])

    async def _dirty(self, block: str) -> list[int]:
        [found] = await self._store.rollups.get([prefix_range(dirty_part(block))])
        return [key_number(key) for key, _ in found]


def _by_device(hours: Sequence[tuple[str, int]]) -> dict[str, Sequence[int]]:
    found: dict[str, list[int]] = {}
    for device_id, hour in hours:
        found.setdefault(device_id, []).append(hour)
    return dict(found)
