"""What a client may send before it is refused: in bytes, in lines, in time, and in connections."""

import asyncio
import re
import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import structlog

from herenow.run.child_processes import keep_running
from tests.support.patience import PATIENCE
from tests.support.processes import until
from tests.support.raw_requests import Connection
from tests.support.server import Server, beside, report, running, wait_for

NOW = time.time_ns() // 1_000_000
SHORT = {"herenow.api.http.HEAD_WITHIN": 2.0, "herenow.api.http.BODY_WITHIN": 2.0, "herenow.api.http.LOOK_AGAIN": 0.1}


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that waits for no client longer than a moment."""
    with running(tmp_path_factory.mktemp("hasty") / "positions.db", constants=SHORT) as started:
        yield started


@pytest.mark.parametrize(
    ("head", "status", "says"),
    [
        (b"GET /healthz HTTP/1.1\r\nHost: a\r\n" + b"a: b\r\n" * 100_000 + b"\r\n", 431, "128 header lines"),
        (b"GET /healthz HTTP/1.1\r\nHost: a\r\na: " + b"x" * 1_000_000 + b"\r\n\r\n", 431, "64 KiB"),
        (b"GET /healthz HTTP/1.1\r\nHost: a\r\na: " + b"x" * 1_000_000, 431, "64 KiB"),
        (b"GET /healthz HTTP/1.1\r\nHost: a\r\n" + b"x" * 1_000_000, 431, "64 KiB"),
        (b"GET /" + b"x" * 62_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414, "61440 bytes"),
        (b"GET /" + b"x" * 1_000_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414, "61440 bytes"),
        (b"NONSENSE\r\n\r\n", 400, "HTTP/1.1"),
        (b"GET http://a:b/ HTTP/1.1\r\nHost: a\r\n\r\n", 400, "HTTP/1.1"),
        (b"POST /api/positions HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400, "HTTP/1.1"),
        (
            b"POST /healthz HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n"
            + b"a: b\r\n" * 999,
            431,
            "128 header lines",
        ),
    ],
)
def test_what_is_no_request_within_bounds_is_a_problem_with_the_headers_of_every_answer(
    server: Server, head: bytes, status: int, says: str
) -> None:
    with Connection(server) as connection:
        connection.send(*(head[start : start + 50_000] for start in range(0, len(head), 50_000)))
        answer = connection.answer()
        while answer.status in (403, 405):  # of a request that was whole before its trailers came
            answer = connection.answer()
        assert (answer.status, connection.ended()) == (status, True)
    assert says in answer.detail
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert "date" in answer.headers


def test_what_is_refused_is_answered_behind_the_requests_before_it(server: Server) -> None:
    with Connection(server) as connection:
        well = connection.request("GET", "/api/config")
        connection.send(well * 3 + b"NONSENSE\r\n\r\n")
        assert [connection.answer().status for _ in range(4)] == [200, 200, 200, 400]
        assert connection.ended()


def test_no_more_than_a_hundred_requests_run_ahead_of_their_answers(server: Server) -> None:
    with Connection(server) as connection:
        connection.send(connection.request("GET", "/healthz") * 1000)
        statuses = [connection.answer().status for _ in range(102)]
        assert statuses == [200] * 101 + [429]
        assert connection.ended()


def test_a_client_that_says_nothing_is_let_go(hasty: Server) -> None:
    with Connection(hasty) as connection:
        assert connection.ended()


@pytest.mark.parametrize("part", [b"G", b"GET /healthz HT", b"GET /healthz HTTP/1.1\r\nHost: 127"])
def test_half_a_head_is_waited_for_a_moment_only(hasty: Server, part: bytes) -> None:
    with Connection(hasty) as connection:
        connection.send(part)
        answer = connection.answer()
        assert (answer.status, connection.ended()) == (408, True)
    assert "the whole head of a request" in answer.detail


def test_a_head_that_comes_byte_by_byte_has_the_same_time(hasty: Server) -> None:
    with Connection(hasty) as connection:
        for number in connection.request("GET", "/healthz", headers=["a: " + "b" * 60]):
            connection.send(bytes([number]))
            time.sleep(0.02)
        assert connection.answer().status == 408


def test_after_an_answer_the_next_head_has_the_same_time_whatever_stray_lines_come(hasty: Server) -> None:
    for stray in b"\r\n", b"GET /he":
        with Connection(hasty) as connection:
            connection.send(connection.request("GET", "/healthz"))
            assert connection.answer().status == 200
            connection.send(stray)
            if stray.strip():
                assert connection.answer().status == 408
            assert connection.ended()


def test_a_body_that_nobody_reads_and_that_never_ends_is_let_go(hasty: Server) -> None:
    with Connection(hasty) as connection:
        connection.send(connection.request("GET", "/healthz", headers=["Content-Length: 100"]) + b"x")
        assert connection.answer().status == 200
        connection.send(b"x")
        assert connection.ended()


REPORT = b'[{"device_id":"a","time":%d,"latitude":60.0,"longitude":25.0}]' % NOW


def test_half_a_body_is_waited_for_a_moment_only(hasty: Server) -> None:
    with Connection(hasty) as connection:
        connection.send(connection.request("POST", "/api/positions", REPORT)[:-1])
        answer = connection.answer()
        assert (answer.status, connection.ended()) == (408, True)
    assert "the whole body" in answer.detail
    assert answer.headers["connection"] == "close"


def test_half_a_body_behind_a_report_waits_for_its_answer(hasty: Server) -> None:
    with Connection(hasty) as connection:
        whole = connection.request("POST", "/api/positions", REPORT)
        connection.send(whole + whole[:-1])
        assert [connection.answer().status, connection.answer().status] == [200, 408]
        assert connection.ended()


def test_a_body_that_is_late_by_less_is_taken(hasty: Server) -> None:
    with Connection(hasty) as connection:
        whole = connection.request("POST", "/api/positions", REPORT)
        connection.send(whole[:-9])
        time.sleep(0.5)
        connection.send(whole[-9:])
        assert connection.answer().status == 200


def test_half_a_body_is_refused_when_the_server_stops(tmp_path: Path) -> None:
    with running(tmp_path / "positions.db") as server, Connection(server) as connection:
        connection.send(connection.request("POST", "/api/positions", REPORT)[:-1])
        with httpx.Client(base_url=server.url, timeout=PATIENCE) as client:
            wait_for(lambda: _answers(client))
        server.process.terminate()
        answer = connection.answer()
        connection.socket.close()
        assert (answer.status, answer.headers["retry-after"]) == (503, "2")
        assert "stopping" in answer.detail


def test_who_is_owed_an_answer_is_not_let_go(hasty: Server) -> None:
    """A stream of events lasts; a head that has begun behind it waits for its end."""
    with Connection(hasty) as connection:
        connection.send(connection.request("GET", "/live/sse?bbox=-180,-90,180,90") + b"GET /healthz HTTP/1.1\r\n")
        connection.socket.settimeout(PATIENCE)
        until = time.monotonic() + 1.5
        received = b""
        while time.monotonic() < until:
            received += connection.socket.recv(65_536)
        assert b"408" not in received
        assert received.count(b"HTTP/1.1 ") == 1


def few_descriptors() -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 256))


def test_a_server_out_of_connections_refuses_some_and_goes_on(tmp_path: Path) -> None:
    """It raises its limit from 64 to 256, takes half of those as connections, and keeps the others for its work."""
    fix = {"device_id": "a", "time": NOW, "latitude": 60.0, "longitude": 25.0}
    with running(tmp_path / "positions.db", before_exec=few_descriptors) as server:
        assert report(server, fix).json()["accepted"] == 1
        idle = [Connection(server) for _ in range(300)]
        with httpx.Client(base_url=server.url, timeout=PATIENCE) as client:
            with Connection(server) as refused:
                answer = refused.answer()
            assert (answer.status, answer.headers["retry-after"]) == (503, "2")
            idle[0].send(idle[0].request("GET", "/api/devices/a/track"))  # the first question about history
            assert idle[0].answer().status == 200
            idle[1].send(idle[1].request("GET", "/api/devices/a/track"))
            assert idle[1].answer().status == 200
            wait_for(lambda: beside(server, "history") is not None)
            for connection in idle:
                connection.socket.close()
            wait_for(lambda: _answers(client))
        assert server.stop() == 0
    assert len(re.findall("too many connections", server.output())) == 1
    assert "Traceback" not in server.output()


def _answers(client: httpx.Client) -> bool:
    try:
        return client.get("/healthz").status_code == 200
    except httpx.HTTPError:
        return False


async def test_a_process_that_cannot_be_started_is_tried_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As where no file descriptor or no memory is left for it."""
    stop = asyncio.Event()
    monkeypatch.setattr(sys, "executable", str(tmp_path / "missing"))
    with structlog.testing.capture_logs() as logs:
        keeping = asyncio.create_task(keep_running("history", lambda: ("history",), {}, stop))
        await until(lambda: len(logs) >= 2)
        assert not keeping.done()
        stop.set()
        await keeping
    assert {line["event"] for line in logs} == {"a process could not be started and is tried again"}
    assert logs[0]["reason"] == "No such file or directory"
