"""The recorder between a bus in memory and a store on disk."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from herenow.bus.memory import MemoryBus
from herenow.errors import StoreUnavailable
from herenow.model.device import first_seen
from herenow.model.position import Position
from herenow.record.recorder import Recorder
from herenow.store.port import Span
from herenow.store.sqlite.store import SqliteStore
from tests.support.positions import NOW, position

ALWAYS = Span(0, 2**53)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    async with SqliteStore(tmp_path / "positions.db") as opened:
        yield opened


@contextlib.asynccontextmanager
async def recording(bus: MemoryBus, store: SqliteStore) -> AsyncIterator[Recorder]:
    recorder = Recorder(bus, store)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(recorder.run())
        yield recorder
        bus.close()


async def test_what_a_recorder_stored_and_never_announced_the_next_one_announces(store: SqliteStore) -> None:
    """The one before died between the two, so the same position comes again, and moves nothing."""
    fix = position("a")
    await store.write([fix], [first_seen(fix)])
    bus = MemoryBus()
    news = bus.follow()
    async with recording(bus, store):
        await bus.publish([fix])
        assert [device.position for device in await anext(news) or []] == [fix]
        await bus.publish([fix, newer := position("a", NOW + 1)])
        assert [device.position for device in await anext(news) or []] == [newer], "it is announced once"


async def test_one_position_that_always_fails_stops_none_beside_it(store: SqliteStore) -> None:
    bus = MemoryBus()
    endless = Position("b", 2**70, 0, 1.0, 2.0, received=2**70)  # beyond what SQLite holds
    publishing = [asyncio.create_task(bus.publish([fix])) for fix in (position("a"), endless, position("c"))]
    await asyncio.sleep(0)  # so that they come in one delivery
    async with recording(bus, store) as recorder:
        done = await asyncio.gather(*publishing, return_exceptions=True)
        await bus.publish([position("a", NOW + 1)])
        assert recorder.dead_lettered == 1
    assert [type(outcome) for outcome in done] == [type(None), StoreUnavailable, type(None)]
    assert {device.device_id for device in await store.latest()} == {"a", "c"}
    assert len(await store.track("a", ALWAYS, None, 10)) == 2


async def test_memory_is_looked_up_again_where_others_record_too(store: SqliteStore) -> None:
    """Without a bus several servers may write; each counts the distance from what is stored."""
    bus = MemoryBus()
    recorder = Recorder(bus, store, alone=False)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(recorder.run())
        await bus.publish([position("a", NOW, 60.0)])
        other = position("a", NOW + 10_000, 60.001)
        await store.write([other], [first_seen(other)])  # another server
        await bus.publish([position("a", NOW + 20_000, 60.002)])
        bus.close()
    (device,) = await store.devices(["a"])
    assert device.distance == pytest.approx(111.2, abs=0.3)
