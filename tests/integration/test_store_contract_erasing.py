"""What every store promises where positions are taken away; runs on each adapter."""

import asyncio
import contextlib
import random
import sqlite3
from pathlib import Path

import pytest

from herenow.history.expiry import expire
from herenow.history.rollup import Rollup
from herenow.history.storage import storage
from herenow.history.traces import traces
from herenow.model.clock import DAY, HOUR, now
from herenow.model.position import Position
from herenow.model.retention import read_retention
from herenow.store.base import Store
from herenow.store.sqlite import SqliteStore
from herenow.store.sqlite_erasing import CHUNK
from tests import stores
from tests.positions import NOW, position
from tests.rollups import quick
from tests.stores import keep, opened, track

keyspace, url, store = stores.keyspace, stores.url, stores.store
__all__ = ["quick"]

TODAY = now() // DAY


async def ended(store: Store) -> None:
    """Waits until the period of what was written has ended."""
    await asyncio.sleep(0.003 if isinstance(store, SqliteStore) else 1.1)


def days_of(device_id: str, *days: int, kind: str = "bus") -> list[Position]:
    """A position in every hour of some days, counted back from today."""
    return [
        position(device_id, (TODAY - day) * DAY + hour * HOUR, attributes={"kind": kind})
        for day in days
        for hour in range(24)
        if day or hour < (now() % DAY) // HOUR + 1
    ]


async def test_a_dropped_day_of_some_devices_is_gone_and_the_rest_is_there(store: Store, quick: None) -> None:
    await keep(store, days_of("a", 3, 2, 0) + days_of("b", 3, 0))
    begin = (await store.changes(None)).until
    await store.drop(["a", "nobody"], TODAY - 3)
    assert {found.time // DAY for found in await track(store, "a")} == {TODAY - 2, TODAY}
    assert len(await track(store, "b")) == len(days_of("b", 3, 0))
    await ended(store)
    hours = (await store.changes(begin)).hours
    assert {("a", (TODAY - 3) * 24 + hour) for hour in range(24)} <= set(hours)
    assert (await store.active(TODAY - 3)) == (TODAY - 3, ["b"])
    await store.drop(["a", "b"], TODAY - 3)
    found = await store.active(TODAY - 3)
    assert found is not None
    assert found[0] == TODAY - 2


async def test_an_erased_device_is_as_if_it_had_never_been(store: Store, quick: None) -> None:
    others = days_of("b", 2, 1)
    await keep(store, days_of("a", 40, 2, 1) + others)
    await store.erase("a")
    assert await track(store, "a") == []
    assert [device.device_id for device in await store.latest()] == ["b"]
    assert await store.devices(["a"]) == []
    assert await track(store, "b") == others
    left = await store.traces("a")
    assert (left["positions"], left["devices"]) == (0, 0)
    assert left["changes"] > 0
    await store.erase("a")  # again is fine
    await store.erase("nobody")


async def test_a_device_that_reports_after_it_was_erased_is_known_anew(store: Store) -> None:
    old = position("a", NOW, attributes={"name": "Old name"})
    await keep(store, [old])
    await store.erase("a")
    new = position("a", NOW + 1)
    await keep(store, [new])
    (device,) = await store.latest()
    assert (device.position, device.name) == (new, None)
    assert await track(store, "a") == [new]


async def test_more_than_a_chunk_is_dropped_and_marked_whole(store: Store, quick: None) -> None:
    start = (TODAY - 5) * DAY
    many = [position("a", start + number * 10_000) for number in range(CHUNK + 500)]
    moment = [position("a", start + HOUR, 10 + number / 100) for number in range(200)]
    await keep(store, many + moment + [position("a", TODAY * DAY)])
    begin = (await store.changes(None)).until
    await store.drop(["a"], TODAY - 5)
    assert [found.time for found in await track(store, "a")] == [TODAY * DAY]
    await ended(store)
    marked = {hour for _, hour in (await store.changes(begin)).hours}
    assert {position.time // HOUR for position in many} <= marked


async def test_rollups_forget_who_was_erased(store: Store, quick: None) -> None:
    await keep(store, days_of("a", 3, 2) + days_of("b", 3, 1))
    rollup = Rollup(store)
    await rollup.catch_up()
    before = await traces(store, "a")
    assert before.rollups > 50
    await store.erase("a")
    await ended(store)
    await rollup.catch_up()
    left = await traces(store, "a")
    assert (left.positions, left.devices, left.rollups, left.blocks) == (0, 0, 0, 0)
    assert (await traces(store, "b")).rollups > 0
    if isinstance(store, SqliteStore):  # in Cassandra marks stay for some minutes, for recorders with slow clocks
        await rollup.catch_up()
        assert (await traces(store, "a")).nothing
        assert not (await traces(store, "b")).nothing


async def test_what_is_older_than_it_is_kept_goes_and_the_newest_day_of_a_device_stays(
    store: Store, quick: None
) -> None:
    await keep(store, days_of("bus", 40, 9, 8, 0) + days_of("ship", 40, 0, kind="ship") + days_of("still", 60, 50))
    rollup = Rollup(store)
    await rollup.catch_up()
    assert await expire(store, read_retention("ever")) == 0
    assert await expire(store, read_retention("8, ship=ever")) == 3
    kept = {
        name: sorted({TODAY - one.time // DAY for one in await track(store, name)}) for name in ("bus", "ship", "still")
    }
    assert kept == {"bus": [0, 8], "ship": [0, 40], "still": [50]}
    assert await expire(store, read_retention("8, ship=ever")) == 0
    await ended(store)
    await rollup.catch_up()
    counted = await storage(store, read_retention("8, ship=ever"))
    rows = [len(await track(store, name)) for name in ("bus", "ship", "still")]
    assert counted.positions == sum(rows)


async def test_the_disk_that_history_takes_is_told_and_predicted(store: Store, quick: None) -> None:
    keep_days = read_retention("30, ship=ever")
    empty = await storage(store, keep_days)
    assert (empty.positions, empty.predicted) == (0, None)
    rows = days_of("bus", 7, 6, 5, 4, 3, 2, 1) + days_of("ship", 4, 1, kind="ship")
    await keep(store, rows)
    await Rollup(store).catch_up()
    found = await storage(store, keep_days)
    assert found.positions == len(rows)
    assert {name: (kind.a_day, kind.kept) for name, kind in found.kinds.items()} == {
        "bus": (24.0, 30),
        "ship": (pytest.approx(48 / 7), None),
    }
    if isinstance(store, SqliteStore):  # Cassandra tells of what it has flushed
        each = (found.position_bytes + found.rollup_bytes) / len(rows)
        assert found.predicted == pytest.approx(each * (24 * 30 + 48 / 7))
        assert found.grows == pytest.approx(each * 48 / 7)


async def test_after_a_vacuum_no_byte_of_an_erased_device_is_left_in_the_files_of_sqlite(tmp_path: Path) -> None:
    path, secret = tmp_path / "positions.db", "Fährte-der-Erasmusstraße"
    chance = random.Random(1)
    async with opened(str(path)) as store:
        assert files_that_name(tmp_path, secret) == []
        for start in range(0, 20_000, 1000):  # enough for overflow pages and free ones
            moment = (TODAY - 2) * DAY + start * 1000
            rows = [
                position(name, moment + number * 1000, 60 + chance.random(), 25.0)
                for number in range(1000)
                for name in (secret, "other")
            ]
            await keep(store, rows)
        rollup = Rollup(store)
        await rollup.catch_up()
        assert len(files_that_name(tmp_path, secret)) >= 2
        await store.erase(secret)
        for _ in range(3):
            await asyncio.sleep(0.003)
            await rollup.catch_up()
        assert (await traces(store, secret)).nothing
    for file in ("positions.db", "positions.db.rollups"):
        with contextlib.closing(sqlite3.connect(tmp_path / file)) as connection:
            connection.execute("VACUUM")
    assert files_that_name(tmp_path, secret) == []


def files_that_name(folder: Path, text: str) -> list[str]:
    return [file.name for file in folder.iterdir() if text.encode() in file.read_bytes()]
