"""Keeps the rollups up to date, in rounds. Any number of processes may do so where the store has several shards: each
takes one shard after the other that no other process has, under a lease, for one step of a round."""

import asyncio
import contextlib
import os
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Sequence

import structlog

from herenow.errors import BadRequest, StoreUnavailable
from herenow.history.rollups.blocks import is_closed
from herenow.history.rollups.builder import RollupSource, ShardBuilder
from herenow.history.rollups.keys import (
    MADE,
    MONTH,
    block_bucket,
    blocks_part,
    bucket_of,
    dirty_days_part,
    dirty_number,
    dirty_part,
    key_number,
    number_key,
    prefix_range,
    single_range,
)
from herenow.history.rollups.made import (
    CLEARED,
    MADE_BY,
    State,
    begun_at,
    begun_key,
    made_at,
    made_until,
    read_state,
    until_key,
    version_of,
)
from herenow.history.rollups.open_hours import OpenHours, is_open
from herenow.history.rollups.pace import SHORTEST_ROUND, Turn, rest
from herenow.history.tracks.stillness import DEFAULT, MAX_SILENCE, TripSettings
from herenow.model.clock import DAY, HOUR, now
from herenow.store.port import BUCKETS, Changes

READ_AHEAD = MAX_SILENCE // DAY + 2  # days; further ahead no day reads
SUMS_EVERY = 600_000  # ms between two sums of a day that changes in each round
TRY_AGAIN = 0.3  # s, where other processes hold all shards that are left

Progress = Callable[[int, int], None]  # days of shards: done, in all
Step = Callable[[ShardBuilder], Awaitable[None]]

log = structlog.get_logger()


class Rollup:
    """A round ends when everything is made that had changed before, by this process or by others."""

    def __init__(self, store: RollupSource, settings: TripSettings = DEFAULT) -> None:
        self._store = store
        self._settings = settings
        self._version = version_of(settings)
        self._open = OpenHours(store, store.rollups.packed) if store.rollups.packed else None
        self._turn = Turn()

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
        the round before, days of devices of a packed store take their share of these, and others wait for the next.
        Raises StoreUnavailable."""
        state = await read_state(self._store.rollups)
        if state.get(MADE_BY) != self._version:
            await self._clear(state)
        await self._round(lambda *_: None, wait if self._open else None)

    async def rebuild(self, progress: Progress = lambda *_: None) -> None:
        """Everything from the beginning. Raises StoreUnavailable."""
        await self._clear(await read_state(self._store.rollups))
        await self._round(progress, None)

    async def _clear(self, seen: State) -> None:
        """Takes everything away, with all leases, unless another process did so after that state was read."""
        rollups = self._store.rollups
        async with contextlib.AsyncExitStack() as leases:
            builders = [await leases.enter_async_context(self._lease(shard)) for shard in range(rollups.shards)]
            state = await read_state(rollups)
            if state.get(CLEARED) != seen.get(CLEARED) and state.get(MADE_BY) == self._version:
                return
            # First, so that nobody reads a part. Where another process has the file, this fails before the store
            # forgets what that process has read.
            for builder in builders:
                await builder.put_state(dict.fromkeys((until_key(builder.shard), begun_key(builder.shard))))
            await builders[0].put_state({MADE: None, MADE_BY: None})
            await rollups.clear()
            await builders[0].put_state({MADE_BY: self._version, CLEARED: os.urandom(8)})

    async def _round(self, progress: Progress, wait: float | None) -> None:
        try:
            await self._make(progress, wait)
        except BaseException:
            if self._open:
                self._open.forget()
            raise

    async def _make(self, progress: Progress, wait: float | None) -> None:
        began, state = now(), await read_state(self._store.rollups)
        shards = range(self._store.rollups.shards)
        known = [until for shard in shards if (until := made_until(state, shard)) is not None]
        since = min(known, default=0)
        changes = await self._store.changes(since) if known else Changes([], 0)
        if changes.forgotten:
            log.info("making the rollups from the beginning: the store does not know what changed since the last round")
            await self.rebuild(progress)
            return
        lasting = {one: time for one, time in changes.earliest.items() if self._open and is_open(one[1])}
        hours = _by_device([one for one in changes.hours if one not in lasting])
        busy = self._shards(bucket_of(device_id) for device_id in hours)
        busy |= {shard for shard in shards if made_until(state, shard) is None}
        paced = wait is not None

        async def devices(builder: ShardBuilder) -> None:
            nonlocal paced
            before = made_until(state, builder.shard)
            done = made_until(await read_state(self._store.rollups), builder.shard)
            if done is None:
                paced = await self._from_the_beginning(builder, progress, paced=paced)
            elif done == before or since <= done < changes.until:  # else another process made them, or began later
                await builder.devices(hours)
                await builder.lasting(lasting)
                await builder.put_state({until_key(builder.shard): number_key(changes.until)})

        await self._each(busy, devices)
        await self._each(set(shards) - busy, devices, at_once=len(shards))
        await self._blocks(changes)
        await self._days(wait if paced else None)
        await self._each([0], lambda builder: self._made(builder, began, state, changes.until))

    async def _from_the_beginning(self, builder: ShardBuilder, progress: Progress, *, paced: bool) -> bool:
        """What changes after the first try began is made in later rounds: an hour that is made already may go. With
        `paced`, days of devices of a store that began today are left to take their turn; returns whether they were."""
        state, shards = await read_state(self._store.rollups), self._store.rollups.shards
        begun, ready = begun_at(state, builder.shard), sum(made_until(state, one) is not None for one in range(shards))
        if begun is None:
            begun = (await self._store.changes(None)).until
            await builder.put_state({begun_key(builder.shard): number_key(begun)})
        day, last = -(2**31), now() // DAY
        first: int | None = None
        while found := await self._store.active(day):
            day, device_ids = found
            first = day if first is None else first
            paced = paced and day >= last
            await builder.whole_day(device_ids, day)
            await builder.days(before=day - READ_AHEAD)
            days = max(last, day) - first + 1
            progress(ready * days + day - first + 1, shards * days)
            day += 1
        if not paced:
            await builder.days(before=2**31)
        await builder.put_state({until_key(builder.shard): number_key(begun), begun_key(builder.shard): None})
        return paced

    async def _blocks(self, changes: Changes) -> None:
        hours: list[int] = []

        async def make(builder: ShardBuilder) -> None:
            hours.extend(await builder.hours())

        if self._open:
            await self._each([0], ShardBuilder.slices)
        await self._each(await self._dirty("hour"), make)
        taken = {hour * HOUR // MONTH for _, hour in changes.taken}  # months, whose sums do not wait
        lately = await self._summed_lately({hour * HOUR // DAY for hour in hours})
        busy = {day for day in lately if day * DAY // MONTH not in taken}
        months = {day * DAY // MONTH for day in busy}
        await self._each(await self._dirty("day"), lambda builder: builder.sums("day", "hour", "month", but=busy))
        await self._each(await self._dirty("month"), lambda builder: builder.sums("month", "day", None, but=months))

    async def _days(self, wait: float | None) -> None:
        parts = [prefix_range(dirty_days_part(bucket)) for bucket in range(BUCKETS)]
        found = await self._store.rollups.get(parts)
        if wait is not None:
            self._turn.begin(wait)
        turn = None if wait is None else self._turn
        shards = self._shards(bucket for bucket, rows in enumerate(found) if rows)
        await self._each(shards, lambda builder: builder.days(turn=turn))

    async def _summed_lately(self, days: Collection[int]) -> set[int]:
        """Those of some days that were summed less than SUMS_EVERY ago. A fleet whose clocks are ahead, or that sends
        what it recorded, changes the same closed day in each round; meanwhile its hours are read."""
        found: set[int] = set()
        for day in days:
            [rows] = await self._store.rollups.get([single_range(blocks_part("day"), number_key(day))])
            found |= {day for _, when in rows if 0 <= now() - key_number(when) < SUMS_EVERY}
        return found

    async def _made(self, builder: ShardBuilder, began: int, seen: State, until: int) -> None:
        """Only where nothing was cleared since the round began, no shard is behind, and no later round was quicker."""
        state = await read_state(self._store.rollups)
        untils = [made_until(state, shard) for shard in range(self._store.rollups.shards)]
        behind = any(one is None or one < until for one in untils)
        if state.get(CLEARED) == seen.get(CLEARED) and not behind and made_at(state) < began:
            await builder.put_state({MADE: number_key(began)})

    async def _dirty(self, block: str) -> set[int]:
        """Shards that have blocks to make."""
        [rows] = await self._store.rollups.get([prefix_range(dirty_part(block))])
        numbers = {dirty_number(key) for key, _ in rows}
        return self._shards(block_bucket(number) for number in numbers if block == "hour" or is_closed(block, number))

    def _shards(self, buckets: Iterable[int]) -> set[int]:
        return {bucket % self._store.rollups.shards for bucket in buckets}

    async def _each(self, shards: Iterable[int], step: Step, at_once: int = 1) -> None:
        """Once for each shard, in any order: those that other processes have come last."""
        left = list(shards)
        random.shuffle(left)

        async def work() -> None:
            while left:
                shard = left.pop()
                async with self._store.rollups.lease(shard) as writer:
                    if writer:
                        await step(ShardBuilder(self._store, writer, shard, self._settings, self._open))
                        continue
                left.insert(0, shard)
                await asyncio.sleep(TRY_AGAIN / len(left))

        try:
            async with asyncio.TaskGroup() as tasks:
                for _ in range(at_once):
                    tasks.create_task(work())
        except ExceptionGroup as group:
            raise group.exceptions[0] from group

    @contextlib.asynccontextmanager
    async def _lease(self, shard: int) -> AsyncIterator[ShardBuilder]:
        """Waits until no other process has it."""
        while True:
            async with self._store.rollups.lease(shard) as writer:
                if writer:
                    yield ShardBuilder(self._store, writer, shard, self._settings, self._open)
                    return
            await asyncio.sleep(TRY_AGAIN)


def _by_device(hours: Sequence[tuple[str, int]]) -> dict[str, Sequence[int]]:
    found: dict[str, list[int]] = {}
    for device_id, hour in hours:
        found.setdefault(device_id, []).append(hour)
    return dict(found)
