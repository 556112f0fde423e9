"""Writing to Cassandra: what lies together goes together, in batches that the server takes without a warning."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from herenow.model.clock import DAY, HOUR, MINUTE, now
from herenow.model.device import Device
from herenow.model.position import MEASURED, Position, getter
from herenow.store.cassandra.changes import period_now
from herenow.store.cassandra.rows import INSERT, REQUIRED, DeviceDay, bucket, device_value, timestamp
from herenow.store.cassandra.session import CassandraSession, PreparedQuery, Statement, StatementBatch, in_parallel
from herenow.store.columns import attributes_text

WRITE_WITHIN = 9.5  # s; the port promises failure within ten, and many slow rounds of requests may each be in time
IN_FLIGHT = 64  # batches of one write
# A request costs the server as much as two rows, so rows of several partitions share one. It warns beyond 10 partitions
# or 5 KiB of several; batches of one partition, which become one mutation, it does not measure.
PARTITIONS = 10
SHARED_BYTES = 4500
ROWS = 100  # of one partition
BYTES = 64 * 1024  # of one partition
MAX_KNOWN = 200_000  # device-days kept in memory; beyond it their index is written again
# The index expires 2 * ttl_days after it was written; written again within ttl_days it outlives every position, a late
# one as well. So often because another process may have erased the device, and what it reports now must be found.
KNOWN_FOR = 10 * MINUTE

# What the server counts, generously: 20 bytes for each cell, beside its value.
_POSITION_BYTES = 180 + 28 * len(MEASURED)
_DEVICE_BYTES = 420 + 12 * len(MEASURED)
_INDEX_BYTES = 160

_LATEST = "INSERT INTO {keyspace}.latest (bucket, device_id, value) VALUES (?, ?, ?) USING TIMESTAMP ?"
_DAYS_OF_DEVICE = "INSERT INTO {keyspace}.days_of_device (device_id, day) VALUES (?, ?)"
_DEVICES_OF_DAY = "INSERT INTO {keyspace}.devices_of_day (day, bucket, device_id) VALUES (?, ?, ?)"
_CHANGED = "INSERT INTO {keyspace}.changed (period, device_id, hour) VALUES (?, ?, ?)"
_DAYS = "INSERT INTO {keyspace}.days (fleet, day) VALUES (0, ?)"

DeviceHour = tuple[str, int]

_measured = getter(*MEASURED)

_T = TypeVar("_T")


class Packer:
    """Puts rows in batches, partition after partition."""

    def __init__(self, session: CassandraSession) -> None:
        self.batches: list[StatementBatch] = []
        self._session = session
        self._batch: StatementBatch
        self._partitions = PARTITIONS  # in the last batch
        self._rows = self._bytes = 0
        self._new = True  # whether the next row is the first of its partition

    def next_partition(self) -> None:
        self._new = True

    def add(self, statement: Statement, size: int) -> None:
        """Adds a row of the partition that is the turn."""
        self._partitions += self._new
        self._rows += 1
        self._bytes += size
        if not self._fits():
            self._batch = self._session.batch()
            self.batches.append(self._batch)
            self._partitions, self._rows, self._bytes = 1, 1, size
        self._new = False
        self._batch.add_statement(statement)

    def _fits(self) -> bool:
        if self._partitions == 1:
            return self._rows <= ROWS and self._bytes <= BYTES
        return self._partitions <= PARTITIONS and self._bytes <= SHARED_BYTES


class CassandraWriter:
    """Keeps in mind which device-days are in the index already, MAX_KNOWN of them for KNOWN_FOR."""

    def __init__(self, session: CassandraSession) -> None:
        self._session = session
        self._known: set[DeviceDay] = set()
        self._known_days: set[int] = set()
        self._known_since = now()
        self._insert: PreparedQuery
        self._latest: PreparedQuery
        self._days_of_device: PreparedQuery
        self._devices_of_day: PreparedQuery
        self._days: PreparedQuery
        self._changed: PreparedQuery
        self._period = 0
        self._marked: set[DeviceHour] = set()  # in that period

    async def prepare(self, keyspace: str) -> None:
        async def prepare(query: str) -> PreparedQuery:
            return await self._session.prepare(query.format(keyspace=keyspace))

        self._insert = await prepare(INSERT)
        self._latest = await prepare(_LATEST)
        self._days_of_device = await prepare(_DAYS_OF_DEVICE)
        self._devices_of_day = await prepare(_DEVICES_OF_DAY)
        self._days = await prepare(_DAYS)
        self._changed = await prepare(_CHANGED)

    async def write(self, positions: Sequence[Position], devices: Sequence[Device]) -> None:
        groups: dict[DeviceDay, list[Position]] = {}
        for position in positions:
            groups.setdefault((position.device_id, position.time // DAY), []).append(position)
        if not 0 <= now() - self._known_since < KNOWN_FOR:  # the index expires by the clock, which may be set back
            self.forget()
        new = [group for group in groups if group not in self._known]
        period, hours = self._unmarked(positions)
        batches = self._positions(groups) + self._index(new) + self._marks(period, hours)
        # Made before anything is sent: a value that cannot be stored leaves nothing.
        newest = self._newest(devices)
        try:
            # Requests that are under way at its end may still be done, which is harmless: all may be done twice.
            async with self._session.deadline(WRITE_WITHIN):
                await in_parallel(batches, self._session.send, IN_FLIGHT)
                await in_parallel(newest, self._session.send, IN_FLIGHT)
        except Exception:  # whatever it was, it is not known what was written
            self.forget()  # the keyspace may be another when it is back
            raise
        self._remember(new)
        if period == self._period:
            self._marked |= hours

    def _positions(self, groups: dict[DeviceDay, list[Position]]) -> list[StatementBatch]:
        packer = Packer(self._session)
        for (_, day), positions in groups.items():
            packer.next_partition()
            for position in positions:
                packer.add(*self._row(position, day))
        return packer.batches

    def _row(self, position: Position, day: int) -> tuple[Statement, int]:
        device_id = position.device_id
        statement = self._insert.bind(
            (
                device_id,
                day,
                position.time,
                position.tie,
                position.latitude,
                position.longitude,
                position.received,
                position.source,
            )
        )
        attributes = attributes_text(position.attributes)
        for index, value in enumerate((*_measured(position), attributes), len(REQUIRED)):
            if value is not None:
                statement.bind(index, value)
        return statement, _POSITION_BYTES + _size(device_id) + _size(attributes or "")

    def _newest(self, devices: Sequence[Device]) -> list[StatementBatch]:
        packer = Packer(self._session)
        for number, members in _by_bucket((device.device_id, device) for device in devices).items():
            packer.next_partition()
            for device_id, device in members:
                value = device_value(device)
                size = _DEVICE_BYTES + sum(_size(text) for text in value.values() if isinstance(text, str))
                packer.add(self._latest.bind((number, device_id, value, timestamp(device))), size)
        return packer.batches

    def _index(self, new: Sequence[DeviceDay]) -> list[StatementBatch]:
        if not new:
            return []
        packer = Packer(self._session)
        for device_id, day in new:
            packer.next_partition()
            packer.add(self._days_of_device.bind((device_id, day)), _INDEX_BYTES + _size(device_id))
        days = {day for _, day in new}
        for day in days:
            members = ((device_id, day) for device_id, its_day in new if its_day == day)
            for number, ids in _by_bucket(members).items():
                packer.next_partition()
                for device_id, _ in ids:
                    size = _INDEX_BYTES + _size(device_id)
                    packer.add(self._devices_of_day.bind((day, number, device_id)), size)
        packer.next_partition()
        for day in days - self._known_days:
            packer.add(self._days.bind((day,)), _INDEX_BYTES)
        return packer.batches

    def _unmarked(self, positions: Sequence[Position]) -> tuple[int, set[DeviceHour]]:
        period = max(self._period, period_now())  # a clock that is set back names no period that was read already
        if period != self._period:
            self._period, self._marked = period, set()
        return period, {(position.device_id, position.time // HOUR) for position in positions} - self._marked

    def _marks(self, period: int, hours: Iterable[DeviceHour]) -> list[StatementBatch]:
        packer = Packer(self._session)
        for device_id, hour in hours:
            packer.add(self._changed.bind((period, device_id, hour)), _INDEX_BYTES + _size(device_id))
        return packer.batches

    def _remember(self, new: Sequence[DeviceDay]) -> None:
        if len(self._known) + len(new) > MAX_KNOWN:
            self.forget()
        self._known.update(new)
        self._known_days.update(day for _, day in new)

    def forget(self) -> None:
        """Treats what is in the index as unknown, and entered again with the next position."""
        self._known.clear()
        self._known_days.clear()
        self._marked.clear()
        self._known_since = now()


def _by_bucket(members: Iterable[tuple[str, _T]]) -> dict[int, list[tuple[str, _T]]]:
    found: dict[int, list[tuple[str, _T]]] = {}
    for device_id, member in members:
        found.setdefault(bucket(device_id), []).append((device_id, member))
    return found


def _size(text: str) -> int:
    """Bytes, at most."""
    return len(text) if text.isascii() else 4 * len(text)
