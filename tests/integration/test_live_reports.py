"""Devices that report over the live socket of a real server."""

import resource
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.support.server import Server, running
from tests.support.sockets import WIRES, WORLD, Message, Reporter, Socket, fix, now, open_socket

both = pytest.mark.parametrize("encoding", WIRES)


async def reported(socket: Socket, number: object, *positions: object) -> dict[str, Any]:
    """The receipt."""
    await socket.say(type="report", id=number, positions=positions)
    return await socket.other("receipt")


@both
async def test_a_report_is_answered_by_a_receipt_and_is_there(server: Server, encoding: str) -> None:
    name, start = f"reports-{encoding}", now() - 1000
    async with open_socket(server, encoding) as socket, Reporter(server) as reporter:
        positions = [fix(name, 30.5, 10.5, start + step) for step in range(3)]
        assert await reported(socket, 3, *positions) == {"type": "receipt", "id": 3, "accepted": 3, "rejected": []}
        assert await reporter.track(name) == [start, start + 1, start + 2]


async def test_a_socket_that_reports_may_look_as_well_and_sees_itself(server: Server) -> None:
    async with open_socket(server, *WIRES) as socket:
        assert (await socket.look(bbox=[31, 10, 32, 11])).positions == []
        mine = fix("sees-itself", 31.5, 10.5)
        await socket.say(type="report", id="first", positions=[mine])
        received: set[str] = set()
        while received < {"receipt", "update"}:
            message = await socket.hear()
            received.add(message.type if isinstance(message, Message) else message["type"])


async def test_what_is_rejected_is_named_by_its_index_and_the_rest_is_accepted(server: Server) -> None:
    async with open_socket(server, WIRES[0]) as socket, Reporter(server) as reporter:
        good, start = "mostly-good", now() - 1000
        receipt = await reported(
            socket,
            "mixed",
            fix(good, 32.5, 10.5, start),
            fix(good, 32.5, 91.0, start + 1),
            "no position",
            fix(good, 32.5, 10.5, start + 3),
            fix(good, 32.5, 10.5, start + 4, altitud=3),
        )
        assert receipt["accepted"] == 2
        assert [(at["index"], at["field"]) for at in receipt["rejected"]] == [
            (1, "latitude"),
            (2, None),
            (4, "altitud"),
        ]
        assert all(at["reason"] for at in receipt["rejected"])
        assert await reporter.track(good) == [start, start + 3]


@both
async def test_a_number_that_json_does_not_know_costs_its_own_position_only(server: Server, encoding: str) -> None:
    name, start = f"not-a-number-{encoding}", now() - 1000
    async with open_socket(server, encoding) as socket, Reporter(server) as reporter:
        wrong = fix(name, 32.5, 10.5, start + 1, speed=float("nan"))
        for _ in range(11):  # one more than the messages that may be misunderstood
            receipt = await reported(socket, 9, fix(name, 32.5, 10.5, start), wrong)
            assert (receipt["id"], receipt["accepted"]) == (9, 1)
            assert [(at["index"], at["field"]) for at in receipt["rejected"]] == [(1, "speed")]
        assert await reporter.track(name) == [start]


async def test_the_same_report_twice_is_one_position_in_history(server: Server) -> None:
    twice = fix("twice", 33.5, 10.5)
    async with open_socket(server, WIRES[0]) as socket, Reporter(server) as reporter:
        for number in ("first", "again"):
            assert (await reported(socket, number, twice, twice))["accepted"] == 2
        async with open_socket(server, WIRES[1]) as another:
            assert (await reported(another, "elsewhere", twice))["accepted"] == 1
        assert await reporter.track("twice") == [twice["time"]]


async def test_what_a_receipt_promised_survives_kill_9_right_after_it(tmp_path: Path) -> None:
    store = tmp_path / "positions.db"
    promised: set[object] = set()
    for life in range(3):
        with running(store) as server:
            async with open_socket(server, WIRES[1]) as socket:
                positions = [
                    fix("promised", 34.5, 10.5, now() + step, attributes={"life": life}) for step in range(100)
                ]
                assert (await reported(socket, life, *positions))["accepted"] == 100
                server.stop(signal.SIGKILL)
        promised |= {at["time"] for at in positions}
    with running(store) as server:
        async with Reporter(server) as reporter:
            assert set(await reporter.track("promised")) == promised


@pytest.mark.parametrize(
    ("message", "says"),
    [
        ('{"type":"report","positions":[]}', "id"),
        ('{"type":"report","id":1.5,"positions":[]}', "id"),
        ('{"type":"report","id":"' + "x" * 129 + '","positions":[]}', "id"),
        ('{"type":"report","id":1}', "positions"),
        ('{"type":"report","id":1,"positions":[{]}', "expected"),
        ('{"type":"report","id":1,"positions":[', "expected"),
        ('{"type":"report","id":1,"positions":' + "[" * 5000, "expected"),
    ],
)
async def test_a_report_of_the_wrong_shape_is_explained_and_closes_nothing(
    server: Server, message: str, says: str
) -> None:
    async with open_socket(server, WIRES[0]) as socket:
        await socket.connection.send(message)
        assert says in (await socket.other("error"))["detail"]
        assert (await reported(socket, 2, fix("explained", 35.5, 10.5)))["accepted"] == 1


@pytest.mark.parametrize(
    "positions", ['"hello"', "5", "null", "true", "[[1,2]]", "[null]", "{}", '{"device_id":3}', "[1e999]"]
)
async def test_positions_that_are_gibberish_get_a_receipt_with_a_reason(server: Server, positions: str) -> None:
    async with open_socket(server, WIRES[0]) as socket:
        await socket.connection.send(f'{{"type":"report","id":"gibberish","positions":{positions}}}')
        receipt = await socket.other("receipt")
        assert (receipt["id"], receipt["accepted"]) == ("gibberish", 0)
        assert [at["index"] for at in receipt["rejected"]] == [0]
        assert receipt["rejected"][0]["reason"]


async def test_too_many_positions_in_one_report_get_a_receipt_with_a_reason(server: Server) -> None:
    async with open_socket(server, WIRES[0]) as socket:
        receipt = await reported(socket, 1, *[0] * 10_001)
        assert receipt["accepted"] == 0
        assert "at most 1000 positions" in receipt["rejected"][0]["reason"].replace(",", "")


async def test_an_empty_report_gets_a_receipt_of_nothing(server: Server) -> None:
    async with open_socket(server, WIRES[0]) as socket:
        receipt = await reported(socket, 0)
        assert (receipt["id"], receipt["accepted"]) == (0, 0)


@both
async def test_many_reports_at_once_are_answered_in_order(server: Server, encoding: str) -> None:
    name, start = f"in-order-{encoding}", now() - 10_000
    async with open_socket(server, encoding) as socket, Reporter(server) as reporter:
        for number in range(80):
            await socket.say(type="report", id=number, positions=[fix(name, 36.5, 10.5, start + number)])
        assert [(await socket.other("receipt"))["id"] for _ in range(80)] == list(range(80))
        assert await reporter.track(name) == [start + number for number in range(80)]


async def test_a_device_that_reports_while_the_disk_is_full_learns_to_report_again(tmp_path: Path) -> None:
    def no_file_over_two_megabytes() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))

    with running(tmp_path / "positions.db", before_exec=no_file_over_two_megabytes) as server:
        start = now() - 10_000_000
        async with Reporter(server) as reporter:
            for batch in range(0, 200_000, 1000):
                rows = [fix("filler", 37.5, 10.5, start + batch + n, attributes={"n": n}) for n in range(1000)]
                if (await reporter.post(*rows)).status_code != 200:
                    break
        async with open_socket(server, WIRES[0]) as socket:
            large = [fix("late", 37.5, 10.5, start + n, attributes={"n": "x" * 500}) for n in range(80)]
            receipt = await reported(socket, "late", *large)
            assert receipt.keys() == {"type", "id", "detail", "retry_ms"}
            assert receipt["id"] == "late"
            assert "disk" in receipt["detail"]
            assert receipt["retry_ms"] > 0
            assert (await socket.look(bbox=WORLD)).ids == {"filler"}, "who looks is served all the same"
        async with Reporter(server) as reporter:
            assert await reporter.track("late") == []
        assert "Traceback" not in server.output()


async def test_a_device_that_only_reports_receives_nothing_else_and_is_not_closed_for_silence(tmp_path: Path) -> None:
    constants = {"herenow.api.live.session.FIRST_WORD_WITHIN": 5.0, "herenow.api.live.websocket.BEAT": 0.02}
    with running(tmp_path / "positions.db", constants=constants) as server:
        async with open_socket(server, WIRES[0]) as socket:
            assert (await reported(socket, 1, fix("only", 38.5, 10.5)))["accepted"] == 1
            async with open_socket(server, WIRES[0]) as silent:
                assert (await silent.closed())[0] == 4401  # by now the first one could have been, too
            await socket.say(type="report", id=2, positions=[fix("only", 38.6, 10.5)])
            received = await socket.hear()
            assert not isinstance(received, Message)
            assert (received["type"], received["id"]) == ("receipt", 2), "no stats, no pings, no positions"
