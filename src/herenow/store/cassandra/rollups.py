"""Rollups in Cassandra: one table, a partition a part."""

import contextlib
from collections.abc import AsyncIterator, Sequence

from herenow.store.cassandra.leases import Lease, Leases, Stamp
from herenow.store.cassandra.session import CassandraSession, PreparedQuery, StatementBatch, in_parallel, reading
from herenow.store.port import BUCKETS, END, Mark, Range, Row

PAGE = 500
READS_AT_ONCE = 32
WRITES_AT_ONCE = 32
WRITE_WITHIN = 60.0  # s; nobody waits for it
BYTES = 256 * 1024  # of a batch, which is one mutation: all of its rows are of one partition

_GET = "SELECT key, value FROM {keyspace}.rollups WHERE part = ? AND key >= ? AND key <= ?"
_MARKS = "SELECT key, writetime(value) FROM {keyspace}.rollups WHERE part = ? AND key >= ? AND key <= ?"
_PUT = "INSERT INTO {keyspace}.rollups (part, key, value) VALUES (?, ?, ?) USING TIMESTAMP ?"
_DROP = "DELETE FROM {keyspace}.rollups USING TIMESTAMP ? WHERE part = ? AND key = ?"


class CassandraRollups:
    packed = None

    def __init__(self, session: CassandraSession) -> None:
        self._session = session
        self._leases = Leases(session)
        self._writers: set[LeasedRollups] = set()
        self._clear = ""
        self._get: PreparedQuery
        self._marks: PreparedQuery
        self._put: PreparedQuery
        self._drop: PreparedQuery

    async def prepare(self, keyspace: str) -> None:
        self._clear = f"TRUNCATE {keyspace}.rollups"
        self._get = await self._session.prepare(_GET.format(keyspace=keyspace))
        self._marks = await self._session.prepare(_MARKS.format(keyspace=keyspace))
        self._put = await self._session.prepare(_PUT.format(keyspace=keyspace))
        self._drop = await self._session.prepare(_DROP.format(keyspace=keyspace))
        await self._leases.prepare(keyspace)

    @property
    def shards(self) -> int:
        return BUCKETS

    @contextlib.asynccontextmanager
    async def lease(self, shard: int) -> AsyncIterator["LeasedRollups | None"]:
        async with self._leases.lease(shard) as lease:
            if lease is None:
                yield None
                return
            writer = LeasedRollups(self, lease)
            self._writers.add(writer)
            try:
                if lease.announced:
                    async with writer.sealing():
                        pass
                yield writer
            finally:
                self._writers.discard(writer)

    async def get(self, ranges: Sequence[Range]) -> list[list[tuple[bytes, bytes]]]:
        found: list[list[tuple[bytes, bytes]]] = [[] for _ in ranges]

        async def read(number: int) -> None:
            async for rows in self._session.pages(self._get, ranges[number], PAGE):
                found[number].extend((key, value) for key, value in rows)

        async with reading():
            await in_parallel(range(len(ranges)), read, READS_AT_ONCE)
        return found

    async def marks(self, part: str) -> list[Mark]:
        async with reading():
            pages = self._session.pages(self._marks, (part, b"", END), PAGE)
            return [Mark(part, key, stamp) async for rows in pages for key, stamp in rows]

    async def clear(self) -> None:
        """With the rows, the seals go as well: they are made once more."""
        async with contextlib.AsyncExitStack() as stack:
            for writer in self._writers:
                await stack.enter_async_context(writer.sealing())
            await self._session.run(self._clear)

    async def write(self, rows: Sequence[tuple[Row, Stamp]]) -> None:
        async with self._session.deadline(WRITE_WITHIN):
            await in_parallel(self._batches(rows), self._session.send, WRITES_AT_ONCE)

    def _batches(self, rows: Sequence[tuple[Row, Stamp]]) -> list[StatementBatch]:
        batches: list[StatementBatch] = []
        part, size = "", 0
        for row, stamp in sorted(rows, key=lambda one: one[0].part):
            size += len(row.value or b"") + len(row.key)
            if row.part != part or size > BYTES:
                part, size = row.part, len(row.value or b"")
                batches.append(self._session.batch())
            if row.value is None:
                batches[-1].add_statement(self._drop.bind((stamp, row.part, row.key)))
            else:
                batches[-1].add_statement(self._put.bind((row.part, row.key, row.value, stamp)))
        return batches


class LeasedRollups:
    """Writes of the holder of a lease. They have stamps that grow from holder to holder, and their keys are announced
    in the lease before they begin. The next holder first writes what is there under the announced keys once more, with
    a stamp of its own. So a write that comes late has no effect, and that holder finds what a crash would have left."""

    packed = None

    def __init__(self, rollups: CassandraRollups, lease: Lease) -> None:
        self._rollups = rollups
        self._lease = lease
        self._inherited = lease.announced

    async def get(self, ranges: Sequence[Range]) -> list[list[tuple[bytes, bytes]]]:
        return await self._rollups.get(ranges)

    async def marks(self, part: str) -> list[Mark]:
        return await self._rollups.marks(part)

    async def put(self, *steps: Sequence[Row]) -> None:
        async with self._lease.writing([[(row.part, row.key) for row in rows] for rows in steps]) as stamps:
            for rows, stamp in zip(steps, stamps, strict=True):
                await self._rollups.write([(row, stamp) for row in rows])

    async def unmark(self, marks: Sequence[Mark]) -> None:
        """Each as of the stamp that was read: one that is put meanwhile stays. The lease is held until after all that
        was put before was durable, so no later holder has sealed what came before that."""
        async with self._lease.writing([]):
            await self._rollups.write([(Row(mark.part, mark.key), mark.stamp) for mark in marks])

    @contextlib.asynccontextmanager
    async def sealing(self) -> AsyncIterator[None]:
        """At the end, no write of a holder before has an effect any more. The last step goes first: if it is found
        done, what came before it is found, too."""
        async with self._lease.writing(self._inherited) as stamps:
            yield
            for keys, stamp in reversed(list(zip(self._inherited, stamps, strict=True))):
                found = await self._rollups.get([(part, key, key) for part, key in keys])
                values = [rows[0][1] if rows else None for rows in found]
                rows = [Row(part, key, value) for (part, key), value in zip(keys, values, strict=True)]
                await self._rollups.write([(row, stamp) for row in rows])
