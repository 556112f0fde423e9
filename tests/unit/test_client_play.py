"""The live client against a server's half of the contract, in whatever order things happen."""

import json
from collections.abc import Iterable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from herenow.client.change import Change, ChangeQueue
from herenow.client.view_state import ViewState
from herenow.model.view import View
from herenow.wire import binary
from herenow.wire.json import LivePosition
from tests.support.live_client import at, message, ping


class Fleet:
    """A server's half of the contract: positions by device, numbered as they change."""

    def __init__(self) -> None:
        self.epoch = 1
        self.seq = 0
        self.newest: dict[str, tuple[int, LivePosition]] = {}
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

    def since(self, seq: int, devices: Iterable[str]) -> list[LivePosition]:
        return [position for name, (changed, position) in self.newest.items() if changed > seq and name in set(devices)]

    def answer(self, view: dict[str, Any]) -> str:
        resume = view.get("resume")
        if resume is not None and resume["epoch"] == self.name:
            kind, seq = "update", resume["seq"]
            assert seq <= self.seq
        else:
            kind, seq = "snapshot", -1
        positions = self.since(seq, view["devices"])
        return message(kind, self.seq, *positions, view=view["id"], epoch=self.name)


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
        self.viewer = ViewState()
        self.viewer.set_view(View(devices=frozenset("ab")))
        self.waiting = ChangeQueue(2)
        self.map: dict[str, LivePosition] = {}  # the consumer's
        self.cut()

    def cut(self) -> None:
        self.viewer.linked(binary.SUBPROTOCOL)
        self.under_way: list[dict[str, Any]] = []  # to the server
        self.server_view: dict[str, Any] | None = None  # what the server knows of the view
        self.sent_seq = 0

    def send(self, frame: str) -> None:
        change = self.viewer.take(frame)
        if isinstance(change, Change):
            self.waiting.put(change)

    def say(self) -> None:
        if (text := self.viewer.say()) is not None:
            self.under_way.append(json.loads(text))

    def answer(self) -> None:
        if self.under_way:
            self.server_view = self.under_way.pop(0)
            self.sent_seq = self.fleet.seq
            self.send(self.fleet.answer(self.server_view))

    def tell(self) -> None:
        if self.server_view is not None:
            positions = self.fleet.since(self.sent_seq, self.server_view["devices"])
            self.sent_seq = self.fleet.seq
            self.send(message("update", self.fleet.seq, *positions, epoch=self.fleet.name))

    def ping(self) -> None:
        if self.server_view is not None and self.sent_seq == self.fleet.seq:
            self.send(ping(self.fleet.seq))

    def garbage(self) -> None:
        """Positions that were not understood."""
        if self.server_view is not None:
            self.sent_seq = self.fleet.seq
            self.send("{")

    def restart(self) -> None:
        self.fleet.restart()
        self.cut()

    def look(self, devices: str) -> None:
        self.viewer.set_view(View(devices=frozenset(devices)))

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
    if play.viewer.garbled or play.server_view is None:  # what was not understood is made good by the next link
        play.cut()
        play.say()
        play.answer()
    for _ in range(3):
        play.take()
    devices = (play.server_view or {})["devices"]
    assert play.viewer.positions == {position.device_id: position for position in play.fleet.since(-1, devices)}
    assert play.map == play.viewer.positions
