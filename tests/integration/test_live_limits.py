"""What a live socket of a real server does not put up with, and what that costs the others: nothing."""

import asyncio
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.crowd import CLOSE, TEXT, frame
from tests.support.patience import PATIENCE
from tests.support.server import Server, running
from tests.support.sockets import WIRES, WORLD, Reporter, fix, memory, open_socket, open_wire

LONG = "x" * 115  # in names, so that a few thousand devices are more than systems hold back
MEGABYTE = 1_000_000
PLENTY = 64 * 1024  # bytes of a message
# A busy machine takes long over what a deaf viewer misses; statistics would fill it up meanwhile.
PATIENT = {"herenow.live.hub.STALLED": PATIENCE, "herenow.api.live.websocket.BEAT": PATIENCE}


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Server]:
    """A server for one test, impatient with who says nothing or reads nothing."""
    constants = {
        "herenow.api.live.session.FIRST_WORD_WITHIN": 5.0,  # a busy machine takes long to say a word
        "herenow.api.live.websocket.BEAT": 0.05,
        "herenow.live.hub.STALLED": 3.0,
    }
    with running(tmp_path / "positions.db", constants=constants) as server:
        yield server
        assert "Traceback" not in server.output()


# What clients send


@pytest.mark.parametrize("message", [None, "rubbish"])
async def test_who_says_neither_a_view_nor_a_report_is_closed_and_who_does_is_not(
    own: Server, message: str | None
) -> None:
    async with open_socket(own, WIRES[0]) as looks, open_socket(own, WIRES[0]) as silent:
        await looks.look(bbox=WORLD)
        if message:
            await silent.connection.send(message)
        code, reason = await silent.closed()
        assert code == 4401
        assert "nothing that was understood" in reason
        assert (await looks.look(bbox=WORLD)).type == "snapshot"


async def test_a_flood_of_messages_is_closed(server: Server) -> None:
    async with open_wire(server) as wire:
        for number in range(1, 401):
            wire.say(type="view", id=number, bbox=[0, 0, 1, 1])
        assert (await wire.closed())[0] == 4429


async def test_of_views_that_come_too_fast_the_last_is_answered(server: Server) -> None:
    async with open_socket(server, WIRES[0]) as socket:
        for _ in range(40):
            await socket.say(type="view", id=7, bbox=[0, 0, 1, 1])
        await socket.say(type="view", id=8, bbox=[2, 2, 3, 3])
        answered: list[int] = []
        async with asyncio.timeout(PATIENCE):
            while 8 not in answered:
                answered.append((await socket.positions()).view)
        assert len(answered) < 10


async def test_a_message_of_64_kib_is_received_and_one_byte_more_is_closed(server: Server) -> None:
    view = json.dumps({"type": "view", "bbox": WORLD}).encode()
    async with open_wire(server) as wire:
        wire.writer.write(frame(TEXT, view.ljust(PLENTY)))
        assert json.loads((await wire.next())[1])["type"] == "snapshot"
        wire.writer.write(frame(TEXT, view.ljust(PLENTY + 1)))
        assert (await wire.closed())[0] == 1009


async def test_fragments_that_are_too_large_together_are_closed_and_smaller_ones_are_received(server: Server) -> None:
    view = json.dumps({"type": "view", "bbox": WORLD}).encode()
    async with open_wire(server) as wire:
        wire.writer.write(frame(TEXT, view[:9], first=0) + frame(0, view[9:20], first=0) + frame(0, view[20:]))
        assert json.loads((await wire.next())[1])["type"] == "snapshot"
        wire.writer.write(frame(TEXT, view, first=0))
        for _ in range(5):
            wire.writer.write(frame(0, b" " * 16_000, first=0))
        assert (await wire.closed())[0] == 1009


async def test_compression_is_not_taken_up(server: Server) -> None:
    async with open_wire(server, "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits") as wire:
        assert "101 Switching Protocols" in wire.answer
        assert "sec-websocket-extensions" not in wire.answer.lower()
        wire.say(type="view", bbox=WORLD)
        assert json.loads((await wire.next())[1])["type"] == "snapshot"
        wire.writer.write(frame(TEXT, b"deflated", first=0xC0))
        assert (await wire.closed())[0] == 1002


@pytest.mark.parametrize(
    "malformed",
    [
        frame(TEXT, b"{}", mask=False),
        frame(TEXT, b"{}", first=0xA0),  # a reserved bit
        frame(0x3, b"{}"),  # a reserved opcode
        frame(0x9, b"x" * 126),  # a ping larger than a control frame may be
        frame(0x9, b"x", first=0),  # a ping in fragments
        frame(0, b"{}"),  # goes on with nothing
        frame(TEXT, b"{", first=0) + frame(TEXT, b"}"),  # begins anew before the end
        frame(CLOSE, b"\x03"),  # half a code
    ],
)
async def test_a_malformed_frame_ends_that_connection_only(server: Server, malformed: bytes) -> None:
    async with Reporter(server) as reporter, open_socket(server, WIRES[1]) as other, open_wire(server) as wire:
        await other.look(bbox=WORLD)
        wire.say(type="view", bbox=WORLD)
        await wire.next()
        wire.writer.write(malformed)
        assert (await wire.closed())[0] == 1002
        at = fix("beside-malformed", 70.5, 10.5)
        await reporter.send(at)
        await other.until_at("beside-malformed", int(str(at["time"])))
    assert "Traceback" not in server.output()


async def test_text_that_is_no_utf_8_is_closed(server: Server) -> None:
    async with open_wire(server) as wire:
        wire.writer.write(frame(TEXT, b'{"type":"view","devices":["\xff\xfe"]}'))
        assert (await wire.closed())[0] == 1007


# Who leaves


@pytest.mark.parametrize("code", [1000, 1001, 4999])
async def test_a_client_that_says_farewell_is_answered_with_its_own_code(own: Server, code: int) -> None:
    async with Reporter(own) as reporter, open_wire(own) as wire:
        wire.say(type="view", bbox=WORLD)
        await reporter.until_viewers(1)
        wire.writer.write(frame(CLOSE, code.to_bytes(2) + b"bye"))
        assert (await wire.closed())[0] == code
        await reporter.until_viewers(0)


@pytest.mark.parametrize("message", [None, {"type": "view", "bbox": WORLD}, {"type": "view", "devices": ["a"]}])
async def test_a_client_that_is_cut_is_forgotten(own: Server, message: dict[str, Any] | None) -> None:
    async with Reporter(own) as reporter, open_socket(own, WIRES[1]) as stays:
        await stays.look(bbox=WORLD)
        async with open_wire(own) as wire:
            if message:
                wire.say(**message)
            await reporter.until_viewers(2)
            wire.cut()
            await reporter.until_viewers(1)
        at = fix("a", 10.5, 10.5)
        await reporter.send(at)
        await stays.until_at("a", int(str(at["time"])))


# Who does not read


async def move_all(reporter: Reporter) -> int:
    """About two megabytes for each viewer; the time of what comes last."""
    fleet = [fix(f"{LONG}-{n}", n / 100, 10.5, attributes={"name": LONG}) for n in range(5000)]
    await reporter.send(*fleet)
    await reporter.tell(last := fix("last", 10.5, 10.5))
    return int(str(last["time"]))


async def test_a_viewer_that_stops_reading_is_closed_and_the_others_go_on(own: Server) -> None:
    async with Reporter(own) as reporter:
        await move_all(reporter)
        async with open_socket(own, WIRES[1]) as reads, open_wire(own, small=True) as deaf:
            await reads.look(bbox=WORLD)
            deaf.say(type="view", bbox=WORLD)
            await reporter.until_viewers(2)
            deaf.deafen()
            while await reporter.viewers() == 2:
                at = fix("beside-deaf", 10.5, 10.5)
                await reporter.send(at)
                await reads.until_at("beside-deaf", int(str(at["time"])))
            assert (await reads.look(bbox=WORLD)).type == "snapshot"
            deaf.listen()
            assert (await deaf.closed())[0] in (4408, 1006), "closed, or cut where not even that could be delivered"


async def test_a_viewer_that_reads_slowly_but_reads_is_not_closed_and_ends_at_the_newest(tmp_path: Path) -> None:
    constants = {"herenow.api.live.websocket.BEAT": 0.05, "herenow.live.hub.STALLED": 4.0}
    with running(tmp_path / "positions.db", constants=constants) as server:
        async with Reporter(server) as reporter, open_wire(server, small=True) as slow:
            await move_all(reporter)
            slow.say(type="view", bbox=WORLD)
            end = time.monotonic() + 9  # more than twice what is put up with
            while time.monotonic() < end:
                await slow.read(4096)
                await reporter.send(at := fix("beside-slow", 10.5, 10.5))
            assert await reporter.viewers() == 1
            newest: dict[str, int] = {}
            while newest.get("beside-slow") != at["time"]:
                opcode, payload = await slow.next()
                positions = json.loads(payload).get("positions", []) if opcode == TEXT else []  # else a ping
                newest |= {one["device_id"]: one["timestamp"] for one in positions}


async def test_what_a_deaf_viewer_misses_is_not_kept_but_made_when_it_reads_again(tmp_path: Path) -> None:
    with running(tmp_path / "positions.db", constants=PATIENT) as server:
        async with Reporter(server) as reporter, open_wire(server, small=True) as deaf:
            await move_all(reporter)
            deaf.say(type="view", bbox=WORLD)
            await deaf.next()
            deaf.deafen()
            for _ in range(20):
                newest = await move_all(reporter)
            deaf.listen()
            moves, last = 0, 0
            while last != newest:
                positions = json.loads((await deaf.next())[1]).get("positions", [])
                moves += bool(positions)
                last = max([last, *[at["timestamp"] for at in positions if at["device_id"] == "last"]])
            assert moves <= 8, "of some forty: what lay in the systems, and one more"


async def test_views_of_a_deaf_viewer_are_answered_once(tmp_path: Path) -> None:
    with running(tmp_path / "positions.db", constants=PATIENT) as server:
        async with Reporter(server) as reporter, open_wire(server, small=True) as deaf:
            await move_all(reporter)
            deaf.say(type="view", bbox=WORLD)
            await deaf.next()
            deaf.deafen()
            before = memory(server)
            for number in range(2, 92):
                deaf.say(type="view", id=number, bbox=[-180, -90, 180, 90 - number / 1000])
            await reporter.until_viewers(1)
            assert memory(server) - before < 40 * MEGABYTE
            deaf.listen()
            view = 0
            while view != 91:
                view = json.loads((await deaf.next())[1]).get("view", 0)
