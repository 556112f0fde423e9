"""What viewers are sent, case by case."""

import json

import pytest

from herenow.live import departures, subscriptions
from herenow.live.zoom_level import AGAIN_AFTER
from herenow.model.geo.box import Box
from herenow.model.view import View
from tests.support.drawn_map import Map, World, messages
from tests.support.positions import NOW, position

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


def test_a_device_that_leaves_the_view_is_sent_once_more() -> None:
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
    seen.hub.disconnect(seen.viewer)
    world.moment += subscriptions.LINGER + 1
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


def test_a_move_below_a_pixel_is_sent_later_and_one_that_can_be_seen_at_once() -> None:
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
def test_a_viewer_of_a_device_receives_every_step_of_it(wire: str) -> None:
    world = World()
    seen = Map(world.hubs[0], View(None, frozenset({"a"})), wire)
    seen.read()
    steps: list[int] = []
    world.tell(*[position("a", NOW + n, 0.5, n / 10) for n in range(5)], position("b", NOW, 0.5, 0.5))
    world.turn()
    for data in seen.connection.sent:
        for is_text, content in messages(data):
            positions = json.loads(content)["positions"] if is_text else []
            steps += [at["timestamp"] - NOW for at in positions]
    if wire == "json":
        assert steps == [0, 1, 2, 3, 4]
    seen.read()
    assert seen.drawn == {"a": (NOW + 4, 0.4, 0.5)}


def test_a_device_of_many_names_is_sent_with_its_last() -> None:
    world = World()
    seen = Map(world.hubs[0], View(Box(0.0, 0.0, 1.0, 1.0), zoom=3.0), "binary")
    for n, name in enumerate(["first", "second"]):
        world.tell(position("a", NOW + n, 0.5, 0.5, attributes={"name": name}))
        world.turn()
    seen.read()
    assert "a" in seen.drawn
    assert list(seen._names.values()) == [("a", "second", None)]  # noqa: SLF001


def test_who_begins_to_follow_while_a_tick_is_sent_gets_no_step_from_before() -> None:
    world = World()
    first, second = (Map(world.hubs[0], View(None, frozenset({"a"}))) for _ in range(2))
    first.read()
    second.read()
    world.tell(*[position("a", NOW + n, 0.5, n / 10) for n in range(3)])
    world.begin()
    for one in (first, second):
        one.look(View(None, frozenset({"a"})))
    world.turn()
    for one in (first, second):
        one.read()
        assert one.drawn == {"a": (NOW + 2, 0.2, 0.5)}
        assert not one.went_back


def test_a_snapshot_holds_what_is_withheld_from_others() -> None:
    world = World()
    view = View(Box(0.0, 0.0, 1.0, 1.0), zoom=8.0)
    world.tell(position("a", NOW, 0.5, 0.5))
    world.turn()
    Map(world.hubs[0], view).read()
    world.tell(position("a", NOW + 1, 0.5, 0.5001))
    world.turn()
    new = Map(world.hubs[0], view)
    new.read()
    assert new.drawn["a"][0] == NOW + 1


def test_a_device_that_leaves_under_another_name_is_sent_with_it() -> None:
    world = World()
    seen = Map(world.hubs[0], HERE, "binary")
    world.tell(position("a", NOW, 0.5, 0.5, attributes={"name": "before"}))
    world.turn()
    seen.read()
    world.tell(position("a", NOW + 1, 50.0, 50.0, attributes={"name": "after"}))
    world.turn()
    seen.read()
    assert list(seen._names.values()) == [("a", "after", None)]  # noqa: SLF001
