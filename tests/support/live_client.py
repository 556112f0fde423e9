"""The live client without a socket: a viewer on a link, and the frames that a server may send it."""

import json
from typing import Any

import msgspec

from herenow.client.change import Change
from herenow.client.view_state import ViewState
from herenow.model.geo.box import Box
from herenow.model.view import View
from herenow.wire import binary
from herenow.wire.json import LivePosition
from tests.support.positions import NOW

EPOCH, OTHER = "9f2c00ffab120077", "0000000000000001"
HERE = View(Box(-98.0, 30.1, -97.4, 30.6), zoom=10)
THERE = View(devices=frozenset({"a", "b"}))


def at(device_id: str, step: int, latitude: float = 60.0) -> LivePosition:
    return LivePosition(device_id, NOW + step, latitude, 25.0, "moving")


def message(kind: str, seq: int, *positions: LivePosition, view: int = 0, epoch: str = EPOCH) -> str:
    fields = {"type": kind, "view": view, "epoch": epoch, "seq": seq, "time": NOW, "positions": positions}
    return msgspec.json.encode(fields).decode()


def ping(seq: int) -> str:
    return json.dumps({"type": "ping", "time": NOW, "seq": seq})


def sent(viewer: ViewState) -> dict[str, Any]:
    """What the viewer says of its view; it must have something to say."""
    text = viewer.say()
    assert text is not None
    decoded: dict[str, Any] = json.loads(text)
    return decoded


def linked(view: View = HERE) -> ViewState:
    """A viewer on its first link, that has sent its view."""
    viewer = ViewState()
    viewer.set_view(view)
    viewer.linked(binary.SUBPROTOCOL)
    sent(viewer)
    return viewer


def following() -> ViewState:
    """One that was answered, at (EPOCH, 41)."""
    viewer = linked()
    viewer.take(message("snapshot", 41, at("a", 0), view=1))
    return viewer


def again(viewer: ViewState) -> dict[str, Any]:
    """What it says on a new link."""
    viewer.linked(binary.SUBPROTOCOL)
    return sent(viewer)


def changed(viewer: ViewState, frame: str | bytes) -> Change:
    change = viewer.take(frame)
    assert isinstance(change, Change)
    return change
