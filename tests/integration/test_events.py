"""Server-sent events of a real server."""

import asyncio
import contextlib
import json
import re
import signal
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from tests.support.server import Server, running
from tests.support.sockets import PATIENCE, Message, Reporter, fix

LONG = "x" * 115  # in names, so that a few thousand devices are more than systems hold back
FLEET = 5000
MEGABYTE = 1_000_000


class Event(msgspec.Struct):
    id: str | None = None
    retry: int | None = None
    data: str = ""

    @property
    def body(self) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(self.data)
        return message

    @property
    def positions(self) -> Message:
        """What it says, a snapshot or an update."""
        return msgspec.convert(self.body, Message)


class Stream:
    """The events of one response."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._lines = response.aiter_lines()

    async def next(self) -> Event:
        """Raises StopAsyncIteration at the end of the stream."""
        event = Event()
        async with asyncio.timeout(PATIENCE):
            while line := await anext(self._lines):
                field, _, value = line.partition(": ")
                assert field in ("id", "retry", "data"), line
                setattr(event, field, int(value) if field == "retry" else value)
        return event

    async def other(self) -> Event:
        """The next that is not about positions."""
        while (event := await self.next()).data and event.body["type"] in ("snapshot", "update"):
            pass
        return event

    async def places(self) -> Event:
        """The next that is about positions."""
        while (event := await self.next()).body["type"] not in ("snapshot", "update"):
            pass
        return event


@contextlib.asynccontextmanager
async def open_stream(server: Server, last: str | None = None, **query: str) -> AsyncIterator[Stream]:
    headers = {} if last is None else {"Last-Event-ID": last}
    async with (
        httpx.AsyncClient(base_url=server.url, timeout=PATIENCE) as client,
        client.stream("GET", "/live/sse", params=query, headers=headers) as response,
    ):
        yield Stream(response)


async def test_a_stream_begins_with_a_snapshot_whose_id_says_where_it_is(server: Server) -> None:
    async with Reporter(server) as reporter:
        await reporter.tell(fix("event-1", 80.5, 10.5, attributes={"name": "One"}))
        async with open_stream(server, bbox="80,10,81,11", zoom="9") as stream:
            headers = stream.response.headers
            assert stream.response.status_code == 200
            assert headers["content-type"].startswith("text/event-stream")
            assert "no-store" in headers["cache-control"]
            first = await stream.next()
            snapshot = first.positions
            assert first.id == f"{snapshot.epoch}:{snapshot.seq}"
            assert [(at.device_id, at.name) for at in snapshot.positions] == [("event-1", "One")]
            await reporter.send(fix("event-1", 80.75, 10.5))
            event = await stream.places()
            assert event.body["type"] == "update"
            assert event.id == f"{event.positions.epoch}:{event.positions.seq}"
            assert [at.longitude for at in event.positions.positions] == [80.75]
            assert event.positions.seq > snapshot.seq


async def test_every_position_of_named_devices_is_an_event_or_part_of_one(server: Server) -> None:
    async with Reporter(server) as reporter:
        await reporter.tell(fix("event-2", 82.5, 10.5), fix("event,2", 82.5, 10.5))
        async with open_stream(server, devices="event-2,nobody") as stream:
            assert (await stream.next()).positions.ids == {"event-2"}
            steps = [fix("event-2", 82.5 + step / 10, 10.5) for step in range(4)]
            await reporter.send(*[step | {"time": int(str(step["time"])) + n} for n, step in enumerate(steps)])
            longitudes: list[float] = []
            while len(longitudes) < len(steps):
                longitudes += [at.longitude for at in (await stream.places()).positions.positions]
            assert longitudes == [step["longitude"] for step in steps]


@pytest.mark.parametrize("view", [{"bbox": "84,10,85,11"}, {"devices": "event-3,event-4,event-5"}])
async def test_a_client_that_comes_back_with_the_last_id_receives_what_changed_meanwhile(
    server: Server, view: dict[str, str]
) -> None:
    async with Reporter(server) as reporter:
        await reporter.tell(fix("event-3", 84.5, 10.5), fix("event-4", 84.5, 10.6), fix("event-5", 84.5, 10.7))
        async with open_stream(server, **view) as stream:
            first = await stream.next()
        await reporter.tell(fix("event-4", 84.75, 10.6), fix("event-5", 60.5, 10.7))
        async with open_stream(server, last=first.id, **view) as again:
            answer = await again.next()
            assert answer.body["type"] == "update"
            longitudes = {at.device_id: at.longitude for at in answer.positions.positions}
            assert longitudes == {"event-4": 84.75, "event-5": 60.5}
        async with open_stream(server, last=answer.id, **view) as third:
            nothing = (await third.next()).positions
            assert (nothing.type, nothing.positions) == ("update", [])


@pytest.mark.parametrize("last", ["0000000000000000:1", "rubbish", "", "9f2c:1", "{epoch}:0", "{epoch}:999999999"])
async def test_who_comes_back_with_an_id_that_the_server_does_not_know_starts_afresh(server: Server, last: str) -> None:
    async with Reporter(server) as reporter:
        await reporter.tell(fix("event-6", 86.5, 10.5))
        async with open_stream(server, devices="event-6") as stream:
            epoch = (await stream.next()).positions.epoch
        async with open_stream(server, last=last.format(epoch=epoch), devices="event-6") as again:
            answer = (await again.next()).positions
            assert (answer.type, answer.ids) == ("snapshot", {"event-6"})


async def test_statistics_have_no_id_so_that_they_do_not_move_the_place(server: Server) -> None:
    async with open_stream(server, bbox="0,0,1,1") as stream:
        stats = await stream.other()
    assert stats.id is None
    assert stats.body["type"] == "stats"
    assert stats.body["devices"] == sum(stats.body["by_status"].values())


@pytest.mark.parametrize(
    ("query", "status", "says"),
    [
        ({}, 400, "either bbox or devices"),
        ({"bbox": "0,0,1,1", "devices": "a"}, 400, "either bbox or devices"),
        ({"bbox": "0,0,1"}, 400, "four numbers"),
        ({"bbox": "0,9,1,0"}, 400, "south"),
        ({"devices": ",".join(map(str, range(101)))}, 400, "at most 100"),
        ({"bbox": "0,0,1,1", "zoom": "31"}, 422, "zoom"),
    ],
)
async def test_a_stream_of_nothing_or_of_too_much_is_refused_by_a_problem(
    server: Server, query: dict[str, str], status: int, says: str
) -> None:
    async with open_stream(server, **query) as stream:
        assert stream.response.status_code == status
        assert stream.response.headers["content-type"] == "application/problem+json"
        assert says in (await stream.response.aread()).decode()


async def test_a_reader_that_left_is_forgotten(tmp_path: Path) -> None:
    with running(tmp_path / "positions.db") as server:
        async with Reporter(server) as reporter:
            async with open_stream(server, bbox="0,0,1,1") as stream:
                await stream.next()
                await reporter.until_viewers(1)
            await reporter.until_viewers(0)


async def test_a_stop_says_when_to_come_back_and_ends_every_stream(tmp_path: Path) -> None:
    with running(tmp_path / "positions.db") as server:
        async with open_stream(server, bbox="0,0,1,1") as one, open_stream(server, devices="a") as other:
            for stream in (one, other):
                await stream.next()
            stopping = asyncio.create_task(asyncio.to_thread(server.stop, signal.SIGTERM))
            for stream in (one, other):
                while (last := await stream.next()).retry is None:
                    pass
                assert 0 <= last.retry < 60_000
                with pytest.raises(StopAsyncIteration):
                    await stream.next()
            assert await stopping == 0
        assert not re.search("Traceback|exceeded|Cancel", server.output()), "it had to end no stream by force"


async def test_a_reader_that_does_not_read_is_kept_little_for_and_ends_at_the_newest(tmp_path: Path) -> None:
    async def move_all() -> int:
        named = {"attributes": {"name": LONG}}
        await reporter.send(*[fix(f"{LONG}-{number}", number / 100, 10.5) | named for number in range(FLEET)])
        await reporter.tell(last := fix("last", 10.5, 10.5))
        return int(str(last["time"]))

    # A busy machine takes long over it; statistics would fill it up meanwhile.
    constants = {"herenow.live.hub.STALLED": PATIENCE, "herenow.api.live.websocket.BEAT": PATIENCE}
    with running(tmp_path / "positions.db", constants=constants) as server:
        async with Reporter(server) as reporter, deaf_reader(server) as (reader, transport):
            await move_all()
            await reporter.until_viewers(1)
            for _ in range(20):
                newest = await move_all()
            transport.resume_reading()
            events, last = 0, 0
            async with asyncio.timeout(PATIENCE):
                while last != newest:
                    line = await reader.readuntil(b"\n")
                    if line.startswith(b"data: "):
                        positions = json.loads(line[6:]).get("positions", [])
                        events += bool(positions)
                        last = max([last, *[at["timestamp"] for at in positions if at["device_id"] == "last"]])
            assert events <= 16, "of some forty: what lay in the systems, what waited, and one more"


@contextlib.asynccontextmanager
async def deaf_reader(server: Server) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.Transport]]:
    """Asks for the world and reads nothing until its transport resumes, with a small buffer so that it is felt."""
    host, _, port = server.url.removeprefix("http://").partition(":")
    end = socket.socket()
    end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    end.setblocking(False)
    await asyncio.get_running_loop().sock_connect(end, (host, int(port)))
    reader, writer = await asyncio.open_connection(sock=end, limit=16 * MEGABYTE)
    transport = writer.transport
    assert isinstance(transport, asyncio.Transport)
    transport.pause_reading()
    # In HTTP/1.0 the answer comes as it is, without chunks.
    writer.write(b"GET /live/sse?bbox=-180,-90,180,90 HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
    try:
        yield reader, transport
    finally:
        transport.abort()
