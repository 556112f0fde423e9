"""Reporting to a server that runs elsewhere."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

import pytest

from herenow.errors import BadRequest, SettingsError, Unavailable
from herenow.intake.http_intake import RemoteIntake
from herenow.model.report import MAX_BATCH, Report
from tests.support.ports import free_port
from tests.support.server import Server

NOW = time.time_ns() // 1_000_000


def fixes(
    count: int, device_id: str, latitude: float = 60.0, **attributes: str | int | float | bool | None
) -> list[Report]:
    return [
        Report(device_id=device_id, time=NOW - number, latitude=latitude, longitude=25.0, attributes=attributes or None)
        for number in range(count)
    ]


async def test_more_than_a_request_holds_is_stored_in_several(server: Server) -> None:
    reports = fixes(MAX_BATCH + 5, "remote-many")
    reports[3].time = 5
    reports[MAX_BATCH + 2].time = 5
    async with RemoteIntake(server.url) as intake:
        receipt = await intake.take(reports, "test")
    assert receipt.accepted == MAX_BATCH + 3
    assert [(one.index, one.field) for one in receipt.rejected] == [(3, "time"), (MAX_BATCH + 2, "time")]


async def test_large_reports_are_split_by_their_size(server: Server) -> None:
    async with RemoteIntake(server.url + "/") as intake:
        receipt = await intake.take(fixes(2500, "remote-large", note="x" * 4000), "test")
    assert (receipt.accepted, receipt.rejected) == (2500, [])


async def test_what_is_all_wrong_is_rejected_and_no_error(server: Server) -> None:
    reports = fixes(2, "remote-wrong")
    for report in reports:
        report.time = 5
    async with RemoteIntake(server.url) as intake:
        receipt = await intake.take(reports, "test")
    assert receipt.accepted == 0
    assert [one.index for one in receipt.rejected] == [0, 1]


@contextlib.asynccontextmanager
async def answering(answer: bytes) -> AsyncIterator[str]:
    """A server that says the same to everyone and hangs up."""

    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()

    listening = await asyncio.start_server(say, "127.0.0.1", 0)
    async with listening:
        port = listening.sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"


def head(status: str, body: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}".encode()


@pytest.mark.parametrize(
    ("answer", "error", "says"),
    [
        (head("503 Service Unavailable", '{"detail":"the disk is full"}'), Unavailable, "503.*the disk is full"),
        (head("502 Bad Gateway", "<html>"), Unavailable, "502"),
        (head("404 Not Found", "<html>"), BadRequest, "is this the address of Herenow"),
        (head("301 Moved\r\nLocation: /x"), BadRequest, "301"),
        (head("200 OK", "<html>hello"), BadRequest, "did not answer as Herenow does"),
        (head("200 OK", "{}"), BadRequest, "did not answer as Herenow does"),
        (b"220 mail.example ESMTP\r\n", Unavailable, "does not answer"),
        (b"", Unavailable, "does not answer"),
    ],
)
async def test_each_answer_is_explained_in_words(answer: bytes, error: type[Exception], says: str) -> None:
    async with answering(answer) as url, RemoteIntake(url) as intake:
        with pytest.raises(error, match=says) as raised:
            await intake.take(fixes(1, "remote-1"), "test")
    assert url in str(raised.value)


async def test_nobody_there_is_unavailable_and_says_what_to_start() -> None:
    async with RemoteIntake(f"http://127.0.0.1:{free_port()}") as intake:
        with pytest.raises(Unavailable, match="start it with `herenow run`"):
            await intake.take(fixes(1, "remote-1"), "test")


@pytest.mark.parametrize("url", ["", "127.0.0.1:8000", "ftp://host", "http://", "http://[::1", "http://host:port"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="expected the address of a server"):
        RemoteIntake(url)
