"""What every store promises where positions are taken away; runs on each adapter."""

import asyncio
import contextlib
import random
import sqlite3
import time
from pathlib import Path

import pytest

from herenow.history.queries.storage import storage
from herenow.history.queries.traces import traces
from herenow.history.rollups.expiry import expire
from herenow.history.rollups.rounds import Rollup
from herenow.model.clock import DAY, HOUR, MINUTE, now
from herenow.model.position import Position
from herenow.model.retention import read_retention
from herenow.store.port import Store
from herenow.store.sqlite.erasure import CHUNK
from herenow.store.sqlite.store import SqliteStore
from tests.support import stores
from tests.support.dose import dose, long
from tests.support.positions import NOW, position
from tests.support.rollups import quick
from tests.support.stores import keep, opened, track

keyspace, url, store = stores.keyspace, stores.url, stores.store
__all__ = ["quick"]

OLD = dose(30, full=300)  # days of an import


@pytest.fixture
def today() -> int:
    """Days since 1970; a test that begins right before midnight waits for it."""
    if now() % DAY > DAY - 60_000:
        time.sleep(60)
    return now() // DAY


async def ended(store: Store) -> None:
    """Waits until the period of what was written has ended."""
    await asyncio.sleep(0.003 if isinstance(store, SqliteStore) else 1.1)


def days_of(device_id: str, today: int, *days: int, kind: str = "bus") -> list[Position]:
    """A position in every hour of some days, counted back from today; of today in the first hour."""
    return [
        position(device_id, (today - day) * DAY + hour * HOUR, attributes={"kind": kind})
        for day in days
        for hour in range(24 if day else 1)
    ]


async def test_a_dropped_day_of_some_devices_is_gone_and_the_rest_stays(store: Store, quick: None, today: int) -> None:
    await keep(store, days_of("a", today, 3, 2, 0) + days_of("b", today, 3, 0))
    begin = (await store.changes(None)).until
    await store.drop(["a", "nobody"], today - 3)
    assert {found.time // DAY for found in await track(store, "a")} == {today - 2, today}
    assert len(await track(store, "b")) == len(days_of("b", today, 3, 0))
    await ended(store)
    changes = await store.changes(begin)
    gone = {("a", (today - 3) * 24 + hour) for hour in range(24)}
    assert gone <= set(changes.hours)
    assert gone <= set(changes.taken) <= set(changes.hours)
    assert not any(device_id == "b" for device_id, _ in changes.taken)
    assert (await store.active(today - 3)) == (today - 3, ["b"])
    await store.drop(["a", "b"], today - 3)
    found = await store.active(today - 3)
    assert found is not None
    assert found[0] == today - 2


async def test_an_erased_device_is_as_if_it_had_never_been(store: Store, quick: None, today: int) -> None:
    others = days_of("b", today, 2, 1)
    await keep(store, days_of("a", today, 40, 2, 1) + others)
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


async def test_more_than_a_chunk_is_dropped_and_marked_whole(store: Store, quick: None, today: int) -> None:
    start = (today - 5) * DAY
    many = [position("a", start + number * 10_000) for number in range(CHUNK + 500)]
    moment = [position("a", start + HOUR, 10 + number / 100) for number in range(200)]
    await keep(store, many + moment + [position("a", today * DAY)])
    begin = (await store.changes(None)).until
    await store.drop(["a"], today - 5)
    assert [found.time for found in await track(store, "a")] == [today * DAY]
    await ended(store)
    marked = {hour for _, hour in (await store.changes(begin)).hours}
    assert {position.time // HOUR for position in many} <= marked


async def test_rollups_forget_who_was_erased(store: Store, quick: None, today: int) -> None:
    await keep(store, days_of("a", today, 3, 2) + days_of("b", today, 3, 1))
    rollup = Rollup(store)
    await rollup.catch_up()
    before = await traces(store, "a")
    assert before.rollups > 15
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


async def test_no_sum_of_who_was_erased_waits(store: Store, quick: None, today: int) -> None:
    """Not even where its device reports again, and another day of the month changes in each round."""
    month = today - (today // 30 - 2) * 30
    await keep(store, days_of("a", today, month) + days_of("b", today, month, month - 1))
    rollup = Rollup(store)
    await rollup.catch_up()
    await store.erase("a")
    late = [position("b", (today - month + 1) * DAY + MINUTE), position("a", today * DAY)]
    await keep(store, late)
    await ended(store)
    await rollup.catch_up()
    assert (await traces(store, "a")).blocks == 0


async def test_what_is_older_than_it_is_kept_goes_and_the_newest_day_of_a_device_stays(
    store: Store, quick: None, today: int
) -> None:
    await keep(
        store,
        days_of("bus", today, 40, 9, 8, 0)
        + days_of("ship", today, 40, 0, kind="ship")
        + days_of("still", today, 60, 50),
    )
    rollup = Rollup(store)
    await rollup.catch_up()
    assert await expire(store, read_retention("ever")) == 0
    assert await expire(store, read_retention("8, ship=ever")) == 3
    kept = {
        name: sorted({today - one.time // DAY for one in await track(store, name)}) for name in ("bus", "ship", "still")
    }
    assert kept == {"bus": [0, 8], "ship": [0, 40], "still": [50]}
    assert await expire(store, read_retention("8, ship=ever")) == 0
    await ended(store)
    await rollup.catch_up()
    counted = await storage(store, read_retention("8, ship=ever"))
    rows = [len(await track(store, name)) for name in ("bus", "ship", "still")]
    assert counted.positions == sum(rows)


async def test_the_disk_that_history_takes_is_reported_and_predicted(store: Store, quick: None, today: int) -> None:
    keep_days = read_retention("30, ship=ever")
    empty = await storage(store, keep_days)
    assert (empty.positions, empty.predicted_bytes) == (0, None)
    rows = days_of("bus", today, 7, 6, 5, 4, 3, 2, 1) + days_of("ship", today, 4, 1, kind="ship")
    await keep(store, rows)
    await Rollup(store).catch_up()
    found = await storage(store, keep_days)
    assert found.positions == len(rows)
    assert {name: (kind.positions_per_day, kind.keep_days) for name, kind in found.kinds.items()} == {
        "bus": (24.0, 30),
        "ship": (pytest.approx(48 / 7), None),
    }
    if isinstance(store, SqliteStore):  # Cassandra tells of what it has flushed
        each = (found.position_bytes + found.rollup_bytes) / len(rows)
        assert found.predicted_bytes == pytest.approx(each * (24 * 30 + 48 / 7))
        assert found.growth_bytes_per_day == pytest.approx(each * 48 / 7)


async def test_a_store_of_some_hours_is_predicted_from_those(store: Store, quick: None, today: int) -> None:
    noon = (today - 1) * DAY + 12 * HOUR
    await keep(store, [position("bus", noon - hour * HOUR, 60.0, 25.0) for hour in range(1, 4)])
    rollup = Rollup(store)
    await rollup.catch_up()
    found = await storage(store, read_retention("ever"), lambda: noon)
    assert found.kinds["other"].positions_per_day == pytest.approx(24)
    assert found.predicted_bytes is not None
    later = [position("bus", noon - 8 * DAY, 60.0, 25.0), position("bus", noon - DAY, 60.0, 25.0)]
    await keep(store, later)
    await ended(store)
    await rollup.catch_up()
    older = await storage(store, read_retention("ever"), lambda: noon)
    assert older.kinds["other"].positions_per_day == pytest.approx(4), "since the first of this week"


@long
async def test_an_import_of_old_data_changes_no_prediction(store: Store, quick: None, today: int) -> None:
    noon, rollup = (today - 1) * DAY + 12 * HOUR, Rollup(store)
    for hour in (5, 30):  # of a fleet that is so many hours old
        await keep(store, [position("bus", noon - minute * MINUTE, 60.0, 25.0) for minute in range(1, hour * 60 + 1)])
        await ended(store)
        await rollup.catch_up()
        found = await storage(store, read_retention("30"), lambda: noon)
        assert found.kinds["other"].positions_per_day == pytest.approx(24 * 60)
        await keep(store, [position("old", noon - day * DAY, 60.0, 25.0) for day in range(9 + hour, OLD + hour)])
        await ended(store)
        await rollup.catch_up()
        assert (await storage(store, read_retention("30"), lambda: noon)).kinds == found.kinds


async def test_after_a_vacuum_no_byte_of_an_erased_device_is_left_in_sqlite(tmp_path: Path, today: int) -> None:
    path, secret = tmp_path / "positions.db", "Fährte-der-Erasmusstraße"
    chance = random.Random(1)
    async with opened(str(path)) as store:
        assert files_that_name(tmp_path, secret) == []
        for start in range(0, 20_000, 1000):  # enough for overflow pages and free ones
            moment = (today - 2) * DAY + start * 1000
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
