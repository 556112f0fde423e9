"""What the hub does around its views: loading, gaps, stalled viewers, stats."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from herenow.bus import follower
from herenow.bus.memory import MemoryBus
from herenow.live.fleet import Fleet
from herenow.live.hub import STALLED, Hub
from herenow.model.clock import DAY
from herenow.model.contact import STALE_AFTER
from herenow.model.device import Device, advance, first_seen
from herenow.model.geo import MAX_LEG_TIME, WORLD, distance
from herenow.model.position import Position
from herenow.model.view import View
from herenow.store.sqlite import SqliteStore
from tests.maps import Map
from tests.patience import PATIENCE
from tests.positions import NOW, position


async def keep(store: SqliteStore, *positions: Position) -> None:
    await store.write(positions, [first_seen(position) for position in positions])


def fleet_after(*positions: Position) -> Fleet:
    fleet = Fleet()
    fleet.apply(advance({}, positions), 1)
    return fleet


class SlowStore(SqliteStore):
    """A real store whose `latest` answers late."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.asked = asyncio.Event()
        self.answer = asyncio.Event()

    async def latest(self) -> Sequence[Device]:
        found = await super().latest()
        self.asked.set()
        await self.answer.wait()
        return found


async def test_what_arrives_while_the_fleet_is_loaded_is_not_lost(tmp_path: Path) -> None:
    bus, hub = MemoryBus(), Hub(lambda: NOW)
    async with SlowStore(tmp_path / "slow.db") as store:
        await keep(store, position("a", NOW), position("b", NOW))
        following = asyncio.create_task(hub.run(bus, store))
        await store.asked.wait()
        await bus.announce([first_seen(position("a", NOW + 1)), first_seen(position("c", NOW))])
        store.answer.set()
        await hub.loaded.wait()
        assert {device.device_id: device.position.time - NOW for device in hub.fleet} == {"a": 1, "b": 0, "c": 0}
        bus.stop_following()
        await following


async def test_news_that_were_lost_are_made_good_from_the_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bus, hub = MemoryBus(), Hub(lambda: NOW)
    async with SqliteStore(tmp_path / "gap.db") as store:
        following = asyncio.create_task(hub.run(bus, store))
        await hub.loaded.wait()
        seen = Map(hub, View(WORLD))
        lost = [position(f"d{n}", NOW + n) for n in range(10)]
        await keep(store, *lost)
        monkeypatch.setattr(follower, "MAX_NEWS", 5)
        await bus.announce([first_seen(position) for position in lost])
        async with asyncio.timeout(PATIENCE):
            while len(seen.drawn) < 10:
                await asyncio.sleep(0.01)
                seen.read()
        bus.stop_following()
        await following


def test_a_viewer_that_reads_nothing_is_closed_and_one_that_reads_slowly_is_not() -> None:
    hub = Hub(lambda: NOW)
    deaf, slow, idle = (Map(hub, View(WORLD)) for _ in range(3))
    idle.read()
    slow.connection.sent = [b"many"] * 100
    for second in range(int(STALLED) + 2):
        slow.connection.sent.pop()
        hub.housekeep(1000.0 + second)
    assert deaf.connection.closed == (4408, "no progress in reading for 30 s")
    assert (slow.connection.closed, idle.connection.closed) == (None, None)


def test_stats_count_status_and_kind_and_rank_distances() -> None:
    positions = [position("old", NOW - STALE_AFTER), position("late", NOW - STALE_AFTER, received=NOW)]
    for n in range(12):
        told = {"kind": "bus" if n % 2 else "car"}
        positions.append(position(f"d{n:02}", NOW, attributes=told, speed=float(n)))
        positions.append(position(f"d{n:02}", NOW + 60_000, 60.0 + n / 1000, attributes=told))
    stats = fleet_after(*positions).stats(NOW + 60_000)
    assert stats.by_status == {"moving": 11, "idle": 0, "stopped": 2, "stale": 1}
    assert stats.by_kind == {"bus": 6, "car": 6, "other": 2}
    assert [device.device_id for device in stats.top] == [f"d{n:02}" for n in range(11, 1, -1)]


def test_rare_kinds_are_counted_together() -> None:
    kinds = (
        fleet_after(*[position(f"d{n}", attributes={"kind": f"kind-{min(n, 9)}"}) for n in range(20)])
        .stats(NOW)
        .by_kind
    )
    assert len(kinds) == 8
    assert sum(kinds.values()) == 20


def test_distance_starts_anew_at_midnight() -> None:
    midnight = (NOW // DAY + 1) * DAY
    times = (midnight - 2000, midnight - 1000, midnight + 1000)
    device = fleet_after(*[position("a", time, 60.0 + n / 10_000) for n, time in enumerate(times)]).get("a")
    assert device is not None
    assert 10 < device.distance < 12


def test_only_legs_that_are_no_gap_and_no_jump_count_as_driven() -> None:
    way = [
        position("a", NOW, 60.0, 25.0),
        position("a", NOW + 60_000, 60.01, 25.0),
        position("a", NOW + 61_000, 61.0, 25.0),  # a jump
        position("a", NOW + 61_000 + MAX_LEG_TIME + 1, 61.01, 25.0),  # after a gap
    ]
    device = fleet_after(*way).get("a")
    assert device is not None
    assert device.distance == pytest.approx(distance(60.0, 25.0, 60.01, 25.0))


def test_a_position_ahead_of_its_time_or_late_moves_no_device() -> None:
    way = [position("a", NOW), position("a", NOW + 200_000, received=NOW), position("a", NOW - 1)]
    steps = advance({}, way)
    assert [device.position.time for device in steps] == [NOW, NOW]
    assert [device.offset for device in steps] == [None, 200_000]  # it was heard, and its clock is off


def test_a_device_that_is_always_ahead_is_known_and_has_no_place() -> None:
    fleet = fleet_after(position("a", NOW + DAY, received=NOW), position("a", NOW + DAY + 5, received=NOW + 5))
    device = fleet.get("a")
    assert device is not None
    assert device.ahead
    assert list(fleet.within(WORLD)) == []
    assert [one.device_id for one in fleet.stats(NOW).worst] == ["a"]


def test_any_fix_of_its_time_takes_the_place_of_those_ahead_of_it() -> None:
    way = [
        position("a", NOW + DAY, received=NOW, attributes={"name": "Bus 1"}),
        position("a", NOW + 1000, 61.0, received=NOW + 1000),
    ]
    device = fleet_after(*way).get("a")
    assert device is not None
    assert (device.ahead, device.position, device.name) == (False, way[1], "Bus 1")
    assert (device.distance, device.offset) == (0.0, 86_400_000)  # heard wrong within the last ten seconds


def test_what_is_heard_in_the_same_millisecond_counts() -> None:
    fleet = fleet_after(position("a", NOW), position("a", NOW + DAY, received=NOW))
    assert [device.offset for device in fleet] == [DAY]
