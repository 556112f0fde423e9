"""Leases of shards in Cassandra: one process at a time writes the rollups of a shard.

A row of `leases` changes by lightweight transactions alone. A holder changes it on the condition that it is the holder,
another process on the condition of the stamp that it read. So nobody's clock decides who holds a lease: a holder renews
the stamp, and another process takes over once it has seen the same one for EXPIRES.
"""

import asyncio
import contextlib
import time
import zlib
from collections.abc import AsyncIterator, Sequence
from typing import NamedTuple
from uuid import uuid4

import msgspec

from herenow.errors import StoreUnavailable
from herenow.store.cassandra.session import CassandraSession, PreparedQuery

EXPIRES = 20.0  # s
RENEWED = 5.0  # s between two times
TRIES = 3  # a busy server gives up on a transaction after about a second

_READ = "SELECT holder, stamp, announced FROM {keyspace}.leases WHERE shard = ?"
_SET = "UPDATE {keyspace}.leases SET holder = ?, stamp = ?, announced = ? WHERE shard = ?"
_TAKE, _HOLD = f"{_SET} IF stamp = ?", f"{_SET} IF holder = ?"

Key = tuple[str, bytes]  # part and key of a row
Steps = Sequence[Sequence[Key]]
Stamp = int  # µs, about the time; each is greater than all before it of its shard

_steps = msgspec.msgpack.Decoder(list[list[Key]])


class LeaseLost(StoreUnavailable):
    """Another process holds it, or may."""


class _Held(NamedTuple):
    """A row of the table. What was `announced` may still be being written."""

    holder: str | None = None
    stamp: Stamp | None = None
    announced: bytes | None = None


class Leases:
    def __init__(self, session: CassandraSession) -> None:
        self._session = session
        self._seen: dict[int, tuple[Stamp | None, float]] = {}  # by shard: what was read last, and when it was new
        self._read: PreparedQuery
        self._take: PreparedQuery
        self._hold: PreparedQuery

    async def prepare(self, keyspace: str) -> None:
        self._read = await self._session.prepare(_READ.format(keyspace=keyspace))
        self._take = await self._session.prepare(_TAKE.format(keyspace=keyspace))
        self._hold = await self._session.prepare(_HOLD.format(keyspace=keyspace))

    @contextlib.asynccontextmanager
    async def lease(self, shard: int) -> AsyncIterator["Lease | None"]:
        """None where another process holds it."""
        held = await self._held(shard)
        lease = Lease(self, shard, held)
        if not self._is_free(shard, held) or not await lease.take(held.stamp):
            yield None
            return
        async with lease.renewed():
            yield lease

    async def take(self, shard: int, held: _Held, before: Stamp | None) -> bool:
        """Whether the stamp was the one before. Raises StoreUnavailable; then nobody knows."""
        return await self._session.conditional(self._take, (*held, shard, before))

    async def hold(self, shard: int, held: _Held, holder: str) -> bool:
        """Whether it was the holder. Raises StoreUnavailable; then nobody knows, and it may try again."""
        return await self._session.conditional(self._hold, (*held, shard, holder))

    async def _held(self, shard: int) -> _Held:
        rows = [row async for some in self._session.pages(self._read, (shard,), 1) for row in some]
        return _Held(*rows[0]) if rows else _Held()

    def _is_free(self, shard: int, held: _Held) -> bool:
        stamp, since = self._seen.get(shard, (None, 0.0))
        if held.stamp != stamp:
            since = time.monotonic()
            self._seen[shard] = held.stamp, since
        return held.holder is None or time.monotonic() - since > EXPIRES


class Lease:
    """Once it is lost, or a write failed, its holder writes no more."""

    def __init__(self, leases: Leases, shard: int, held: _Held) -> None:
        self._leases = leases
        self._shard = shard
        self._holder = uuid4().hex
        self._stamp = held.stamp or 0  # the last that may be in the table
        self._announced = held.announced  # what may not be durable yet
        self._changing = asyncio.Lock()
        self._lost = False

    @property
    def announced(self) -> Steps:
        """What a holder before may still be writing, until this one announces."""
        return _steps.decode(zlib.decompress(self._announced)) if self._announced else []

    async def take(self, before: Stamp | None) -> bool:
        try:
            return await self._leases.take(self._shard, self._next(self._holder, 1), before)
        except StoreUnavailable:  # as when several take it at once: one may have it
            return await self._change(self._holder, 1) is not None

    @contextlib.asynccontextmanager
    async def renewed(self) -> AsyncIterator[None]:
        """Gives it back at the end."""
        renewing = asyncio.create_task(self._renew(), name=f"lease {self._shard}")
        try:
            yield
        finally:
            renewing.cancel()
            with contextlib.suppress(StoreUnavailable):  # then it expires
                await self._change(None, 1)

    @contextlib.asynccontextmanager
    async def writing(self, steps: Steps) -> AsyncIterator[Sequence[Stamp]]:
        """Announces these rows, and has a stamp for the writes of each step. They have to be durable at the end; where
        that fails the next holder deals with them. Raises LeaseLost."""
        if self._lost:
            raise LeaseLost(f"the lease of shard {self._shard} of the rollups is lost")
        self._announced = zlib.compress(msgspec.msgpack.encode(steps), 1) if steps else None
        last = await self._hold(len(steps) + 1)
        try:
            yield range(last - len(steps), last)
        except BaseException:
            self._lost = True
            raise
        self._announced = None

    async def _renew(self) -> None:
        """Until it is lost."""
        while not self._lost:
            await asyncio.sleep(RENEWED)
            with contextlib.suppress(StoreUnavailable):  # the next write says it
                await self._hold(1)

    async def _hold(self, stamps: int) -> Stamp:
        """The last of so many new stamps. Raises LeaseLost where another process took it over."""
        stamp = await self._change(self._holder, stamps)
        if stamp is None:
            self._lost = True
            raise LeaseLost(f"another process took over shard {self._shard} of the rollups")
        return stamp

    async def _change(self, holder: str | None, stamps: int) -> Stamp | None:
        """The new stamp, if it was the holder."""
        async with self._changing:
            held = self._next(holder, stamps)
            return held.stamp if await self._tried(held) else None

    async def _tried(self, held: _Held) -> bool:
        for _ in range(TRIES - 1):
            with contextlib.suppress(StoreUnavailable):
                return await self._leases.hold(self._shard, held, self._holder)
        return await self._leases.hold(self._shard, held, self._holder)

    def _next(self, holder: str | None, stamps: int) -> _Held:
        self._stamp = max(self._stamp + stamps, time.time_ns() // 1000)
        return _Held(holder, self._stamp, self._announced)
