"""`herenow replay` and `herenow simulate`, as commands against a real server."""

import gzip
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.support.patience import PATIENCE
from tests.support.server import Server, running, wait_for, watched

NOW = 1_790_000_000_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("commands") / "positions.db") as started:
        yield started


def herenow(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "herenow", *arguments], capture_output=True, text=True, timeout=PATIENCE
    )


def track(server: Server, device_id: str) -> list[dict[str, Any]]:
    query = {"from": "2000-01-01T00:00:00Z", "limit": "10000"}
    answer = httpx.get(f"{server.url}/api/devices/{quote(device_id, safe='')}/track", params=query, timeout=PATIENCE)
    positions: list[dict[str, Any]] = answer.json()["positions"]
    return positions


def test_a_recording_is_played_into_the_server_and_keeps_its_times(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "tour.csv.gz"
    rows = ["device_id,timestamp_ms,lat,lon", *(f"tour,{NOW + n * 1000},60.{n:02},25.0" for n in range(30))]
    file.write_bytes(gzip.compress("\n".join(rows).encode()))
    ended = herenow("replay", "--speed", "100", "--kind", "bicycle", "--server", server.url, str(file))
    assert (ended.returncode, ended.stderr.strip()) == (0, "30 accepted, 0 rejected")
    positions = track(server, "tour")
    assert [row["time"] for row in positions] == [NOW + n * 1000 for n in range(30)]
    assert positions[0]["attributes"] == {"kind": "bicycle"}


def test_bad_rows_are_named_and_the_good_ones_played(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "mixed.ndjson"
    rows = [
        {"device_id": "mixed", "time": NOW + n, "latitude": 60 if n != 1 else 91, "longitude": 25} for n in range(3)
    ]
    file.write_text("\n".join(json.dumps(row) for row in rows))
    ended = herenow("replay", "--server", server.url, str(file))
    assert ended.returncode == 0
    assert "mixed.ndjson: line 2: latitude: expected" in ended.stderr
    assert "1 rows left out, 2 kept" in ended.stderr
    assert len(track(server, "mixed")) == 2


def test_a_simulated_fleet_reports_at_its_rate_for_its_time(server: Server) -> None:
    ended = herenow(
        "simulate", "--devices", "20", "--rate", "40", "--seconds", "2", "--prefix", "rate-", "--server", server.url
    )
    assert (ended.returncode, ended.stderr.strip()) == (0, "80 accepted, 0 rejected")
    devices = httpx.get(f"{server.url}/api/devices", params={"search": "rate-"}, timeout=PATIENCE).json()
    assert devices["total"] == 20


def test_a_recording_can_be_played_into_a_server_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "own.csv"
    file.write_text(f"device_id,time,latitude,longitude\nown,{NOW},60,25\nown,{NOW + 1000},60,25\n")
    environment = os.environ | {"HERENOW_PORT": "0", "HERENOW_STORE": f"sqlite:///{tmp_path}/positions.db"}
    command = [sys.executable, "-m", "herenow", "replay", "--serve", str(file)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)
    with watched(process) as own:
        own.wait_until_ready()
        wait_for(lambda: len(track(own, "own")) == 2)
        assert own.stop() == 0
    assert "2 accepted, 0 rejected" in own.output()


def test_ctrl_c_ends_a_simulation_without_a_traceback(server: Server) -> None:
    command = [sys.executable, "-m", "herenow", "simulate", "--devices", "5", "--prefix", "c-", "--server", server.url]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        wait_for(lambda: "c-" in httpx.get(f"{server.url}/api/devices", timeout=PATIENCE).text)
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 130
        assert process.stderr
        assert "Traceback" not in process.stderr.read()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["replay", "nowhere.csv"], "nowhere.csv"),
        (["replay", "README.md"], "README.md"),
        (["replay", "--speed", "0", "tests/support/positions.py"], "speed: expected"),
        (["simulate", "--devices", "0"], "devices: expected"),
        (["simulate", "--rate", "0"], "rate: expected"),
        (["simulate", "--seconds", "nan"], "seconds: expected"),
        (["simulate", "--seconds", "inf"], "seconds: expected"),
        (["simulate", "--late", "2"], "late: expected"),
        (["simulate", "--centre", "here"], "centre: expected"),
        (["simulate", "--seconds", "1", "--server", "nowhere"], "address of a server"),
    ],
)
def test_what_cannot_be_done_is_reported_in_one_line(arguments: list[str], says: str) -> None:
    ended = herenow(*arguments)
    assert ended.returncode == 2
    assert says in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("command", ["run", "replay", "simulate"])
def test_help_shows_examples(command: str) -> None:
    ended = herenow(command, "--help")
    assert ended.returncode == 0
    assert "Examples" in ended.stdout
    assert f"herenow {command}" in ended.stdout
