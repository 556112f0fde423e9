"""What a fleet did in a range and a box, in sums.

A day of a device that lies inside counts as it was summed up (`summary`); one that crosses an edge of the range or the
box is summed up again, by the same rule (`figures_of`), so that parts of a whole add up to it.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from enum import Enum
from typing import NamedTuple

import msgspec
import numpy as np

from herenow.errors import BadRequest
from herenow.history.rollups.blocks import held_hours
from herenow.history.rollups.days import read_figures
from herenow.history.rollups.keys import day_parts, prefix_range
from herenow.history.rollups.track_reader import around
from herenow.history.tracks.movement import legs
from herenow.history.tracks.quality import unflagged
from herenow.history.tracks.stillness import DEFAULT, TripSettings
from herenow.history.tracks.summary import HOURS, SPEED_STEPS, Extent, Figures, figures_of
from herenow.model.clock import DAY, HOUR
from herenow.model.geo.box import Box
from herenow.store.port import READ_DEADLINE, RollupReader, Span
from herenow.store.track import Track

MAX_DEVICE_DAYS = 500_000  # that are summed up for one answer
MAX_CROSSING = 5_000  # of these that are read again
AT_ONCE = 64
TOO_MUCH = "there are more than {:,} days of devices {}; ask for a shorter time, one kind, or {}"


class DeviceTotals(msgspec.Struct):
    """`hours` are positions by hour of the UTC day, `speeds` ms by speed in steps of SPEED_STEP, `distance` is that of
    trips, in m."""

    positions: int = 0
    distance: float = 0.0
    moving: int = 0  # ms
    top: float = 0.0  # m/s
    hours: list[int] = msgspec.field(default_factory=lambda: [0] * HOURS)
    speeds: list[int] = msgspec.field(default_factory=lambda: [0] * SPEED_STEPS)


class AnalyticsQuery(msgspec.Struct, frozen=True):
    """What is summed up; `device_ids` None means all."""

    span: Span
    box: Box | None = None
    device_ids: Collection[str] | None = None
    settings: TripSettings = DEFAULT


class DeviceDay(NamedTuple):
    device_id: str
    day: int


class FleetTotals(msgspec.Struct, frozen=True):
    """`days` and `devices` by their numbers and ids, each with what it has of the whole."""

    whole: DeviceTotals
    days: Mapping[int, DeviceTotals]
    devices: Mapping[str, DeviceTotals]
    devices_of_day: Mapping[int, int]
    by_device_day: Mapping[DeviceDay, float]  # m


async def analytics(rollups: RollupReader, query: AnalyticsQuery) -> FleetTotals:
    """As of the last round of the rollups. Raises BadRequest where that is too much for one answer."""
    try:
        async with asyncio.timeout(READ_DEADLINE):
            return await _Summing(rollups, query).run()
    except TimeoutError as error:
        words = f"that cannot be summed up in {READ_DEADLINE:.0f} s; ask for a shorter time, one kind, or fewer devices"
        raise BadRequest(words) from error


class _Summing:
    def __init__(self, rollups: RollupReader, query: AnalyticsQuery) -> None:
        self._rollups = rollups
        self._query = query
        self._found: dict[DeviceDay, Figures] = {}
        self._crossing: list[DeviceDay] = []
        self._count = 0

    async def run(self) -> FleetTotals:
        for day in await self._days():
            parts = await self._rollups.get([prefix_range(part) for part in day_parts(day)])
            await asyncio.to_thread(self._take, day, [row for part in parts for row in part])
        for start in range(0, len(self._crossing), AT_ONCE):
            await self._read(self._crossing[start : start + AT_ONCE])
        return await asyncio.to_thread(_summed, self._found)

    async def _days(self) -> list[int]:
        span = self._query.span
        hours = await held_hours(self._rollups, span.start // HOUR, (span.end - 1) // HOUR)
        return sorted({hour // 24 for hour in hours})

    def _take(self, day: int, rows: Sequence[tuple[bytes, bytes]]) -> None:
        query = self._query
        whole_day = query.span.start <= day * DAY and (day + 1) * DAY <= query.span.end
        wanted = None if query.device_ids is None else {device_id.encode() for device_id in query.device_ids}
        for key, value in rows:
            if wanted is not None and key not in wanted:
                continue
            self._count += 1
            figures, one = read_figures(value), DeviceDay(key.decode(), day)
            lies = _lies(figures.extent, query.box)
            if lies is Lies.INSIDE and whole_day:
                if figures.positions:
                    self._found[one] = figures
            elif lies is not Lies.OUTSIDE:
                self._crossing.append(one)
        if self._count > MAX_DEVICE_DAYS:
            raise BadRequest(TOO_MUCH.format(MAX_DEVICE_DAYS, "to be summed up", "fewer devices"))
        if len(self._crossing) > MAX_CROSSING:
            raise BadRequest(TOO_MUCH.format(MAX_CROSSING, "that cross the edge", "another box or whole days"))

    async def _read(self, some: Sequence[DeviceDay]) -> None:
        query = self._query
        days = [(one.device_id, Span(one.day * DAY, (one.day + 1) * DAY)) for one in some]
        found = await around(self._rollups, days, query.settings)
        parts = await asyncio.to_thread(lambda: [part_of(unflagged(one.track), one.span, query) for one in found])
        self._found.update((one, part) for one, part in zip(some, parts, strict=True) if part.positions or part.moving)


class Lies(Enum):
    """Where something lies as to a box."""

    INSIDE = "inside"
    OUTSIDE = "outside"
    ACROSS = "across"


def _lies(extent: Extent | None, box: Box | None) -> Lies:
    if extent is None:
        return Lies.OUTSIDE  # nothing of it is to be believed
    if box is None:
        return Lies.INSIDE
    parts = box.parts()
    if extent.north < box.south or extent.south > box.north:
        return Lies.OUTSIDE
    if all(extent.east < part.west or extent.west > part.east for part in parts):
        return Lies.OUTSIDE
    high = box.south <= extent.south and (extent.north < box.north or box.north == 90)
    wide = box.all_around or any(part.west <= extent.west and extent.east < part.east for part in parts)
    return Lies.INSIDE if high and wide else Lies.ACROSS


def part_of(kept: Track, day: Span, query: AnalyticsQuery) -> Figures:
    """What a believed track of a device, as long as it is `around` a UTC day, has on that day in the range and the
    box."""
    span = Span(max(day.start, query.span.start), min(day.end, query.span.end))
    return figures_of(kept, legs(kept, query.settings), span, query.box)


def _summed(found: Mapping[DeviceDay, Figures]) -> FleetTotals:
    whole, days, devices = DeviceTotals(), dict[int, DeviceTotals](), dict[str, DeviceTotals]()
    devices_of_day: dict[int, int] = {}
    for one, figures in sorted(found.items()):
        for sums in (days.setdefault(one.day, DeviceTotals()), devices.setdefault(one.device_id, DeviceTotals())):
            _add(sums, figures)
        devices_of_day[one.day] = devices_of_day.get(one.day, 0) + 1
    whole = DeviceTotals(
        positions=sum(day.positions for day in days.values()),
        distance=sum(day.distance for day in days.values()),
        moving=sum(day.moving for day in days.values()),
        top=max((day.top for day in days.values()), default=0.0),
        hours=_columns([one.hours.positions for one in found.values()], HOURS),
        speeds=_columns([one.speeds for one in found.values()], SPEED_STEPS),
    )
    distances = {one: figures.distance for one, figures in found.items()}
    return FleetTotals(whole, days, devices, devices_of_day, distances)


def _add(sums: DeviceTotals, figures: Figures) -> None:
    sums.positions += figures.positions
    sums.distance += figures.distance
    sums.moving += figures.moving
    sums.top = max(sums.top, figures.top)


def _columns(rows: Sequence[Sequence[int]], width: int) -> list[int]:
    found: list[int] = np.array(rows, np.int64).reshape(-1, width).sum(axis=0).tolist()
    return found
