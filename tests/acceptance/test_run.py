"""`herenow run` as a process: stopped, killed, started again, out of space, in each other's way."""

import asyncio
import json
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
import websockets
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from tests.support.patience import PATIENCE
from tests.support.ports import free_port
from tests.support.server import Server, report, running, wait_for

V1 = Subprotocol("herenow.json.v1")
NOW = time.time_ns() // 1_000_000


def fix(device_id: str, time: int, **more: object) -> dict[str, object]:
    return {"device_id": device_id, "time": time, "latitude": 60.0, "longitude": 25.0} | more


def track(server: Server, device_id: str) -> list[dict[str, Any]]:
    positions: list[dict[str, Any]] = []
    cursor = ""
    while True:
        query = {"limit": "10000"} | ({"cursor": cursor} if cursor else {})
        page = httpx.get(f"{server.url}/api/devices/{device_id}/track", params=query, timeout=PATIENCE).json()
        positions += page["positions"]
        cursor = page["next"]
        if not cursor:
            return positions


def newest(server: Server, device_id: str) -> int | None:
    answer = httpx.get(f"{server.url}/api/devices/{device_id}", timeout=PATIENCE)
    return answer.json()["position"]["time"] if answer.status_code == 200 else None


def run_to_the_end(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "herenow", *arguments], capture_output=True, text=True, timeout=PATIENCE
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_it_in_order_and_viewers_learn_that_it_restarts(tmp_path: Path, number: int) -> None:
    with running(tmp_path / "positions.db") as server:
        async with connect(server.live_url, subprotocols=[V1]) as viewer:
            await viewer.send('{"type":"view","bbox":[-180,-90,180,90]}')
            await viewer.recv()
            code = await asyncio.to_thread(server.stop, number)
            with pytest.raises(websockets.ConnectionClosed):
                while True:
                    await viewer.recv()
            assert viewer.close_code == 1012
        assert code == 0
        assert "stopped" in server.output()
        assert "Traceback" not in server.output()


def test_what_was_seen_is_there_after_a_restart(tmp_path: Path) -> None:
    store = tmp_path / "positions.db"
    with running(store) as server:
        attributes = {"kind": "bus", "name": "Bus 1"}
        for n in range(20):
            report(server, fix("bus-1", NOW - 120_000 + n * 5000, latitude=60.0 + n / 1000, attributes=attributes))
        wait_for(lambda: newest(server, "bus-1") == NOW - 25_000)  # the fleet follows the store by a tick
        before = httpx.get(f"{server.url}/api/devices/bus-1", timeout=PATIENCE).json()
        assert server.stop() == 0
    assert not store.with_name(store.name + "-wal").exists(), "what was stored is in one file once it has stopped"
    with running(store) as server:
        after = httpx.get(f"{server.url}/api/devices/bus-1", timeout=PATIENCE).json()
        assert len(track(server, "bus-1")) == 20
        metres = pytest.approx(before["distance"], rel=0.01)  # history measures on the ellipsoid
        assert after == before | {"distance": metres}
        assert (after["name"], after["kind"], after["course"]) == ("Bus 1", "bus", 0.0)
        query = {"bbox": "24,59,26,61", "zoom": "9"}
        wait_for(
            lambda: (
                httpx.get(f"{server.url}/api/history/density", params=query, timeout=PATIENCE).json().get("positions")
                == 20
            )
        )


def test_what_was_accepted_survives_kill_9_and_is_there_once(tmp_path: Path) -> None:
    store = tmp_path / "positions.db"
    accepted: list[int] = []
    for round_ in range(3):
        with running(store) as server:
            senders = [threading.Thread(target=send, args=(server, round_ * 4 + n, accepted)) for n in range(4)]
            for sender in senders:
                sender.start()
            time.sleep(0.7)
            server.stop(signal.SIGKILL)
            for sender in senders:
                sender.join(20)
    with running(store) as server:
        stored = [row["attributes"]["n"] for row in track(server, "counter")]
    assert accepted
    assert len(stored) == len(set(stored))
    assert set(accepted) <= set(stored)


def send(server: Server, sender: int, accepted: list[int]) -> None:
    """Reports counted positions until the server is gone; notes which were accepted."""
    with httpx.Client(base_url=server.url, timeout=PATIENCE) as client:
        for n in range(sender * 1_000_000, (sender + 1) * 1_000_000, 10):
            rows = [fix("counter", NOW - 40_000_000 + n + i, attributes={"n": n + i}) for i in range(10)]
            try:
                answer = client.post("/api/positions", json=rows)
            except httpx.HTTPError:
                return
            assert answer.json()["accepted"] == 10
            accepted.extend(range(n, n + 10))


def test_a_full_disk_is_reported_ingest_waits_and_the_live_view_goes_on(tmp_path: Path) -> None:
    def no_file_over_two_megabytes() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))

    with running(tmp_path / "positions.db", before_exec=no_file_over_two_megabytes) as server:
        answer, accepted = fill_up(server)
        assert answer.status_code == 503
        assert answer.headers["retry-after"]
        assert answer.headers["content-type"] == "application/problem+json"
        assert "send it again" in answer.json()["detail"]
        assert "disk" in answer.json()["detail"]
        assert httpx.get(f"{server.url}/readyz", timeout=PATIENCE).status_code == 503
        assert len(track(server, "filler")) == accepted
        snapshot = asyncio.run(snapshot_of(server))
        assert [position["device_id"] for position in snapshot["positions"]] == ["filler"]
        assert "Traceback" not in server.output()
        assert server.stop() == 0


def fill_up(server: Server) -> tuple[httpx.Response, int]:
    """Reports until something is refused; what was refused and how many were accepted before."""
    accepted = 0
    for start in range(0, 200_000, 1000):
        rows = [fix("filler", NOW - 200_000 + start + n, attributes={"n": n}) for n in range(1000)]
        answer = report(server, *rows)
        if answer.status_code != 200:
            return answer, accepted
        accepted += 1000
    raise AssertionError("the disk never filled up")


async def snapshot_of(server: Server) -> dict[str, Any]:
    async with connect(server.live_url, subprotocols=[V1]) as viewer, asyncio.timeout(PATIENCE):
        await viewer.send('{"type":"view","bbox":[-180,-90,180,90]}')
        while True:
            message: dict[str, Any] = json.loads(await viewer.recv())
            if message["type"] == "snapshot":
                return message


async def deaf_viewer(server: Server) -> socket.socket:
    """A viewer that asks for the world and then reads nothing, with a small buffer so that it is felt soon."""
    host, _, port = server.url.removeprefix("http://").partition(":")
    deaf = socket.socket()
    deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    deaf.connect((host, int(port)))
    deaf.sendall(
        b"GET /ws/locations HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    )
    return deaf


def stats(server: Server) -> dict[str, Any]:
    body: dict[str, Any] = httpx.get(f"{server.url}/api/stats", timeout=PATIENCE).json()
    return body


def test_a_signal_while_it_starts_ends_it_in_order_too(tmp_path: Path) -> None:
    with running(tmp_path / "positions.db", wait=False) as server:
        wait_for((tmp_path / "positions.db").exists)
        assert server.stop() == 0
        assert "stopped" in server.output()


def test_a_second_server_on_the_same_store_is_refused_in_one_line(tmp_path: Path) -> None:
    with running(tmp_path / "positions.db"):
        ended = run_to_the_end("run", "--port", "0", "--store", f"sqlite:///{tmp_path}/positions.db")
    assert (ended.returncode, len(ended.stderr.strip().splitlines())) == (2, 1)
    assert "another Herenow writes to" in ended.stderr


def test_a_client_that_still_sends_when_it_stops_learns_to_send_again(tmp_path: Path) -> None:
    with running(tmp_path / "positions.db") as server:
        host, _, port = server.url.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port)), timeout=PATIENCE) as sending:
            sending.sendall(b"POST /api/positions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\n[")
            time.sleep(0.3)
            server.process.send_signal(signal.SIGTERM)
            answer = sending.recv(65536)
        assert answer.startswith(b"HTTP/1.1 503")
        assert server.process.wait(20) == 0
        server.reader.join(20)
        assert "Traceback" not in server.output()


async def test_viewers_that_leave_while_they_are_closed_are_no_error(tmp_path: Path) -> None:
    with running(tmp_path / "positions.db") as server:
        for _ in range(5):
            viewer = await connect(server.live_url, subprotocols=[V1])
            for _ in range(10):
                await viewer.send("{")
            viewer.transport.abort()
        wait_for(lambda: stats(server)["viewers"] == 0)
        assert server.stop() == 0
        assert "Traceback" not in server.output()


def test_a_port_in_use_is_reported_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = run_to_the_end("run", "--port", str(port), "--store", f"sqlite:///{tmp_path}/positions.db")
    assert ended.returncode == 2
    assert f"cannot listen on 127.0.0.1:{port}" in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1


def test_a_data_folder_that_cannot_be_written_is_reported_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    ended = run_to_the_end("run", "--port", "0", "--store", f"sqlite:///{tmp_path}/file/positions.db")
    assert ended.returncode == 2
    assert "cannot write to" in ended.stderr
    assert "HERENOW_STORE" in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1


def test_a_store_that_is_no_database_or_of_another_time_is_reported_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "positions.db").write_text("this is no database at all, it is a text" * 50)
    ended = run_to_the_end("run", "--port", "0", "--store", f"sqlite:///{tmp_path}/positions.db")
    assert (ended.returncode, len(ended.stderr.strip().splitlines())) == (2, 1)
    assert "not a database" in ended.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["run", "--host", "0.0.0.0"], "HERENOW_ACCESS=open"),  # noqa: S104 - refused, which is the point
        (["run", "--port", "70000"], "--port: "),
        (["run", "--store", "mongodb://x"], "expected sqlite:///"),
        (["run", "--config", "nowhere.toml"], "nowhere.toml"),
    ],
)
def test_a_wrong_setting_is_refused_with_what_to_do(arguments: list[str], says: str) -> None:
    ended = run_to_the_end(*arguments)
    assert ended.returncode == 2
    assert says in ended.stderr
    assert "Traceback" not in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1


def test_a_database_has_one_writer_by_whatever_name_it_is_called(tmp_path: Path) -> None:
    path, link, folder = tmp_path / "positions.db", tmp_path / "link.db", tmp_path / "folder"
    link.symlink_to(path)
    folder.symlink_to(tmp_path)
    with running(path) as server:
        report(server, fix("one", NOW))
        for other in (link, folder / "positions.db", tmp_path / "." / "positions.db"):
            ended = run_to_the_end("run", "--port", "0", "--store", f"sqlite:///{other}")
            assert ended.returncode == 2
            assert "another Herenow writes to" in ended.stderr
        assert server.stop() == 0
    with running(link) as server:
        assert newest(server, "one") == NOW
    assert not list(tmp_path.glob("link.db.*"))
    (tmp_path / "second.db").hardlink_to(path)
    ended = run_to_the_end("run", "--port", "0", "--store", f"sqlite:///{tmp_path}/second.db")
    assert ended.returncode == 2
    assert "a hard link" in ended.stderr


@pytest.mark.parametrize("command", [("run",), ("serve", "--bus", "none"), ("record",)])
def test_a_port_that_is_none_is_reported_with_the_flag(command: tuple[str, ...]) -> None:
    ended = run_to_the_end(*command, "--port", "99999")
    assert ended.returncode == 2
    assert "--port" in ended.stderr
    assert "HERENOW_" not in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_server_whose_log_cannot_be_written_goes_on(tmp_path: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", "herenow", "run", "--port", str(port), "--store", f"sqlite:///{tmp_path}/h.db"]
    with Path("/dev/full").open("w") as full, subprocess.Popen(command, stderr=full) as process:
        try:
            wait_for(lambda: answers(port))
            assert process.poll() is None
        finally:
            process.kill()


def answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=PATIENCE).status_code == 200
    except httpx.ConnectError:
        return False
