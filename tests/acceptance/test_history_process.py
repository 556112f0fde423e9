"""The process that answers questions about history beside a server."""

import os
import re
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from herenow.model.clock import HOUR
from tests.support.patience import PATIENCE
from tests.support.procfs import alive, arguments, processor_time
from tests.support.server import Server, beside, report, running, wait_for

NOW = time.time_ns() // 1_000_000
COUNT = 40_000
ROWS = 1000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("history")


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Server]:
    with running(folder / "positions.db") as started:
        for first in range(0, COUNT, ROWS):
            rows = [fix(number) for number in range(first, first + ROWS)]
            assert report(started, *rows).json()["accepted"] == ROWS
        wait_for(lambda: b"60.039999" in ask(started, DAYS).content)  # until rollups have the last of them
        yield started


def fix(number: int) -> dict[str, object]:
    moment = NOW - 2 * HOUR + number * 100
    return {"device_id": "van/1", "time": moment, "latitude": 60 + number / 1e6, "longitude": 25.0}


def ask(server: Server, path: str, **headers: str) -> httpx.Response:
    return httpx.get(f"{server.url}{path}", headers=headers, timeout=PATIENCE)


def started(server: Server) -> int:
    """Its process, with which a question begins."""
    ask(server, "/api/history")
    found: list[int] = []

    def is_there() -> bool:
        child = beside(server, "history")
        found[:] = [child] if child else []
        return child is not None and any("herenow-" in one for one in arguments(child))

    wait_for(is_there)
    wait_for(lambda: listens(found[0]))
    return found[0]


def listens(child: int) -> bool:
    """Whether questions reach it: until then, the server answers them."""
    path = arguments(child)[-1]
    with socket.socket(socket.AF_UNIX) as end:
        return end.connect_ex(path) == 0


EXPORT = "/api/export?format=csv&device=van/1"
LARGE = "/api/export?format=geojson&device=van/1"  # 9 MB; the system alone holds up to 4 of an answer that is not read
DAYS = f"/api/devices/van%2F1/days?from={NOW - 3 * HOUR}"
QUESTIONS = (
    EXPORT,
    f"/api/history?from={NOW - 3 * HOUR}&to={NOW}",
    DAYS,
    "/api/devices/nobody/days",
    "/api/history/tiles/9/300/99999.mvt",
    "/api/history/replay?from=2&to=1",
)


def as_of_any_round(answer: httpx.Response) -> bytes:
    """What it says, whenever the request comes: rollups are made meanwhile."""
    return re.sub(rb'"(version|made)":("[^"]*"|\d+|null)', rb'"\1":0', answer.content)


def test_it_is_not_there_before_it_is_wanted(tmp_path: Path) -> None:
    with running(tmp_path / "positions.db") as server:
        ask(server, "/api/devices")
        assert beside(server, "history") is None
        ask(server, "/api/history")
        wait_for(lambda: beside(server, "history") is not None)
        assert server.stop() == 0


def test_it_answers_as_the_server_itself_does(server: Server) -> None:
    child = started(server)
    by_it = [ask(server, path) for path in QUESTIONS]
    os.kill(child, signal.SIGSTOP)
    os.kill(child, signal.SIGKILL)
    wait_for(lambda: not alive(child))
    by_the_server = [ask(server, path) for path in QUESTIONS]
    for one, other in zip(by_it, by_the_server, strict=True):
        assert one.status_code == other.status_code
        assert as_of_any_round(one) == as_of_any_round(other)
        for name in ("content-type", "content-security-policy", "etag", "cache-control", "content-disposition"):
            assert one.headers.get(name) == other.headers.get(name), name
    assert [answer.status_code for answer in by_it] == [200, 200, 200, 404, 400, 400]
    assert len(by_it[0].text.splitlines()) == COUNT + 1


def test_it_is_started_again_when_it_dies(server: Server) -> None:
    first = started(server)
    os.kill(first, signal.SIGKILL)
    wait_for(lambda: beside(server, "history") not in (None, first))
    assert started(server) != first
    assert "Traceback" not in server.output()


def test_an_answer_that_breaks_off_does_not_look_whole(server: Server) -> None:
    child = started(server)
    host, _, port = server.url.removeprefix("http://").partition(":")
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.settimeout(PATIENCE)
        client.connect((host, int(port)))
        client.sendall(f"GET {LARGE} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
        assert client.recv(1000).startswith(b"HTTP/1.1 200")
        os.kill(child, signal.SIGKILL)
        received = b""
        while data := client.recv(1 << 16):
            received += data
    assert not received.endswith(b"\r\n0\r\n\r\n"), len(received)
    assert ask(server, "/api/history").status_code == 200


def test_who_leaves_is_not_answered_to_the_end(server: Server) -> None:
    child = started(server)
    with httpx.stream("GET", f"{server.url}{LARGE}", timeout=PATIENCE) as answer:
        next(answer.iter_bytes())
    wait_for(lambda: idle(child))


def idle(pid: int) -> bool:
    before = processor_time(pid)
    time.sleep(0.3)
    return processor_time(pid) <= before + 1


def test_it_ends_with_a_server_that_dies(tmp_path: Path) -> None:
    with running(tmp_path / "positions.db") as server:
        ask(server, "/api/history")
        wait_for(lambda: beside(server, "history") is not None)
        child = beside(server, "history")
        assert child
        server.process.kill()
        wait_for(lambda: not alive(child))


def test_more_requests_at_a_time_than_it_takes_are_refused_with_the_time_to_retry(tmp_path: Path) -> None:
    with running(tmp_path / "positions.db", constants={"herenow.api.history_proxy.MOST": 0}) as server:
        answer = ask(server, "/api/history")
        assert answer.status_code == 503
        assert answer.headers["content-type"] == "application/problem+json"
        assert "retry-after" in answer.headers
        assert ask(server, "/api/devices").status_code == 200
