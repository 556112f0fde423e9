"""What the live client keeps between a socket and a program: changes that wait, views, waits and reports."""

import json
from typing import Any

import msgspec
import pytest

from herenow.client.back_off import BURST, BackOff, ConnectionLost, Pace
from herenow.client.change import Change, ChangeQueue
from herenow.client.connection import address
from herenow.client.report_queue import MAX_MESSAGE, ReportQueue, report_batches
from herenow.client.views import view_of
from herenow.errors import BadRequest, SettingsError, TooLarge
from herenow.model.report import MAX_BATCH, Report
from tests.support.live_client import HERE, THERE, at
from tests.support.positions import NOW

# The queue


def test_changes_wait_in_order() -> None:
    waiting = ChangeQueue(2)
    changes = [Change([at("a", step)], snapshot=False, time=step) for step in range(2)]
    for change in changes:
        waiting.put(change)
    assert [waiting.take(), waiting.take(), waiting.take()] == [*changes, None]


def test_at_the_bound_all_that_waits_becomes_one_change() -> None:
    waiting = ChangeQueue(2)
    for step in range(3):
        waiting.put(Change([at("a", step), at(f"b{step}", 0)], snapshot=False, time=step))
    assert len(waiting) == 1
    assert waiting.take() == Change(
        [at("a", 2), at("b0", 0), at("b1", 0), at("b2", 0)], snapshot=False, time=2
    )  # fmt: skip


def test_a_snapshot_among_what_becomes_one_makes_a_snapshot_of_it() -> None:
    waiting = ChangeQueue(2)
    waiting.put(Change([at("a", 9), at("gone", 9)], snapshot=False, time=1))
    waiting.put(Change([at("a", 1)], snapshot=True, time=2))
    waiting.put(Change([at("b", 1)], snapshot=False, time=3))
    assert waiting.take() == Change([at("a", 1), at("b", 1)], snapshot=True, time=3)


# Views


def test_a_view_is_a_box_or_devices() -> None:
    assert view_of((-98, 30.1, -97.4, 30.6), None, 10) == HERE
    assert view_of(HERE.box, None, 10) == HERE
    assert view_of(None, ["b", "a", "b"], None) == THERE


@pytest.mark.parametrize(
    ("box", "devices", "zoom", "expected"),
    [
        (None, None, None, "either a box or devices"),
        ((0, 0, 1, 1), ["a"], None, "either a box or devices"),
        ((0, 1, 1, 0), None, None, "south ≤ north"),
        ((0, 0, 1), None, None, "four numbers"),
        ((0, 0, 1, 1), None, 31, "zoom from 0 to 30, got 31"),
        (None, "bus-1", None, r"write \['bus-1'\]"),
        (None, map(str, range(101)), None, "at most 100 devices, got 101"),
    ],
)
def test_what_is_no_view_is_refused_before_it_is_sent(box: Any, devices: Any, zoom: Any, expected: str) -> None:
    with pytest.raises(BadRequest, match=expected):
        view_of(box, devices, zoom)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:8000", "ws://127.0.0.1:8000/ws/locations"),
        ("https://example.org/fleet/", "wss://example.org/fleet/ws/locations"),
        ("ws://[::1]:8000", "ws://[::1]:8000/ws/locations"),
    ],
)
def test_the_address_of_a_server_is_that_of_its_live_wire(url: str, expected: str) -> None:
    assert address(url) == expected


@pytest.mark.parametrize("url", ["127.0.0.1:8000", "ftp://example.org", "http://", "http://x:port", "http://[::1"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="expected the address of a server"):
        address(url)


# Waits


def test_the_ceiling_of_the_wait_doubles_from_half_a_second_to_fifteen() -> None:
    waits = BackOff(lambda: 1.0)
    assert [waits.after(ConnectionLost("gone"), 0) for _ in range(8)] == [0.5, 1, 2, 4, 8, 15, 15, 15]


def test_a_wait_is_drawn_from_nothing_to_the_ceiling() -> None:
    draws = iter([0.0, 0.5, 0.25])
    waits = BackOff(lambda: next(draws))
    assert [waits.after(ConnectionLost("gone"), 0) for _ in range(3)] == [0, 0.5, 0.5]


def test_a_link_that_lasted_begins_the_waits_anew_and_a_short_one_does_not() -> None:
    waits = BackOff(lambda: 1.0)
    assert [waits.after(ConnectionLost("gone"), lasted) for lasted in (0, 1, 1, 6, 1)] == [0.5, 1, 2, 0.5, 1]


def test_the_wait_a_server_asks_for_decides_up_to_a_minute() -> None:
    waits = BackOff(lambda: 1.0)
    assert waits.after(ConnectionLost("later", wait=2.345, ceiling=5), 0) == 2.345
    assert waits.after(ConnectionLost("much later", wait=3600), 0) == 60


def test_viewers_of_a_server_that_stops_come_back_over_some_time() -> None:
    assert BackOff(lambda: 0.5).after(ConnectionLost("stopping", ceiling=5), 0) == 2.5


def test_a_burst_may_be_sent_at_once_and_more_in_time() -> None:
    pace = Pace(0.0)
    assert [pace.wait(0.0) for _ in range(BURST)] == [0.0] * BURST
    assert 0 < pace.wait(0.0) < 0.1
    assert pace.wait(1.0) == 0.0
    sent = [moment for moment in range(BURST) if pace.wait(2.0 + moment * 0.06) == 0.0]
    assert len(sent) == BURST


# Reports


def reports(count: int, note: str = "") -> list[Report]:
    return [
        Report(device_id="a", time=NOW + number, latitude=60.0, longitude=25.0, attributes={"note": note})
        for number in range(count)
    ]


@pytest.mark.parametrize(("count", "note"), [(0, ""), (1, ""), (3000, ""), (40, "x" * 4000)])
def test_reports_are_cut_to_what_a_message_may_hold(count: int, note: str) -> None:
    cut = list(report_batches(reports(count, note)))
    rows = [msgspec.json.decode(batch.positions) for batch in cut]
    assert all(len(batch.positions) < MAX_MESSAGE + 2 for batch in cut)
    assert [batch.start for batch in cut] == [sum(map(len, rows[:number])) for number in range(len(cut))]
    assert [row["time"] for batch in rows for row in batch] == [NOW + number for number in range(count)]


def test_a_message_holds_no_more_positions_than_a_server_takes() -> None:
    batches = report_batches([{}] * (MAX_BATCH + 1))
    assert [len(msgspec.json.decode(batch.positions)) for batch in batches] == [MAX_BATCH, 1]


def test_a_position_that_no_message_can_hold_is_refused() -> None:
    with pytest.raises(TooLarge, match="in number 1"):
        list(report_batches([{"device_id": "a"}, {"device_id": "x" * 70_000}]))


def test_each_part_is_sent_once_a_link_until_it_is_answered() -> None:
    outbox = ReportQueue()
    first, second = (outbox.add(batch) for batch in report_batches(reports(20, "x" * 4000)))
    assert [_number(outbox.say()), _number(outbox.say()), outbox.say()] == [first, second, None]
    outbox.drop(first)
    outbox.linked()
    assert [_number(outbox.say()), outbox.say()] == [second, None]
    outbox.drop(second)
    outbox.linked()
    assert outbox.say() is None


def _number(text: str | None) -> object:
    assert text is not None
    message = json.loads(text)
    assert message["type"] == "report"
    return message["id"]
