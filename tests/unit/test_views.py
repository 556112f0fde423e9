"""After any moves, pans, skipped reads and reconnects, what a viewer draws equals what a new viewer would be sent."""

import json
from collections.abc import Callable
from weakref import WeakKeyDictionary

from hypothesis import given, settings
from hypothesis import strategies as st

from herenow.live.hub import Hub
from herenow.live.viewer import Viewer
from herenow.model.device import Device, advance
from herenow.model.geo import WORLD, Box
from herenow.model.position import Position
from herenow.model.view import View
from tests.positions import position

DEVICES = ["a", "b", "c"]
NOW = 1_790_000_000_000


def tell(hub: Hub, *positions: Position) -> None:
    """As a recorder announces; what it knows of the fleet is what it announced before."""
    stored = STORED.setdefault(hub, {})
    moves = advance(stored, positions)
    stored.update({device.device_id: device for device in moves})
    hub.hear(moves)


STORED: "WeakKeyDictionary[Hub, dict[str, Device]]" = WeakKeyDictionary()


class Map:
    """What a client makes of the messages, by docs/protocol.md and nothing else."""

    def __init__(self, hub: Hub, view: View) -> None:
        self.hub = hub
        self.viewer = Viewer(hub.json_frames, view)
        self.drawn: dict[str, tuple[int, float, float]] = {}
        self.went_back = False
        hub.viewers.add(self.viewer)

    def read(self) -> None:
        for text in self.viewer.take():
            message = json.loads(text)
            if message["type"] == "snapshot":
                self.drawn = {}
            for told in message["positions"]:
                before = self.drawn.get(told["device_id"])
                self.went_back |= before is not None and told["timestamp"] < before[0]
                self.drawn[told["device_id"]] = (told["timestamp"], told["longitude"], told["latitude"])

    def look(self, view: View) -> None:
        self.viewer.look(view)

    def leave(self) -> None:
        self.hub.viewers.discard(self.viewer)

    def visible(self) -> dict[str, tuple[int, float, float]]:
        view = self.viewer.view
        assert view is not None
        if view.box is None:
            return {name: place for name, place in self.drawn.items() if name in view.devices}
        return {name: place for name, place in self.drawn.items() if view.box.contains(place[1], place[2])}


longitudes = st.integers(-4, 4).map(float)
boxes = st.builds(
    lambda west, width, south, height: Box(west, south, west + width, south + height),
    longitudes,
    st.integers(0, 4),
    longitudes,
    st.integers(0, 4),
)
crossing = st.builds(lambda west, east: Box(float(west), -4.0, float(east), 4.0), st.integers(1, 3), st.integers(-3, 0))
views = st.one_of(
    boxes.map(View),
    crossing.map(View),
    st.sets(st.sampled_from(DEVICES), min_size=1).map(lambda d: View(None, frozenset(d))),
)
# Mostly newer than what came before, sometimes late: the time is the number of the step and a little.
moves = st.tuples(st.just("move"), st.sampled_from(DEVICES), st.integers(-6, 1), longitudes, longitudes)
kinds: dict[str, st.SearchStrategy[tuple[object, ...]]] = {
    "move": moves,
    "pan": st.tuples(st.just("pan"), views),
    "tick": st.just(("tick",)),
    "read": st.just(("read",)),
    "reconnect": st.just(("reconnect",)),
    "lose": moves.map(lambda move: ("lose", *move[1:])),
}
often = ["move"] * 12 + ["tick"] * 6 + ["read"] * 4 + ["pan", "reconnect", "lose"]
steps = st.sampled_from(often).flatmap(kinds.__getitem__)


def take(hub: Hub, seen: Map, number: int, step: tuple[object, ...]) -> Map:
    match step:
        case "move", str(device), int(jitter), float(longitude), float(latitude):
            tell(hub, position(device, NOW + number + jitter, latitude, longitude))
        case "pan", View() as view:
            seen.look(view)
        case ("tick",):
            hub.tick()
        case ("read",):
            seen.read()
        case "lose", str(device), int(jitter), float(longitude), float(latitude):
            lost = advance(STORED.setdefault(hub, {}), [position(device, NOW + number + jitter, latitude, longitude)])
            STORED[hub].update({device.device_id: device for device in lost})
            hub.load(STORED[hub].values())
        case ("reconnect",):
            seen.leave()
            again = Map(hub, seen.viewer.view or View(WORLD))
            again.drawn = dict(seen.drawn)
            return again
        case _:
            raise AssertionError(step)
    return seen


@given(st.lists(steps, min_size=10, max_size=60), views)
@settings(max_examples=300, deadline=None)
def test_a_viewer_draws_what_a_new_viewer_with_the_same_view_is_sent(
    script: list[tuple[object, ...]], first: View
) -> None:
    hub = Hub(lambda: NOW)
    seen, other = Map(hub, first), Map(hub, View(WORLD))
    for number, step in enumerate(script):
        seen = take(hub, seen, number, step)
    hub.tick()
    seen.read()
    other.read()
    view = seen.viewer.view
    assert view is not None
    new = Map(hub, view)
    new.read()
    assert seen.visible() == new.visible()
    newest = {device.device_id: device.position for device in hub.fleet}
    assert other.visible() == {name: (at.time, at.longitude, at.latitude) for name, at in newest.items()}
    assert not seen.went_back


@given(st.lists(moves | st.just(("tick",)) | st.just(("read",)), max_size=40))
@settings(deadline=None)
def test_the_articles_wire_ends_at_the_newest_place_of_every_device(script: list[tuple[object, ...]]) -> None:
    hub = Hub(lambda: NOW)
    viewer = Viewer(hub.article_frames, View(WORLD), notices=False)
    hub.viewers.add(viewer)
    drawn: dict[str, int] = {}

    def read() -> None:
        for text in viewer.take():
            told = json.loads(text)
            assert told.keys() == {"type", "device_id", "timestamp", "latitude", "longitude"}
            assert told["timestamp"] >= drawn.get(told["device_id"], 0)
            drawn[told["device_id"]] = told["timestamp"]

    act: dict[object, Callable[[], None]] = {"tick": hub.tick, "read": read}
    for step in script:
        if step[0] == "move":
            tell(hub, position(str(step[1]), NOW + int(str(step[2])), float(str(step[4])), float(str(step[3]))))
        else:
            act[step[0]]()
    hub.tick()
    read()
    assert drawn == {device.device_id: device.position.time for device in hub.fleet}


def test_a_snapshot_between_two_ticks_leaves_no_ghost() -> None:
    hub = Hub(lambda: NOW)
    seen = Map(hub, View(Box(0.0, 0.0, 1.0, 1.0)))
    tell(hub, position("a", NOW, 0.5, 0.5))
    seen.read()
    tell(hub, position("a", NOW + 1, 5.0, 5.0))
    hub.tick()
    seen.read()
    assert seen.visible() == {}


def test_a_device_that_leaves_the_view_is_told_of_once_more() -> None:
    hub = Hub(lambda: NOW)
    seen = Map(hub, View(Box(0.0, 0.0, 1.0, 1.0)))
    tell(hub, position("a", NOW, 0.5, 0.5))
    hub.tick()
    seen.read()
    tell(hub, position("a", NOW + 1, 5.0, 5.0))
    hub.tick()
    seen.read()
    assert seen.drawn["a"] == (NOW + 1, 5.0, 5.0)


def test_a_pan_forgets_what_left_while_one_looked_elsewhere() -> None:
    hub = Hub(lambda: NOW)
    here, there = View(Box(0.0, 0.0, 1.0, 1.0)), View(Box(8.0, 8.0, 9.0, 9.0))
    seen = Map(hub, here)
    tell(hub, position("a", NOW, 0.5, 0.5))
    hub.tick()
    seen.read()
    seen.look(there)
    seen.read()
    tell(hub, position("a", NOW + 1, 5.0, 5.0))
    hub.tick()
    seen.look(here)
    seen.read()
    assert seen.drawn == {}


def test_viewers_of_the_same_view_are_sent_the_same_bytes_built_once() -> None:
    hub = Hub(lambda: NOW)
    maps = [Map(hub, View(WORLD)) for _ in range(3)]
    for one in maps:
        one.read()
    tell(hub, position("a", NOW, 0.5, 0.5))
    hub.tick()
    frames = [one.viewer.take()[0] for one in maps]
    assert frames[0] is frames[1] is frames[2]


def test_a_viewer_that_does_not_read_keeps_one_entry_a_device() -> None:
    hub = Hub(lambda: NOW)
    seen = Map(hub, View(WORLD))
    seen.read()
    for time in range(1000):
        tell(hub, position("a", NOW + time, 0.5, time / 1000))
        hub.tick()
    (frame,) = seen.viewer.take()
    assert [told["timestamp"] for told in json.loads(frame)["positions"]] == [NOW + 999]
