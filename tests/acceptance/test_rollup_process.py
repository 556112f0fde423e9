"""The process that keeps the rollups, beside a server and alone."""

import os
import shutil
import signal
import time
from pathlib import Path

import httpx

from tests.acceptance.test_commands import herenow
from tests.support.patience import PATIENCE
from tests.support.procfs import alive
from tests.support.server import Server, beside, report, running, wait_for

NOW = time.time_ns() // 1_000_000


def made(server: Server) -> int:
    found: int | None = httpx.get(f"{server.url}/api/history", timeout=PATIENCE).json()["made"]
    return found or 0


def positions(server: Server) -> int:
    answer = httpx.get(f"{server.url}/api/history/days/{NOW}", timeout=PATIENCE)
    if answer.status_code == 503:  # before the first round
        return -1
    assert answer.status_code == 200, answer.text
    count: int = answer.json()["total"]["positions"]
    return count


def fix(moment: int) -> dict[str, object]:
    return {"device_id": "van", "time": NOW - moment, "latitude": 60.0, "longitude": 25.0}


def test_it_is_started_again_when_it_dies_and_goes_on(tmp_path: Path) -> None:
    with running(tmp_path / "positions.db") as server:
        report(server, fix(0))
        wait_for(lambda: positions(server) == 1)
        first = beside(server, "rollup")
        assert first
        os.kill(first, signal.SIGKILL)
        report(server, fix(1))
        wait_for(lambda: positions(server) == 2)
        second = beside(server, "rollup")
        assert second
        assert second != first
        assert server.stop() == 0
        assert not alive(second)
        assert "Traceback" not in server.output()


def test_it_ends_with_a_server_that_dies(tmp_path: Path) -> None:
    with running(tmp_path / "positions.db") as server:
        wait_for(lambda: made(server) > 0)
        child = beside(server, "rollup")
        assert child
        server.process.kill()
        wait_for(lambda: not alive(child))


def test_what_was_written_while_it_was_away_is_made_up_for(tmp_path: Path) -> None:
    path = tmp_path / "positions.db"
    with running(path) as server:
        report(server, fix(0))
        wait_for(lambda: positions(server) == 1)
        report(server, fix(1), fix(2))
        assert server.stop() == 0
    with running(path) as server:
        wait_for(lambda: positions(server) == 3)


def test_a_rebuild_needs_the_rollups_for_itself(tmp_path: Path) -> None:
    path = tmp_path / "positions.db"
    with running(path) as server:
        report(server, fix(0))
        wait_for(lambda: positions(server) == 1)
        done = herenow("rollup", "--rebuild", "--store", f"sqlite:///{path}")
        assert done.returncode == 2
        assert "another Herenow writes to" in done.stderr
        assert positions(server) == 1
        report(server, fix(1))
        wait_for(lambda: positions(server) == 2)
        assert "from the beginning" not in server.output(), "the store still knows what changed"
        assert server.stop() == 0
    done = herenow("rollup", "--rebuild", "--store", f"sqlite:///{path}")
    assert (done.returncode, done.stderr) == (0, "")
    with running(path) as server:
        assert positions(server) == 2


def test_deleted_rollups_are_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "positions.db"
    with running(path) as server:
        report(server, fix(0))
        wait_for(lambda: positions(server) == 1)
        assert server.stop() == 0
    for file in tmp_path.glob("*.rollups*"):
        file.unlink()
    with running(path) as server:
        wait_for(lambda: positions(server) == 1)


def test_history_agrees_with_a_backup_that_was_restored(tmp_path: Path) -> None:
    path, backup = tmp_path / "positions.db", tmp_path / "backup.db"
    with running(path) as server:
        report(server, fix(0))
        wait_for(lambda: positions(server) == 1)
        assert server.stop() == 0
    shutil.copy(path, backup)
    with running(path) as server:
        report(server, fix(1), fix(2))
        wait_for(lambda: positions(server) == 3)
        assert server.stop() == 0
    shutil.copy(backup, path)
    with running(path) as server:
        wait_for(lambda: positions(server) == 1)
        report(server, fix(3))
        wait_for(lambda: positions(server) == 2)


def test_a_stop_in_order_leaves_no_write_ahead_log(tmp_path: Path) -> None:
    path = tmp_path / "positions.db"
    with running(path) as server:
        report(server, fix(0))
        wait_for(lambda: positions(server) == 1)
        assert httpx.get(f"{server.url}/api/storage", timeout=PATIENCE).json()["positions"] == 1
        assert server.stop() == 0
    assert [file.name for file in tmp_path.glob("*-wal")] == []
    done = herenow("export", "--store", f"sqlite:///{path}")
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 2)
    assert [file.name for file in tmp_path.glob("*-wal")] == []
