"""The live client against a scripted server on a real socket: what becomes of its place, its changes and its reports
when links are lost, consumers are slow, raise or look elsewhere, and programs leave."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from http import HTTPStatus
from typing import Any, TypeVar

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from herenow.client import Change, Live, LivePosition, Report
from herenow.errors import BadRequest, HerenowError, TooLarge, Unavailable
from herenow.model.device import Device, first_seen
from herenow.wire import binary
from herenow.wire import json as wire
from tests.positions import NOW, position

EPOCH, OTHER = "9f2c00ffab120077", "0000000000000001"
BOX = (-98.0, 30.1, -97.4, 30.6)
ENCODINGS = (binary.SUBPROTOCOL, wire.SUBPROTOCOL)
T = TypeVar("T")


async def soon(something: Awaitable[T]) -> T:
    async with asyncio.timeout(5):
        return await something


def device(device_id: str, step: int) -> Device:
    """One that stands still; `step` ms after NOW."""
    return first_seen(position(device_id, NOW + step, attributes={"name": device_id.upper()}))


def live_position(device_id: str, step: int) -> LivePosition:
    return msgspec.json.decode(wire.encode_live(device(device_id, step)), type=LivePosition)


class Call:
    """The server's end of one connection, as a test plays it."""

    def __init__(self, socket: ServerConnection, numbers: dict[str, int]) -> None:
        self.socket = socket
        self._numbers = numbers  # of the devices, over all connections
        self._named: set[str] = set()

    async def heard(self) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(await soon(self.socket.recv()))
        return message

    async def say(self, **message: object) -> None:
        await self.socket.send(json.dumps(message))

    async def snapshot(self, view: int, seq: int, devices: Iterable[Device], epoch: str = EPOCH) -> None:
        self._named.clear()
        await self.socket.send(self._frame(binary.SNAPSHOT, view, seq, list(devices), epoch))

    async def update(self, seq: int, *devices: Device, view: int = 0, epoch: str = EPOCH) -> None:
        await self.socket.send(self._frame(binary.UPDATE, view, seq, list(devices), epoch))

    def _frame(self, kind: int, view: int, seq: int, devices: list[Device], epoch: str) -> str | bytes:
        if self.socket.subprotocol == wire.SUBPROTOCOL:
            positions = wire.join(map(wire.encode_live, devices))
            return wire.message("snapshot" if kind == binary.SNAPSHOT else "update", epoch, seq, NOW, positions, view)
        rows = [(self._numbers.setdefault(one.device_id, len(self._numbers)), one) for one in devices]
        names = [binary.name(number, one) for number, one in rows if one.device_id not in self._named]
        self._named |= {one.device_id for one in devices}
        blocks = binary.blocks(binary.records(rows), [0], [names]) if rows else []
        return binary.head(kind, view, seq, NOW, bytes.fromhex(epoch)) + b"".join(blocks)

    def cut(self) -> None:
        self.socket.transport.abort()

    async def close(self, code: int, reason: str) -> None:
        await self.socket.close(code, reason)

    async def caught_up(self, live: Live) -> None:
        """Returns when the client has taken all that was sent before."""
        reporting = asyncio.create_task(live.report([fix("marker")]))
        report = await self.heard()
        assert report["type"] == "report"
        await self.say(type="receipt", id=report["id"], accepted=1, rejected=[])
        await soon(reporting)


class Stage:
    """A server whose connections are handed to the test, in the order in which they come."""

    def __init__(self) -> None:
        self.url = ""
        self._calls: asyncio.Queue[Call] = asyncio.Queue()
        self._numbers: dict[str, int] = {}

    async def take(self, socket: ServerConnection) -> None:
        self._calls.put_nowait(Call(socket, self._numbers))
        await socket.wait_closed()

    async def call(self) -> Call:
        return await soon(self._calls.get())

    def ringing(self) -> int:
        return self._calls.qsize()

    async def following(self, live: Live, *devices: Device, seq: int = 41) -> tuple[Call, Change]:
        """The first connection, with its view answered by a snapshot that the consumer has taken."""
        call = await self.call()
        view = await call.heard()
        await call.snapshot(view["id"], seq, devices)
        return call, await soon(anext(live))


Refusal = Callable[[ServerConnection, Request], Response | None]


@contextlib.asynccontextmanager
async def staged(
    encodings: Iterable[str] = ENCODINGS, refusal: Refusal | None = None, port: int = 0
) -> AsyncIterator[Stage]:
    stage = Stage()
    subprotocols = [Subprotocol(name) for name in encodings] or None
    server: Server
    async with serve(
        stage.take, "127.0.0.1", port, subprotocols=subprotocols, process_request=refusal, ping_interval=None
    ) as server:
        stage.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield stage


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with staged() as made:
        yield made


def client(stage: Stage, **more: Any) -> Live:
    """One that never waits before it tries again, unless told to."""
    options: dict[str, Any] = {"box": BOX, "zoom": 10, "random": lambda: 0.0}
    return Live(stage.url, **(options | more))


def fix(device_id: str) -> Report:
    return Report(device_id=device_id, time=NOW, latitude=60.0, longitude=25.0)


async def all_of(live: Live) -> list[Change]:
    return [change async for change in live]


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
async def test_a_consumer_that_leaves_the_loop_is_not_told_again_nor_takes_the_place_back(
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
        view = await call.heard()
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
        assert await call.heard() == {"type": "view", "id": 2, "devices": ["b"]}
        await call.update(43, device("a", 2))  # of the view before
        assert (await soon(anext(live))).positions == [live_position("a", 2)]
        call.cut()
        call = await stage.call()
        assert await call.heard() == {"type": "view", "id": 2, "devices": ["b"]}
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
        view = await call.heard()
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
        view = await call.heard()
        assert view["resume"] == {"epoch": EPOCH, "seq": 1000}
        await call.snapshot(view["id"], 3, [device("a", -7)], OTHER)
        change = await soon(anext(live))
        assert (change.snapshot, live.positions) == (True, {"a": live_position("a", -7)})
        call.cut()
        assert (await (await stage.call()).heard())["resume"] == {"epoch": OTHER, "seq": 3}


async def test_a_ping_advances_the_place(stage: Stage) -> None:
    async with client(stage) as live:
        call, _ = await stage.following(live, device("a", 0))
        await call.say(type="ping", time=NOW, seq=77)
        await call.caught_up(live)
        call.cut()
        assert (await (await stage.call()).heard())["resume"] == {"epoch": EPOCH, "seq": 77}


# (e) No place over a gap


async def test_what_comes_before_the_answer_to_the_latest_view_makes_no_place_for_it(stage: Stage) -> None:
    async with client(stage) as live:
        call, _ = await stage.following(live, device("a", 0))
        await live.look(devices=["b"])
        view = await call.heard()
        await call.update(42, device("a", 1))
        await call.say(type="ping", time=NOW, seq=43)
        await call.caught_up(live)
        call.cut()
        call = await stage.call()
        assert await call.heard() == view
        await call.snapshot(view["id"], 50, [])
        await soon(anext(live))
        assert (await soon(anext(live))).snapshot
        call.cut()
        assert (await (await stage.call()).heard())["resume"] == {"epoch": EPOCH, "seq": 50}


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
        view = await (await stage.call()).heard()
    assert (view["bbox"], "resume" in view) == (list(BOX), False)


async def test_an_update_from_another_place_brings_a_new_link_and_a_snapshot(stage: Stage) -> None:
    async with client(stage) as live:
        call, _ = await stage.following(live, device("a", 0))
        await call.update(50, device("a", 9), epoch=OTHER)
        call = await stage.call()
        view = await call.heard()
        assert "resume" not in view
        await call.snapshot(view["id"], 50, [device("b", 0)], OTHER)
        assert (await soon(anext(live))).positions == [live_position("b", 0)]


# What is said on the socket


@pytest.mark.parametrize("encoding", ENCODINGS)
async def test_either_encoding_gives_the_same_changes_and_names_outlive_the_link(encoding: str) -> None:
    async with staged([encoding]) as stage, client(stage) as live:
        call, first = await stage.following(live, device("a", 0), device("b", 0))
        assert call.socket.subprotocol == encoding
        await call.update(42, device("a", 1))
        second = await soon(anext(live))
        call.cut()
        call = await stage.call()
        await call.heard()
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
        await call.snapshot((await call.heard())["id"], 1, [])
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
        assert (await again.heard())["resume"] == {"epoch": EPOCH, "seq": 41}


async def test_who_only_reports_expects_nothing_between_reports(stage: Stage) -> None:
    async with Live(stage.url, random=lambda: 0.0, silence=0.02) as live:
        reporting = asyncio.create_task(live.report([fix("a")]))
        call = await stage.call()
        await call.say(type="receipt", id=(await call.heard())["id"], accepted=1)
        await soon(reporting)
        await asyncio.sleep(0.1)  # five times the silence
        assert live.connected
        reporting = asyncio.create_task(live.report([fix("b")]))
        unanswered = await call.heard()
        call = await stage.call()
        assert (await call.heard())["positions"] == unanswered["positions"]
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
    [(1009, TooLarge, "expected smaller messages .*look at fewer"), (4400, BadRequest, "did not understand .*ten")],
)
async def test_a_close_that_says_not_to_come_back_ends_the_loop_after_what_was_told(
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


# Reports


async def test_a_report_is_answered_by_its_receipt(stage: Stage) -> None:
    async with Live(stage.url) as live:
        reporting = asyncio.create_task(live.report([fix("a"), {"device_id": "b"}]))
        call = await stage.call()
        report = await call.heard()
        assert report["positions"] == [
            {"device_id": "a", "time": NOW, "latitude": 60.0, "longitude": 25.0},
            {"device_id": "b"},
        ]
        await call.say(type="receipt", id="of another", accepted=9)
        rejected = [{"index": 1, "field": "time", "reason": "expected a value"}]
        await call.say(type="receipt", id=report["id"], accepted=1, rejected=rejected)
        receipt = await soon(reporting)
    assert (receipt.accepted, [(one.index, one.field) for one in receipt.rejected]) == (1, [(1, "time")])


async def test_a_report_outlives_the_link_and_is_answered_once(stage: Stage) -> None:
    async with client(stage) as live:
        call, _ = await stage.following(live)
        reporting = [asyncio.create_task(live.report([fix(name)])) for name in "ab"]
        first = [await call.heard(), await call.heard()]
        await call.say(type="receipt", id=first[0]["id"], accepted=1)
        assert (await soon(reporting[0])).accepted == 1
        call.cut()
        call = await stage.call()
        assert (await call.heard())["type"] == "view"
        repeated = await call.heard()
        assert repeated["positions"] == first[1]["positions"]
        for _ in range(2):
            await call.say(type="receipt", id=repeated["id"], accepted=1)
        assert (await soon(reporting[1])).accepted == 1
        await call.caught_up(live)  # nothing else was said before


async def test_a_large_report_goes_in_parts_and_its_receipt_counts_over_all(stage: Stage) -> None:
    many = [Report(device_id="a", time=NOW + n, latitude=60.0, longitude=25.0) for n in range(2000)]
    async with client(stage) as live:
        call, _ = await stage.following(live)
        reporting = asyncio.create_task(live.report(many))
        counts: list[int] = []
        while sum(counts) < 2000:
            report = await call.heard()
            counts.append(len(report["positions"]))
            wrong = [{"index": 0, "field": None, "reason": "no"}]
            await call.say(type="receipt", id=report["id"], accepted=counts[-1] - 1, rejected=wrong)
        receipt = await soon(reporting)
    assert len(counts) > 1
    assert receipt.accepted == 2000 - len(counts)
    assert [one.index for one in receipt.rejected] == [sum(counts[:number]) for number in range(len(counts))]


async def test_what_a_server_cannot_take_now_is_reported_again_after_the_time_it_asks_for(stage: Stage) -> None:
    async with client(stage) as live:
        call, _ = await stage.following(live)
        reporting = asyncio.create_task(live.report([fix("a")]))
        report = await call.heard()
        began = time.monotonic()
        await call.say(type="receipt", id=report["id"], detail="the store is down", retry_ms=50)
        again = await call.heard()
        assert time.monotonic() - began >= 0.05
        assert live.trouble == "the store is down"
        assert again["positions"] == report["positions"]
        await call.say(type="receipt", id=again["id"], accepted=1)
        assert (await soon(reporting)).accepted == 1
        assert live.trouble is None


async def test_a_report_that_a_server_does_not_understand_is_not_repeated(stage: Stage) -> None:
    async with client(stage) as live:
        call, _ = await stage.following(live)
        reporting = asyncio.create_task(live.report([fix("a")]))
        await call.say(type="receipt", id=(await call.heard())["id"], detail="expected a fleet")
        with pytest.raises(BadRequest, match="did not understand the report: expected a fleet"):
            await soon(reporting)


async def test_who_neither_looks_nor_reports_is_not_connected_until_there_is_something_to_say(stage: Stage) -> None:
    tried = False

    def draw() -> float:
        nonlocal tried
        tried = True
        return 0.0

    async with Live(stage.url, random=draw) as live:
        await asyncio.sleep(0.05)  # nothing happens, so there is nothing to wait for
        assert (live.connected, stage.ringing()) == (False, 0)
        reporting = asyncio.create_task(live.report([fix("a")]))
        call = await stage.call()
        await call.say(type="receipt", id=(await call.heard())["id"], accepted=1)
        await soon(reporting)
        await call.close(4401, "neither a view nor a report within 15 s")
        await live.look(devices=["a"])
        assert (await (await stage.call()).heard())["devices"] == ["a"]
        assert (tried, stage.ringing()) == (True, 0)


async def test_who_looks_around_quickly_says_no_more_than_a_server_hears(stage: Stage) -> None:
    async with client(stage) as live:
        call, _ = await stage.following(live)
        for number in range(300):
            await live.look(devices=[str(number)])
            await asyncio.sleep(0)
        heard = [await call.heard()]
        while heard[-1]["devices"] != ["299"]:
            heard.append(await call.heard())
        assert len(heard) <= 100


async def test_a_report_that_nobody_answers_in_time_fails_and_is_not_repeated(stage: Stage) -> None:
    async with client(stage) as live:
        call, _ = await stage.following(live)
        with pytest.raises(Unavailable, match=r"took no report within 0\.05 s .*report again later"):
            await live.report([fix("a")], within=0.05)
        await call.heard()
        call.cut()
        call = await stage.call()
        await call.heard()
        await call.caught_up(live)


async def test_a_report_that_is_not_answered_fails_on_leaving(stage: Stage) -> None:
    async with client(stage) as live:
        reporting = asyncio.create_task(live.report([fix("a")]))
        call = await stage.call()
        await call.heard()
    with pytest.raises(Unavailable, match="closed before the server answered"):
        await soon(reporting)


async def test_a_client_is_used_inside_its_context_and_once(stage: Stage) -> None:
    live = client(stage)
    with pytest.raises(RuntimeError, match="expected `async with"):
        await anext(live)
    with pytest.raises(RuntimeError, match="expected `async with"):
        await live.report([])
    async with live:
        pass
    with pytest.raises(RuntimeError, match="expected a Live that is new"):
        await live.__aenter__()


async def test_a_mistake_of_ours_ends_the_loop_and_is_told(stage: Stage) -> None:
    def draw() -> float:
        raise ZeroDivisionError

    async with client(stage, random=draw) as live:
        call, _ = await stage.following(live)
        call.cut()
        with pytest.raises(ZeroDivisionError):
            await soon(anext(live))


# All of it together

STEPS = st.one_of(
    st.tuples(st.just("move"), st.integers(0, 4)),
    st.tuples(st.just("cut"), st.sampled_from(["before", "after", "during"])),
    st.tuples(st.just("take"), st.just(0)),
    st.tuples(st.just("restart"), st.just(0)),
)


@given(st.lists(STEPS, max_size=25), st.sampled_from(ENCODINGS))
@settings(max_examples=25, deadline=None)
def test_whatever_the_pace_and_wherever_the_link_breaks_the_end_is_what_the_server_has(
    steps: list[tuple[str, Any]], encoding: str
) -> None:
    asyncio.run(_play(steps, encoding))


async def _play(steps: list[tuple[str, Any]], encoding: str) -> None:
    held: dict[str, tuple[int, Device]] = {}  # what the server has, each with its seq
    seen: dict[str, LivePosition] = {}  # what the consumer has
    seq, epoch, clock = 0, 1, 0

    async def answered(call: Call) -> Call:
        view = await call.heard()
        resume = view.get("resume")
        if resume and resume["epoch"] == f"{epoch:016x}":
            since = [one for changed, one in held.values() if changed > resume["seq"]]
            await call.update(seq, *since, view=view["id"], epoch=f"{epoch:016x}")
        else:
            await call.snapshot(view["id"], seq, [one for _, one in held.values()], f"{epoch:016x}")
        return call

    def apply(change: Change) -> None:
        if change.snapshot:
            seen.clear()
        seen.update({one.device_id: one for one in change.positions})

    async with staged([encoding]) as stage, client(stage, waiting=2) as live:
        call = await answered(await stage.call())
        apply(await soon(anext(live)))
        for step, argument in steps:
            if step == "move":
                seq, clock = seq + 1, clock + 1
                moved = device(f"d{argument}", clock)
                held[moved.device_id] = seq, moved
                await call.update(seq, moved, epoch=f"{epoch:016x}")
            elif step == "take" and live.positions != seen:
                apply(await soon(anext(live)))
            elif step == "restart":
                seq, epoch = 0, epoch + 1
                held = {name: (0, one) for name, (_, one) in held.items() if name != "d0"}
                call.cut()
                call = await answered(await stage.call())
            elif step == "cut":
                if argument == "after":
                    await call.caught_up(live)
                call.cut()
                call = await stage.call()
                if argument == "during":  # before the view is answered
                    call.cut()
                    call = await stage.call()
                await answered(call)
        await call.caught_up(live)
        assert {name: one.timestamp for name, one in live.positions.items()} == {
            name: one.position.time for name, (_, one) in held.items()
        }
        while seen != live.positions:
            apply(await soon(anext(live)))
