"""What a backup holds is what a store had, whatever store it is restored to, and whatever is interrupted."""

import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import httpx
import pytest

from herenow.backup.folder import MANIFEST, read_manifest
from herenow.backup.restore import move, restore
from herenow.backup.save import save
from herenow.errors import SettingsError, StoreUnavailable
from herenow.model.clock import DAY
from herenow.model.device import Device
from herenow.model.position import Position
from herenow.store.port import Span, Store, Version
from herenow.store.sqlite.store import SqliteStore
from tests.support import stores
from tests.support.patience import PATIENCE
from tests.support.positions import FULL, NOW, position
from tests.support.server import report, running, wait_for
from tests.support.sockets import fix
from tests.support.stores import EVER, eager_compaction, keep

keyspace, url, store = stores.keyspace, stores.url, stores.store

DAYS = 3


def quiet(_: int, __: int) -> None:
    pass


def some_positions() -> list[Position]:
    found = [
        position(device_id, NOW - day * DAY + n * 1000, 60.0 + n / 1e4, attributes={"name": f"Van {n % 2}"})
        for device_id in ("a", "b/ü 1")
        for day in range(DAYS)
        for n in range(70)
    ]
    found.append(position("a", NOW + 100_000, 59.0, **FULL))
    found.append(position("ahead", NOW + 9_000_000, received=NOW))
    return found


async def contents(store: Store) -> tuple[list[Position], list[Device]]:
    devices = sorted(await store.latest(), key=lambda one: one.device_id)
    tracks = [list(await store.track(one.device_id, EVER, None, 100_000)) for one in devices]
    return [one for track in tracks for one in track], devices


def herenow(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "herenow", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)


async def test_a_restored_store_has_what_the_saved_one_had(store: Store, tmp_path: Path) -> None:
    await keep(store, some_positions())
    made = await save(store, tmp_path / "backup", quiet)
    assert sum(saved.count for saved in made.days.values()) == len(some_positions())
    async with SqliteStore(tmp_path / "other.db") as other:
        await restore(other, tmp_path / "backup", quiet)
        assert await contents(other) == await contents(store)


async def test_a_backup_of_sqlite_is_restored_to_any_store(store: Store, tmp_path: Path) -> None:
    async with SqliteStore(tmp_path / "other.db") as other:
        await keep(other, some_positions())
        await save(other, tmp_path / "backup", quiet)
        await restore(store, tmp_path / "backup", quiet)
        assert await contents(store) == await contents(other)
        with pytest.raises(SettingsError, match="not empty"):
            await restore(store, tmp_path / "backup", quiet)
        await restore(store, tmp_path / "backup", quiet, resume=True)
        assert await contents(store) == await contents(other)


async def test_a_move_copies_everything_and_goes_on_where_it_was_interrupted(store: Store, tmp_path: Path) -> None:
    async with SqliteStore(tmp_path / "other.db") as other:
        await keep(other, some_positions())

        def interrupt(_: int, __: int) -> None:
            raise StoreUnavailable("away")

        with pytest.raises(StoreUnavailable):
            await move(other, store, interrupt)
        with pytest.raises(SettingsError, match="--resume"):
            await move(other, store, quiet)
        assert await move(other, store, quiet, resume=True) == (len(some_positions()), 3)
        assert await contents(store) == await contents(other)


class Forgetful(SqliteStore):
    """A store that loses a position of each write."""

    async def write(self, positions: Sequence[Position], devices: Sequence[Device]) -> None:
        await super().write(positions[1:], devices)


async def test_what_does_not_come_back_as_written_is_an_error(tmp_path: Path) -> None:
    async with SqliteStore(tmp_path / "one.db") as one, Forgetful(tmp_path / "other.db") as other:
        await keep(one, some_positions())
        with pytest.raises(StoreUnavailable, match="1 positions of a did not come back"):
            await move(one, other, quiet)


def not_in_blocks(path: Path) -> int:
    connection = sqlite3.connect(path)
    try:
        [(count,)] = connection.execute("SELECT count(*) FROM recent")
    finally:
        connection.close()
    return int(count)


async def in_blocks(path: Path, store: Store, positions: list[Position]) -> None:
    await keep(store, positions)
    end = time.monotonic() + PATIENCE
    while not_in_blocks(path):
        assert time.monotonic() < end


class Watched(SqliteStore):
    """Knows which days of tracks were read."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.read = set[int]()

    async def track(self, device_id: str, span: Span, after: Version | None, limit: int) -> Sequence[Position]:
        self.read.add(span.start // DAY)
        return await super().track(device_id, span, after, limit)


async def test_a_second_backup_reads_only_days_that_changed(tmp_path: Path) -> None:
    path, folder, today = tmp_path / "positions.db", tmp_path / "backup", NOW // DAY
    with eager_compaction():
        async with Watched(path) as store:
            await in_blocks(path, store, some_positions())
            await save(store, folder, quiet)
            assert {today - n for n in range(DAYS)} == store.read
            store.read.clear()
            names = set(folder.glob("*.positions"))
            await in_blocks(path, store, [position("a", NOW - DAY + 5)])
            await save(store, folder, quiet)
            assert today - 1 in store.read
            assert today - 2 not in store.read
            assert len(names & set(folder.glob("*.positions"))) == DAYS - 1 == len(set(folder.glob("*.positions"))) - 1
            await store.erase("b/ü 1")
            await save(store, folder, quiet)
            saved = await contents(store)
    async with SqliteStore(tmp_path / "other.db") as other:
        await restore(other, folder, quiet)
        assert await contents(other) == saved
    assert not any("b/ü 1".encode() in file.read_bytes() for file in folder.iterdir())


async def test_an_interrupted_backup_leaves_the_earlier_one_whole(tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    async with SqliteStore(tmp_path / "positions.db") as store:
        await keep(store, [position("a", NOW)])
        await save(store, folder, quiet)
        before = read_manifest(folder)
        await keep(store, some_positions())

        def interrupt(_: int, __: int) -> None:
            raise StoreUnavailable("away")

        with pytest.raises(StoreUnavailable):
            await save(store, folder, interrupt)
        assert read_manifest(folder) == before
        async with SqliteStore(tmp_path / "other.db") as other:
            await restore(other, folder, quiet)
            assert [one.device_id for one in await other.latest()] == ["a"]


@pytest.mark.parametrize("damage", ["cut", "changed", "missing"])
async def test_a_damaged_file_is_named_and_nothing_of_it_is_restored(tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "backup"
    async with SqliteStore(tmp_path / "positions.db") as store:
        await keep(store, [position("a", NOW)])
        await save(store, folder, quiet)
    [file] = folder.glob("*.positions")
    content = file.read_bytes()
    if damage == "missing":
        file.unlink()
    else:
        file.write_bytes(content[:-1] if damage == "cut" else content[:-1] + bytes([content[-1] ^ 1]))
    async with SqliteStore(tmp_path / "other.db") as other:
        with pytest.raises(SettingsError, match=file.name):
            await restore(other, folder, quiet)
        assert await other.latest() == []


async def test_a_foreign_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("mine")
    async with SqliteStore(tmp_path / "store" / "positions.db") as store:
        with pytest.raises(SettingsError, match="expected an empty folder"):
            await save(store, tmp_path, quiet)
    with pytest.raises(SettingsError, match=MANIFEST):
        read_manifest(tmp_path)


async def test_a_damaged_store_does_not_take_the_place_of_a_good_backup(tmp_path: Path) -> None:
    path, folder = tmp_path / "positions.db", tmp_path / "backup"
    address = f"sqlite:///{path}"
    with eager_compaction():
        async with SqliteStore(path) as store:
            await in_blocks(path, store, some_positions())
    assert herenow("backup", str(folder), "--store", address).returncode == 0
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("UPDATE blocks SET packed = x'63' WHERE number = 1")
    connection.close()
    path.with_name("positions.db.rollups").write_bytes(b"damaged, and not in a backup")
    before = read_manifest(folder)
    refused = herenow("backup", str(folder), "--store", address)
    assert refused.returncode == 2
    assert "save to another folder" in refused.stderr
    assert read_manifest(folder) == before
    beside = herenow("backup", str(tmp_path / "beside"), "--store", address)
    assert beside.returncode == 1
    assert "rollups" not in beside.stderr
    assert "left out: the positions of a in the hour" in beside.stderr


def test_a_running_server_is_saved_under_load_and_its_positions_come_back(tmp_path: Path) -> None:
    path, folder, other = tmp_path / "positions.db", tmp_path / "backup", tmp_path / "other.db"
    now = time.time_ns() // 1_000_000
    with running(path) as server:
        accepted = 0
        command = [sys.executable, "-m", "herenow", "backup", str(folder), "--store", f"sqlite:///{path}"]
        report(server, *(fix("a", 25.0, 60.0, now - n * 1000) for n in range(100)))
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as saving_process:
            while saving_process.poll() is None:
                accepted += report(server, fix("a", 25.0, 60.0, now + accepted)).json()["accepted"]
            output, _ = saving_process.communicate(timeout=PATIENCE)
    assert saving_process.returncode == 0, output
    assert accepted > 0
    done = herenow("restore", str(folder), "--store", f"sqlite:///{other}")
    assert done.returncode == 0, done.stderr
    with running(other) as server:
        wait_for(lambda: report_count(server.url, "a") >= 100)


def report_count(address: str, device_id: str) -> int:
    page = httpx.get(f"{address}/api/devices/{device_id}/track", timeout=PATIENCE)
    return len(page.json()["positions"]) if page.status_code == 200 else 0


def test_a_store_that_a_server_writes_to_is_not_restored_to(tmp_path: Path) -> None:
    path, folder = tmp_path / "positions.db", tmp_path / "backup"
    with running(path) as server:
        report(server, fix("a", 25.0, 60.0, time.time_ns() // 1_000_000))
        assert herenow("backup", str(folder), "--store", f"sqlite:///{path}").returncode == 0
        refused = herenow("restore", str(folder), "--store", f"sqlite:///{path}")
        assert refused.returncode == 2
        assert "another Herenow writes to" in refused.stderr
    missing = herenow("move", f"sqlite:///{tmp_path}/new.db", "--store", f"sqlite:///{tmp_path}/none.db")
    assert missing.returncode == 2
    assert "expected a store to copy" in missing.stderr
