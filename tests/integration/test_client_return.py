"""The live client against a scripted server: what it sends on the socket, and how it comes back to one."""

import asyncio
import json
import time
from http import HTTPStatus

import pytest
from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request, Response

from herenow.client import Change, Live
from herenow.errors import BadRequest, HerenowError, TooLarge
from tests.support.positions import NOW
from tests.support.scripted_server import (
    ENCODINGS,
    EPOCH,
    Stage,
    all_of,
    client,
    device,
    fix,
    live_position,
    soon,
    staged,
)

# What is sent on the socket


@pytest.mark.parametrize("encoding", ENCODINGS)
async def test_either_encoding_gives_the_same_changes_and_names_outlive_the_link(encoding: str) -> None:
    async with staged([encoding]) as stage, client(stage) as live:
        call, first = await stage.following(live, device("a", 0), device("b", 0))
        assert call.socket.subprotocol == encoding
        await call.update(42, device("a", 1))
        second = await soon(anext(live))
        call.cut()
        call = await stage.call()
        await call.received()
        await call.update(43, device("b", 2), device("c", 2), view=1)
        third = await soon(anext(live))
    assert first == Change([live_position("a", 0), live_position("b", 0)], snapshot=True, time=NOW)
    assert second == Change([live_position("a", 1)], snapshot=False, time=NOW)
    assert third == Change([live_position("b", 2), live_position("c", 2)], snapshot=False, time=NOW)


async def test_both_encodings_are_offered_the_binary_one_first(stage: Stage) -> None:
    async with client(stage):
        request = (await stage.call()).socket.request
    assert request is not None
    assert request.headers["Sec-WebSocket-Protocol"] == ", ".join(ENCODINGS)


async def test_garbage_is_passed_over_and_counted(stage: Stage) -> None:
    async with client(stage) as live:
        call, _ = await stage.following(live, device("a", 0))
        for frame in ("{", "null", b"\x07", b"", json.dumps({"type": "yet to be made"})):
            await call.socket.send(frame)
        await call.update(42, device("a", 1))
        assert (await soon(anext(live))).positions == [live_position("a", 1)]
        assert live.garbled == 4
        assert stage.ringing() == 0


async def test_the_newest_statistics_and_the_last_complaint_are_there_to_be_read(stage: Stage) -> None:
    async with client(stage) as live:
        call, _ = await stage.following(live)
        assert (live.stats, live.complaint) == (None, None)
        await call.say(type="stats", devices=1)
        await call.say(type="stats", devices=2)
        await call.say(type="event", name="a device came")
        await call.say(type="error", detail="view.bbox: expected four numbers")
        await call.caught_up(live)
        assert (live.stats, live.complaint) == ({"devices": 2}, "view.bbox: expected four numbers")
        assert live.garbled == 0


async def test_at_the_bound_of_the_queue_changes_become_one_that_leads_to_the_same(stage: Stage) -> None:
    async with client(stage, waiting=3) as live:
        call, change = await stage.following(live, device("a", 0))
        seen = {one.device_id: one for one in change.positions}
        for step in range(1, 50):
            await call.update(41 + step, device(f"d{step % 7}", step))
        await call.caught_up(live)
        taken = 0
        while seen != live.positions:
            seen |= {one.device_id: one for one in (await soon(anext(live))).positions}
            taken += 1
        assert taken <= 3


async def test_a_consumer_that_never_comes_holds_nothing_up(stage: Stage) -> None:
    async with client(stage, waiting=1) as live:
        call = await stage.call()
        await call.snapshot((await call.received())["id"], 1, [])
        for step in range(500):
            await call.update(2 + step, device("a", step))
        await call.caught_up(live)
        assert live.positions == {"a": live_position("a", 499)}


# Coming back


async def test_silence_counts_as_a_lost_link(stage: Stage) -> None:
    async with client(stage, silence=0.05) as live:
        call, _ = await stage.following(live, device("a", 0))
        call.socket.transport.pause_reading()  # it would not answer a farewell either
        began = time.monotonic()
        again = await stage.call()
        assert time.monotonic() - began < 0.9
        call.cut()
        assert (await again.received())["resume"] == {"epoch": EPOCH, "seq": 41}


async def test_who_only_reports_expects_nothing_between_reports(stage: Stage) -> None:
    async with Live(stage.url, random=lambda: 0.0, silence=0.02) as live:
        reporting = asyncio.create_task(live.report([fix("a")]))
        call = await stage.call()
        await call.say(type="receipt", id=(await call.received())["id"], accepted=1)
        await soon(reporting)
        await asyncio.sleep(0.1)  # five times the silence
        assert live.connected
        reporting = asyncio.create_task(live.report([fix("b")]))
        unanswered = await call.received()
        call = await stage.call()
        assert (await call.received())["positions"] == unanswered["positions"]
        await call.say(type="receipt", id=unanswered["id"], accepted=1)
        await soon(reporting)


async def test_the_wait_in_a_close_reason_decides(stage: Stage) -> None:
    async with client(stage, random=lambda: 1.0) as live:
        call, _ = await stage.following(live)
        began = time.monotonic()
        await call.close(1012, "the server is stopping; retry_ms=50")
        await stage.call()
    assert 0.05 <= time.monotonic() - began < 0.4


@pytest.mark.parametrize(
    ("code", "error", "expected"),
    [
        (1009, TooLarge, "expected smaller messages .*subscribe to fewer"),
        (4400, BadRequest, "did not understand .*ten"),
    ],
)
async def test_a_close_that_says_not_to_come_back_ends_the_loop_after_what_was_received(
    stage: Stage, code: int, error: type[HerenowError], expected: str
) -> None:
    async with client(stage) as live:
        call, _ = await stage.following(live)
        await call.update(42, device("a", 1))
        await call.close(code, "ten messages that could not be understood")
        assert (await soon(anext(live))).positions == [live_position("a", 1)]
        with pytest.raises(error, match=expected):
            await soon(anext(live))
        with pytest.raises(error, match=expected):
            await soon(live.report([fix("a")]))
        assert stage.ringing() == 0


async def test_a_handshake_that_is_refused_ends_the_loop_with_the_words_of_the_server() -> None:
    def refuse(socket: ServerConnection, request: Request) -> Response:
        return socket.respond(HTTPStatus.BAD_REQUEST, json.dumps({"detail": "offer herenow.bin.v2"}))

    async with staged(refusal=refuse) as stage, client(stage) as live:
        with pytest.raises(BadRequest, match=r"400 Bad Request: offer herenow\.bin\.v2; is this"):
            await soon(all_of(live))


async def test_a_server_that_takes_no_subprotocol_is_not_herenow() -> None:
    def plain(socket: ServerConnection, request: Request) -> None:
        del request.headers["Sec-WebSocket-Protocol"]

    async with staged(encodings=(), refusal=plain) as stage, client(stage) as live:
        with pytest.raises(BadRequest, match=r"to take one of herenow\.bin\.v1, herenow\.json\.v1, got none"):
            await soon(all_of(live))


async def test_a_server_that_is_down_for_now_is_tried_again() -> None:
    answers = [HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.BAD_GATEWAY]

    def later(socket: ServerConnection, request: Request) -> Response | None:
        return socket.respond(answers.pop(), "not yet") if answers else None

    async with staged(refusal=later) as stage, client(stage) as live:
        await stage.following(live, device("a", 0))
        assert answers == []


async def test_a_server_that_is_not_there_yet_is_tried_again() -> None:
    async with staged() as stage:
        port = int(stage.url.rpartition(":")[2])
    drawn = asyncio.Event()

    def draw() -> float:
        drawn.set()
        return 0.02

    async with client(stage, random=draw) as live:
        await soon(drawn.wait())
        async with staged(port=port) as second:
            await second.following(live, device("a", 0))
            assert live.positions == {"a": live_position("a", 0)}
