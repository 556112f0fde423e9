"""Both subprotocols of a real server say the same, and a viewer that comes back receives what changed."""

import asyncio
import re
import signal
import time
from pathlib import Path

import msgspec
import pytest

from herenow.client import Change
from herenow.client import Live as LiveClient
from herenow.wire import binary
from herenow.wire import json as wire
from herenow.wire.json import LivePosition
from tests.support.patience import PATIENCE
from tests.support.positions import FULL
from tests.support.server import Server, running
from tests.support.sockets import WIRES, WORLD, Reporter, Socket, fix, now, open_socket

JSON, BINARY = wire.SUBPROTOCOL, binary.SUBPROTOCOL
both = pytest.mark.parametrize("encoding", WIRES)


@pytest.mark.parametrize(
    ("offered", "taken"),
    [((JSON, BINARY), BINARY), ((BINARY, JSON), BINARY), ((JSON,), JSON), (("mqtt", JSON), JSON), ((), None)],
)
async def test_the_binary_wire_is_taken_where_it_is_offered(
    server: Server, offered: tuple[str, ...], taken: str | None
) -> None:
    async with open_socket(server, *offered) as socket:
        assert socket.connection.subprotocol == taken


@pytest.mark.parametrize("view", [{"bbox": [40, 10, 41, 11]}, {"devices": ["wire-full", "wire-bare", "nobody"]}])
async def test_both_wires_tell_the_same_of_the_same_view(server: Server, view: dict[str, object]) -> None:
    full = fix("wire-full", 40.5, 10.5, **FULL, attributes={"name": "Büs ✓", "kind": "bus"})
    async with (
        Reporter(server) as reporter,
        open_socket(server, JSON) as one,
        open_socket(server, BINARY) as other,
    ):
        await reporter.tell(full, fix("wire-bare", 40.25, 10.125))
        answers = [await socket.look(columns=[*binary.REQUESTED, "yet to come"], **view) for socket in (one, other)]
        decoded = [sorted(map(to_seconds, answer.positions), key=by_device) for answer in answers]
        assert decoded[0] == decoded[1]
        assert decoded[0][0].stale_at
        assert [at.device_id for at in decoded[0]] == ["wire-bare", "wire-full"]
        assert decoded[0][1].name == "Büs ✓"
        assert {name: getattr(decoded[0][1], name) for name in FULL} == FULL
        moved = fix("wire-full", 40.51, 10.5, **FULL, attributes={"name": "Bus", "kind": "bus"})
        await reporter.send(moved)
        time = int(str(moved["time"]))
        after = [to_seconds(await socket.until_at("wire-full", time)) for socket in (one, other)]
        assert after[0] == after[1]
        assert (after[0].longitude, after[0].name) == (40.51, "Bus")


def by_device(at: LivePosition) -> str:
    return at.device_id


def to_seconds(at: LivePosition) -> LivePosition:
    """As the binary wire tells when a device becomes stale."""
    assert at.stale_at is not None
    return msgspec.structs.replace(at, stale_at=-(-at.stale_at // 1000) * 1000)


async def test_a_viewer_that_names_no_columns_is_sent_those_that_every_viewer_knows(server: Server) -> None:
    async with Reporter(server) as reporter, open_socket(server, BINARY) as older, open_socket(server, BINARY) as newer:
        await reporter.tell(fix("wire-old", 41.5, 10.5))
        (position,) = (await older.look(bbox=[41, 10, 42, 11])).positions
        assert (position.device_id, position.stale_at) == ("wire-old", None)
        (position,) = (await newer.look(bbox=[41, 10, 42, 11], columns=["stale_at"])).positions
        assert position.stale_at
        assert (await older.look(devices=["wire-old"])).positions[0].stale_at is None


@both
async def test_a_report_that_moves_nothing_shows_that_the_device_reported(server: Server, encoding: str) -> None:
    async with Reporter(server) as reporter, open_socket(server, encoding) as socket:
        still = fix("wire-still", 47.5, 10.5)
        await reporter.tell(still)
        (before,) = (await socket.look(bbox=[47, 10, 48, 11], columns=["stale_at"])).positions
        await asyncio.sleep(1.1)  # stale_at is sent in seconds
        await reporter.send(still)
        position = await socket.until_at("wire-still", before.timestamp)
        assert before.stale_at
        assert position.stale_at
        assert position.stale_at > before.stale_at
        assert to_seconds(position) == msgspec.structs.replace(before, stale_at=to_seconds(position).stale_at)


@both
async def test_an_answer_carries_the_id_of_its_view_and_an_update_carries_none(server: Server, encoding: str) -> None:
    async with Reporter(server) as reporter, open_socket(server, encoding) as socket:
        await reporter.tell(fix("answer", 42.5, 10.5))
        assert (await socket.look(id=4_294_967_295, bbox=[42, 10, 43, 11])).view == 4_294_967_295
        assert (await socket.look(id=7, devices=["answer"])).view == 7
        await reporter.send(fix("answer", 42.6, 10.5))
        update = await socket.positions()
        assert (update.type, update.view) == ("update", 0)
        assert (await socket.look(bbox=[42, 10, 43, 11])).view == 0


@both
@pytest.mark.parametrize(
    "view", [{"bbox": [44, 10, 45, 11], "zoom": 9}, {"bbox": [44, 10, 45, 11]}, {"devices": ["stays", "goes", "moves"]}]
)
async def test_who_comes_back_is_answered_by_what_changed_meanwhile(
    server: Server, encoding: str, view: dict[str, object]
) -> None:
    async with Reporter(server) as reporter:
        await reporter.tell(fix("stays", 44.5, 10.5), fix("goes", 44.5, 10.6), fix("moves", 44.5, 10.7))
        async with open_socket(server, encoding) as socket:
            before = await socket.look(id=1, **view)
            assert before.ids == {"stays", "goes", "moves"}
        await reporter.tell(fix("goes", 60.5, 10.6), fix("moves", 44.5, 10.8), fix("comes-elsewhere", 60.5, 10.8))
        async with open_socket(server, encoding) as again:
            again.names = socket.names
            answer = await again.look(id=2, **view, resume=before.token)
        assert (answer.type, answer.view, answer.epoch) == ("update", 2, before.epoch)
        assert {at.device_id: at.longitude for at in answer.positions} == {"goes": 60.5, "moves": 44.5}
        assert answer.seq > before.seq
        async with open_socket(server, encoding) as third:
            third.names = again.names
            # As languages write it whose only number is a float.
            answer = await third.look(id=3.0, **view, resume=answer.token | {"seq": float(answer.seq)})
        assert (answer.type, answer.view, answer.positions) == ("update", 3, [])


async def test_a_device_that_is_new_since_comes_with_its_name_on_the_binary_wire(server: Server) -> None:
    async with Reporter(server) as reporter:
        async with open_socket(server, BINARY) as socket:
            before = await socket.look(bbox=[46, 10, 47, 11])
        await reporter.tell(fix("new-since", 46.5, 10.5, attributes={"name": "New"}))
        async with open_socket(server, BINARY) as again:
            answer = await again.look(bbox=[46, 10, 47, 11], resume=before.token)
        assert [(at.device_id, at.name) for at in answer.positions] == [("new-since", "New")]


@both
@pytest.mark.parametrize("offer", [{"epoch": "0" * 16}, {"epoch": "one"}, {"seq": 10**12}, {"seq": 0}, {"seq": -1}])
@pytest.mark.parametrize("view", [{"bbox": [48, 10, 49, 11]}, {"devices": ["afresh"]}])
async def test_who_offers_what_the_server_does_not_know_starts_afresh(
    server: Server, encoding: str, offer: dict[str, object], view: dict[str, object]
) -> None:
    async with Reporter(server) as reporter, open_socket(server, encoding) as socket:
        await reporter.tell(fix("afresh", 48.5, 10.5))
        before = await socket.look(**view)
        answer = await socket.look(id=9, **view, resume=before.token | offer)
        assert (answer.type, answer.view, answer.ids) == ("snapshot", 9, {"afresh"})


async def test_the_seq_of_a_ping_may_be_offered_instead(tmp_path: Path) -> None:
    constants = {"herenow.api.live.websocket.BEAT": 0.05, "herenow.api.live.websocket.PING_MESSAGE_EVERY": 2}
    with running(tmp_path / "positions.db", constants=constants) as server:
        async with Reporter(server) as reporter, open_socket(server, BINARY) as socket:
            await reporter.tell(fix("here", 10.5, 10.5))
            before = await socket.look(bbox=[10, 10, 11, 11])
            await reporter.tell(fix("elsewhere", 60.5, 10.5))
            ping = await socket.other("ping")
            while ping["seq"] == before.seq:
                ping = await socket.other("ping")
            answer = await socket.look(bbox=[10, 10, 11, 11], resume={"epoch": before.epoch, "seq": ping["seq"]})
            assert (answer.type, answer.positions) == ("update", [])


@both
async def test_a_viewer_of_a_device_receives_every_position_of_a_batch_in_order(server: Server, encoding: str) -> None:
    start = now()
    batch = [fix("every", 50 + step / 10, 10.5, start + step) for step in range(20)]
    beside = [fix("every-other", 50 + step / 10, 10.5, start + step) for step in range(20)]
    async with Reporter(server) as reporter, open_socket(server, encoding) as socket:
        await reporter.tell(fix("every", 50.0, 10.5, start - 1))
        await socket.look(devices=["every"])
        await reporter.send(*[at for pair in zip(batch, beside, strict=True) for at in pair])
        received: list[LivePosition] = []
        while len(received) < len(batch):
            received += (await socket.positions()).positions
        assert [(at.device_id, at.timestamp - start) for at in received] == [("every", step) for step in range(20)]
        assert [at.longitude for at in received] == [at["longitude"] for at in batch]


@both
async def test_what_cannot_be_seen_is_sent_after_what_can(server: Server, encoding: str) -> None:
    pixel = 360 / 256 / 2**9
    async with Reporter(server) as reporter, open_socket(server, encoding) as socket:
        names = {"small": f"small-{encoding}", "large": f"large-{encoding}"}
        await reporter.tell(*[fix(name, 52.5, 10.5, speed=9.0) for name in names.values()])
        await socket.look(bbox=[52, 10, 53, 11], zoom=8)
        small = fix(names["small"], 52.5 + pixel / 2, 10.5, speed=9.0)
        large = fix(names["large"], 52.5 + 2 * pixel, 10.5, speed=9.0)
        await reporter.tell(small)
        await reporter.tell(large)
        assert [(at.device_id, at.timestamp) for at in await next_of(socket)] == [(names["large"], large["time"])]
        assert [(at.device_id, at.timestamp) for at in await next_of(socket)] == [(names["small"], small["time"])]


async def next_of(socket: Socket) -> list[LivePosition]:
    return (await socket.positions()).positions


@both
async def test_a_device_that_stops_is_sent_at_once_though_it_moved_by_less_than_a_pixel(
    server: Server, encoding: str
) -> None:
    name = f"stops-{encoding}"
    async with Reporter(server) as reporter, open_socket(server, encoding) as socket:
        await reporter.tell(fix(name, 54.5, 10.5, speed=9.0))
        await socket.look(bbox=[54, 10, 55, 11], zoom=8)
        await reporter.tell(fix(name, 54.5, 10.5, speed=8.0))
        await reporter.send(fix(name, 54.5, 10.5, speed=0.0))
        assert [at.status for at in await next_of(socket)] == ["stopped"]


async def test_every_viewer_learns_when_to_come_back_after_a_stop(tmp_path: Path) -> None:
    with running(tmp_path / "positions.db") as server:
        offers = [*[(name,) for name in WIRES * 5], ()]
        viewers = [open_socket(server, *offer) for offer in offers]
        sockets = [await viewer.__aenter__() for viewer in viewers]
        for socket in sockets[:8]:
            await socket.look(bbox=WORLD)
        async with Reporter(server) as reporter:
            await reporter.until_viewers(len(sockets))
        stopping = asyncio.create_task(asyncio.to_thread(server.stop, signal.SIGTERM))
        ends = await asyncio.gather(*[socket.closed() for socket in sockets])
        assert await stopping == 0
        for viewer in viewers:
            await viewer.__aexit__(None, None, None)
    assert {code for code, _ in ends} == {1012}
    waits = [re.fullmatch(r"the server is stopping; retry_ms=(\d+)", reason) for _, reason in ends]
    assert all(waits)
    assert len({found[1] for found in waits if found}) > 1
    assert all(int(found[1]) < 60_000 for found in waits if found)


async def test_the_python_client_follows_looks_reports_and_outlives_the_server(tmp_path: Path) -> None:
    store = tmp_path / "positions.db"
    with running(store) as server:
        port = server.url.rpartition(":")[2]
        live = await LiveClient(server.url, box=(10, 10, 11, 11), zoom=10).__aenter__()
        assert (await following(live)).snapshot
        receipt = await live.report([fix("mine", 10.5, 10.5), fix("nowhere", 10.5, 95.0)])
        assert (receipt.accepted, [at.index for at in receipt.rejected]) == (1, [1])
        assert [at.device_id for at in (await following(live)).positions] == ["mine"]
        await until_counted(live, 1)
        await live.look(devices=["yours"])
        assert (await following(live)).snapshot
        assert live.positions == {}
        await live.report([fix("yours", 60.5, 10.5)])
        assert [at.longitude for at in (await following(live)).positions] == [60.5]
        server.stop(signal.SIGKILL)
    reporting = asyncio.create_task(live.report([fix("yours", 61.5, 10.5)]))
    with running(store, "--port", port) as again:
        assert (await asyncio.wait_for(reporting, PATIENCE)).accepted == 1
        change = await following(live)
        assert change.snapshot, "another epoch begins anew"
        while live.positions["yours"].longitude != 61.5:
            await following(live)
        assert live.trouble is None
        async with Reporter(again) as reporter:
            assert len(await reporter.track("yours")) == 2
        await live.close()


async def until_counted(live: LiveClient, devices: int) -> None:
    end = time.monotonic() + PATIENCE
    while live.stats is None or live.stats["devices"] != devices:
        assert time.monotonic() < end, live.stats
        await asyncio.sleep(0.02)


async def following(live: LiveClient) -> Change:
    return await asyncio.wait_for(anext(live), PATIENCE)


async def test_a_device_that_leaves_under_another_name_is_sent_with_it(server: Server) -> None:
    async with Reporter(server) as reporter, open_socket(server, WIRES[1]) as socket:
        await reporter.tell(fix("renamed", 90.5, 10.5, attributes={"name": "before"}))
        await socket.look(bbox=[90, 10, 91, 11])
        await reporter.send(fix("renamed", 60.5, 10.5, attributes={"name": "after"}))
        (position,) = (await socket.positions()).positions
        assert (position.longitude, position.name) == (60.5, "after")
