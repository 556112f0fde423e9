"""Rollups in an SQLite file beside that of the positions, so that neither waits for writes of the other."""

import asyncio
import contextlib
import sqlite3
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, TypeVar

import structlog

from herenow.errors import BadRequest, StoreUnavailable
from herenow.store.port import END, READ_DEADLINE, TOO_MUCH, Mark, Range, Row, TrackReader
from herenow.store.sqlite.statements import transaction
from herenow.store.sqlite.writer import lock

READERS = 2  # threads, each with a connection of its own
_CHECK_EVERY = 100_000  # virtual machine steps between two reads of the clock

_SCHEMA = """
CREATE TABLE IF NOT EXISTS rollups (
  part TEXT NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL, PRIMARY KEY (part, key)
) WITHOUT ROWID
"""
# What is erased is overwritten, too.
_SETTINGS = ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = NORMAL", "PRAGMA secure_delete = ON")
_GET = "SELECT key, value FROM rollups WHERE part = ? AND key BETWEEN ? AND ? ORDER BY key"
_PUT = "INSERT OR REPLACE INTO rollups VALUES (?, ?, ?)"
_DROP = "DELETE FROM rollups WHERE part = ? AND key = ?"

log = structlog.get_logger()

_T = TypeVar("_T")


def fold(path: Path) -> None:
    """Takes the write-ahead log of a database into its file. The log goes unless another process has it open, which
    then does the same. Connections that only read leave one behind."""
    if not path.with_name(path.name + "-wal").exists():
        return
    try:
        with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.Error as error:  # nothing is lost: the log is read with the file
        log.warning("the write-ahead log stays", file=path.name, reason=str(error))


class SqliteRollups:
    """Made at the first `put`; until then there are none. One thread writes, the others read."""

    def __init__(self, path: Path, packed: TrackReader | None) -> None:
        self._path = path
        self.packed = packed
        self._readers = ThreadPoolExecutor(READERS, "rollups-reader")
        self._writer = ThreadPoolExecutor(1, "rollups-writer")
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []
        self._lock: IO[bytes] | None = None  # held from the first write on: two would undo each other's

    async def close(self) -> None:
        for pool in (self._readers, self._writer):
            pool.shutdown(wait=False, cancel_futures=True)
        for connection in self._opened:
            connection.interrupt()
        for pool in (self._readers, self._writer):
            await asyncio.to_thread(pool.shutdown)
        for connection in self._opened:
            connection.close()
        await asyncio.to_thread(fold, self._path)
        if self._lock:
            self._lock.close()

    @property
    def shards(self) -> int:
        return 1

    @contextlib.asynccontextmanager
    async def lease(self, shard: int) -> AsyncIterator["SqliteRollups"]:  # noqa: ARG002 - there is one
        """The first write takes the file, until it is closed."""
        yield self

    async def put(self, *steps: Sequence[Row]) -> None:
        """All or nothing."""

        def write() -> None:
            with self._transaction() as connection:
                for rows in steps:
                    kept = [(row.part, row.key, row.value) for row in rows if row.value is not None]
                    connection.executemany(_DROP, [(row.part, row.key) for row in rows if row.value is None])
                    connection.executemany(_PUT, kept)

        await self._run(self._writer, write)

    async def marks(self, part: str) -> list[Mark]:
        [rows] = await self.get([(part, b"", END)])
        return [Mark(part, key, 0) for key, _ in rows]

    async def unmark(self, marks: Sequence[Mark]) -> None:
        """One process puts them and takes them away, one after the other."""
        await self.put([Row(mark.part, mark.key) for mark in marks])

    async def clear(self) -> None:
        def write() -> None:
            with self._transaction() as connection:
                connection.execute("DELETE FROM rollups")

        await self._run(self._writer, write)

    async def get(self, ranges: Sequence[Range]) -> list[list[tuple[bytes, bytes]]]:
        end = time.monotonic() + READ_DEADLINE  # waiting for a reader counts

        def read() -> list[list[tuple[bytes, bytes]]]:
            connection = self._connection("ro", "PRAGMA query_only = ON")
            connection.set_progress_handler(lambda: time.monotonic() > end, _CHECK_EVERY)
            return [connection.execute(_GET, wanted).fetchall() for wanted in ranges]

        def read_if_made() -> list[list[tuple[bytes, bytes]]]:
            try:
                return read() if self._path.exists() else [[] for _ in ranges]
            except sqlite3.OperationalError as error:
                if "no such table" not in str(error):  # it is being made
                    raise
                return [[] for _ in ranges]

        return await self._run(self._readers, read_if_made)

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        self._lock = self._lock or lock(self._path)
        connection = self._connection("rwc", *_SETTINGS, _SCHEMA)
        with transaction(connection):
            yield connection

    def _connection(self, mode: str, *settings: str) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            url = f"{self._path.absolute().as_uri()}?mode={mode}"
            connection = sqlite3.connect(url, uri=True, isolation_level=None, check_same_thread=False)
            for setting in settings:
                connection.execute(setting)
            self._local.connection = connection
            self._opened.append(connection)
        return connection

    async def _run(self, pool: ThreadPoolExecutor, do: Callable[[], _T]) -> _T:
        try:
            return await asyncio.get_running_loop().run_in_executor(pool, do)
        except (sqlite3.Error, OSError) as error:
            if "interrupted" in str(error):
                raise BadRequest(TOO_MUCH.format(READ_DEADLINE)) from error
            raise StoreUnavailable(f"cannot use {self._path.name}: {error}; check it and its disk") from error
