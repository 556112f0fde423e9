"""The movement of a device as *primitives*, as OGC calls them: positions that follow each other without a gap."""

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise

import msgspec

from herenow.model.clock import HOUR
from herenow.model.geo.box import Box
from herenow.model.geo.sphere import onward, wrapped
from herenow.model.leg import MAX_LEG_TIME
from herenow.model.position import Position
from herenow.store.port import PositionReader, Span, Version

MAX_PRIMITIVE = 10_000  # positions
_READ = MAX_PRIMITIVE + 1  # the first primitive of so many is whole

Primitive = Sequence[Position]
Axis = tuple[float, float, float, float]  # start and end of a leg, least and most of a box


class Moments(msgspec.Struct, frozen=True):
    """A range of time in ms, both ends included. One that is not `bounded` was requested with an open end."""

    start: int
    end: int
    bounded: bool = True

    def touched(self, primitive: Primitive) -> bool:
        return primitive[0].time <= self.end and primitive[-1].time >= self.start


class Area(msgspec.Struct, frozen=True):
    """A box, and heights in m. What has no altitude is at any height."""

    box: Box
    lowest: float = -math.inf
    highest: float = math.inf

    def touched(self, primitive: Primitive) -> bool:
        """Whether a straight line between two positions, the short way around, or one that is alone, is anywhere
        inside."""
        legs = pairwise(primitive) if len(primitive) > 1 else iter([(primitive[0], primitive[0])])
        parts = [(part.west, part.east) for part in self.box.parts()]
        return any(self._on_the_way(parts, *leg) for leg in legs)

    def _on_the_way(self, parts: Sequence[tuple[float, float]], one: Position, other: Position) -> bool:
        start, end = one.longitude, onward(one.longitude, other.longitude)
        least, most = (start, end) if start <= end else (end, start)
        turns = (0.0,) if -180 <= end <= 180 else (0.0, math.copysign(360, end))
        for west, east in parts:
            for turn in turns:  # the same box on the next map
                near = west + turn <= most and east + turn >= least
                if near and self._touched((start, end, west + turn, east + turn), one, other):
                    return True
        return False

    def _touched(self, across: Axis, one: Position, other: Position) -> bool:
        enters, leaves = 0.0, 1.0  # shares of the leg
        for start, end, least, most in (across, *self._axes(one, other)):
            if start == end:
                if not least <= start <= most:
                    return False
                continue
            near, far = sorted(((least - start) / (end - start), (most - start) / (end - start)))
            enters, leaves = max(enters, near), min(leaves, far)
        return enters <= leaves

    def _axes(self, one: Position, other: Position) -> Iterator[Axis]:
        yield one.latitude, other.latitude, self.box.south, self.box.north
        if one.altitude is not None and other.altitude is not None:
            yield one.altitude, other.altitude, self.lowest, self.highest


class Page(msgspec.Struct, frozen=True):
    """`following` is the version behind which the next page begins, None behind the last."""

    primitives: list[Primitive]
    following: Version | None


def primitives(positions: Sequence[Position]) -> list[Primitive]:
    """Positions of one device, cut at gaps and at whole hours, so that they are the same wherever reading begins, and
    after MAX_PRIMITIVE positions. Where there is no gap one ends with the first position of the next, so that nothing
    is missing from the line."""
    return [one_a_time(one) for one in _cut(positions)]


def _cut(positions: Sequence[Position]) -> list[list[Position]]:
    """Of several positions of one instant the newest ends one and begins the next, as it is the one that is shown."""
    newest = {position.time: position for position in positions}
    found: list[list[Position]] = []
    for position in positions:
        if not found or _gap(found[-1][-1], position):
            found.append([])
        elif _full(found[-1], position):
            found[-1].append(newest[position.time])
            found.append([])
        found[-1].append(position)
    return found


def runs(positions: Sequence[Position]) -> list[Primitive]:
    """Positions of one device, cut at gaps alone."""
    found: list[list[Position]] = []
    for position in one_a_time(positions):
        if not found or _gap(found[-1][-1], position):
            found.append([])
        found[-1].append(position)
    return list(found)


def one_a_time(positions: Sequence[Position]) -> list[Position]:
    """The newest of each instant: the standard wants times that increase."""
    return list({position.time: position for position in positions}.values())


def _gap(before: Position, after: Position) -> bool:
    return after.time - before.time > MAX_LEG_TIME


def _full(held: Sequence[Position], position: Position) -> bool:
    return held[-1].time // HOUR != position.time // HOUR or len(held) >= MAX_PRIMITIVE


async def read_primitives(
    store: PositionReader, device_id: str, moments: Moments, after: Version | None, limit: int, area: Area | None = None
) -> Page:
    """Up to `limit` whole primitives of a device that touch the moments and the area, oldest first, as far as
    MAX_PRIMITIVE positions go: there may be a next page behind one with few, or none."""
    begin = (moments.start - MAX_LEG_TIME) // HOUR * HOUR
    span = Span(begin, (moments.end // HOUR + 1) * HOUR + MAX_LEG_TIME + 1)
    positions = await store.track(device_id, span, after, _READ)
    more = len(positions) == _READ
    if more:  # all of its last instant
        last_one = positions[-1]
        instant = Span(last_one.time, last_one.time + 1)
        positions = [*positions, *await store.track(device_id, instant, last_one.version, MAX_PRIMITIVE)]
    cut = _cut(positions)
    places = [number for number, one in enumerate(cut) if moments.touched(one) and (area is None or area.touched(one))]
    if more:
        places = [number for number in places if number < len(cut) - 1]  # the last one may go on
    last = len(cut) - 2 if len(places) <= limit else places[limit] - 1
    following = _own_end(cut, last) if more or len(places) > limit else None
    return Page([one_a_time(cut[number]) for number in places[:limit]], following)


def _own_end(cut: Sequence[Primitive], number: int) -> Version:
    """Of a primitive that is not the last, without the position that begins the next."""
    one = cut[number]
    return one[-2 if one[-1].time == cut[number + 1][0].time else -1].version


async def read_primitive(store: PositionReader, device_id: str, time: int) -> Primitive | None:
    """The primitive that begins at a time; None where there is no position."""
    span = Span(time, (time // HOUR + 1) * HOUR + MAX_LEG_TIME + 1)
    found = primitives(await store.track(device_id, span, None, _READ))
    return found[0] if found and found[0][0].time == time else None


async def read_runs(store: PositionReader, device_id: str, moments: Moments, most: int) -> list[Primitive] | None:
    """The movement of a device that touches the moments, cut at gaps alone; None where it has more than `most`
    positions there and near their ends."""
    span = Span(moments.start - MAX_LEG_TIME, moments.end + MAX_LEG_TIME + 1)
    positions = await store.track(device_id, span, None, most + 1)
    return [one for one in runs(positions) if moments.touched(one)] if len(positions) <= most else None


async def moved_during(store: PositionReader, device_id: str, moments: Moments) -> bool:
    """Whether a device has a position in the moments, or two around them without a gap."""
    if await store.track(device_id, Span(moments.start, moments.end + 1), None, 1):
        return True
    around = Span(moments.end - MAX_LEG_TIME, moments.start + MAX_LEG_TIME + 1)
    if around.start >= moments.start:
        return False
    return any(map(moments.touched, runs(await store.track(device_id, around, None, _READ))))


def part(primitive: Primitive, moments: Moments) -> Primitive:
    """What lies between two moments, with places in between at its ends where there is no position."""
    ends = (at(primitive, moments.start), at(primitive, moments.end))
    inner = [one for one in primitive if moments.start < one.time < moments.end]
    return one_a_time([one for one in (ends[0], *inner, ends[1]) if one])


def at(primitive: Primitive, time: int) -> Position | None:
    """Where it was at a time, on a straight line between two positions; None outside."""
    number = bisect_right(primitive, time, key=lambda one: one.time)
    if number == 0 or (number == len(primitive) and primitive[-1].time < time):
        return None
    before = primitive[number - 1]
    return before if before.time == time else _between(before, primitive[number], time)


def _between(before: Position, after: Position, time: int) -> Position:
    share = (time - before.time) / (after.time - before.time)
    east = onward(before.longitude, after.longitude) - before.longitude
    longitude = wrapped(before.longitude + share * east)
    latitude = before.latitude + share * (after.latitude - before.latitude)
    altitude = None
    if before.altitude is not None and after.altitude is not None:
        altitude = round(before.altitude + share * (after.altitude - before.altitude), 3)
    return Position(before.device_id, time, 0, round(latitude, 9), round(longitude, 9), altitude)
