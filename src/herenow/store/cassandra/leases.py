"""Leases of shards in Cassandra: one process at a time writes the rollups of a shard.

A row of `leases` changes by lightweight transactions alone, each on the condition of the stamp that was read. So who
changes it next notices, and nobody's clock decides who holds a lease: a holder renews it, and another process takes it
over once it has seen the same stamp for EXPIRES.
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

_READ = "SELECT holder, stamp, announced FROM {keyspace}.leases WHERE shard = ?"
_CHANGE = "UPDATE {keyspace}.leases SET holder = ?, stamp = ?, announced = ? WHERE shard = ? IF stamp = ?"

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
        self._change: PreparedQuery

    async def prepare(self, keyspace: str) -> None:
        self._read = await self._session.prepare(_READ.format(keyspace=keyspace))
        self._change = await self._session.prepare(_CHANGE.format(keyspace=keyspace))

    @contextlib.asynccontextmanager
    async def lease(self, shard: int) -> AsyncIterator["Lease | None"]:
        """None where another process holds it."""
        held = await self._held(shard)
        lease = Lease(self, shard, held)
        if not self._is_free(shard, held) or not await lease.take():
            yield None
            return
        async with lease.renewed():
            yield lease

    async def change(self, shard: int, held: _Held, before: Stamp | None) -> bool:
        """Whether the stamp was the one before. Raises StoreUnavailable; then nobody knows."""
        return await self._session.conditional(self._change, (*held, shard, before))

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
    """Once it is lost, or nobody knows, its holder writes no more."""

    def __init__(self, leases: Leases, shard: int, held: _Held) -> None:
        self._leases = leases
        self._shard = shard
        self._holder = uuid4().hex
        self._stamp = held.stamp
        self._announced = held.announced  # what may not be durable yet
        self._changing = asyncio.Lock()
        self._lost = False

    @property
    def announced(self) -> Steps:
        """What a holder before may still be writing, until this one announces."""
        return _steps.decode(zlib.decompress(self._announced)) if self._announced else []

    async def take(self) -> bool:
        return await self._change(self._holder, 1)

    @contextlib.asynccontextmanager
    async def renewed(self) -> AsyncIterator[None]:
        """Gives it back at the end."""
        renewing = asyncio.create_task(self._renew(), name=f"lease {self._shard}")
        try:
            yield
        finally:
            async with self._changing:  # a transaction that is cut off leaves nobody knowing
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
        try:
            held = not self._lost and await self._change(self._holder, stamps)
        except BaseException:
            self._lost = True
            raise
        if not held or self._stamp is None:
            self._lost = True
            raise LeaseLost(f"another process took over shard {self._shard} of the rollups")
        return self._stamp

    async def _change(self, holder: str | None, stamps: int) -> bool:
        async with self._changing:
            before = self._stamp
            stamp = max((before or 0) + stamps, time.time_ns() // 1000)
            changed = await self._leases.change(self._shard, _Held(holder, stamp, self._announced), before)
            if changed:
                self._stamp = stamp
            return changed
