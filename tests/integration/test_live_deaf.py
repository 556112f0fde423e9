"""Clients that read nothing and go on asking: bounded, and cut off."""

import asyncio
import contextlib
import json
from pathlib import Path

from tests.integration.test_live_limits import MEGABYTE, move_all
from tests.support.crowd import CLOSE, TEXT, frame
from tests.support.patience import PATIENCE
from tests.support.server import running
from tests.support.sockets import WIRES, WORLD, Reporter, fix, memory, open_socket, open_wire

PING = 9
IMPATIENT = {"herenow.api.live.websocket.BEAT": 0.05, "herenow.live.hub.STALLED": 1.0}


async def test_a_deaf_viewer_that_resumes_over_and_over_is_bounded_and_closed(tmp_path: Path) -> None:
    with running(tmp_path / "positions.db", constants=IMPATIENT) as server:
        async with Reporter(server) as reporter, open_wire(server, small=True) as deaf:
            async with open_socket(server, WIRES[0]) as first:
                await reporter.tell(fix("one", 1.0, 1.0))
                token = (await first.look(bbox=WORLD)).token
            await move_all(reporter)
            deaf.deafen()
            before = memory(server)
            for number in range(60):
                deaf.say(type="view", id=number + 1, bbox=WORLD, resume=token)
            await asyncio.sleep(1)
            grown = memory(server) - before
            for number in range(30):
                await asyncio.sleep(0.1)
                deaf.say(type="view", id=number + 1, bbox=WORLD, resume=token)
            assert (grown < 20 * MEGABYTE, await reporter.viewers()) == (True, 0), f"{grown / 1e6:.0f} MB"


async def test_a_deaf_reporter_of_rubbish_is_bounded_and_closed(tmp_path: Path) -> None:
    with running(tmp_path / "positions.db", constants=IMPATIENT) as server:
        async with Reporter(server) as reporter, open_wire(server, small=True) as deaf:
            deaf.deafen()
            wrong = json.dumps({"type": "report", "id": 1, "positions": [0] * 999}).encode()
            before = memory(server)
            for _ in range(80):
                deaf.writer.write(frame(TEXT, wrong))
            for _ in range(20):
                await asyncio.sleep(0.2)
                deaf.writer.write(frame(TEXT, wrong))
            grown = memory(server) - before
            assert (grown < 20 * MEGABYTE, await reporter.viewers()) == (True, 0), f"{grown / 1e6:.0f} MB"


async def test_a_client_that_says_farewell_and_reads_nothing_is_cut_off(tmp_path: Path) -> None:
    """Nor does it help to have been closed, or to send what nobody understands."""
    with running(tmp_path / "positions.db", constants=IMPATIENT) as server:
        async with Reporter(server) as reporter, contextlib.AsyncExitStack() as stack:
            await move_all(reporter)
            for number in range(3):
                deaf = await stack.enter_async_context(open_wire(server, small=True))
                deaf.deafen()
                for view in range(20):
                    deaf.say(type="view", id=view + 1, bbox=WORLD)
                    await asyncio.sleep(0.02)
                last = [frame(CLOSE, b"\x03\xe8"), frame(TEXT, b"x" * 70_000), b"\xf1\x80aaaa"][number]
                deaf.writer.write(last)
            async with asyncio.timeout(PATIENCE):
                while await reporter.viewers():  # noqa: ASYNC110 - the server is another process
                    await asyncio.sleep(0.05)


async def test_pings_do_not_keep_a_client_that_reads_nothing(tmp_path: Path) -> None:
    with running(tmp_path / "positions.db", constants=IMPATIENT) as server:
        async with Reporter(server) as reporter, open_wire(server, small=True) as deaf:
            await move_all(reporter)
            deaf.deafen()
            for view in range(30):
                deaf.say(type="view", id=view + 1, bbox=WORLD)
                await asyncio.sleep(0.02)
            async with asyncio.timeout(PATIENCE):
                while await reporter.viewers():
                    with contextlib.suppress(ConnectionError):
                        deaf.writer.write(frame(PING, b"?"))
                    await asyncio.sleep(0.05)
