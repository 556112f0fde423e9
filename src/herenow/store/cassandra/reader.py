"""Reading from Cassandra: the index tells which partitions there are, and those are read side by side."""

from collections.abc import Sequence

from herenow.model.clock import DAY
from herenow.model.device import Device
from herenow.model.position import Position
from herenow.store.cassandra.rows import BUCKETS, DeviceDay, bucket, device_of
from herenow.store.cassandra.session import CassandraSession, PreparedQuery, Row, Values, in_parallel, reading
from herenow.store.columns import FIELDS, position_of
from herenow.store.port import Span, Version

AT_ONCE = 32  # partitions
BUCKETS_AT_ONCE = 4
PAGE = 1000  # rows; the loop has other work between two pages
NAMED = 100  # devices in one request

_ANY_DAY = (-(2**31), 2**31 - 1)
_MOST = 2**31 - 1

_LATEST = "SELECT device_id, value FROM {keyspace}.latest WHERE bucket = ?"
_DEVICES = "SELECT device_id, value FROM {keyspace}.latest WHERE bucket = ? AND device_id IN ?"
_DAYS = "SELECT day FROM {keyspace}.days WHERE fleet = 0 AND day >= ? AND day <= ?"
_NEXT_DAY = "SELECT day FROM {keyspace}.days WHERE fleet = 0 AND day >= ? LIMIT 1"
_DAYS_OF_DEVICE = "SELECT day FROM {keyspace}.days_of_device WHERE device_id = ? AND day >= ? AND day <= ?"
_DEVICES_OF_DAY = "SELECT device_id FROM {keyspace}.devices_of_day WHERE day = ? AND bucket = ?"
_POSITIONS = (
    f"SELECT {FIELDS} FROM {{keyspace}}.positions "  # noqa: S608 - constants only
    "WHERE device_id = ? AND day = ? AND (time, tie) > (?, ?) AND (time) < (?) LIMIT ?"
)


class CassandraReader:
    """Reads as the port promises."""

    def __init__(self, session: CassandraSession) -> None:
        self._session = session
        self._latest: PreparedQuery
        self._devices: PreparedQuery
        self._days: PreparedQuery
        self._next_day: PreparedQuery
        self._days_of_device: PreparedQuery
        self._devices_of_day: PreparedQuery
        self._positions: PreparedQuery

    async def prepare(self, keyspace: str) -> None:
        async def prepare(query: str) -> PreparedQuery:
            return await self._session.prepare(query.format(keyspace=keyspace))

        self._latest = await prepare(_LATEST)
        self._devices = await prepare(_DEVICES)
        self._days = await prepare(_DAYS)
        self._next_day = await prepare(_NEXT_DAY)
        self._days_of_device = await prepare(_DAYS_OF_DEVICE)
        self._devices_of_day = await prepare(_DEVICES_OF_DAY)
        self._positions = await prepare(_POSITIONS)

    async def latest(self) -> list[Device]:
        found: list[Device] = []

        async def read(number: int) -> None:
            async for rows in self._session.pages(self._latest, (number,), PAGE):
                found.extend(device_of(*row) for row in rows)

        await in_parallel(range(BUCKETS), read, BUCKETS_AT_ONCE)
        return found

    async def devices(self, device_ids: Sequence[str]) -> list[Device]:
        found: list[Device] = []

        async def read(part: tuple[int, list[str]]) -> None:
            async for rows in self._session.pages(self._devices, part, PAGE):
                found.extend(device_of(*row) for row in rows)

        await in_parallel(_in_parts(device_ids), read, AT_ONCE)
        return found

    async def track(self, device_id: str, span: Span, after: Version | None, limit: int) -> list[Position]:
        behind = max(after or (span.start, -1), (span.start, -1))
        first, last = _days(Span(behind[0], span.end))
        async with reading():
            days = [day for (day,) in await self._all(self._days_of_device, (device_id, first, last))]
            return await self._read([(device_id, day) for day in days], behind, span.end, limit)

    async def positions(self, span: Span, limit: int) -> list[Position]:
        async with reading():
            partitions = sorted(await self._partitions(span))
            return await self._read(partitions, (span.start, -1), span.end, limit)

    async def active(self, day: int) -> tuple[int, Sequence[str]] | None:
        while rows := await self._all(self._next_day, (max(day, _ANY_DAY[0]),)):
            [(found,)] = rows
            async with reading():
                if members := await self._members([found]):
                    return found, [device_id for device_id, _ in members]
            day = found + 1  # a day from which all was taken away
        return None

    async def _read(self, partitions: list[DeviceDay], behind: Version, end: int, limit: int) -> list[Position]:
        """The positions of the partitions, one after the other, up to the limit. Begins with one partition, for it may
        be enough, and reads more at once as they turn out to hold little."""
        found: list[Position] = []
        start, size = 0, 1
        while start < len(partitions) and len(found) < limit:
            left = min(limit - len(found), _MOST)
            for part in await self._parts(partitions[start : start + size], (*behind, end, left)):
                found += part
            start, size = start + size, min(2 * size, AT_ONCE)
        return found[:limit]

    async def _parts(self, partitions: list[DeviceDay], values: Values) -> list[list[Position]]:
        parts: list[list[Position]] = [[] for _ in partitions]

        async def read(number: int) -> None:
            device_id, day = partitions[number]
            rows = await self._all(self._positions, (device_id, day, *values))
            parts[number] = [position_of(device_id, row) for row in rows]

        await in_parallel(range(len(partitions)), read, AT_ONCE)
        return parts

    async def _partitions(self, span: Span) -> list[DeviceDay]:
        """The device-days that have positions, of all days in the span."""
        return await self._members([day for (day,) in await self._all(self._days, _days(span))])

    async def _members(self, days: Sequence[int]) -> list[DeviceDay]:
        found: list[DeviceDay] = []

        async def read(part: tuple[int, int]) -> None:
            async for rows in self._session.pages(self._devices_of_day, part, PAGE):
                found.extend((device_id, part[0]) for (device_id,) in rows)

        await in_parallel([(day, number) for day in days for number in range(BUCKETS)], read, AT_ONCE)
        return found

    async def _all(self, query: PreparedQuery, values: Values) -> list[Row]:
        return [row async for rows in self._session.pages(query, values, PAGE) for row in rows]


def _in_parts(device_ids: Sequence[str]) -> list[tuple[int, list[str]]]:
    """Bucket by bucket, so many at once as one request may name."""
    buckets: dict[int, list[str]] = {}
    for device_id in set(device_ids):
        buckets.setdefault(bucket(device_id), []).append(device_id)
    return [
        (number, ids[start : start + NAMED]) for number, ids in buckets.items() for start in range(0, len(ids), NAMED)
    ]


def _days(span: Span) -> tuple[int, int]:
    """The first and the last day of the span, as far as the column goes."""
    low, high = _ANY_DAY
    return max(low, min(high, span.start // DAY)), max(low, min(high, (span.end - 1) // DAY))
