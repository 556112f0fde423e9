"""What the hub does around its views: loading, gaps, stalled viewers, stats."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from herenow.bus import memory
from herenow.bus.memory import MemoryBus
from herenow.live.fleet import Fleet
from herenow.live.hub import STALLED, Hub
from herenow.live.viewer import Viewer
from herenow.model.device import STALE_AFTER, Device
from herenow.model.geo import WORLD
from herenow.model.view import View
from herenow.store.sqlite import SqliteStore
from tests.positions import NOW, position


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
        await store.write([position("a", NOW), position("b", NOW)])
        following = asyncio.create_task(hub.run(bus, store))
        await store.asked.wait()
        await bus.announce([position("a", NOW + 1), position("c", NOW)])
        store.answer.set()
        await hub.loaded.wait()
        await asyncio.sleep(0.05)
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
        viewer = Viewer(hub.json_frames, View(WORLD))
        hub.viewers.add(viewer)
        viewer.take()
        lost = [position(f"d{n}", NOW + n) for n in range(10)]
        await store.write(lost)
        monkeypatch.setattr(memory, "MAX_NEWS", 5)
        await bus.announce(lost)
        async with asyncio.timeout(5):
            await viewer.due()
        assert '"type":"snapshot"' in viewer.take()[0]
        assert len(hub.fleet) == 10
        bus.stop_following()
        await following


def test_a_viewer_without_progress_is_closed_with_the_documented_code() -> None:
    hub = Hub(lambda: NOW)
    closed: dict[str, tuple[int, str]] = {}
    for name, since in (("stalled", 100.0), ("sends", 100.0 + STALLED)):
        viewer = Viewer(hub.json_frames)
        viewer.sending_since = since
        viewer.close = lambda code, reason, name=name: closed.update({name: (code, reason)})  # type: ignore[misc]
        hub.viewers.add(viewer)
    hub.housekeep(100.1 + STALLED)
    assert closed == {"stalled": (4408, "no progress in reading for 30 s")}


def test_stats_count_status_and_kind_and_rank_distances() -> None:
    fleet = Fleet()
    for n in range(12):
        fleet.apply(position(f"d{n:02}", NOW, attributes={"kind": "bus" if n % 2 else "car"}, speed=float(n)))
        fleet.apply(position(f"d{n:02}", NOW + 60_000, 60.0 + n / 1000, attributes={"kind": "bus" if n % 2 else "car"}))
    fleet.apply(position("old", NOW - STALE_AFTER))
    stats = fleet.stats(NOW + 60_000)
    assert stats.by_status == {"moving": 11, "idle": 0, "stopped": 1, "stale": 1}
    assert stats.by_kind == {"bus": 6, "car": 6, "other": 1}
    assert [device.device_id for device in stats.top] == [f"d{n:02}" for n in range(11, 1, -1)]


def test_rare_kinds_are_counted_together() -> None:
    fleet = Fleet()
    for n in range(20):
        fleet.apply(position(f"d{n}", NOW, attributes={"kind": f"kind-{min(n, 9)}"}))
    kinds = fleet.stats(NOW).by_kind
    assert len(kinds) == 8
    assert sum(kinds.values()) == 20


def test_distance_starts_anew_at_midnight() -> None:
    fleet, midnight = Fleet(), (NOW // 86_400_000 + 1) * 86_400_000
    for n, time in enumerate((midnight - 2000, midnight - 1000, midnight + 1000)):
        fleet.apply(position("a", time, 60.0 + n / 10_000))
    device = fleet.get("a")
    assert device is not None
    assert 10 < device.distance < 12
