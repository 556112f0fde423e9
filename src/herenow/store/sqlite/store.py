"""Positions in one SQLite file: write-ahead log, every commit synced, one writer, a few readers."""

import asyncio
import contextlib
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Self, TypeVar

from herenow.errors import BadRequest, StoreUnavailable
from herenow.model.clock import DAY
from herenow.model.device import Device
from herenow.model.position import Position
from herenow.store.port import READ_DEADLINE, TOO_MUCH, Changes, Size, Span, Version
from herenow.store.sqlite.changes import read_changes
from herenow.store.sqlite.day_states import day_states
from herenow.store.sqlite.erasure import ALL, drop_some, traces
from herenow.store.sqlite.reader import Reader
from herenow.store.sqlite.rollups import SqliteRollups, fold
from herenow.store.sqlite.statements import transaction
from herenow.store.sqlite.writer import SqliteWriter, upgrade
from herenow.store.track import Track

READERS = 2  # threads, each with a connection of its own
ROLLUPS = ".rollups"  # after the name of the file of positions
LOAD_DEADLINE = 600.0  # s, for all devices at once, or to count all positions of one
_CHECK_EVERY = 1_000  # virtual machine steps between two reads of the clock

_T = TypeVar("_T")

_MARKED = "SELECT 1 FROM marks WHERE mark = ?"


class SqliteStore:
    """Use it as `async with SqliteStore(path)`; leaving commits what was handed over. Where another process `writes`,
    this one only reads, and keeps the rollups."""

    def __init__(self, path: Path, *, writes: bool = True) -> None:
        self._path = path.resolve()  # one database has one name, and so one lock and one file of rollups
        self._writer = SqliteWriter(self._path) if writes else None
        self.rollups = SqliteRollups(self._path.with_name(self._path.name + ROLLUPS), self)
        self._readers = ThreadPoolExecutor(READERS, "sqlite-reader")
        self._reader = Reader()
        self._given: int | None = None  # known to be of an answer of `changes`
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []

    async def __aenter__(self) -> Self:
        if self._writer:
            await asyncio.to_thread(self._writer.start)
        else:
            await asyncio.to_thread(upgrade, self._path)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._readers.shutdown(wait=False, cancel_futures=True)
        for connection in self._opened:
            connection.interrupt()
        await asyncio.to_thread(self._readers.shutdown)
        for connection in self._opened:
            connection.close()
        await self.rollups.close()
        if self._writer:
            await self._writer.stop()  # last, for the last to leave folds the log into the file
        else:
            await asyncio.to_thread(fold, self._path)

    async def write(self, positions: Sequence[Position], devices: Sequence[Device]) -> None:
        if not self._writer:
            raise StoreUnavailable(f"{self._path.name} is another process's to write to")
        await self._writer.write(positions, devices)

    async def latest(self) -> Sequence[Device]:
        try:
            return await self._read(self._reader.devices, deadline=LOAD_DEADLINE)
        except BadRequest as error:  # the request is not too large: the disk is too slow, and may recover
            raise StoreUnavailable(f"the devices could not be read within {LOAD_DEADLINE:.0f} s") from error

    async def devices(self, device_ids: Sequence[str]) -> Sequence[Device]:
        try:
            return await self._read(lambda connection: self._reader.devices(connection, device_ids))
        except BadRequest as error:  # as above
            raise StoreUnavailable(f"devices could not be read within {READ_DEADLINE:.0f} s") from error

    async def track(self, device_id: str, span: Span, after: Version | None, limit: int) -> Sequence[Position]:
        return await self._read(lambda connection: self._reader.track(connection, device_id, span, after, limit))

    async def positions(self, span: Span, limit: int) -> Sequence[Position]:
        return await self._read(lambda connection: self._reader.positions(connection, span, limit))

    async def tracks(self, wanted: Sequence[tuple[str, Span]]) -> Sequence[Track]:
        return await self._read(lambda connection: self._reader.tracks(connection, wanted))

    async def seen(self, span: Span) -> Sequence[str]:
        return await self._read(lambda connection: self._reader.seen(connection, span))

    async def changes(self, since: int | None) -> Changes:
        def read() -> Changes:
            with self._locking() as connection:
                return read_changes(connection, since)

        return await self._in_thread(read)

    async def gave(self, until: int) -> bool:
        if until != self._given:
            rows = await self._read(lambda connection: connection.execute(_MARKED, (until,)).fetchall())
            self._given = until if rows else self._given
        return until == self._given

    async def active(self, day: int) -> tuple[int, Sequence[str]] | None:
        return await self._read(lambda connection: self._reader.active(connection, day))

    async def drop(self, device_ids: Sequence[str], day: int) -> None:
        for device_id in device_ids:
            await self._drop(device_id, Span(day * DAY, (day + 1) * DAY))

    async def erase(self, device_id: str) -> None:
        if not self._writer:
            raise StoreUnavailable(f"{self._path.name} is another process's to write to")
        await self._drop(device_id, ALL)
        await self._writer.erase(device_id)
        await self._in_thread(self._fold)

    async def _drop(self, device_id: str, span: Span) -> None:
        """Rests after each chunk as long as the chunk took: reports come first."""

        def some() -> bool:
            with self._locking() as connection, transaction(connection):
                return drop_some(connection, device_id, span)

        while True:
            began = time.monotonic()
            if not await self._in_thread(some):
                return
            await asyncio.sleep(time.monotonic() - began)

    def _fold(self) -> None:
        """Takes what was erased out of the write-ahead log as well, unless a reader is in the way: then it is
        overwritten as the log goes on."""
        with self._locking() as connection:
            connection.execute("PRAGMA busy_timeout = 1000")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    async def traces(self, device_id: str) -> Mapping[str, int]:
        def read() -> Mapping[str, int]:
            with self._locking() as connection:
                return traces(connection, device_id)

        positions = await self._read(lambda connection: self._reader.count(connection, device_id), LOAD_DEADLINE)
        return {"positions": positions, **await self._in_thread(read)}

    async def day_states(self) -> Mapping[int, str]:
        def read() -> Mapping[int, str]:
            with self._locking() as connection:
                return day_states(connection)

        return await self._in_thread(read)

    async def size(self) -> Size:
        def bytes_of(path: Path) -> int:
            files = [path, path.with_name(path.name + "-wal")]
            return sum(file.stat().st_size for file in files if file.exists())

        rollups = self._path.with_name(self._path.name + ROLLUPS)
        return Size(await asyncio.to_thread(bytes_of, self._path), await asyncio.to_thread(bytes_of, rollups))

    @contextlib.contextmanager
    def _locking(self) -> Iterator[sqlite3.Connection]:
        """A connection that may write for a moment, also beside the process that stores positions."""
        url = f"{self._path.absolute().as_uri()}?mode=rw"
        connection = sqlite3.connect(url, uri=True, isolation_level=None, timeout=READ_DEADLINE)
        with contextlib.closing(connection):
            connection.execute("PRAGMA secure_delete = ON")
            yield connection

    async def _in_thread(self, do: Callable[[], _T]) -> _T:
        try:
            return await asyncio.to_thread(do)
        except sqlite3.Error as error:
            raise self._unreadable(error) from error

    async def _read(self, read: Callable[[sqlite3.Connection], _T], deadline: float = READ_DEADLINE) -> _T:
        end = time.monotonic() + deadline  # waiting for a reader counts

        def fetch() -> _T:
            connection = self._reading_connection()
            connection.set_progress_handler(lambda: time.monotonic() > end, _CHECK_EVERY)
            with connection:  # one transaction, which sees one state
                connection.execute("BEGIN")
                return read(connection)

        try:
            return await asyncio.get_running_loop().run_in_executor(self._readers, fetch)
        except sqlite3.OperationalError as error:
            if "interrupted" in str(error):
                raise BadRequest(TOO_MUCH.format(deadline)) from error
            raise self._unreadable(error) from error
        except sqlite3.Error as error:
            raise self._unreadable(error) from error

    def _unreadable(self, error: sqlite3.Error) -> StoreUnavailable:
        return StoreUnavailable(f"cannot read {self._path.name}: {error}; check it and its disk")

    def _reading_connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(
                f"{self._path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None, check_same_thread=False
            )
            self._local.connection = connection
            self._opened.append(connection)
        return connection
