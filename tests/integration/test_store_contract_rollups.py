"""What every store promises of changes and rollups; runs on each adapter."""

import asyncio
import shutil
import sqlite3
from pathlib import Path

import pytest

from herenow.errors import SettingsError, StoreUnavailable
from herenow.model.clock import DAY, HOUR
from herenow.store.port import Row, Store
from herenow.store.sqlite.rollups import SqliteRollups
from herenow.store.sqlite.store import SqliteStore
from herenow.store.sqlite.writer import SCHEMA
from tests.support import stores
from tests.support.positions import NOW, position
from tests.support.rollups import put, quick
from tests.support.stores import keep, opened, track

keyspace, url, store = stores.keyspace, stores.url, stores.store
__all__ = ["quick"]

HOUR_NOW = NOW // HOUR
OLD = 946_684_800_000  # ms, the first second of 2000


async def ended(store: Store) -> None:
    """Waits until the period of what was written has ended."""
    await asyncio.sleep(0.003 if isinstance(store, SqliteStore) else 1.1)


async def test_changes_name_each_hour_that_was_written_to(store: Store, quick: None) -> None:
    begin = (await store.changes(None)).until
    assert (await store.changes(begin)).hours == []
    await keep(store, [position("a"), position("a", NOW + 1), position("b", NOW - 5 * HOUR), position("b", OLD)])
    await ended(store)
    changes = await store.changes(begin)
    assert set(changes.hours) == {("a", HOUR_NOW), ("b", HOUR_NOW - 5), ("b", OLD // HOUR)}
    assert len(changes.hours) == 3
    again = (await store.changes(changes.until)).hours
    assert list(again) == [] if isinstance(store, SqliteStore) else set(again) <= set(changes.hours)


async def test_an_hour_is_named_again_when_it_is_written_to_again(store: Store, quick: None) -> None:
    await keep(store, [position("a")])
    await ended(store)
    changes = await store.changes((await store.changes(None)).until)
    await keep(store, [position("a", NOW + 1)])
    await ended(store)
    assert set((await store.changes(changes.until)).hours) == {("a", HOUR_NOW)}


async def test_changes_say_from_when_on_an_hour_changed(tmp_path: Path) -> None:
    async with opened(str(tmp_path / "positions.db")) as store:
        begin = (await store.changes(None)).until
        await keep(store, [position("a", NOW + 5), position("a", NOW + 3), position("b", NOW + 7)])
        await keep(store, [position("a", NOW + 4)])
        first = await store.changes(begin)
        assert first.earliest == {("a", HOUR_NOW): NOW + 3, ("b", HOUR_NOW): NOW + 7}
        await keep(store, [position("a", NOW + 9)])
        assert (await store.changes(first.until)).earliest == {("a", HOUR_NOW): NOW + 9}
        both = await store.changes(begin)
        assert both.forgotten, "what was read goes"
        await keep(store, [position("b", NOW + 8), position("b", NOW + DAY)])
        await store.drop(["b"], NOW // DAY)
        await keep(store, [position("b", NOW + 9)])
        last = await store.changes(both.until)
        assert last.earliest[("b", HOUR_NOW)] == HOUR_NOW * HOUR, "all of it"
        assert (set(first.taken), set(last.taken)) == (set(), {("b", HOUR_NOW)})


async def test_no_write_is_missed_by_who_asks_all_the_time(store: Store, quick: None) -> None:
    since = (await store.changes(None)).until
    found: set[tuple[str, int]] = set()
    done = asyncio.Event()

    async def ask() -> None:
        nonlocal since
        while not done.is_set():
            changes = await store.changes(since)
            found.update(changes.hours)
            since = changes.until

    asking = asyncio.create_task(ask())
    for number in range(60):
        await store.write([position(f"d-{number % 7}", NOW + number * HOUR)], [])
    done.set()
    await asking
    await ended(store)
    found.update((await store.changes(since)).hours)
    assert found == {(f"d-{number % 7}", HOUR_NOW + number) for number in range(60)}


async def test_active_days_come_one_after_the_other(store: Store) -> None:
    day = NOW // DAY
    assert await store.active(0) is None
    await keep(store, [position("a"), position("b"), position("a", NOW + 9 * DAY), position("c", OLD)])
    found = []
    earliest = 0
    while active := await store.active(earliest):
        found.append((active[0], sorted(active[1])))
        earliest = active[0] + 1
    assert found == [(OLD // DAY, ["c"]), (day, ["a", "b"]), (day + 9, ["a"])]


async def test_rows_are_read_in_the_order_of_their_keys(store: Store) -> None:
    keys = [bytes([n]) for n in (200, 3, 0, 127)] + ["ä/%".encode()]
    await put(store, *(Row("a", key, key * 2) for key in keys), Row("b", b"", b""))
    every = ("a", b"", b"\xff" * 9)
    assert await store.rollups.get([every, ("b", b"", b""), ("c", b"", b"\xff")]) == [
        [(key, key * 2) for key in sorted(keys)],
        [(b"", b"")],
        [],
    ]
    assert await store.rollups.get([("a", b"\x03", b"\x7f")]) == [[(b"\x03", b"\x03\x03"), (b"\x7f", b"\x7f\x7f")]]


async def test_rows_take_the_place_of_others_and_go(store: Store) -> None:
    await put(store, Row("a", b"1", b"old"), Row("a", b"2", b"old"), Row("a", b"3", b"old"))
    await put(store, Row("a", b"1", b"new"), Row("a", b"2"), Row("a", b"never there"))
    assert await store.rollups.get([("a", b"", b"\xff")]) == [[(b"1", b"new"), (b"3", b"old")]]
    await store.rollups.clear()
    assert await store.rollups.get([("a", b"", b"\xff")]) == [[]]


async def test_large_values_and_many_rows_are_kept(store: Store) -> None:
    rows = [Row(f"part/{n % 7}", n.to_bytes(4), bytes([n % 251]) * (n * 10)) for n in range(2000)]
    rows.append(Row("large", b"", b"x" * 4_000_000))
    await put(store, *rows)
    found = await store.rollups.get([(f"part/{n}", b"", b"\xff" * 4) for n in range(7)] + [("large", b"", b"")])
    assert sum(len(part) for part in found[:7]) == 2000
    assert {(key, value) for part in found[:7] for key, value in part} == {(row.key, row.value) for row in rows[:2000]}
    assert found[7] == [(b"", b"x" * 4_000_000)]


async def test_a_step_takes_the_place_of_the_one_before(store: Store) -> None:
    async with store.rollups.lease(0) as writer:
        assert writer
        await writer.put([Row("a", b"1", b"x"), Row("a", b"2", b"x")], [Row("a", b"1"), Row("a", b"2", b"y")])
        await writer.put([Row("a", b"2")], [Row("a", b"2", b"z")], [])
    assert await store.rollups.get([("a", b"", b"\xff")]) == [[(b"2", b"z")]]


async def test_marks_are_read_and_go(store: Store) -> None:
    async with store.rollups.lease(0) as writer:
        assert writer
        await writer.put([Row("a", b"2", b""), Row("a", b"1", b""), Row("b", b"1", b"")])
        marks = await writer.marks("a")
        assert [(mark.part, mark.key) for mark in marks] == [("a", b"1"), ("a", b"2")]
        await writer.unmark(marks[:1])
        assert [mark.key for mark in await writer.marks("a")] == [b"2"]
        await writer.unmark(marks)
        await writer.put([Row("a", b"1", b"")])
        assert [mark.key for mark in await writer.marks("a")] == [b"1"]
        assert len(await writer.marks("b")) == 1


async def test_what_one_process_puts_another_reads(url: str, store: Store) -> None:
    assert await store.rollups.get([("a", b"", b"\xff")]) == [[]]
    reader = SqliteStore(Path(url), writes=False) if not url.startswith("cassandra") else None
    if reader is None:
        async with opened(url) as other:
            await put(other, Row("a", b"1", b"x"))
    else:
        async with reader as other:
            await put(other, Row("a", b"1", b"x"))
            with pytest.raises(StoreUnavailable, match="another process's to write to"):
                await other.write([position("a")], [])
    assert await store.rollups.get([("a", b"", b"\xff")]) == [[(b"1", b"x")]]


async def test_two_processes_do_not_keep_the_rollups_of_one_file(tmp_path: Path) -> None:
    one, two = (SqliteRollups(tmp_path / "rollups", None) for _ in range(2))
    await one.put([Row("a", b"1", b"x")])
    with pytest.raises(SettingsError, match="another Herenow writes to"):
        await two.put([Row("a", b"1", b"y")])
    await one.close()
    await two.put([Row("a", b"1", b"y")])
    await two.close()


async def test_a_file_of_the_first_version_is_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    first = SCHEMA.read_text().split("-- Version 2")[0]
    with sqlite3.connect(path) as old:
        old.executescript(f"{first} PRAGMA user_version = 1;")
        old.execute("INSERT INTO devices VALUES (1, 'a')")
        row = (1, NOW, 1, 60.0, 25.0, None, None, None, None, None, None, NOW, "old")
        old.execute(f"INSERT INTO positions VALUES ({','.join('?' * 13)})", row)  # noqa: S608 - marks only
    old.close()
    async with opened(str(path)) as store:
        assert len(await track(store, "a")) == 1
        assert await store.active(0) == (NOW // DAY, ["a"])
        assert (await store.changes(0)).hours == []
    async with opened(str(path)) as store:
        await keep(store, [position("b")])


async def test_a_device_that_was_only_ahead_of_its_time_is_known_after_an_update(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    third = SCHEMA.read_text().split("-- Version 4")[0]
    with sqlite3.connect(path) as old:
        old.executescript(f"{third} PRAGMA user_version = 3;")
        old.execute("INSERT INTO devices VALUES (1, 'a')")
        for days in (1, 2):
            row = (1, NOW + days * DAY, 1, 60.0, 25.0, None, None, None, None, None, None, NOW, "old")
            old.execute(f"INSERT INTO positions VALUES ({','.join('?' * 13)})", row)  # noqa: S608 - marks only
    old.close()
    async with SqliteStore(path, writes=False) as reader:  # brings it up to date as well
        (device,) = await reader.latest()
        assert (device.device_id, device.ahead, device.position.time) == ("a", True, NOW + 2 * DAY)
    async with opened(str(path)) as store:
        await keep(store, [position("a", NOW)])
        (device,) = await store.latest()
        assert (device.ahead, device.position.time) == (False, NOW)


async def test_what_changed_is_forgotten_where_another_file_takes_the_place_of_one(tmp_path: Path) -> None:
    path, backup = tmp_path / "positions.db", tmp_path / "backup.db"
    async with opened(str(path)) as store:
        await keep(store, [position("a", NOW)])
        since = (await store.changes(None)).until
    shutil.copy(path, backup)
    async with opened(str(path)) as store:
        later = (await store.changes(since)).until
        assert not (await store.changes(later)).forgotten
    shutil.copy(backup, path)
    async with opened(str(path)) as store:
        for _ in range(3):
            begun = await store.changes(None)
        assert (await store.changes(later)).forgotten
    shutil.copy(backup, path)
    async with opened(str(path)) as store:
        assert not (await store.changes(since)).forgotten  # the state that it is in
    assert begun.until != later
