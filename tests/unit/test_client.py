"""What the live client keeps, says and makes of frames, without a socket."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from herenow.client.change import Change, Waiting
from herenow.client.link import address
from herenow.client.looking import view_of
from herenow.client.messages import Answer
from herenow.client.reports import MAX_MESSAGE, Outbox, parts
from herenow.client.viewer import Astray, Had, Viewer
from herenow.client.waits import BURST, Lost, Pace, Waits
from herenow.errors import BadRequest, SettingsError, TooLarge
from herenow.model.device import first_seen
from herenow.model.geo import Box
from herenow.model.report import MAX_BATCH, Report
from herenow.model.view import View
from herenow.wire import binary
from herenow.wire.json import Live
from tests.positions import NOW, position

GOLDEN = Path(__file__).parent.parent / "golden"
EPOCH, OTHER = "9f2c00ffab120077", "0000000000000001"
HERE = View(Box(-98.0, 30.1, -97.4, 30.6), zoom=10)
THERE = View(devices=frozenset({"a", "b"}))


def at(device_id: str, step: int, latitude: float = 60.0) -> Live:
    return Live(device_id, NOW + step, latitude, 25.0, "moving")


def told(kind: str, seq: int, *positions: Live, view: int = 0, epoch: str = EPOCH) -> str:
    message = {"type": kind, "view": view, "epoch": epoch, "seq": seq, "time": NOW, "positions": positions}
    return msgspec.json.encode(message).decode()


def ping(seq: int) -> str:
    return json.dumps({"type": "ping", "time": NOW, "seq": seq})


def said(viewer: Viewer) -> dict[str, Any]:
    """What the viewer says of its view; it must have something to say."""
    text = viewer.say()
    assert text is not None
    message: dict[str, Any] = json.loads(text)
    return message


def linked(view: View = HERE) -> Viewer:
    """A viewer on its first link, that has said its view."""
    viewer = Viewer()
    viewer.look(view)
    viewer.linked(binary.SUBPROTOCOL)
    said(viewer)
    return viewer


def following() -> Viewer:
    """One that was answered, at (EPOCH, 41)."""
    viewer = linked()
    viewer.take(told("snapshot", 41, at("a", 0), view=1))
    return viewer


def again(viewer: Viewer) -> dict[str, Any]:
    """What it says on a new link."""
    viewer.linked(binary.SUBPROTOCOL)
    return said(viewer)


def changed(viewer: Viewer, frame: str | bytes) -> Change:
    change = viewer.take(frame)
    assert isinstance(change, Change)
    return change


# What it says


def test_a_view_is_said_once_a_link_and_after_each_look() -> None:
    viewer = Viewer()
    viewer.linked(binary.SUBPROTOCOL)
    assert viewer.say() is None
    viewer.look(HERE)
    viewer.look(THERE)
    assert said(viewer) == {"type": "view", "id": 2, "devices": ["a", "b"]}
    assert viewer.say() is None
    assert again(viewer)["id"] == 2


def test_a_box_is_said_with_its_zoom() -> None:
    viewer = Viewer()
    viewer.look(HERE)
    assert said(viewer) == {"type": "view", "id": 1, "bbox": [-98.0, 30.1, -97.4, 30.6], "zoom": 10}


def test_a_place_is_offered_to_the_next_link() -> None:
    assert again(following())["resume"] == {"epoch": EPOCH, "seq": 41}


def test_a_place_is_one_value_with_its_epoch_and_its_view() -> None:
    viewer = following()
    assert viewer.had == Had(HERE, EPOCH, 41)
    again(viewer)
    viewer.take(told("snapshot", 3, view=1, epoch=OTHER))
    assert viewer.had == Had(HERE, OTHER, 3)
    assert again(viewer)["resume"] == {"epoch": OTHER, "seq": 3}


@pytest.mark.parametrize("frame", [told("update", 44, at("a", 1)), told("update", 44), ping(44)])
def test_each_later_update_and_ping_advances_the_place(frame: str) -> None:
    viewer = following()
    viewer.take(frame)
    assert viewer.had == Had(HERE, EPOCH, 44)


def test_a_place_never_goes_back_within_an_epoch() -> None:
    viewer = following()
    viewer.take(ping(7))
    viewer.take(told("update", 8))
    assert viewer.had == Had(HERE, EPOCH, 41)


@pytest.mark.parametrize("frame", [told("update", 44, at("a", 1)), told("snapshot", 44, at("a", 1), view=1), ping(44)])
def test_what_arrives_before_the_answer_to_the_latest_view_makes_no_place(frame: str) -> None:
    viewer = following()
    viewer.look(THERE)
    viewer.take(frame)
    said(viewer)
    viewer.take(frame)
    assert viewer.had is None
    assert "resume" not in again(viewer)


def test_a_place_holds_while_the_next_link_has_not_answered() -> None:
    viewer = following()
    again(viewer)
    viewer.take(ping(60))
    viewer.take(told("update", 61, at("a", 5)))
    assert again(viewer)["resume"] == {"epoch": EPOCH, "seq": 41}


def test_an_answer_to_the_view_before_makes_no_place_for_the_next() -> None:
    viewer = following()
    viewer.look(THERE)
    viewer.take(told("snapshot", 44, at("a", 1), view=1))
    assert viewer.had is None
    assert "resume" not in again(viewer)


def test_an_answer_before_this_link_was_told_the_view_is_passed_over() -> None:
    viewer = following()
    viewer.linked(binary.SUBPROTOCOL)
    assert viewer.take(told("update", 60, at("a", 1), view=1)) is None
    assert said(viewer)["resume"] == {"epoch": EPOCH, "seq": 41}


def test_a_look_without_a_link_means_no_resume() -> None:
    viewer = following()
    viewer.look(THERE)
    viewer.look(HERE)
    viewer.linked(binary.SUBPROTOCOL)
    assert "resume" not in said(viewer)


def test_a_place_is_not_offered_where_the_encoding_is_another() -> None:
    viewer = following()
    viewer.linked("herenow.json.v1")
    assert "resume" not in said(viewer)


# What it makes of frames


def test_an_update_answers_what_was_offered_and_everything_else_stays() -> None:
    viewer = following()
    again(viewer)
    change = changed(viewer, told("update", 50, at("b", 1), view=1))
    assert (change.snapshot, change.positions) == (False, [at("b", 1)])
    assert viewer.positions == {"a": at("a", 0), "b": at("b", 1)}
    assert viewer.had == Had(HERE, EPOCH, 50)


def test_a_snapshot_replaces_even_newer_positions() -> None:
    viewer = following()
    change = changed(viewer, told("snapshot", 2, at("a", -5), at("c", 0), view=1, epoch=OTHER))
    assert change.snapshot
    assert viewer.positions == {"a": at("a", -5), "c": at("c", 0)}


def test_a_snapshot_for_who_fell_too_far_behind_answers_no_view_and_the_place_goes_on_from_it() -> None:
    viewer = following()
    assert changed(viewer, told("snapshot", 90, at("b", 0))).snapshot
    assert viewer.had == Had(HERE, EPOCH, 90)
    viewer.take(told("update", 91, at("b", 1)))
    assert again(viewer)["resume"] == {"epoch": EPOCH, "seq": 91}
    viewer.take(told("snapshot", 95, at("c", 0)))
    assert viewer.had is None  # this link has not answered yet


def test_an_update_never_takes_a_device_back_in_time() -> None:
    viewer = following()
    assert viewer.take(told("update", 42, at("a", -1))) is None
    change = changed(viewer, told("update", 43, at("a", 1), at("a", 0), at("a", 2)))
    assert change.positions == [at("a", 1), at("a", 2)]
    assert viewer.positions == {"a": at("a", 2)}


def test_what_is_told_twice_is_delivered_once() -> None:
    viewer = following()
    changed(viewer, told("update", 42, at("b", 1)))
    again(viewer)
    assert viewer.take(told("update", 42, at("a", 0), at("b", 1), view=1)) is None


def test_another_status_of_the_same_fix_is_told() -> None:
    viewer = following()
    still = msgspec.structs.replace(at("a", 0), status="idle")
    assert changed(viewer, told("update", 42, still)).positions == [still]


def test_updates_of_the_view_before_are_merged_until_the_new_one_is_answered() -> None:
    viewer = following()
    viewer.look(THERE)
    assert changed(viewer, told("update", 42, at("a", 1))).positions == [at("a", 1)]
    said(viewer)
    assert changed(viewer, told("snapshot", 43, at("b", 1), view=2)).snapshot
    assert viewer.positions == {"b": at("b", 1)}
    assert viewer.had == Had(THERE, EPOCH, 43)


def test_an_update_before_any_answer_on_a_link_is_passed_over() -> None:
    viewer = linked()
    assert viewer.take(told("update", 40, at("a", 0))) is None
    assert viewer.positions == {}


def test_an_update_that_answers_what_was_not_offered_leads_astray() -> None:
    with pytest.raises(Astray, match="expected a snapshot for view 1, got an update"):
        linked().take(told("update", 50, at("b", 1), view=1))


@pytest.mark.parametrize("view", [0, 1])
def test_an_update_of_another_epoch_leads_astray_and_is_not_merged(view: int) -> None:
    viewer = following()
    if view:
        again(viewer)
    with pytest.raises(Astray, match=f"expected an update of epoch {EPOCH}, got one of {OTHER}"):
        viewer.take(told("update", 50, at("b", 1), epoch=OTHER, view=view))
    assert viewer.positions == {"a": at("a", 0)}
    assert "resume" not in again(viewer)


@pytest.mark.parametrize(
    "frame",
    [b"", b"\x01\x00", b"\xff" * 64, "", "{", "[]", "null", '{"type": 5}', '{"type":"update"}', '{"type":"ping"}',
     "[" * 100_000, told("update", 50, at("a", 1)).replace('"latitude":60.0', '"latitude":"north"')],
)  # fmt: skip
def test_garbage_is_counted_and_passed_over(frame: str | bytes) -> None:
    viewer = following()
    assert viewer.take(frame) is None
    assert viewer.garbled == 1
    assert viewer.positions == {"a": at("a", 0)}
    assert changed(viewer, told("update", 51, at("a", 2))).positions == [at("a", 2)]


def test_after_garbage_no_place_is_offered_since_it_may_have_been_positions() -> None:
    viewer = following()
    viewer.take(b"\x02 not a frame")
    viewer.take(told("update", 50, at("a", 1)))
    assert "resume" not in again(viewer)
    viewer.take(told("snapshot", 51, view=1))
    assert again(viewer)["resume"] == {"epoch": EPOCH, "seq": 51}


@pytest.mark.parametrize("frame", ['{"type": "event", "seq": "x"}', '{"type": "yet to be made", "positions": 3}'])
def test_a_type_that_is_not_known_is_passed_over(frame: str) -> None:
    viewer = following()
    assert viewer.take(frame) is None
    assert (viewer.garbled, viewer.had) == (0, Had(HERE, EPOCH, 41))


def test_the_newest_statistics_are_kept() -> None:
    viewer = Viewer()
    assert viewer.stats is None
    for devices in (1, 2):
        viewer.take(json.dumps({"type": "stats", "devices": devices, "backlog": None}))
    assert viewer.stats == {"devices": 2, "backlog": None}


def test_a_receipt_is_handed_on() -> None:
    receipt = '{"type":"receipt","id":3,"accepted":2,"rejected":[{"index":1,"field":null,"reason":"no"}]}'
    answer = Viewer().take(receipt)
    assert isinstance(answer, Answer)
    assert (answer.id, answer.accepted, answer.rejected[0].reason, answer.detail) == (3, 2, "no", None)


def test_both_encodings_of_every_golden_sample_give_the_same_changes() -> None:
    one, other = linked(), linked()
    for name in json.loads((GOLDEN / "order.json").read_text()):
        change = one.take((GOLDEN / f"{name}.bin").read_bytes())
        assert _rounded(change) == _rounded(other.take((GOLDEN / f"{name}.json").read_text()))
    assert one.garbled == other.garbled == 0
    assert _rounded(Change(list(one.positions.values()), snapshot=True, time=0)) == _rounded(
        Change(list(other.positions.values()), snapshot=True, time=0)
    )


def _rounded(change: object) -> object:
    if not isinstance(change, Change):
        return change
    rows = [msgspec.structs.replace(one, speed=min(one.speed or 0.0, 655.34)) for one in change.positions]
    cut = [
        [round(value, 2) if isinstance(value, float) else value for value in msgspec.structs.astuple(row)]
        for row in rows
    ]
    return change.snapshot, change.time, cut


def frame(kind: int, view: int, seq: int, epoch: str, named: str = "") -> bytes:
    """One device with the number 0, as many ms after NOW as `seq`, with its name where that is given."""
    device = first_seen(position(named or "unnamed", NOW + seq))
    names = [[binary.name(0, device)] if named else []]
    blocks = binary.blocks(binary.records([(0, device)]), [0], names)
    return binary.head(kind, view, seq, NOW, bytes.fromhex(epoch)) + b"".join(blocks)


def test_names_are_kept_for_the_next_link() -> None:
    viewer = linked()
    viewer.take(frame(binary.SNAPSHOT, 1, 41, EPOCH, "a"))
    again(viewer)
    assert changed(viewer, frame(binary.UPDATE, 1, 42, EPOCH)).positions[0].device_id == "a"


def test_a_binary_update_before_the_answer_teaches_no_names() -> None:
    viewer = linked()
    viewer.take(frame(binary.SNAPSHOT, 1, 41, EPOCH, "a"))
    again(viewer)
    assert viewer.take(frame(binary.UPDATE, 0, 7, OTHER, "b")) is None
    assert changed(viewer, frame(binary.UPDATE, 1, 42, EPOCH)).positions[0].device_id == "a"


# The queue


def test_changes_wait_in_order() -> None:
    waiting = Waiting(2)
    changes = [Change([at("a", step)], snapshot=False, time=step) for step in range(2)]
    for change in changes:
        waiting.put(change)
    assert [waiting.take(), waiting.take(), waiting.take()] == [*changes, None]


def test_at_the_bound_all_that_waits_becomes_one_change() -> None:
    waiting = Waiting(2)
    for step in range(3):
        waiting.put(Change([at("a", step), at(f"b{step}", 0)], snapshot=False, time=step))
    assert len(waiting) == 1
    assert waiting.take() == Change(
        [at("a", 2), at("b0", 0), at("b1", 0), at("b2", 0)], snapshot=False, time=2
    )  # fmt: skip


def test_a_snapshot_among_what_becomes_one_makes_a_snapshot_of_it() -> None:
    waiting = Waiting(2)
    waiting.put(Change([at("a", 9), at("gone", 9)], snapshot=False, time=1))
    waiting.put(Change([at("a", 1)], snapshot=True, time=2))
    waiting.put(Change([at("b", 1)], snapshot=False, time=3))
    assert waiting.take() == Change([at("a", 1), at("b", 1)], snapshot=True, time=3)


# What to look at


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
def test_what_is_no_view_is_refused_before_it_is_said(box: Any, devices: Any, zoom: Any, expected: str) -> None:
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
    waits = Waits(lambda: 1.0)
    assert [waits.after(Lost("gone"), 0) for _ in range(8)] == [0.5, 1, 2, 4, 8, 15, 15, 15]


def test_a_wait_is_drawn_from_nothing_to_the_ceiling() -> None:
    draws = iter([0.0, 0.5, 0.25])
    waits = Waits(lambda: next(draws))
    assert [waits.after(Lost("gone"), 0) for _ in range(3)] == [0, 0.5, 0.5]


def test_a_link_that_lasted_begins_the_waits_anew_and_a_short_one_does_not() -> None:
    waits = Waits(lambda: 1.0)
    assert [waits.after(Lost("gone"), lasted) for lasted in (0, 1, 1, 6, 1)] == [0.5, 1, 2, 0.5, 1]


def test_the_wait_a_server_asks_for_decides_up_to_a_minute() -> None:
    waits = Waits(lambda: 1.0)
    assert waits.after(Lost("later", wait=2.345, ceiling=5), 0) == 2.345
    assert waits.after(Lost("much later", wait=3600), 0) == 60


def test_viewers_of_a_server_that_stops_come_back_over_some_time() -> None:
    assert Waits(lambda: 0.5).after(Lost("stopping", ceiling=5), 0) == 2.5


def test_a_burst_may_be_said_at_once_and_more_in_time() -> None:
    pace = Pace(0.0)
    assert [pace.wait(0.0) for _ in range(BURST)] == [0.0] * BURST
    assert 0 < pace.wait(0.0) < 0.1
    assert pace.wait(1.0) == 0.0
    said = [moment for moment in range(BURST) if pace.wait(2.0 + moment * 0.06) == 0.0]
    assert len(said) == BURST


# Reports


def reports(count: int, note: str = "") -> list[Report]:
    return [
        Report(device_id="a", time=NOW + number, latitude=60.0, longitude=25.0, attributes={"note": note})
        for number in range(count)
    ]


@pytest.mark.parametrize(("count", "note"), [(0, ""), (1, ""), (3000, ""), (40, "x" * 4000)])
def test_reports_are_cut_to_what_a_message_may_hold(count: int, note: str) -> None:
    cut = list(parts(reports(count, note)))
    rows = [msgspec.json.decode(part.positions) for part in cut]
    assert all(len(part.positions) < MAX_MESSAGE + 2 for part in cut)
    assert [part.start for part in cut] == [sum(map(len, rows[:number])) for number in range(len(cut))]
    assert [row["time"] for part in rows for row in part] == [NOW + number for number in range(count)]


def test_a_message_holds_no_more_positions_than_a_server_takes() -> None:
    assert [len(msgspec.json.decode(part.positions)) for part in parts([{}] * (MAX_BATCH + 1))] == [MAX_BATCH, 1]


def test_a_position_that_no_message_can_hold_is_refused() -> None:
    with pytest.raises(TooLarge, match="in number 1"):
        list(parts([{"device_id": "a"}, {"device_id": "x" * 70_000}]))


def test_each_part_is_said_once_a_link_until_it_is_answered() -> None:
    outbox = Outbox()
    first, second = (outbox.add(part) for part in parts(reports(20, "x" * 4000)))
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


# All of it together


class Fleet:
    """A server's half of the contract: positions by device, numbered as they change."""

    def __init__(self) -> None:
        self.epoch = 1
        self.seq = 0
        self.newest: dict[str, tuple[int, Live]] = {}
        self._steps = 0

    @property
    def name(self) -> str:
        return f"{self.epoch:016x}"

    def move(self, device_id: str) -> None:
        self._steps += 1
        self.seq += 1
        self.newest[device_id] = self.seq, at(device_id, self._steps)

    def restart(self) -> None:
        """Another epoch, which begins with lower numbers; one device is not known any more."""
        self.epoch += 1
        self.seq = 0
        self.newest = {name: (0, position) for name, (_, position) in sorted(self.newest.items())[1:]}

    def since(self, seq: int, devices: Iterable[str]) -> list[Live]:
        return [position for name, (changed, position) in self.newest.items() if changed > seq and name in set(devices)]

    def answer(self, view: dict[str, Any]) -> str:
        resume = view.get("resume")
        if resume is not None and resume["epoch"] == self.name:
            kind, seq = "update", resume["seq"]
            assert seq <= self.seq
        else:
            kind, seq = "snapshot", -1
        positions = self.since(seq, view["devices"])
        return told(kind, self.seq, *positions, view=view["id"], epoch=self.name)


DEVICES = "abcd"
STEPS = st.one_of(
    st.tuples(st.just("move"), st.sampled_from(DEVICES)),
    st.tuples(st.just("look"), st.sampled_from(["ab", "bc", "abcd"])),
    st.tuples(st.sampled_from(["tell", "say", "answer", "cut", "ping", "take", "restart", "garbage"]), st.just("")),
)


class Play:
    """A server, one viewer, a link between them that can break, and a consumer."""

    def __init__(self) -> None:
        self.fleet = Fleet()
        self.viewer = Viewer()
        self.viewer.look(View(devices=frozenset("ab")))
        self.waiting = Waiting(2)
        self.map: dict[str, Live] = {}  # the consumer's
        self.cut()

    def cut(self) -> None:
        self.viewer.linked(binary.SUBPROTOCOL)
        self.under_way: list[dict[str, Any]] = []  # to the server
        self.asked: dict[str, Any] | None = None  # what the server knows of the view
        self.told = 0

    def send(self, frame: str) -> None:
        change = self.viewer.take(frame)
        if isinstance(change, Change):
            self.waiting.put(change)

    def say(self) -> None:
        if (text := self.viewer.say()) is not None:
            self.under_way.append(json.loads(text))

    def answer(self) -> None:
        if self.under_way:
            self.asked = self.under_way.pop(0)
            self.told = self.fleet.seq
            self.send(self.fleet.answer(self.asked))

    def tell(self) -> None:
        if self.asked is not None:
            positions = self.fleet.since(self.told, self.asked["devices"])
            self.told = self.fleet.seq
            self.send(told("update", self.fleet.seq, *positions, epoch=self.fleet.name))

    def ping(self) -> None:
        if self.asked is not None and self.told == self.fleet.seq:
            self.send(ping(self.fleet.seq))

    def garbage(self) -> None:
        """Positions that were not understood."""
        if self.asked is not None:
            self.told = self.fleet.seq
            self.send("{")

    def restart(self) -> None:
        self.fleet.restart()
        self.cut()

    def look(self, devices: str) -> None:
        self.viewer.look(View(devices=frozenset(devices)))

    def move(self, device_id: str) -> None:
        self.fleet.move(device_id)

    def take(self) -> None:
        if (change := self.waiting.take()) is not None:
            self.map = {} if change.snapshot else self.map
            self.map |= {position.device_id: position for position in change.positions}


@given(st.lists(STEPS, max_size=40))
def test_whatever_the_pace_and_wherever_the_link_breaks_the_end_is_what_the_server_has(
    steps: list[tuple[str, str]],
) -> None:
    play = Play()
    for step, argument in steps:
        getattr(play, step)(*argument and [argument])
        assert len(play.waiting) <= 2
    play.say()
    while play.under_way:
        play.answer()
    play.tell()
    if play.viewer.garbled or play.asked is None:  # what was not understood is made good by the next link
        play.cut()
        play.say()
        play.answer()
    for _ in range(3):
        play.take()
    devices = (play.asked or {})["devices"]
    assert play.viewer.positions == {position.device_id: position for position in play.fleet.since(-1, devices)}
    assert play.map == play.viewer.positions
