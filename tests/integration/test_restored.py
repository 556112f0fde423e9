"""From the first moment on, history tells of the backup that was restored, or 503, and never of the store before."""

import shutil
from pathlib import Path

import httpx
import pytest

from herenow.history.rollups.rounds import Rollup
from herenow.model.clock import DAY
from herenow.run.store import open_store
from herenow.settings import read_settings
from tests.integration.test_rollup import drive
from tests.integration.test_rollups_not_made import AS_STORED, DERIVED, RANGE, history_client, statuses
from tests.support.patience import PATIENCE
from tests.support.positions import NOW
from tests.support.server import report, running, wait_for
from tests.support.stores import keep


@pytest.mark.parametrize("restored", [0, 1], ids=["older", "newer"])
async def test_nothing_is_read_of_the_rollups_of_another_state_of_the_store(tmp_path: Path, restored: int) -> None:
    """Of two backups either is put in the place of the other, as docs/operations.md says."""
    path, counts = tmp_path / "positions.db", (40, 100)
    settings = read_settings(None, {"store": f"sqlite:///{path}"})
    backups = [tmp_path / f"{count}.db" for count in counts]
    for number in (0, 1, 1 - restored):  # the last one is the one before
        if backups[number].exists():
            shutil.copy(backups[number], path)
        async with open_store(settings) as store:
            await keep(store, drive("bus", counts[number]))
            await Rollup(store).catch_up()
        if not backups[number].exists():
            shutil.copy(path, backups[number])
    shutil.copy(backups[restored], path)
    async with open_store(settings, writes=False) as store, history_client(store, tmp_path / "exports") as client:
        expected = counts[restored]
        assert set((await statuses(client)).values()) == {503}, "before the first round"
        assert set((await statuses(client, AS_STORED)).values()) == {200}
        track = await client.get(f"/api/devices/bus/track?{RANGE}&limit=1000")
        assert len(track.json()["positions"]) == expected
        await Rollup(store).catch_up()
        assert set((await statuses(client, DERIVED)).values()) == {200}
        assert (await client.get("/api/storage")).json()["positions"] == expected
        days = (await client.get(f"/api/devices/bus/days?{RANGE}&raw=true")).json()
        assert days["total"]["positions"] == expected
    async with open_store(settings, writes=False) as store, history_client(store, tmp_path / "exports") as client:
        assert set((await statuses(client)).values()) == {200}, "its own rollups are read at once"


def test_a_server_on_a_restored_backup_never_tells_the_count_of_before(tmp_path: Path) -> None:
    path, backup = tmp_path / "positions.db", tmp_path / "backup.db"
    fix = {"device_id": "bus", "latitude": 60.0, "longitude": 25.0}

    def read(url: str) -> httpx.Response:
        return httpx.get(f"{url}/api/history/timeline", params={"from": NOW - DAY}, timeout=PATIENCE)

    def count(url: str) -> int | None:
        answer = read(url)
        assert answer.status_code in (200, 503)
        return sum(answer.json()["positions"]) if answer.status_code == 200 else None

    with running(path) as server:
        report(server, fix | {"time": NOW})
        wait_for(lambda: count(server.url) == 1)
        assert server.stop() == 0
    shutil.copy(path, backup)
    with running(path) as server:
        report(server, *(fix | {"time": NOW - minute * 60_000} for minute in range(1, 20)))
        wait_for(lambda: count(server.url) == 20)
        assert server.stop() == 0
    shutil.copy(backup, path)
    seen: list[int | None] = []

    def is_restored(url: str) -> bool:
        seen.append(count(url))
        return seen[-1] == 1

    with running(path) as server:
        wait_for(lambda: is_restored(server.url))
        assert set(seen) <= {None, 1}
