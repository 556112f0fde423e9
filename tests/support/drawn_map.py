"""A map as a client draws it, by docs/protocol.md and nothing else, at the end of a connection that tests can fill and
cut."""

import json
from collections.abc import Iterator
from typing import Any

from herenow.live.encoders import Encoder, Written
from herenow.live.hub import Hub
from herenow.live.viewer import Viewer
from herenow.live.zoom_level import AGAIN_AFTER
from herenow.model.device import Device, advance
from herenow.model.position import Position
from herenow.model.view import Resume, View
from herenow.wire import binary
from tests.support.positions import NOW

ROOM = 2  # messages on their way before a connection is full
Place = tuple[int, float, float]  # ms, longitude, latitude


def messages(data: bytes) -> Iterator[tuple[bool, bytes]]:
    """The messages of whole frames: whether each is text, and what it says (RFC 6455, section 5.2)."""
    while data:
        opcode, length, start = data[0], data[1], 2
        assert opcode in (0x81, 0x82), "whole messages, text or binary"
        if length >= 126:
            wide = 2 if length == 126 else 8
            length, start = int.from_bytes(data[2 : 2 + wide]), 2 + wide
        assert len(data) >= start + length, "a frame is whole"
        yield opcode == 0x81, data[start : start + length]
        data = data[start + length :]


class Connection:
    """What the hub sent and the client has not read yet."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.count = 0  # messages in all
        self.closed: tuple[int, str] | None = None

    @property
    def full(self) -> bool:
        return len(self.sent) >= ROOM

    def write(self, pieces: Written) -> None:
        self.sent.append(b"".join(pieces))
        self.count += 1

    def gone(self) -> int:
        return self.count - len(self.sent)

    def unread(self) -> int:
        return sum(map(len, self.sent))

    def close(self, code: int, reason: str, retry_ms: int | None = None) -> None:  # noqa: ARG002
        self.closed = code, reason


class Map:
    """Follows a view over any wire, remembers what it may resume from, and whether it was ever shown an older place."""

    def __init__(self, hub: Hub, view: View, wire: str = "json") -> None:
        self.drawn: dict[str, Place] = {}
        self.went_back = False
        self.bytes = 0
        self.token: Resume | None = None  # valid only for the view that was answered last
        self.answered_by = ""
        self._names: binary.Names = {}
        self._wire = wire
        self._number = self._answered = 0
        self.connect(hub, view)

    def connect(self, hub: Hub, view: View, resume: Resume | None = None) -> None:
        self.hub = hub
        self.view = view
        self.connection = Connection()
        wires: dict[str, Encoder] = {"json": hub.json_wire, "binary": hub.binary_wire, "events": hub.event_wire}
        self.viewer = Viewer(wires[self._wire], self.connection)
        hub.viewers.add(self.viewer)
        self._say(resume)

    def look(self, view: View) -> None:
        self.view = view
        self._say(None)

    def _say(self, resume: Resume | None) -> None:
        self._number += 1
        self.token = None
        self.hub.set_view(self.viewer, self.view, self._number, resume)

    def reconnect(self, hub: Hub, view: View | None = None) -> None:
        """What was not read is lost."""
        self.hub.disconnect(self.viewer)
        same = view is None or view == self.view
        self.connect(hub, view or self.view, self.token if same else None)

    def read(self) -> None:
        """Until nothing more comes."""
        while self.connection.sent:
            sent, self.connection.sent = self.connection.sent, []
            for data in sent:
                self._take(data)
            self.hub.drained(self.viewer)

    def _take(self, data: bytes) -> None:
        self.bytes += len(data)
        for is_text, content in messages(data):
            if is_text:
                message = json.loads(content)
                if "positions" in message:
                    self._show(message)
            else:
                head, found = binary.decode(content, self._names)
                positions = [{name: getattr(live, name) for name in live.__struct_fields__} for live in found]
                kind = "snapshot" if head.snapshot else "update"
                self._show(
                    {"type": kind, "view": head.view, "epoch": head.epoch, "seq": head.seq, "positions": positions}
                )

    def _show(self, message: dict[str, Any]) -> None:
        if message.get("view"):
            self._answered = message["view"]
            self.answered_by = message["type"]
        if self._answered == self._number:
            self.token = Resume(message["epoch"], message["seq"])
        if message["type"] == "snapshot":
            self.drawn = {}
        for position in message["positions"]:
            before = self.drawn.get(position["device_id"])
            self.went_back |= before is not None and position["timestamp"] < before[0]
            self.drawn[position["device_id"]] = (
                position["timestamp"],
                round(position["longitude"], 7),
                round(position["latitude"], 7),
            )

    def visible(self) -> dict[str, Place]:
        if self.view.box is None:
            return {name: place for name, place in self.drawn.items() if name in self.view.devices}
        return {name: place for name, place in self.drawn.items() if self.view.box.contains(place[1], place[2])}


def turn(hub: Hub) -> None:
    """A tick, and all that it sends."""
    for _ in hub.send(hub.tick()):
        pass


class World:
    """Two hubs that hear the same news, the store, and a clock."""

    def __init__(self) -> None:
        self.moment = 1000.0  # s
        self.hubs = [Hub(lambda: NOW, lambda: self.moment) for _ in range(2)]
        self.stored: dict[str, Device] = {}
        self._sending: list[Iterator[None]] = []

    def tell(self, *positions: Position, lose: bool = False) -> None:
        """As a recorder writes and announces; a hub that loses the news loads from the store."""
        moves = advance(self.stored, positions)
        self.stored.update({device.device_id: device for device in moves})
        for hub in self.hubs:
            if lose:
                hub.load(self.stored.values())
            else:
                hub.on_news(moves)

    def erase(self, device_id: str) -> None:
        """As where somebody has a device erased; hubs learn of it one after the other."""
        self.stored.pop(device_id, None)
        for hub in self.hubs:
            hub.forget(device_id)

    def begin(self) -> None:
        """A tick, of which the first viewer is sent to; the others wait while it pauses."""
        self._finish()
        self._sending = [hub.send(hub.tick()) for hub in self.hubs]
        for sending in self._sending:
            next(sending, None)

    def _finish(self) -> None:
        for sending in self._sending:
            for _ in sending:
                pass
        self._sending = []

    def turn(self) -> None:
        self._finish()
        for hub in self.hubs:
            turn(hub)

    def settle(self) -> None:
        """Until nothing is withheld any more."""
        self.turn()
        self.moment += AGAIN_AFTER
        self.turn()
