"""The SQLite store keeps each position once, wherever the compaction has taken it, and whenever it is stopped."""

import asyncio
import contextlib
import itertools
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from herenow.model.clock import HOUR
from herenow.model.device import advance
from herenow.model.position import Position
from herenow.store.merging import merged
from herenow.store.port import Span
from herenow.store.sqlite.compaction import Compaction
from herenow.store.sqlite.erasure import number_of
from herenow.store.sqlite.migration import Migration
from herenow.store.sqlite.store import SqliteStore
from herenow.store.sqlite.writer import connected
from herenow.store.track import track as as_track
from tests.support.dose import dose, long
from tests.support.patience import PATIENCE
from tests.support.positions import NOW, position
from tests.support.stores import eager_compaction, keep, track

KILLS = dose(4, full=200)
WRITER = "tests.integration.compaction_writer"
ROOT = Path(__file__).parents[2]


def report(device: str, moment: int, **more: Any) -> Position:
    """Every third of an hour."""
    return position(device, NOW + moment * HOUR // 3, **more)


reports = st.builds(report, st.sampled_from("ab"), st.integers(0, 12), hdop=st.none() | st.just(0.9))
commits = st.lists(st.lists(reports, min_size=1, max_size=4), min_size=1, max_size=6)


async def written(path: Path, written: list[list[Position]]) -> None:
    """Leaves everything as it came."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("herenow.store.sqlite.compaction.MOST_BATCHES", sys.maxsize)
        async with SqliteStore(path) as store:
            for some in written:
                await keep(store, some)


def expected(commits: list[list[Position]], device: str) -> list[Position]:
    return merged(one for some in commits for one in some if one.device_id == device)


async def stored(path: Path, device: str) -> list[Position]:
    async with SqliteStore(path, writes=False) as reader:
        return await track(reader, device)


def blocks_of(path: Path, devices: set[str]) -> int:
    named = "SELECT id FROM devices WHERE device_id IN (SELECT value FROM json_each(?))"
    query = f"SELECT count(*) FROM blocks WHERE device IN ({named})"  # noqa: S608 - constants only
    with contextlib.closing(sqlite3.connect(path)) as connection:
        found: int = connection.execute(query, (json.dumps(sorted(devices)),)).fetchone()[0]
        return found


def counts(path: Path) -> dict[str, int]:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        tables = ("recent", "damaged", "blocks", "unmerged", "positions", "newest")
        return {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in tables}  # noqa: S608


async def test_pages_of_a_long_hour_have_what_is_written_and_erased_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such an hour stays unpacked from page to page."""
    monkeypatch.setattr("herenow.store.sqlite.reader.LONG", 5)
    chance, start = random.Random(16), NOW // HOUR * HOUR
    held = [[position(device, start + n * 60_000) for n in range(40)] for device in "ab"]

    async def check(store: SqliteStore, device: str) -> None:
        for end, limit in itertools.product((start + 30 * 60_000, start + 2 * HOUR), (3, 7, 100)):
            known, after, found = expected(held, device), None, list[Position]()
            while page := await store.track(device, Span(start, end), after, limit):
                found, after = [*found, *page], page[-1].version
            assert found == [one for one in known if one.time < end]

    with eager_compaction():
        async with SqliteStore(tmp_path / "positions.db") as store:
            for some in held:
                await keep(store, some)
            for _ in range(5):
                await check(store, "a")
                await check(store, "b")
                more = [position(chance.choice("ab"), start + chance.randrange(HOUR)) for _ in range(4)]
                held.append(more)
                await keep(store, more)
            await store.erase("a")
            held = [[one for one in some if one.device_id == "b"] for some in held]
            await check(store, "a")
            await check(store, "b")


@given(commits, st.data())
def test_wherever_the_compaction_is_stopped_each_position_is_there_once(
    tmp_path_factory: pytest.TempPathFactory, commits: list[list[Position]], data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("stopped") / "positions.db"
    asyncio.run(written(path, commits))
    devices = {one.device_id for some in commits for one in some}
    with eager_compaction():
        for _ in range(3):  # stopped twice, then done
            steps = data.draw(st.integers(1, 12))
            with contextlib.closing(connected(path)) as connection:
                compaction = Compaction(connection, lambda device_id: number_of(connection, device_id))
                while compaction.is_due and steps:
                    compaction.step()
                    steps -= 1
            for device in devices:
                assert asyncio.run(stored(path, device)) == expected(commits, device)
        asyncio.run(compacted(path))
    for device in devices:
        assert asyncio.run(stored(path, device)) == expected(commits, device)
    assert counts(path)["recent"] == 0
    hours = {(one.device_id, one.time // HOUR) for some in commits for one in some}
    assert blocks_of(path, devices) == len(hours), "one each, as all are over"


async def compacted(path: Path) -> None:
    """Returns when everything lies in blocks, one for each hour: the compaction after one of another device is done."""
    async with SqliteStore(path) as store:
        for number in range(2):
            await until(lambda: counts(path)["recent"] == 0)
            await store.write([position("z", NOW + number)], [])
        await until(lambda: counts(path)["recent"] == 0 and counts(path)["unmerged"] == 1)


@pytest.mark.parametrize("compact", [False, True])
async def test_tracks_of_many_devices_are_those_of_their_positions(tmp_path: Path, compact: bool) -> None:
    """Some lie as they came, some in blocks of few, some in one of many, and some twice."""
    path = tmp_path / "positions.db"
    chance = random.Random(1)
    many = [position("a", NOW + n * 20_000, 60 + n / 1e4, speed=chance.choice([None, 3.5])) for n in range(400)]
    few = [position("b", NOW + n * HOUR) for n in range(3)]
    await written(path, [many[:300], few, many[250:300]])
    with eager_compaction():
        await compacted(path)
    await written(path, [many[280:], few[2:]])
    if compact:
        with eager_compaction():
            await compacted(path)
    spans = [Span(0, NOW * 2), Span(NOW + 100_000, NOW + 2 * HOUR), Span(NOW + 399 * 20_000, NOW * 2)]
    wanted = [(device, span) for span in spans for device in ("a", "nobody", "b")]
    async with SqliteStore(path, writes=False) as reader:
        found = await reader.tracks(wanted)
        for (device, span), one in zip(wanted, found, strict=True):
            assert one.tobytes() == as_track(await reader.track(device, span, None, 1000)).tobytes()
        assert len(found[0]) == 400
        assert await reader.tracks([]) == []


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not holds():  # noqa: ASYNC110 - another thread works
            await asyncio.sleep(0.01)


async def test_devices_are_as_their_newest_position_left_them_wherever_they_lie(tmp_path: Path) -> None:
    path = tmp_path / "positions.db"
    async with SqliteStore(path) as store:
        first = [report("a", 1, attributes={"name": "Bus"}), report("b", 1)]
        await keep(store, first)
        before = await store.latest()
    with eager_compaction():
        await compacted(path)
    assert counts(path)["newest"] == 2
    async with SqliteStore(path) as store:
        assert {one.device_id: one for one in await store.latest()} == {one.device_id: one for one in before}
        await keep(store, [report("a", 0)])  # late
        (device,) = await store.devices(["a"])
        assert (device.position, device.name) == (first[0], "Bus")
        await keep(store, [report("a", 2)])
        (device,) = await store.devices(["a"])
        assert (device.position.time, device.name) == (report("a", 2).time, "Bus")
        assert [one.device_id for one in await store.devices(["b", "nobody"])] == ["b"]


async def test_what_is_dropped_while_it_is_compacted_stays_away(tmp_path: Path) -> None:
    path = tmp_path / "positions.db"
    await written(path, [[report("a", 1), report("b", 1)], [report("a", 200)]])
    with eager_compaction():
        for steps in itertools.count():
            copy = tmp_path / f"copy-{steps}.db"
            shutil.copy(path, copy)
            with contextlib.closing(connected(copy)) as connection:
                compaction = Compaction(connection, lambda device_id: number_of(connection, device_id))
                for _ in range(steps):
                    if compaction.is_due:
                        compaction.step()
                done = not compaction.is_due
                async with SqliteStore(copy, writes=False) as other:
                    await other.drop(["a"], report("a", 1).time // (24 * HOUR))
                while compaction.is_due:
                    compaction.step()
            assert [one.time for one in await stored(copy, "a")] == [report("a", 200).time]
            assert len(await stored(copy, "b")) == 1
            if done:
                return


async def test_an_older_file_is_moved_into_blocks_and_reads_the_same_meanwhile(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    old = [[report("a", moment, hdop=1.0), report("b", moment)] for moment in range(0, 300, 7)]
    older_file(path, [one for some in old for one in some])
    new = [report("a", 0, hdop=2.0), report("a", 1)]
    wanted = {device: merged(one for some in [*old, new] for one in some if one.device_id == device) for device in "ab"}
    async with SqliteStore(path, writes=False) as reader:
        latest = {one.device_id: one.position for one in await reader.latest()}
        assert latest == {device: expected(old, device)[-1] for device in "ab"}
    await written(path, [new])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("herenow.store.sqlite.migration.STEP", 1)
        while True:
            with contextlib.closing(connected(path)) as connection:
                migration = Migration(connection)  # a new process after each step
                if migration.is_due:
                    migration.step()
                    migration.step()
                done = not migration.is_due
            assert {device: await stored(path, device) for device in "ab"} == wanted
            async with SqliteStore(path, writes=False) as reader:
                assert {one.device_id: one.position for one in await reader.latest()} == latest
                assert await reader.active(0) == (NOW // (24 * HOUR), ["a", "b"])
            if done:
                break
    assert counts(path)["positions"] == 0


def older_file(path: Path, positions: list[Position]) -> None:
    """As version 5 wrote it."""
    with contextlib.closing(connected(path, 5)) as connection:
        for device in advance({}, positions):
            one = device.position
            connection.execute("INSERT OR IGNORE INTO devices (device_id) VALUES (?)", (one.device_id,))
            number = number_of(connection, one.device_id)
            values = (number, *msgspec.structs.astuple(one)[1:])
            connection.execute(f"INSERT INTO positions VALUES ({','.join('?' * 15)})", values)  # noqa: S608 - marks only
            row = (number, one.time, one.tie, None, None, None, None, 0.0, one.time // (24 * HOUR), 0, None)
            connection.execute(f"INSERT OR REPLACE INTO newest VALUES ({','.join('?' * 11)})", row)  # noqa: S608 - marks only


async def test_a_damaged_block_is_left_out_named_and_kept(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "positions.db"
    await written(path, [[report("a", 10)], [report("a", 30)]])
    with eager_compaction():
        await compacted(path)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE blocks SET packed = x'7201' WHERE hour = ?", (report("a", 10).time // HOUR,))
        connection.commit()
    assert [one.time for one in await stored(path, "a")] == [report("a", 30).time]
    assert "a block of positions is damaged" in "".join(capfd.readouterr())
    with eager_compaction():
        async with SqliteStore(path) as store:
            await keep(store, [report("a", 11)])
        await compacted(path)
    assert [one.time for one in await stored(path, "a")] == [report("a", 11).time, report("a", 30).time]
    with contextlib.closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM blocks WHERE packed = x'7201'").fetchone() == (1,)


async def test_a_damaged_batch_is_left_out_named_and_kept_and_holds_nothing_up(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "positions.db"
    await written(path, [[report("a", 1)], [report("a", 30)], [report("a", 60)]])
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE recent SET packed = x'c1' WHERE number = 2")
        connection.commit()
    with eager_compaction(), contextlib.closing(connected(path)) as connection:
        compaction = Compaction(connection, lambda device_id: number_of(connection, device_id))
        for _ in range(100):
            if compaction.is_due:
                compaction.step()
        assert not compaction.is_due
    assert "positions that came last are damaged" in "".join(capfd.readouterr())
    assert (counts(path)["recent"], counts(path)["damaged"]) == (0, 1)
    assert [one.time for one in await stored(path, "a")] == [report("a", 1).time, report("a", 60).time]


@long
def test_a_writer_that_is_killed_again_and_again_loses_and_doubles_nothing(tmp_path: Path) -> None:
    path, chance = tmp_path / "positions.db", random.Random(1)
    durable = 0
    for _ in range(KILLS):
        command = [sys.executable, "-m", WRITER, str(path), str(durable)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as writer:
            assert writer.stdout
            until = time.monotonic() + PATIENCE
            wanted = durable + chance.randrange(1, 60)
            while durable < wanted and time.monotonic() < until:
                durable = int(writer.stdout.readline())
            os.kill(writer.pid, signal.SIGKILL)
        found = asyncio.run(stored(path, "a"))
        times = [(one.time - NOW) // 1000 for one in found]
        assert times[:durable] == list(range(durable)), "what was durable is there, once"
        assert times == list(range(len(times)))
        durable = len(times)
    assert counts(path)["blocks"]
