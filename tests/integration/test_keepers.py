"""Several processes keep the rollups of one Cassandra: a shard has one writer at a time, and one that slept or died
changes nothing any more."""

import asyncio
import contextlib
import os
import random
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from herenow.errors import StoreUnavailable
from herenow.history.rollups.rounds import Rollup
from herenow.store.cassandra import leases
from herenow.store.cassandra.url import read_cassandra_url
from herenow.store.port import END, RollupWriter, Row, Span, Store
from tests.integration.test_rollup import START, check, drive
from tests.support import stores
from tests.support.dose import dose
from tests.support.patience import PATIENCE
from tests.support.rollups import hurried
from tests.support.stores import keep, opened

KILLS = dose(4, full=200)
KEEPER = "tests.integration.rollup_keeper"
ROOT = Path(__file__).parents[2]
EVERY = ("a", b"", END)
FLEET = [device for number in range(12) for device in (f"bus-{number}", f"phone-{number}")]  # in most shards

keyspace = stores.keyspace


@pytest.fixture
async def url(keyspace: str) -> str:
    await stores.empty(read_cassandra_url(keyspace))
    return keyspace


@pytest.fixture
async def pair(url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Store, Store]]:
    hurried(monkeypatch)
    async with opened(url) as one, opened(url) as other:
        yield one, other


@contextlib.asynccontextmanager
async def taken(store: Store, shard: int = 3) -> AsyncIterator[RollupWriter]:
    """The lease of a shard, as soon as it is free."""
    async with asyncio.timeout(PATIENCE):
        while True:
            async with store.rollups.lease(shard) as writer:
                if writer:
                    yield writer
                    return
            await asyncio.sleep(0.05)


async def found(store: Store) -> list[tuple[bytes, bytes]]:
    return (await store.rollups.get([EVERY]))[0]


class Slow:
    """Holds the writes of one store up, from a step on: as a process that sleeps after it sent its announcement."""

    def __init__(self, store: Store, monkeypatch: pytest.MonkeyPatch, *, step: int = 0) -> None:
        self.reached, self.goes_on = asyncio.Event(), asyncio.Event()
        self._steps = step
        rollups: Any = store.rollups
        self._write = rollups.write
        monkeypatch.setattr(rollups, "write", self.write)

    async def write(self, rows: Sequence[object]) -> None:
        if self._steps == 0:
            self.reached.set()
            await self.goes_on.wait()
        self._steps -= 1
        await self._write(rows)


def asleep(monkeypatch: pytest.MonkeyPatch) -> None:
    """No lease is renewed but by writes."""
    monkeypatch.setattr(leases, "RENEWED", 1000.0)


async def test_a_shard_has_one_writer(pair: tuple[Store, Store]) -> None:
    one, other = pair
    async with taken(one) as writer:
        await writer.put([Row("a", b"1", b"x")])
        async with other.rollups.lease(3) as nobody, other.rollups.lease(4) as another:
            assert nobody is None
            assert another is not None
        await asyncio.sleep(2 * leases.EXPIRES)
        async with other.rollups.lease(3) as nobody:
            assert nobody is None, "it is renewed"
    async with other.rollups.lease(3) as free:
        assert free is not None


async def test_a_writer_that_slept_too_long_writes_no_more(
    pair: tuple[Store, Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = pair
    asleep(monkeypatch)
    async with taken(one) as late:
        await late.put([Row("a", b"1", b"one")])
        [mark] = await late.marks("a")
        async with taken(other) as writer:
            await writer.put([Row("a", b"1", b"other")])
            with pytest.raises(StoreUnavailable, match="took over"):
                await late.put([Row("a", b"1", b"late"), Row("a", b"2", b"late")])
            with pytest.raises(StoreUnavailable, match="lost"):
                await late.unmark([mark])
            assert await found(other) == [(b"1", b"other")]
            await writer.put([Row("a", b"3", b"other")])
    assert await found(other) == [(b"1", b"other"), (b"3", b"other")]


@pytest.mark.parametrize("step", [0, 1])
async def test_what_a_writer_sends_after_it_slept_has_no_effect(
    pair: tuple[Store, Store], monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    """Its lease was good when it looked, and not when its rows arrive."""
    one, other = pair
    asleep(monkeypatch)
    async with taken(one) as late:
        await late.put([Row("a", b"mark", b""), Row("a", b"old", b"old")])
        slow = Slow(one, monkeypatch, step=step)
        rows = [Row("a", b"new", b"late"), Row("a", b"old", b"late"), Row("a", b"own", b"late")]
        writing = asyncio.create_task(late.put(rows, [Row("a", b"mark")]))
        await slow.reached.wait()
        async with taken(other) as writer:
            await writer.put([Row("a", b"own", b"other")])
        slow.goes_on.set()
        await writing
        with pytest.raises(StoreUnavailable, match="took over"):
            await late.put([Row("a", b"new", b"later")])
    begun = {b"new": b"late", b"old": b"late"} if step else {b"old": b"old"}
    assert dict(await found(other)) == {b"mark": b"", b"own": b"other"} | begun


async def test_what_a_writer_sends_after_it_slept_is_not_in_rollups_that_were_cleared(
    pair: tuple[Store, Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = pair
    async with taken(one) as late:
        slow = Slow(one, monkeypatch)
        asleep(monkeypatch)
        writing = asyncio.create_task(late.put([Row("a", b"1", b"late")]))
        await slow.reached.wait()
        await Rollup(other).rebuild()
        slow.goes_on.set()
        with contextlib.suppress(StoreUnavailable):
            await writing
    assert await found(other) == []


async def test_a_mark_that_is_put_again_stays(pair: tuple[Store, Store]) -> None:
    """Another shard marks what this one makes, at any time."""
    one, other = pair
    async with taken(one, 1) as marking, taken(other, 2) as making:
        await marking.put([Row("a", b"1", b""), Row("a", b"2", b"")])
        marks = await making.marks("a")
        await marking.put([Row("a", b"2", b"")])
        await making.unmark(marks)
        assert [mark.key for mark in await making.marks("a")] == [b"2"]
        await making.unmark(await making.marks("a"))
        assert await making.marks("a") == []


async def test_two_keepers_make_what_one_makes(pair: tuple[Store, Store]) -> None:
    one, other = pair
    positions = [one for device in FLEET for one in drive(device, 40)]
    await keep(one, positions[::2])
    await asyncio.gather(*(Rollup(store).catch_up() for store in pair))
    await check(one, positions[::2], Span(START, START + 86_400_000), zooms=(0, 14))
    await keep(other, positions)
    await asyncio.sleep(1.1)
    await asyncio.gather(*(Rollup(store).catch_up() for store in pair))
    await check(one, positions, Span(START, START + 86_400_000), zooms=(0, 14))


async def test_both_rebuild_at_once(pair: tuple[Store, Store]) -> None:
    one, other = pair
    positions = [one for device in FLEET[:6] for one in drive(device, 40)]
    await keep(one, positions)
    await asyncio.gather(Rollup(one).catch_up(), Rollup(other).rebuild(), Rollup(one).rebuild())
    await check(one, positions, Span(START, START + 86_400_000), zooms=(0, 14))


async def test_keepers_that_are_killed_lose_nothing(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One of two, at random moments, while positions come in."""
    chance = random.Random(os.environ["HERENOW_TEST_SEED"])
    hurried(monkeypatch)
    positions = [one for device in FLEET for one in drive(device, 60)]
    chance.shuffle(positions)
    share = -(-len(positions) // KILLS)
    async with opened(url) as store, contextlib.AsyncExitStack() as stack:
        keepers = [await started(url, stack) for _ in range(2)]
        for kill in range(KILLS):
            await keep(store, positions[kill * share : (kill + 1) * share])
            victim = keepers.pop(0)
            await round_of(victim)
            await asyncio.sleep(chance.random())
            victim.send_signal(signal.SIGKILL)
            keepers.append(await started(url, stack))
        for keeper in keepers:
            keeper.send_signal(signal.SIGKILL)
        await asyncio.sleep(1.1)
        await Rollup(store).catch_up()
        await check(store, positions, Span(START, START + 86_400_000), zooms=(0, 14))


async def started(url: str, stack: contextlib.AsyncExitStack) -> asyncio.subprocess.Process:
    command = (sys.executable, "-m", KEEPER, url)
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)

    async def ended() -> None:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()

    stack.push_async_callback(ended)
    return process


async def round_of(keeper: asyncio.subprocess.Process) -> None:
    """Waits until it ends a round."""
    assert keeper.stdout
    assert await asyncio.wait_for(keeper.stdout.readline(), PATIENCE) == b"round\n"
