"""Taking positions away for good, in Cassandra: a partition at a time, and its entries in the index after it."""

from collections.abc import Mapping, Sequence

from herenow.model.clock import DAY, HOUR
from herenow.store.cassandra.changes import OVERLAP, period_now
from herenow.store.cassandra.rows import bucket, device_of, timestamp
from herenow.store.cassandra.session import CassandraSession, PreparedQuery, Row, Values, in_parallel, reading
from herenow.store.port import Size

WRITE_WITHIN = 60.0  # s
AT_ONCE = 16
PAGE = 5000
HOURS = DAY // HOUR
RECENT = OVERLAP + 5  # periods in which a mark may still be waiting to be read

_MARK = "INSERT INTO {keyspace}.changed (period, device_id, hour, taken) VALUES (?, ?, ?, true)"
_MARKED = "SELECT hour FROM {keyspace}.changed WHERE period = ? AND device_id = ?"
_DAYS = "SELECT day FROM {keyspace}.days_of_device WHERE device_id = ?"
_COUNT = "SELECT count(*) FROM {keyspace}.positions WHERE device_id = ? AND day = ?"
_NEWEST = "SELECT device_id, value FROM {keyspace}.latest WHERE bucket = ? AND device_id = ?"
_DROP_POSITIONS = "DELETE FROM {keyspace}.positions WHERE device_id = ? AND day = ?"
_DROP_MEMBER = "DELETE FROM {keyspace}.devices_of_day WHERE day = ? AND bucket = ? AND device_id = ?"
_DROP_DAY = "DELETE FROM {keyspace}.days_of_device WHERE device_id = ? AND day = ?"
# As of the newest position, and not of now: `latest` is written with the times of fixes.
_DROP_NEWEST = "DELETE FROM {keyspace}.latest USING TIMESTAMP ? WHERE bucket = ? AND device_id = ?"
_USAGE = "SELECT table_name, mebibytes FROM system_views.disk_usage WHERE keyspace_name = '{keyspace}'"

_QUERIES = {
    "mark": _MARK,
    "marked": _MARKED,
    "days": _DAYS,
    "count": _COUNT,
    "newest": _NEWEST,
    "drop_positions": _DROP_POSITIONS,
    "drop_member": _DROP_MEMBER,
    "drop_day": _DROP_DAY,
    "drop_newest": _DROP_NEWEST,
}


class CassandraEraser:
    """Marks first: after an interruption the rollups are rebuilt for what is left, and may be done again."""

    def __init__(self, session: CassandraSession) -> None:
        self._session = session
        self._queries: dict[str, PreparedQuery] = {}
        self._usage = ""

    async def prepare(self, keyspace: str) -> None:
        for name, query in _QUERIES.items():
            self._queries[name] = await self._session.prepare(query.format(keyspace=keyspace))
        self._usage = _USAGE.format(keyspace=keyspace)

    async def drop(self, device_ids: Sequence[str], day: int) -> None:
        async with self._session.deadline(WRITE_WITHIN):
            await in_parallel(device_ids, lambda device_id: self._drop(device_id, day), AT_ONCE)

    async def erase(self, device_id: str) -> None:
        async with self._session.deadline(WRITE_WITHIN):
            days = [day for (day,) in await self._rows("days", (device_id,))]
            await in_parallel(days, lambda day: self._drop(device_id, day), AT_ONCE)
            for row in await self._rows("newest", (bucket(device_id), device_id)):
                newest = timestamp(device_of(*row))
                await self._do("drop_newest", (newest, bucket(device_id), device_id))

    async def _drop(self, device_id: str, day: int) -> None:
        """The entry by which it is found goes last."""
        marks = self._session.batch()
        for hour in range(day * HOURS, (day + 1) * HOURS):
            marks.add_statement(self._queries["mark"].bind((period_now(), device_id, hour)))
        await self._session.send(marks)
        await self._do("drop_positions", (device_id, day))
        await self._do("drop_member", (day, bucket(device_id), device_id))
        await self._do("drop_day", (device_id, day))

    async def traces(self, device_id: str) -> Mapping[str, int]:
        period = period_now()
        async with reading():
            days = [day for (day,) in await self._rows("days", (device_id,))]
            counts = [(await self._rows("count", (device_id, day)))[0][0] for day in days]
            marks = [len(await self._rows("marked", (period - ago, device_id))) for ago in range(RECENT)]
            newest = await self._rows("newest", (bucket(device_id), device_id))
        return {"positions": sum(counts), "devices": len(newest) + len(days), "changes": sum(marks)}

    async def size(self) -> Size:
        used = {table: mebibytes << 20 for table, mebibytes in await self._session.run(self._usage)}
        rollups = used.pop("rollups", 0)
        return Size(sum(used.values()), rollups)

    async def _do(self, name: str, values: Values) -> None:
        batch = self._session.batch()
        batch.add_statement(self._queries[name].bind(values))
        await self._session.send(batch)

    async def _rows(self, name: str, values: Values) -> list[Row]:
        return [row async for rows in self._session.pages(self._queries[name], values, PAGE) for row in rows]
