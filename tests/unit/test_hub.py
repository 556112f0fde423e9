"""What the hub does around its views: loading, gaps, stalled viewers, stats."""

import asyncio
import random
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from herenow.bus import news_queue
from herenow.bus.memory import MemoryBus
from herenow.live import hub as module
from herenow.live.encoders import Written
from herenow.live.fleet import Fleet
from herenow.live.hub import Hub
from herenow.live.viewer import STALLED, Viewer
from herenow.model.clock import DAY
from herenow.model.contact import STALE_AFTER
from herenow.model.device import DayDistance, Device, advance, first_seen, late_positions
from herenow.model.geo.box import WORLD
from herenow.model.geo.sphere import distance
from herenow.model.leg import MAX_LEG_TIME
from herenow.model.position import Position
from herenow.model.view import View
from herenow.store.sqlite.store import SqliteStore
from tests.support.drawn_map import Map
from tests.support.patience import PATIENCE
from tests.support.positions import NOW, position


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
        self.requested = asyncio.Event()
        self.answer = asyncio.Event()

    async def latest(self) -> Sequence[Device]:
        found = await super().latest()
        self.requested.set()
        await self.answer.wait()
        return found


async def test_what_arrives_while_the_fleet_is_loaded_is_not_lost(tmp_path: Path) -> None:
    bus, hub = MemoryBus(), Hub(lambda: NOW)
    async with SlowStore(tmp_path / "slow.db") as store:
        await keep(store, position("a", NOW), position("b", NOW))
        following = asyncio.create_task(hub.run(bus, store))
        await store.requested.wait()
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
        monkeypatch.setattr(news_queue, "MAX_NEWS", 5)
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
        attributes = {"kind": "bus" if n % 2 else "car"}
        positions.append(position(f"d{n:02}", NOW, attributes=attributes, speed=float(n)))
        positions.append(position(f"d{n:02}", NOW + 60_000, 60.0 + n / 1000, attributes=attributes))
    stats = fleet_after(*positions).stats(NOW + 60_000)
    assert stats.by_status == {"moving": 11, "idle": 0, "stopped": 2, "stale": 1}
    assert stats.by_kind == {"bus": 6, "car": 6, "other": 2}
    assert [device.device_id for device, _ in stats.top] == [f"d{n:02}" for n in range(11, 1, -1)]


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
    times = (midnight - 60_000, midnight - 40_000, midnight + 20_000)
    device = fleet_after(*[position("a", time, 60.0 + n / 1_000) for n, time in enumerate(times)]).get("a")
    assert device is not None
    assert device.distance == pytest.approx(distance(60.001, 25.0, 60.002, 25.0) / 3), "its share by time"


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
    way = [position("a", NOW), position("a", NOW + 200_000, received=NOW)]
    moves = advance({}, way)
    assert [device.position.time for device in moves] == [NOW, NOW]
    known = {"a": moves[-1]}
    late = [position("a", NOW - 1), position("b", NOW - 1)]
    assert [device.device_id for device in advance(known, late)] == ["b"]
    assert [(one.position, one.late) for one in late_positions(known, [*late, *way])] == [(late[0], True)]


def test_a_delivery_moves_a_device_in_order_of_time_whatever_the_order_it_comes_in() -> None:
    way = [position("a", NOW + n * 10_000, 60.0 + n / 1_000) for n in range(200)]
    beside = [position("b", NOW + n * 10_000, 61.0) for n in range(200)]
    in_order = advance({}, way + beside)
    assert in_order[199].distance == pytest.approx(199 * 111.2, rel=1e-3)
    dice = random.Random(4)
    for shuffled in (way[::-1] + beside, dice.sample(way + beside, 400), way[::2] + beside + way[1::2] + way):
        moves = advance({}, shuffled)
        for device_id in ("a", "b"):
            assert [one for one in moves if one.device_id == device_id] == [
                one for one in in_order if one.device_id == device_id
            ]


@pytest.mark.parametrize(("step", "sigma", "accuracy"), [(1, 5, None), (30, 5, None), (60, 20, 30.2), (60, 50, 75.5)])
def test_what_stands_goes_hardly_anywhere_in_a_stream(step: int, sigma: float, accuracy: float | None) -> None:
    """An hour of noise: before, as far as 25 km. History, which sees what comes after, takes the rest away."""
    dice = random.Random(2)
    metre = 1 / 111_412  # degrees of latitude
    way = [
        position(
            "a",
            NOW + second * 1_000,
            60 + dice.gauss(0, sigma) * metre,
            25 + dice.gauss(0, sigma) * 2 * metre,
            accuracy=accuracy,
        )
        for second in range(0, 3_600, step)
    ]
    device = advance({}, way)[-1]
    assert device.distance < 500
    assert device.motion == "stopped"


@pytest.mark.parametrize("step", [1, 5, 20, 60])
def test_a_walk_is_as_long_in_a_stream_and_moves_all_the_time(step: int) -> None:
    way = [position("a", NOW + second * 1_000, 60 + 1.4 * second / 111_412) for second in range(0, 3_601, step)]
    moves = advance({}, way)
    assert moves[-1].distance == pytest.approx(1.4 * 3_600, rel=0.02)
    assert {one.motion for one in moves if one.position.time >= NOW + 60_000} == {"moving"}
    assert moves[-1].speed == pytest.approx(1.4, rel=0.02)


def test_late_positions_are_steps_of_a_device_that_is_followed_and_leave_it_where_it_is() -> None:
    fleet, moves = Fleet(), advance({}, [position("a", NOW), position("b", NOW)])
    fleet.apply(moves, 1)
    known = {one.device_id: one for one in moves}
    late = late_positions(known, [position(name, NOW - n) for n in (5, 1, 3) for name in ("a", "b")])
    changes = fleet.apply(late, 2, {"a"})
    assert [device.position.time for _, device in changes.steps] == [NOW - 5, NOW - 1, NOW - 3]
    assert len(changes.rows) == 0
    assert [device.position.time for device in fleet] == [NOW, NOW]
    assert len(fleet.apply(late_positions({"c": moves[0]}, []), 3).rows) == 0


def test_a_distance_of_the_day_comes_right_from_history() -> None:
    way = [position("a", NOW + n * 10_000, 60.0 + n / 1_000) for n in range(100)]
    moves = advance({}, way)
    fleet, day = Fleet(), NOW // DAY

    def metres(now: int = NOW) -> float:
        return fleet.metres(fleet.devices[0], now)

    fleet.apply(moves[:50], 1)
    fleet.correct(day, {"a": DayDistance(moves[49].position.time, 7_000.0), "nobody": DayDistance(NOW, 1.0)})
    assert metres() == pytest.approx(7_000), "history has all of it"
    fleet.apply(moves[50:90], 2)
    assert metres() == pytest.approx(7_000 + 40 * 111.2, rel=1e-3), "and what came since is added"
    fleet.correct(day, {"a": DayDistance(moves[69].position.time, 8_000.0)})
    assert metres() == pytest.approx(8_000 + 20 * 111.2, rel=1e-3)
    assert fleet.stats(NOW).total == pytest.approx(metres())
    fleet.correct(day, {"a": DayDistance(moves[60].position.time, 1.0)})
    assert metres() == pytest.approx(8_000 + 20 * 111.2, rel=1e-3), "an older answer changes nothing"
    assert metres(NOW + DAY) == 0


@given(sizes=st.lists(st.integers(0, 40), max_size=12))
def test_a_flood_is_taken_in_several_ticks_and_none_of_it_is_lost_or_put_off_for_long(sizes: list[int]) -> None:
    hub, total = Hub(), 0
    for size in sizes:
        hub.on_news([first_seen(position(f"flood-{total + n}")) for n in range(size)])
        total += size
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "MOST_MOVES", 10)
        while len(hub.fleet) < total:
            before = len(hub.fleet)
            hub.tick()
            assert len(hub.fleet) - before == min(total - before, max(10, (total - before + 1) // 2))
    assert {device.device_id for device in hub.fleet} == {f"flood-{n}" for n in range(total)}


def test_a_flood_of_moves_of_one_device_ends_at_its_newest_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_MOVES", 10)
    hub = Hub()
    hub.on_news([first_seen(position("a", NOW + n)) for n in range(100)])
    seen: list[int] = []
    while not seen or seen[-1] < NOW + 99:
        hub.tick()
        seen.append(hub.fleet.devices[0].position.time)
    assert seen == [NOW + n for n in (49, 74, 87, 97, 99)]


def test_what_moves_no_device_shows_that_it_reported() -> None:
    way = [position("a", NOW), position("a", NOW + 200_000, received=NOW), position("a", NOW - 1)]
    moves = advance({}, way)
    assert [device.position.time for device in moves] == [NOW - 1, NOW, NOW]
    assert [device.offset for device in moves] == [None, None, 200_000]  # it reported, and its clock is off


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
    assert (device.distance, device.offset) == (0.0, 86_400_000)  # reported wrong within the last ten seconds


def test_what_is_received_in_the_same_millisecond_counts() -> None:
    fleet = fleet_after(position("a", NOW), position("a", NOW + DAY, received=NOW))
    assert [device.offset for device in fleet] == [DAY]


class Pieces:
    """A connection that keeps what was written to it."""

    full = False

    def __init__(self) -> None:
        self.written: list[bytes] = []

    def write(self, pieces: Written) -> None:
        self.written.append(b"".join(pieces))

    def unread(self) -> int:
        return 0

    def gone(self) -> int:
        return 0

    def close(self, code: int, reason: str, retry_ms: int | None = None) -> None:
        raise AssertionError(code, reason, retry_ms)


@pytest.mark.parametrize("wire", ["json_wire", "binary_wire", "event_wire", "article_wire"])
@pytest.mark.parametrize("meanwhile", ["nothing", "moves", "an erasure"])
def test_a_snapshot_that_was_prepared_in_steps_is_the_same_as_one_that_was_not(wire: str, meanwhile: str) -> None:
    """Whatever happens between two steps. The steps are many, so that none is long."""
    hub, view = Hub(lambda: NOW), View(WORLD, zoom=3)
    hub.on_news(advance({}, [position(f"d{n}", NOW, n / 50, n / 20) for n in range(3000)]))
    while hub.tick() or len(hub.fleet) < 3000:
        pass
    frames = []
    for steps in (True, False):
        viewer = Viewer(getattr(hub, wire), Pieces())
        hub.viewers.add(viewer)
        count = 0
        for _ in hub.warm(viewer, view) if steps else ():
            count += 1
            if meanwhile == "moves":
                hub.on_news([first_seen(position(f"d{count}", NOW + count, -count / 50, 1.0))])
                hub.tick()
            elif meanwhile == "an erasure":
                hub.forget(f"d{count}")
        assert count >= (3000 // 400 if steps and meanwhile != "an erasure" else 0)
        hub.set_view(viewer, view)
        assert isinstance(viewer.sink, Pieces)
        frames.append(viewer.sink.written[0])
    assert frames[0] == frames[1]
