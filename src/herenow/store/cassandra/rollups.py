"""Rollups in Cassandra: one table, a partition a part."""

from collections.abc import Sequence

from herenow.store.cassandra.session import CassandraSession, PreparedQuery, StatementBatch, in_parallel, reading
from herenow.store.port import Range, Row

PAGE = 500
READS_AT_ONCE = 32
WRITES_AT_ONCE = 32
WRITE_WITHIN = 60.0  # s; nobody waits for it
BYTES = 256 * 1024  # of a batch, which is one mutation: all of its rows are of one partition

_GET = "SELECT key, value FROM {keyspace}.rollups WHERE part = ? AND key >= ? AND key <= ?"
_PUT = "INSERT INTO {keyspace}.rollups (part, key, value) VALUES (?, ?, ?)"
_DROP = "DELETE FROM {keyspace}.rollups WHERE part = ? AND key = ?"


class CassandraRollups:
    packed = None

    def __init__(self, session: CassandraSession) -> None:
        self._session = session
        self._clear = ""
        self._get: PreparedQuery
        self._put: PreparedQuery
        self._drop: PreparedQuery

    async def prepare(self, keyspace: str) -> None:
        self._clear = f"TRUNCATE {keyspace}.rollups"
        self._get = await self._session.prepare(_GET.format(keyspace=keyspace))
        self._put = await self._session.prepare(_PUT.format(keyspace=keyspace))
        self._drop = await self._session.prepare(_DROP.format(keyspace=keyspace))

    async def put(self, rows: Sequence[Row]) -> None:
        async with self._session.deadline(WRITE_WITHIN):
            await in_parallel(self._batches(rows), self._session.send, WRITES_AT_ONCE)

    def _batches(self, rows: Sequence[Row]) -> list[StatementBatch]:
        batches: list[StatementBatch] = []
        part, size = "", 0
        for row in sorted(rows, key=lambda row: row.part):
            size += len(row.value or b"") + len(row.key)
            if row.part != part or size > BYTES:
                part, size = row.part, len(row.value or b"")
                batches.append(self._session.batch())
            if row.value is None:
                batches[-1].add_statement(self._drop.bind((row.part, row.key)))
            else:
                batches[-1].add_statement(self._put.bind((row.part, row.key, row.value)))
        return batches

    async def get(self, ranges: Sequence[Range]) -> list[list[tuple[bytes, bytes]]]:
        found: list[list[tuple[bytes, bytes]]] = [[] for _ in ranges]

        async def read(number: int) -> None:
            async for rows in self._session.pages(self._get, ranges[number], PAGE):
                found[number].extend((key, value) for key, value in rows)

        async with reading():
            await in_parallel(range(len(ranges)), read, READS_AT_ONCE)
        return found

    async def clear(self) -> None:
        await self._session.run(self._clear)
