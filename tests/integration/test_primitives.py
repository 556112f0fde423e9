"""The movement of a device, read from each store in pages."""

import pytest

from herenow.history.ogc import primitives as module
from herenow.history.ogc.primitives import Moments, moved_during, primitives, read_primitive, read_primitives, read_runs
from herenow.model.clock import HOUR
from herenow.model.leg import MAX_LEG_TIME
from herenow.store.port import Store
from tests.support import stores
from tests.support.positions import NOW, position
from tests.support.stores import keep

keyspace, url, store = stores.keyspace, stores.url, stores.store

START = NOW // HOUR * HOUR


@pytest.mark.parametrize("limit", [1, 2, 100])
@pytest.mark.parametrize("most", [2, 3, 100])
async def test_pages_put_together_are_the_whole(
    store: Store, monkeypatch: pytest.MonkeyPatch, limit: int, most: int
) -> None:
    monkeypatch.setattr(module, "MAX_PRIMITIVE", most)
    monkeypatch.setattr(module, "_READ", most + 1)
    minutes = [0, 0, 0, 0, 1, 5, 58, 60, 60, 61, 62, 100, 111, 111, 120, 200]
    positions = [position("van", START + n * 60_000, 60 + i / 100) for i, n in enumerate(minutes)]
    await keep(store, positions)
    ever = Moments(START, START + 10 * HOUR)
    page = await read_primitives(store, "van", ever, None, limit)
    found = list(page.primitives)
    while page.following:
        assert len(found) < 50
        page = await read_primitives(store, "van", ever, page.following, limit)
        assert len(page.primitives) <= limit
        found += page.primitives
    assert {one.time for primitive in found for one in primitive} == {one.time for one in positions}
    if most == 100:
        assert found == primitives(sorted(positions, key=lambda one: one.version))


async def test_a_device_moved_where_a_leg_goes_over_the_time(store: Store) -> None:
    times = [0, MAX_LEG_TIME, 3 * MAX_LEG_TIME]
    await keep(store, [position("van", START + time) for time in times])

    async def moved(start: int, end: int) -> bool:
        return await moved_during(store, "van", Moments(START + start, START + end))

    assert await moved(0, 0)
    assert await moved(1, MAX_LEG_TIME - 1)
    assert not await moved(MAX_LEG_TIME + 1, 3 * MAX_LEG_TIME - 1)
    assert not await moved(MAX_LEG_TIME + 1, MAX_LEG_TIME + 1)
    assert not await moved(-2, -1)


async def test_a_primitive_is_found_by_its_beginning(store: Store) -> None:
    positions = [position("van", START + minute * 60_000) for minute in (0, 5, 10, 30, 58, 61)]
    await keep(store, positions)
    assert await read_primitive(store, "van", START) == positions[:3]
    assert await read_primitive(store, "van", START + 58 * 60_000) == positions[4:]
    assert await read_primitive(store, "van", START + 1) is None
    assert await read_primitive(store, "nobody", START) is None


async def test_runs_go_on_over_hours_and_are_refused_where_they_are_too_long(store: Store) -> None:
    positions = [position("van", START + minute * 60_000) for minute in (0, 5, 30, 58, 61)]
    await keep(store, positions)
    moments = Moments(START + 60_000, START + HOUR)
    assert await read_runs(store, "van", moments, 5) == [positions[:2], positions[2:3], positions[3:]]
    assert await read_runs(store, "van", moments, 4) is None
