"""Reads positions and devices, wherever they lie: in what came last, in blocks, and in rows of an older Herenow.

Each function runs in one transaction of its connection, so that what the compaction moves meanwhile is seen once.
"""

import sqlite3
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from heapq import merge
from itertools import groupby
from operator import attrgetter

import msgspec
import structlog

from herenow.model.clock import DAY, HOUR
from herenow.model.device import Device
from herenow.model.position import Position, getter
from herenow.store.columns import COLUMNS, FIELDS, RESTORE, position_of
from herenow.store.merging import merged
from herenow.store.packing import Damaged, unpack
from herenow.store.port import Span, Version
from herenow.store.sqlite.erasure import ALL, number_of
from herenow.store.sqlite.recent import Recent, RecentView
from herenow.store.sqlite.rows import device_of, newest_of
from herenow.store.sqlite.tracks import read_tracks
from herenow.store.track import Track

_NUMBERS = "SELECT device_id, id FROM devices ORDER BY id"
_BLOCKS = """
SELECT hour, number, packed FROM blocks WHERE device = ? AND hour >= ? AND hour <= ? ORDER BY hour, number
"""
_OLD = f"""
SELECT {FIELDS} FROM positions
WHERE device = ? AND time >= ? AND time < ? AND (time, tie) > (?, ?) ORDER BY time, tie LIMIT ?
"""  # noqa: S608 - constants only
_DEVICES = f"""
SELECT d.device_id, n.name, n.kind, n.course, n.speed, n.distance, n.day, n.ahead, n.contact, n.position,
  {", ".join(f"p.{column}" for column in COLUMNS)}
FROM newest n JOIN devices d ON d.id = n.device
LEFT JOIN positions p ON n.position IS NULL AND p.device = n.device AND p.time = n.time AND p.tie = n.tie
"""  # noqa: S608 - constants only
_NAMED = f"{_DEVICES} WHERE d.device_id IN (SELECT value FROM json_each(?))"  # noqa: S608 - constants only
_FIRST_HOUR = "SELECT min((SELECT min(hour) FROM blocks WHERE device = d.id AND hour >= ?)) FROM devices d"
_FIRST_OLD = "SELECT min((SELECT min(time) FROM positions WHERE device = d.id AND time >= ?)) FROM devices d"
_ACTIVE = """
SELECT device_id FROM devices d WHERE EXISTS (SELECT 1 FROM blocks WHERE device = d.id AND hour >= ?1 AND hour < ?2)
  OR EXISTS (SELECT 1 FROM positions WHERE device = d.id AND time >= ?3 AND time < ?4)
"""
COUNTED = 100_000  # positions in memory at a time
LONG = 10_000  # positions of an hour; one with more stays unpacked for the next page

log = structlog.get_logger()

_Part = tuple[int, int, list[Position]]  # hour, where it lies, and positions
_ROW, _BLOCK, _RECENT = range(3)  # in the order in which they came

_version: Callable[[Position], Version] = getter("time", "tie")
_time: Callable[[Position], int] = attrgetter("time")


class Reader:
    """Used by several threads, each with a connection of its own."""

    def __init__(self) -> None:
        self._recent = Recent()
        self._hours = _Hours()

    def track(
        self, connection: sqlite3.Connection, device_id: str, span: Span, after: Version | None, limit: int
    ) -> list[Position]:
        number = number_of(connection, device_id)
        if number is None:
            return []
        recent = self._recent.view(connection).positions(device_id)
        return _track(connection, (recent, self._hours), (device_id, number), span, after, limit)

    def count(self, connection: sqlite3.Connection, device_id: str) -> int:
        """Positions of a device, a page at a time: they may be millions."""
        found, after = 0, None
        while page := self.track(connection, device_id, ALL, after, COUNTED):
            found, after = found + len(page), page[-1].version
        return found

    def tracks(self, connection: sqlite3.Connection, wanted: Sequence[tuple[str, Span]]) -> list[Track]:
        return read_tracks(connection, self._recent.view(connection), wanted)

    def positions(self, connection: sqlite3.Connection, span: Span, limit: int) -> list[Position]:
        """Device by device, each oldest first."""
        recent, found = self._recent.view(connection), list[Position]()
        for device_id, number in connection.execute(_NUMBERS).fetchall():
            if len(found) == limit:
                break
            mine = recent.positions(device_id)
            found += _track(connection, (mine, self._hours), (device_id, number), span, None, limit - len(found))
        return found

    def devices(self, connection: sqlite3.Connection, device_ids: Sequence[str] | None = None) -> list[Device]:
        """As their newest position left them: all, or those of the named that there are. Raises StoreUnavailable."""
        named = () if device_ids is None else (msgspec.json.encode(device_ids).decode(),)
        rows = connection.execute(_DEVICES if device_ids is None else _NAMED, named).fetchall()
        recent = self._recent.view(connection).devices(device_ids)
        return list(newest_of([*map(device_of, rows), *recent]).values())

    def active(self, connection: sqlite3.Connection, day: int) -> tuple[int, list[str]] | None:
        """The first day from `day` on that has positions, and its devices."""
        recent = self._recent.view(connection)
        first = _first_day(connection, recent, day)
        if first is None:
            return None
        return first, _seen(connection, recent, Span(first * DAY, (first + 1) * DAY))

    def seen(self, connection: sqlite3.Connection, span: Span) -> list[str]:
        """The devices that have positions in a span, and perhaps some that have positions in its first or last hour."""
        return _seen(connection, self._recent.view(connection), span)


def _seen(connection: sqlite3.Connection, recent: RecentView, span: Span) -> list[str]:
    hours = span.start // HOUR, -(-span.end // HOUR)
    found = {device_id for (device_id,) in connection.execute(_ACTIVE, (*hours, span.start, span.end))}
    return sorted(found | {device_id for device_id, _ in recent.active(span)})


def _first_day(connection: sqlite3.Connection, recent: RecentView, day: int) -> int | None:
    [(hour,)] = connection.execute(_FIRST_HOUR, (day * 24,))
    [(old,)] = connection.execute(_FIRST_OLD, (day * DAY,))
    times = [time for _, time in recent.active(Span(day * DAY, ALL.end))]
    days = [hour // 24] if hour is not None else []
    days += [time // DAY for time in ([old] if old is not None else []) + ([min(times)] if times else [])]
    return min(days, default=None)


class _Hours:
    """Unpacks hours of devices. Keeps the last long one, in which the next page begins: each page of an hour would else
    unpack all of it, and an hour of millions could not be read to its end."""

    def __init__(self) -> None:
        self._kept: tuple[str, list[bytes], list[Position]] = "", [], []

    def unpacked(self, device_id: str, hour: int, rows: Sequence[tuple[int, bytes]]) -> list[Position]:
        """Of all blocks of an hour, each position once."""
        packed = [block for _, block in rows]
        of, blocks, positions = self._kept
        if of == device_id and blocks == packed:
            return positions
        lists = [some for _, some in read_blocks(device_id, hour, rows)]
        found = lists[0] if len(lists) == 1 else merged(one for some in lists for one in some)
        if len(found) > LONG:
            self._kept = device_id, packed, found
        return found


def _track(
    connection: sqlite3.Connection,
    newer: tuple[list[Position], _Hours],
    device: tuple[str, int],
    span: Span,
    after: Version | None,
    limit: int,
) -> list[Position]:
    """Up to `limit` positions in the span, behind `after`, hour by hour."""
    (recent, hours), found = newer, list[Position]()
    first = max(after or (span.start, -1), (span.start, -1))
    parts = merge(
        _old(connection, device, span, first, limit),
        _blocks(connection, hours, device, first[0] // HOUR, (span.end - 1) // HOUR),
        _by_hour(_RECENT, (one for one in recent if one.version > first and one.time < span.end)),
        key=lambda part: part[:2],
    )
    for _, several in groupby(parts, key=lambda part: part[0]):
        (_, rank, positions), *others = several
        if others or rank == _RECENT:
            positions = merged([*positions, *(one for _, _, part in others for one in part)])
        start = bisect_right(positions, first, key=_version)
        end = bisect_left(positions, span.end, start, key=_time)
        found += positions[start : min(end, start + limit - len(found))]
        if len(found) >= limit:
            break
    return found


def _blocks(
    connection: sqlite3.Connection, hours: _Hours, device: tuple[str, int], first: int, last: int
) -> Iterator[_Part]:
    device_id, number = device
    rows = connection.execute(_BLOCKS, (number, first, last))
    for hour, several in groupby(rows, key=lambda row: row[0]):
        yield hour, _BLOCK, hours.unpacked(device_id, hour, [(block, packed) for _, block, packed in several])


def read_blocks(device_id: str, hour: int, rows: Iterable[tuple[int, bytes]]) -> Iterator[tuple[int, list[Position]]]:
    """Numbers of blocks, and their positions. Leaves out damaged ones, which the log names."""
    for number, packed in rows:
        try:
            yield number, unpack(device_id, packed)
        except Damaged as error:
            words = "a block of positions is damaged and left out"
            log.error(words, device=device_id, hour=hour, block=number, reason=str(error), advice=RESTORE)


def _old(
    connection: sqlite3.Connection, device: tuple[str, int], span: Span, after: Version, limit: int
) -> Iterator[_Part]:
    device_id, number = device
    rows = connection.execute(_OLD, (number, after[0], span.end, *after, limit))
    return _by_hour(_ROW, (position_of(device_id, row) for row in rows))


def _by_hour(rank: int, positions: "Iterator[Position]") -> Iterator[_Part]:
    hours: dict[int, list[Position]] = {}
    for position in positions:
        hours.setdefault(position.time // HOUR, []).append(position)
    return iter([(hour, rank, hours[hour]) for hour in sorted(hours)])
