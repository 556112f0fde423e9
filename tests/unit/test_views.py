"""After any moves, pans, skipped reads, reconnects and changes of hub, what a viewer draws equals what a new viewer
would be sent, in both encodings."""

import json
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from herenow.live import audience, departures
from herenow.live.band import AGAIN_AFTER
from herenow.live.hub import Hub
from herenow.live.viewer import Viewer
from herenow.model.device import Device, advance
from herenow.model.geo import WORLD, Box
from herenow.model.position import Position
from herenow.model.view import View
from tests.maps import Connection, Map, messages, turn
from tests.positions import position

DEVICES = ["a", "b", "c"]
NOW = 1_790_000_000_000


class World:
    """Two hubs that hear the same news, the store, and a clock."""

    def __init__(self) -> None:
        self.moment = 1000.0  # s
        self.hubs = [Hub(lambda: NOW, lambda: self.moment) for _ in range(2)]
        self.stored: dict[str, Device] = {}

    def tell(self, *positions: Position, lose: bool = False) -> None:
        """As a recorder writes and announces; a hub that loses the news loads from the store."""
        moves = advance(self.stored, positions)
        self.stored.update({device.device_id: device for device in moves})
        for hub in self.hubs:
            if lose:
                hub.load(self.stored.values())
            else:
                hub.hear(moves)

    def turn(self) -> None:
        for hub in self.hubs:
            turn(hub)

    def settle(self) -> None:
        """Until nothing is withheld any more."""
        self.turn()
        self.moment += AGAIN_AFTER
        self.turn()


longitudes = st.integers(-8, 8).map(lambda n: n / 2 + 0.125)
boxes = st.builds(
    lambda west, width, south, height: Box(west, south, west + width, south + height),
    longitudes,
    st.integers(0, 4),
    longitudes,
    st.integers(0, 4),
)
crossing = st.builds(lambda west, east: Box(float(west), -4.0, float(east), 4.0), st.integers(1, 3), st.integers(-3, 0))
zooms = st.sampled_from([None, 3.0, 6.5, 9.0])
views = st.one_of(
    st.builds(View, boxes, zoom=zooms),
    st.builds(View, crossing, zoom=zooms),
    st.sets(st.sampled_from(DEVICES), min_size=1).map(lambda d: View(None, frozenset(d))),
)
# Mostly newer than what came before, sometimes late: the time is the number of the step and a little. Mostly a step
# that can be seen, sometimes less than a pixel.
moves = st.tuples(
    st.just("move"),
    st.sampled_from(DEVICES),
    st.integers(-6, 1),
    st.one_of(longitudes, st.sampled_from([0.1251, 0.1252])),
    longitudes,
)
kinds: dict[str, st.SearchStrategy[tuple[object, ...]]] = {
    "move": moves,
    "pan": st.tuples(st.just("pan"), views),
    "tick": st.just(("tick",)),
    "read": st.just(("read",)),
    "cut": st.tuples(st.just("cut"), st.sampled_from([0, 0, 1])),
    "lose": moves.map(lambda move: ("lose", *move[1:])),
    "wait": st.tuples(st.just("wait"), st.sampled_from([1.0, 3.0, 200.0])),
}
often = ["move"] * 12 + ["tick"] * 7 + ["read"] * 4 + ["cut"] * 2 + ["pan", "lose", "wait"]
steps = st.sampled_from(often).flatmap(kinds.__getitem__)


def take(world: World, seen: Map, number: int, step: tuple[object, ...]) -> None:
    match step:
        case kind, str(device), int(jitter), float(longitude), float(latitude):
            told = position(device, NOW + number + jitter, latitude, longitude)
            world.tell(told, lose=kind == "lose")
        case "pan", View() as view:
            seen.look(view)
        case ("tick",):
            world.turn()
        case ("read",):
            seen.read()
        case "cut", int(hub):
            seen.reconnect(world.hubs[hub])
        case "wait", float(seconds):
            world.moment += seconds
        case _:
            raise AssertionError(step)


@pytest.mark.parametrize("wire", ["json", "binary"])
@given(st.lists(steps, min_size=10, max_size=80), views)
@settings(max_examples=250, deadline=None)
def test_a_viewer_draws_what_a_new_viewer_with_the_same_view_is_sent(
    wire: str, script: list[tuple[object, ...]], first: View
) -> None:
    world = World()
    seen, other = Map(world.hubs[0], first, wire), Map(world.hubs[0], View(WORLD), wire)
    for number, step in enumerate(script):
        take(world, seen, number, step)
    world.settle()
    seen.read()
    other.read()
    new = Map(seen.hub, seen.view, wire)
    new.read()
    assert seen.visible() == new.visible()
    newest = {device.device_id: device.position for device in world.stored.values()}
    everywhere = {name: (at.time, at.longitude, at.latitude) for name, at in newest.items()}
    assert other.visible() == everywhere
    box, named = seen.view.box, seen.view.devices
    inside = {name: at for name, at in everywhere.items() if (box.contains(at[1], at[2]) if box else name in named)}
    assert seen.visible() == inside
    assert not other.went_back


@given(st.lists(moves | st.just(("tick",)) | st.just(("read",)), max_size=40))
@settings(deadline=None)
def test_the_articles_wire_ends_at_the_newest_place_of_every_device(script: list[tuple[object, ...]]) -> None:
    world = World()
    hub, connection = world.hubs[0], Connection()
    viewer = Viewer(hub.article_wire, connection)
    hub.viewers.add(viewer)
    hub.look(viewer, View(WORLD))
    drawn: dict[str, int] = {}

    def read() -> None:
        while connection.sent:
            sent, connection.sent = connection.sent, []
            for _, text in messages(b"".join(sent)):
                told = json.loads(text)
                assert told.keys() == {"type", "device_id", "timestamp", "latitude", "longitude"}
                assert told["timestamp"] >= drawn.get(told["device_id"], 0)
                drawn[told["device_id"]] = told["timestamp"]
            hub.drained(viewer)

    act: dict[object, Callable[[], None]] = {"tick": world.turn, "read": read}
    for step in script:
        if step[0] == "move":
            world.tell(position(str(step[1]), NOW + int(str(step[2])), float(str(step[4])), float(str(step[3]))))
        else:
            act[step[0]]()
    world.turn()
    read()
    assert drawn == {device.device_id: device.position.time for device in hub.fleet}


HERE, THERE = View(Box(0.0, 0.0, 1.0, 1.0)), View(Box(60.0, 60.0, 61.0, 61.0))


def test_a_snapshot_between_two_ticks_leaves_no_ghost() -> None:
    world = World()
    seen = Map(world.hubs[0], HERE)
    world.tell(position("a", NOW, 0.5, 0.5))
    seen.read()
    world.tell(position("a", NOW + 1, 5.0, 5.0))
    world.turn()
    seen.read()
    assert seen.visible() == {}


def test_a_device_that_leaves_the_view_is_told_of_once_more() -> None:
    world = World()
    seen = Map(world.hubs[0], HERE)
    world.tell(position("a", NOW, 0.5, 0.5))
    world.turn()
    seen.read()
    world.tell(position("a", NOW + 1, 5.0, 5.0))
    world.turn()
    seen.read()
    assert seen.drawn["a"] == (NOW + 1, 5.0, 5.0)
    world.tell(position("a", NOW + 2, 6.0, 6.0))
    world.turn()
    seen.read()
    assert seen.drawn["a"] == (NOW + 1, 5.0, 5.0)


def test_a_pan_forgets_what_left_while_one_looked_elsewhere() -> None:
    world = World()
    seen = Map(world.hubs[0], HERE)
    world.tell(position("a", NOW, 0.5, 0.5))
    world.turn()
    seen.read()
    seen.look(THERE)
    seen.read()
    world.tell(position("a", NOW + 1, 5.0, 5.0))
    world.turn()
    seen.look(HERE)
    seen.read()
    assert seen.drawn == {}


@pytest.mark.parametrize("wire", ["json", "binary"])
def test_who_comes_back_to_the_same_hub_is_sent_what_changed_and_no_more(wire: str) -> None:
    world = World()
    world.tell(*[position(f"d{n}", NOW, 0.5, 0.5 + n / 1e4) for n in range(1000)])
    world.turn()
    seen = Map(world.hubs[0], HERE, wire)
    seen.read()
    whole, seen.bytes = seen.bytes, 0
    changed = [position(f"d{n}", NOW + 1, 0.5, 0.7) for n in range(9)]
    world.tell(*changed, position("d9", NOW + 1, 5.0, 5.0))
    world.turn()
    seen.reconnect(world.hubs[0])
    seen.read()
    assert seen.answered_by == "update"
    assert seen.bytes < whole / 20
    assert {name for name, place in seen.drawn.items() if place[0] == NOW + 1} == {f"d{n}" for n in range(10)}
    assert len(seen.visible()) == 999


def test_who_comes_back_to_another_hub_or_for_another_view_starts_afresh() -> None:
    world = World()
    world.tell(position("a", NOW, 0.5, 0.5))
    world.turn()
    seen = Map(world.hubs[0], HERE)
    seen.read()
    seen.reconnect(world.hubs[1])
    seen.read()
    assert seen.answered_by == "snapshot"
    seen.reconnect(world.hubs[1])
    seen.read()
    assert seen.answered_by == "update"
    seen.reconnect(world.hubs[1], THERE)
    seen.read()
    assert seen.answered_by == "snapshot"


def test_who_was_away_for_longer_than_is_remembered_starts_afresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(departures, "MOST", 10)
    world = World()
    world.tell(position("stays", NOW, 0.5, 0.5))
    world.turn()
    seen = Map(world.hubs[0], HERE)
    seen.read()
    for n in range(1, 60):
        world.tell(position("a", NOW + n, 0.5, 0.5 + 40 * (n % 2)))
        world.turn()
    seen.connection.sent.clear()
    token = seen.token
    seen.reconnect(world.hubs[0])
    seen.read()
    assert token is not None
    assert seen.answered_by == "snapshot"
    assert set(seen.visible()) == {"stays"}


def test_a_band_is_forgotten_some_time_after_its_last_viewer_left() -> None:
    world = World()
    seen = Map(world.hubs[0], HERE)
    seen.read()
    seen.hub.leave(seen.viewer)
    world.moment += audience.LINGER + 1
    world.tell(position("a", NOW, 0.5, 0.5))
    world.turn()
    seen.connect(world.hubs[0], HERE, seen.token)
    seen.read()
    assert seen.answered_by == "snapshot"
    assert set(seen.visible()) == {"a"}


def test_viewers_of_the_same_view_are_sent_the_same_bytes_built_once() -> None:
    world = World()
    maps = [Map(world.hubs[0], HERE) for _ in range(3)]
    for one in maps:
        one.read()
    world.tell(position("a", NOW, 0.5, 0.5))
    world.turn()
    first, second, third = (one.connection.sent[0] for one in maps)
    assert first is second is third


def test_a_viewer_that_does_not_read_costs_no_more_and_is_sent_the_newest_only() -> None:
    world = World()
    seen = Map(world.hubs[0], HERE)
    seen.read()
    for time in range(1000):
        world.tell(position("a", NOW + time, 0.5, time / 1000))
        world.turn()
    assert len(seen.connection.sent) == 2
    seen.read()
    assert seen.drawn["a"] == (NOW + 999, 0.999, 0.5)
    assert seen.token is not None
    assert seen.token.seq == world.hubs[0].seq


def test_a_move_below_a_pixel_is_told_later_and_one_that_can_be_seen_at_once() -> None:
    world = World()
    seen = Map(world.hubs[0], View(Box(0.0, 0.0, 1.0, 1.0), zoom=8.0))
    world.tell(position("a", NOW, 0.5, 0.5, speed=9.0))
    world.turn()
    seen.read()
    pixel = 360 / 256 / 2**9
    world.tell(position("a", NOW + 1, 0.5, 0.5 + pixel / 2, speed=9.0))
    world.turn()
    seen.read()
    assert seen.drawn["a"][0] == NOW
    world.tell(position("a", NOW + 2, 0.5, 0.5 + pixel * 1.1, speed=9.0))
    world.turn()
    seen.read()
    assert seen.drawn["a"][0] == NOW + 2
    world.tell(position("a", NOW + 3, 0.5, 0.5 + pixel * 1.2, speed=0.0))
    world.turn()
    seen.read()
    assert seen.drawn["a"][0] == NOW + 3, "it stopped, which shows"
    world.tell(position("a", NOW + 4, 0.5, 0.5 + pixel * 1.3, speed=0.0))
    world.turn()
    world.moment += AGAIN_AFTER
    world.turn()
    seen.read()
    assert seen.drawn["a"][0] == NOW + 4


@pytest.mark.parametrize("wire", ["json", "binary"])
def test_who_follows_a_device_is_told_every_step_of_it(wire: str) -> None:
    world = World()
    seen = Map(world.hubs[0], View(None, frozenset({"a"})), wire)
    seen.read()
    steps: list[int] = []
    world.tell(*[position("a", NOW + n, 0.5, n / 10) for n in range(5)], position("b", NOW, 0.5, 0.5))
    world.turn()
    for data in seen.connection.sent:
        for is_text, content in messages(data):
            told = json.loads(content)["positions"] if is_text else []
            steps += [at["timestamp"] - NOW for at in told]
    if wire == "json":
        assert steps == [0, 1, 2, 3, 4]
    seen.read()
    assert seen.drawn == {"a": (NOW + 4, 0.4, 0.5)}


def test_a_device_of_many_names_is_told_by_its_last() -> None:
    world = World()
    seen = Map(world.hubs[0], View(Box(0.0, 0.0, 1.0, 1.0), zoom=3.0), "binary")
    for n, name in enumerate(["first", "second"]):
        world.tell(position("a", NOW + n, 0.5, 0.5, attributes={"name": name}))
        world.turn()
    seen.read()
    assert "a" in seen.drawn
    assert [named for named in seen._names.values()] == [("a", "second", None)]  # noqa: SLF001, C416
