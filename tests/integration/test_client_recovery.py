"""The live client against a scripted server: what becomes of its place and its changes when links are lost, consumers
are slow, raise or look elsewhere, and programs leave."""

import asyncio
import contextlib
import time
from http import HTTPStatus

import pytest
from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request, Response

from herenow.client import Change
from herenow.wire.binary import REQUESTED
from tests.support.positions import NOW
from tests.support.scripted_server import (
    BOX,
    EPOCH,
    OTHER,
    Stage,
    all_of,
    client,
    device,
    live_position,
    soon,
    staged,
)

# (a) The position is advanced before the consumer runs


async def test_positions_are_up_to_date_before_the_consumer_sees_the_change(stage: Stage) -> None:
    async with client(stage) as live:
        call, change = await stage.following(live, device("a", 0))
        assert change == Change([live_position("a", 0)], snapshot=True, time=NOW)
        assert live.positions == {"a": live_position("a", 0)}
        await call.update(42, device("a", 1), device("b", 1))
        assert await soon(anext(live)) == Change([live_position("a", 1), live_position("b", 1)], False, NOW)
        assert live.positions == {"a": live_position("a", 1), "b": live_position("b", 1)}


@pytest.mark.parametrize("leaves", ["raises", "breaks"])
async def test_a_consumer_that_leaves_the_loop_receives_nothing_again_nor_takes_the_place_back(
    stage: Stage, leaves: str
) -> None:
    async with client(stage) as live:
        call, _ = await stage.following(live, device("a", 0))
        await call.update(42, device("a", 1))
        with contextlib.suppress(ZeroDivisionError):
            async for change in live:
                assert change.positions == [live_position("a", 1)]
                if leaves == "raises":
                    raise ZeroDivisionError
                break
        call.cut()
        call = await stage.call()
        view = await call.received()
        assert view["resume"] == {"epoch": EPOCH, "seq": 42}
        await call.update(43, device("b", 1), view=view["id"])
        assert (await soon(anext(live))).positions == [live_position("b", 1)]


async def test_a_consumer_that_looks_elsewhere_inside_the_loop_leaves_no_wrong_place(stage: Stage) -> None:
    async with client(stage) as live:
        call, _ = await stage.following(live, device("a", 0))
        await call.update(42, device("a", 1))
        async for _ in live:
            await live.look(devices=["b"])
            break
        assert await call.received() == {"type": "view", "id": 2, "columns": list(REQUESTED), "devices": ["b"]}
        await call.update(43, device("a", 2))  # of the view before
        assert (await soon(anext(live))).positions == [live_position("a", 2)]
        call.cut()
        call = await stage.call()
        assert await call.received() == {"type": "view", "id": 2, "columns": list(REQUESTED), "devices": ["b"]}
        await call.snapshot(2, 50, [device("b", 5)])
        assert (await soon(anext(live))).snapshot
        assert live.positions == {"b": live_position("b", 5)}


# (b) No re-delivery when the connection is replaced while the consumer is slow


async def test_changes_that_wait_for_a_slow_consumer_outlive_the_link_and_come_once(stage: Stage) -> None:
    async with client(stage) as live:
        call, _ = await stage.following(live, device("a", 0))
        for step in (1, 2):
            await call.update(41 + step, device("a", step))
        await call.caught_up(live)
        call.cut()
        call = await stage.call()
        view = await call.received()
        assert view["resume"] == {"epoch": EPOCH, "seq": 43}
        # A server may tell once more what it is not sure of.
        await call.update(44, device("a", 2), device("b", 3), view=view["id"])
        taken = [(await soon(anext(live))).positions for _ in range(3)]
        assert taken == [[live_position("a", 1)], [live_position("a", 2)], [live_position("b", 3)]]


# (c) Nothing is delivered after close


async def test_nothing_is_delivered_after_leaving_though_changes_wait(stage: Stage) -> None:
    async with client(stage) as live:
        call, _ = await stage.following(live, device("a", 0))
        for step in (1, 2):
            await call.update(41 + step, device("a", step))
        await call.caught_up(live)
    assert await soon(all_of(live)) == []


async def test_nothing_is_taken_after_close_though_frames_lie_in_the_socket(stage: Stage) -> None:
    async with client(stage) as live:
        call, _ = await stage.following(live, device("a", 0))
        for step in range(1, 200):
            await call.update(41 + step, device("a", step))
        began = time.monotonic()
        await live.close()
        assert time.monotonic() - began < 0.9  # it does not wait for the server to be read to the end
        known = dict(live.positions)
        assert await soon(all_of(live)) == []
    await soon(call.socket.wait_closed())
    assert live.positions == known


async def test_a_consumer_that_waits_in_another_task_ends_on_leaving_and_the_socket_is_closed(stage: Stage) -> None:
    async with client(stage) as live:
        call, _ = await stage.following(live, device("a", 0))
        consuming = asyncio.create_task(all_of(live))
        await call.caught_up(live)
        assert live.connected
    assert await soon(consuming) == []
    await soon(call.socket.wait_closed())
    assert call.socket.close_code == 1000
    assert not live.connected
    assert stage.ringing() == 0


async def test_leaving_does_not_wait_for_a_server_that_does_not_read(stage: Stage) -> None:
    async with client(stage) as live:
        call, _ = await stage.following(live, device("a", 0))
        call.socket.transport.pause_reading()
        began = time.monotonic()
    assert time.monotonic() - began < 2
    call.cut()


async def test_a_task_that_is_cancelled_inside_leaves_nothing_behind(stage: Stage) -> None:
    inside = asyncio.Event()

    async def follow() -> None:
        async with client(stage) as live:
            inside.set()
            await all_of(live)

    before = asyncio.all_tasks()
    following = asyncio.create_task(follow())
    call = await stage.call()
    await soon(inside.wait())
    following.cancel()
    with pytest.raises(asyncio.CancelledError):
        await following
    await soon(call.socket.wait_closed())
    assert {task for task in asyncio.all_tasks() - before if task.get_name() == "herenow live"} == set()


# (d) The epoch is stored with its seq


async def test_after_a_restart_the_new_epoch_is_offered_with_its_own_seq(stage: Stage) -> None:
    async with client(stage) as live:
        call, _ = await stage.following(live, device("a", 0), seq=1000)
        call.cut()
        call = await stage.call()
        view = await call.received()
        assert view["resume"] == {"epoch": EPOCH, "seq": 1000}
        await call.snapshot(view["id"], 3, [device("a", -7)], OTHER)
        change = await soon(anext(live))
        assert (change.snapshot, live.positions) == (True, {"a": live_position("a", -7)})
        call.cut()
        assert (await (await stage.call()).received())["resume"] == {"epoch": OTHER, "seq": 3}


async def test_a_ping_advances_the_place(stage: Stage) -> None:
    async with client(stage) as live:
        call, _ = await stage.following(live, device("a", 0))
        await call.say(type="ping", time=NOW, seq=77)
        await call.caught_up(live)
        call.cut()
        assert (await (await stage.call()).received())["resume"] == {"epoch": EPOCH, "seq": 77}


# (e) No place over a gap


async def test_what_comes_before_the_answer_to_the_latest_view_makes_no_place_for_it(stage: Stage) -> None:
    async with client(stage) as live:
        call, _ = await stage.following(live, device("a", 0))
        await live.look(devices=["b"])
        view = await call.received()
        await call.update(42, device("a", 1))
        await call.say(type="ping", time=NOW, seq=43)
        await call.caught_up(live)
        call.cut()
        call = await stage.call()
        assert await call.received() == view
        await call.snapshot(view["id"], 50, [])
        await soon(anext(live))
        assert (await soon(anext(live))).snapshot
        call.cut()
        assert (await (await stage.call()).received())["resume"] == {"epoch": EPOCH, "seq": 50}


async def test_a_look_while_disconnected_means_no_resume() -> None:
    down, refused = False, asyncio.Event()

    def gate(socket: ServerConnection, request: Request) -> Response | None:
        if not down:
            return None
        refused.set()
        return socket.respond(HTTPStatus.SERVICE_UNAVAILABLE, "not now")

    async with staged(refusal=gate) as stage, client(stage) as live:
        call, _ = await stage.following(live, device("a", 0))
        down = True
        call.cut()
        await soon(refused.wait())
        assert not live.connected
        assert live.trouble
        await live.look(devices=["b"])
        await live.look(box=BOX, zoom=10)
        down = False
        view = await (await stage.call()).received()
    assert (view["bbox"], "resume" in view) == (list(BOX), False)


async def test_an_update_from_another_place_brings_a_new_link_and_a_snapshot(stage: Stage) -> None:
    async with client(stage) as live:
        call, _ = await stage.following(live, device("a", 0))
        await call.update(50, device("a", 9), epoch=OTHER)
        call = await stage.call()
        view = await call.received()
        assert "resume" not in view
        await call.snapshot(view["id"], 50, [device("b", 0)], OTHER)
        assert (await soon(anext(live))).positions == [live_position("b", 0)]
