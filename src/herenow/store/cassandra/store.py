"""Positions in Cassandra, which several processes share. Every write and read asks a quorum of the local datacenter."""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Self

import structlog

from herenow.errors import StoreUnavailable
from herenow.model.device import Device
from herenow.model.position import Position
from herenow.store.cassandra.changes import ChangesReader
from herenow.store.cassandra.erasure import CassandraEraser
from herenow.store.cassandra.reader import CassandraReader
from herenow.store.cassandra.rollups import CassandraRollups
from herenow.store.cassandra.schema import apply_schema, check_schema
from herenow.store.cassandra.session import CassandraSession, open_session
from herenow.store.cassandra.url import CassandraUrl
from herenow.store.cassandra.writer import CassandraWriter
from herenow.store.port import Changes, Size, Span, Version

__all__ = ["CassandraStore", "apply_schema"]

FIRST_TRY = 5.0  # s that entering waits for
FIRST_PAUSE = 0.1  # s
LONGEST_PAUSE = 2.0  # s

log = structlog.get_logger()


class _Opened(NamedTuple):
    session: CassandraSession
    writer: CassandraWriter
    reader: CassandraReader
    changes: ChangesReader
    rollups: CassandraRollups
    eraser: CassandraEraser


class CassandraStore:
    """Use it as `async with CassandraStore(url)`. Entering never fails: while Cassandra or its tables are not there, it
    goes on trying, and every method raises StoreUnavailable at once with the reason."""

    def __init__(self, url: CassandraUrl) -> None:
        self._url = url
        self._opened: _Opened | None = None
        self._trouble = f"Cassandra at {url.place} has not answered yet"
        self._tried = asyncio.Event()
        self._connecting: asyncio.Task[None]

    async def __aenter__(self) -> Self:
        self._connecting = asyncio.create_task(self._connect(), name="cassandra")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._tried.wait(), FIRST_TRY)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._connecting.cancel()
        await asyncio.wait({self._connecting})
        if self._opened:
            await self._opened.session.close()

    @property
    def rollups(self) -> CassandraRollups:
        return self._there().rollups

    async def write(self, positions: Sequence[Position], devices: Sequence[Device]) -> None:
        await self._there().writer.write(positions, devices)

    async def latest(self) -> Sequence[Device]:
        return await self._there().reader.latest()

    async def devices(self, device_ids: Sequence[str]) -> Sequence[Device]:
        return await self._there().reader.devices(device_ids)

    async def track(self, device_id: str, span: Span, after: Version | None, limit: int) -> Sequence[Position]:
        return await self._there().reader.track(device_id, span, after, limit)

    async def positions(self, span: Span, limit: int) -> Sequence[Position]:
        return await self._there().reader.positions(span, limit)

    async def changes(self, since: int | None) -> Changes:
        return await self._there().changes.read(since)

    async def gave(self, until: int) -> bool:  # noqa: ARG002 - rollups and positions lie in one keyspace
        return True

    async def active(self, day: int) -> tuple[int, Sequence[str]] | None:
        return await self._there().reader.active(day)

    async def drop(self, device_ids: Sequence[str], day: int) -> None:
        await self._there().eraser.drop(device_ids, day)

    async def erase(self, device_id: str) -> None:
        await self._there().eraser.erase(device_id)
        self._there().writer.forget()

    async def traces(self, device_id: str) -> Mapping[str, int]:
        return await self._there().eraser.traces(device_id)

    async def size(self) -> Size:
        return await self._there().eraser.size()

    async def day_states(self) -> Mapping[int, str]:
        """Nothing: what a day is made of is not known without reading it."""
        return {}

    def _there(self) -> _Opened:
        if self._opened is None:
            raise StoreUnavailable(self._trouble)
        return self._opened

    async def _connect(self) -> None:
        """Until it is connected once; from then on the driver reconnects."""
        pause = FIRST_PAUSE
        while self._opened is None:
            try:
                self._opened = await _open(self._url)
            except StoreUnavailable as error:
                self._trouble = str(error)
            except Exception as error:  # the edge of the task: whatever it was may be gone at the next try
                log.exception("connecting to Cassandra failed in a way nobody expected")
                self._trouble = f"cannot use Cassandra at {self._url.place}: {error!r}; see the log"
            self._tried.set()
            if self._opened is None:
                await asyncio.sleep(pause)
                pause = min(LONGEST_PAUSE, 2 * pause)


async def _open(url: CassandraUrl) -> _Opened:
    session = await open_session(url)
    try:
        await check_schema(session, url)
        opened = _Opened(
            session,
            CassandraWriter(session),
            CassandraReader(session),
            ChangesReader(session),
            CassandraRollups(session),
            CassandraEraser(session),
        )
        for part in opened[1:]:
            await part.prepare(url.keyspace)
    except BaseException:  # a cancellation, too, must leave no session open
        await session.close()
        raise
    return opened
