"""After any moves, pans, skipped reads, reconnects and changes of hub, what a viewer draws equals what a new viewer
would be sent, in both encodings."""

import json
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from herenow.live import hub as hub_module
from herenow.live.viewer import Viewer
from herenow.model.geo.box import WORLD, Box
from herenow.model.view import View
from tests.support.dose import dose
from tests.support.drawn_map import Connection, Map, World, messages
from tests.support.positions import NOW, position


@pytest.fixture(autouse=True, scope="module")
def pauses() -> Iterator[None]:
    """A sweep pauses after each viewer."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hub_module, "SLICE", -1.0)
        yield


DEVICES = ["a", "b", "c"]


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
    "begin": st.just(("begin",)),
    "read": st.just(("read",)),
    "cut": st.tuples(st.just("cut"), st.sampled_from([0, 0, 1])),
    "lose": moves.map(lambda move: ("lose", *move[1:])),
    "erase": st.tuples(st.just("erase"), st.sampled_from(DEVICES)),
    "wait": st.tuples(st.just("wait"), st.sampled_from([1.0, 3.0, 200.0])),
}
often = ["move"] * 12 + ["tick"] * 4 + ["begin"] * 3 + ["read"] * 4 + ["cut"] * 2 + ["pan", "lose", "wait", "erase"]
steps = st.sampled_from(often).flatmap(kinds.__getitem__)


def take(world: World, seen: Map, number: int, step: tuple[object, ...]) -> None:
    match step:
        case kind, str(device), int(jitter), float(longitude), float(latitude):
            reported = position(device, NOW + number + jitter, latitude, longitude)
            world.tell(reported, lose=kind == "lose")
        case "pan", View() as view:
            seen.look(view)
        case ("tick",):
            world.turn()
        case ("begin",):
            world.begin()
        case ("read",):
            seen.read()
        case "cut", int(hub):
            seen.reconnect(world.hubs[hub])
        case "erase", str(device):
            world.erase(device)
        case "wait", float(seconds):
            world.moment += seconds
        case _:
            raise AssertionError(step)


@pytest.mark.parametrize("wire", ["json", "binary"])
@given(st.lists(steps, min_size=10, max_size=80), views)
@settings(max_examples=dose(60, full=1000))
def test_a_viewer_draws_what_a_new_viewer_with_the_same_view_is_sent(
    wire: str, script: list[tuple[object, ...]], first: View
) -> None:
    world = World()
    seen, mate, other = (Map(world.hubs[0], view, wire) for view in (first, first, View(WORLD)))
    for number, step in enumerate(script):
        take(world, seen, number, step)
    world.settle()
    for one in (seen, mate, other):
        one.read()
    new = Map(seen.hub, seen.view, wire)
    new.read()
    assert seen.visible() == new.visible()
    beside = Map(mate.hub, first, wire)
    beside.read()
    assert mate.visible() == beside.visible()
    newest = {device.device_id: device.position for device in world.stored.values()}
    everywhere = {name: (at.time, at.longitude, at.latitude) for name, at in newest.items()}
    assert other.visible() == everywhere
    box, named = seen.view.box, seen.view.devices
    inside = {name: at for name, at in everywhere.items() if (box.contains(at[1], at[2]) if box else name in named)}
    assert seen.visible() == inside
    assert not any(one.went_back for one in (seen, mate, other))


@given(st.lists(moves | st.just(("tick",)) | st.just(("read",)), max_size=40))
def test_the_articles_wire_ends_at_the_newest_place_of_every_device(script: list[tuple[object, ...]]) -> None:
    world = World()
    hub, connection = world.hubs[0], Connection()
    viewer = Viewer(hub.article_wire, connection)
    hub.viewers.add(viewer)
    hub.set_view(viewer, View(WORLD))
    drawn: dict[str, int] = {}

    def read() -> None:
        while connection.sent:
            sent, connection.sent = connection.sent, []
            for _, text in messages(b"".join(sent)):
                message = json.loads(text)
                assert message.keys() == {"type", "device_id", "timestamp", "latitude", "longitude"}
                assert message["timestamp"] >= drawn.get(message["device_id"], 0)
                drawn[message["device_id"]] = message["timestamp"]
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
