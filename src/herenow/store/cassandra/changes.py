"""Which hours of which devices were written to, in Cassandra."""

from herenow.model.clock import now
from herenow.store.cassandra.session import CassandraSession, PreparedQuery, in_parallel, reading
from herenow.store.port import Changes

PERIOD = 60_000  # ms; an hour is marked once in it by each recorder, however often it is written to
# A write ends within ten seconds of its period or fails and is marked again; the rest is for clocks that differ.
GRACE = 30_000  # ms
OVERLAP = 5  # periods that are read again, for recorders whose clocks are behind
REMEMBERED = 30 * 1440  # periods, the time to live of the table
PAGE = 5000
AT_ONCE = 16

_CHANGED = "SELECT device_id, hour, taken FROM {keyspace}.changed WHERE period = ?"


def period_now() -> int:
    return now() // PERIOD


class ChangesReader:
    def __init__(self, session: CassandraSession) -> None:
        self._session = session
        self._changed: PreparedQuery

    async def prepare(self, keyspace: str) -> None:
        self._changed = await self._session.prepare(_CHANGED.format(keyspace=keyspace))

    async def read(self, since: int | None) -> Changes:
        until = (now() - GRACE) // PERIOD
        if since is None:
            return Changes([], until)
        if since < until - REMEMBERED:
            return Changes([], until, forgotten=True)
        until = max(since, until)
        found: set[tuple[str, int]] = set()
        gone: set[tuple[str, int]] = set()

        async def read(period: int) -> None:
            async for rows in self._session.pages(self._changed, (period,), PAGE):
                found.update((device_id, hour) for device_id, hour, _ in rows)
                gone.update((device_id, hour) for device_id, hour, taken in rows if taken)

        async with reading():
            await in_parallel(range(since - OVERLAP, until), read, AT_ONCE)
        return Changes(sorted(found), until, taken=gone)
