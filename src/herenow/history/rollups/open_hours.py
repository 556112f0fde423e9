"""The hours that last, in slices: a round reads what is new of each device, and makes the slices that this is in.

What is new is flagged together with the last positions of its device, which stay in memory, as do the tracks of the
latest slices. Both are only what the store has: a process that begins, or that failed, reads them from there. What a
step leaves to the next is marked as dirty before, as in `builder`.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

import numpy as np

from herenow.history.queries.replay_blocks import replay_rows
from herenow.history.rollups.hours import between, flagged_tracks
from herenow.history.rollups.keys import (
    SLICE,
    SLICED,
    block_bucket,
    blocks_part,
    bucket_of,
    day_key,
    dirty_days_part,
    dirty_key,
    dirty_part,
    index_part,
    key_number,
    number_key,
    numbers_of,
    prefix_range,
    single_range,
)
from herenow.history.rollups.points import OTHER, points
from herenow.history.rollups.pyramid import ground_rows
from herenow.history.tracks.quality import CONTEXT, flagged_together
from herenow.model.clock import DAY, HOUR, now
from herenow.model.leg import MAX_LEG_TIME
from herenow.store.port import DeviceReader, RollupReader, RollupWriter, Row, Span, TrackReader
from herenow.store.track import NOTHING, Track, joined

LATE = 600_000  # ms after its end an hour still is in slices
PER_HOUR = HOUR // SLICE
KEPT = 4 * CONTEXT  # positions of each device, and
SLICES = 3  # in memory
KINDS_FOR = 60_000  # ms that the kinds of devices stay in memory
AT_ONCE = 250  # devices, of which half an hour is read
CHANGED_AT_ONCE = 2_000  # devices, of which what is new is read

Earliest = Mapping[tuple[str, int], int]  # by device and hour, the time from which it changed, in ms


class OpenHoursStore(DeviceReader, Protocol):
    @property
    def rollups(self) -> RollupReader: ...


class OpenHours:
    def __init__(self, store: OpenHoursStore, packed: TrackReader) -> None:
        self._store, self._rollups, self._packed = store, store.rollups, packed
        self._ends: dict[str, Track] = {}  # the last positions of devices, with flags
        self._slices: dict[int, dict[str, Track]] = {}  # of those read whole: tracks of devices
        self._kinds: dict[str, str] = {}
        self._kinds_read = 0  # ms
        self._hour = 0  # the present one

    def forget(self) -> None:
        """What is in memory may not be what the store has."""
        self._ends.clear()
        self._slices.clear()
        self._kinds.clear()

    async def refresh(self, rollups: RollupWriter, hour: int) -> None:
        """Marks all slices of an hour: they are made from the store."""
        span = Span(hour * HOUR, (hour + 1) * HOUR)
        names = await self._packed.seen(span)
        numbers: set[int] = set()
        for start in range(0, len(names), AT_ONCE):
            found = await self._packed.tracks([(name, span) for name in names[start : start + AT_ONCE]])
            numbers.update(np.unique(joined(found)["time"] // SLICE).tolist())
        await rollups.put([Row(dirty_part("slice"), number_key(number), b"") for number in numbers])
        await self._mark_made(rollups, hour)

    async def change(self, rollups: RollupWriter, earliest: Earliest) -> None:
        """Reads what changed in open hours, and marks what is to be made of it. Raises StoreUnavailable, BadRequest."""
        if self._hour != now() // HOUR:
            self._hour = now() // HOUR
            self.forget()
        if now() > self._kinds_read + KINDS_FOR:
            self._kinds, self._kinds_read = {}, now()
        sliced = await self._numbers(SLICED)
        for hour in {hour for _, hour in earliest} - sliced:
            await self.refresh(rollups, hour)
        since: dict[str, int] = {}
        whole = [(device_id, hour) for (device_id, hour), time in earliest.items() if time <= hour * HOUR]
        for (device_id, _), time in earliest.items():
            since[device_id] = min(time, since.get(device_id, time))
        for device_id, _ in whole:  # perhaps something went
            self._ends.pop(device_id, None)
        for hour in {hour for _, hour in whole}:
            await self._mark_made(rollups, hour)
        names = sorted(since)
        for start in range(0, len(names), CHANGED_AT_ONCE):
            await self._change_some(rollups, {name: since[name] for name in names[start : start + CHANGED_AT_ONCE]})

    async def _mark_made(self, rollups: RollupWriter, hour: int) -> None:
        """All slices of an hour that there are: they are made from the store."""
        numbers = range(hour * PER_HOUR, (hour + 1) * PER_HOUR)
        for number in numbers:
            self._slices.pop(number, None)
        [made] = await self._rollups.get([numbers_of(blocks_part("slice"), numbers[0], numbers[-1])])
        await rollups.put([Row(dirty_part("slice"), key, b"") for key, _ in made])

    async def _change_some(self, rollups: RollupWriter, since: Mapping[str, int]) -> None:
        known = await self._known(since)
        end = (self._hour + 1) * HOUR + MAX_LEG_TIME
        found = await self._packed.tracks([(name, Span(time, max(end, time + 1))) for name, time in since.items()])
        tracks = flagged_together([joined(both) for both in zip(known, found, strict=True)])
        slices: set[int] = set()
        days: set[tuple[str, int]] = set()
        for (name, time), before, track in zip(since.items(), known, tracks, strict=True):
            first = self._changed_from(time, before, track)
            last = int(track["time"][-1]) if len(track) else first
            numbers = range(first // SLICE, max(first, last) // SLICE + 1)
            self._put_into(numbers, name, first, track)
            slices.update(numbers)
            days.update((name, day) for day in range(first // DAY, max(first, last) // DAY + 1))
            self._ends[name] = track[-KEPT:].copy()
        await self._mark(rollups, slices, days)

    async def _known(self, since: Mapping[str, int]) -> list[Track]:
        """The last positions of devices before a time, with flags: from memory, or where that has too few, from the
        store all that matters."""
        known: dict[str, Track] = {}
        for name, time in since.items():
            end = self._ends.get(name, NOTHING)
            known[name] = end[: np.searchsorted(end["time"], time)]
        few = [name for name, before in known.items() if len(before) < 2 * CONTEXT]
        spans = [(name, Span(since[name] - 2 * MAX_LEG_TIME, since[name])) for name in few]
        known.update(zip(few, flagged_together(await self._packed.tracks(spans)), strict=True))
        return list(known.values())

    @staticmethod
    def _changed_from(since: int, known: Track, track: Track) -> int:
        """The time from which a track has other positions or flags than it had. What is first in it has its flags from
        before: what these depend on may lie before it."""
        sure = max(0, len(known) - CONTEXT)
        track["flag"][:sure] = known["flag"][:sure]
        others = np.flatnonzero(track["flag"][: len(known)] != known["flag"])
        return int(known["time"][others[0]]) if len(others) else since

    def _put_into(self, numbers: Iterable[int], name: str, first: int, track: Track) -> None:
        for number in numbers:
            if (there := self._slices.get(number)) is not None:
                span = Span(max(first, number * SLICE), (number + 1) * SLICE)
                before = there.get(name, NOTHING)
                kept = before[: np.searchsorted(before["time"], span.start)]
                there[name] = joined([kept, between(track, span)])

    async def _mark(self, rollups: RollupWriter, slices: Iterable[int], days: Iterable[tuple[str, int]]) -> None:
        marks = []
        for number in slices:
            hour = number // PER_HOUR
            if is_open(hour):
                marks.append(Row(dirty_part("slice"), number_key(number), b""))
            else:
                marks.append(Row(dirty_part("hour"), dirty_key(hour, block_bucket(number)), b""))
        marks += [Row(dirty_days_part(bucket_of(name)), day_key(name, day), b"") for name, day in days]
        await rollups.put(marks)

    async def change_edges(self, rollups: RollupWriter, hour: int) -> None:
        """Marks the slices whose flags may depend on the hours beside."""
        first, end, near = hour * PER_HOUR, (hour + 1) * PER_HOUR, MAX_LEG_TIME // SLICE
        numbers = [*range(first, first + near), *range(end - near, end)]
        for number in numbers:
            self._slices.pop(number, None)
        self._ends.clear()
        await rollups.put([Row(dirty_part("slice"), number_key(number), b"") for number in numbers])

    async def make(self, rollups: RollupWriter) -> None:
        """The slices that are dirty."""
        for number in sorted(await self._numbers(dirty_part("slice"))):
            tracks = self._slices.get(number)
            if tracks is None:
                tracks = self._slices[number] = await self._read(number)
            await self._read_kinds([name for name in tracks if name not in self._kinds])
            of_kinds = [
                (name, self._kinds.get(name, OTHER), tracks[name]) for name in sorted(tracks) if len(tracks[name])
            ]
            [before] = await self._rollups.get([single_range(index_part("slice"), number_key(number))])
            rows = ground_rows("slice", number, points(of_kinds), before[0][1] if before else None)
            await rollups.put(rows + replay_rows("slice", number, of_kinds))
            await rollups.put([Row(dirty_part("slice"), number_key(number))])
            for old in sorted(self._slices)[:-SLICES]:
                del self._slices[old]
        await self._show(rollups)

    async def _show(self, rollups: RollupWriter) -> None:
        """Readers take the slices of open hours from when all are made."""
        made = {number // PER_HOUR for number in await self._numbers(blocks_part("slice"))}
        fresh = {hour for hour in made - await self._numbers(SLICED) if is_open(hour)}
        await rollups.put([Row(SLICED, number_key(hour), b"") for hour in fresh])

    async def _read(self, number: int) -> dict[str, Track]:
        span = Span(number * SLICE, (number + 1) * SLICE)
        names = await self._packed.seen(span)
        tracks: dict[str, Track] = {}
        for start in range(0, len(names), AT_ONCE):
            some = names[start : start + AT_ONCE]
            found = await flagged_tracks(self._packed, [(name, span) for name in some])
            tracks.update((name, track.copy()) for name, track in zip(some, found, strict=True) if len(track))
        return tracks

    async def _read_kinds(self, names: Sequence[str]) -> None:
        if names:
            devices = await self._store.devices(names)
            self._kinds.update((device.device_id, device.kind or OTHER) for device in devices)

    async def _numbers(self, part: str) -> set[int]:
        [rows] = await self._rollups.get([prefix_range(part)])
        return {key_number(key) for key, _ in rows}


def is_open(hour: int) -> bool:
    return hour * HOUR <= now() < (hour + 1) * HOUR + LATE
