"""What every store promises of devices; runs on each adapter."""

import itertools

import msgspec
import pytest

from herenow.model.device import advance, first_seen
from herenow.model.geo import sphere
from herenow.store.port import Store
from tests.support import stores
from tests.support.positions import NOW, position
from tests.support.stores import keep, track

# A fixture is found where it is named.
keyspace, url, store = stores.keyspace, stores.url, stores.store


async def test_latest_is_the_greatest_time_not_the_last_arrival(store: Store) -> None:
    await keep(store, [position("a", NOW + 5), position("a", NOW + 9)])
    await keep(store, [position("a", NOW + 7), position("b", NOW)])
    assert {device.device_id: device.position.time - NOW for device in await store.latest()} == {"a": 9, "b": 0}


async def test_a_position_ahead_of_its_time_is_kept_and_never_latest(store: Store) -> None:
    await keep(
        store,
        [position("a", NOW), position("a", NOW + 200_000, received=NOW), position("c", NOW, received=NOW - 120_001)],
    )
    latest = {device.device_id: device for device in await store.latest()}
    assert (latest["a"].position.time, latest["a"].ahead, latest["a"].offset) == (NOW, False, 200_000)
    assert (latest["c"].ahead, latest["c"].offset) == (True, 120_001)
    assert len(await track(store, "a")) == 2
    assert len(await track(store, "c")) == 1


async def test_any_fix_of_its_time_takes_the_place_of_one_ahead(store: Store) -> None:
    await keep(store, [position("a", NOW + 900_000, received=NOW, attributes={"name": "Bus 1"})])
    await keep(store, [position("a", NOW + 20_000)])
    await keep(store, [position("a", NOW + 950_000, received=NOW + 40_000)])
    (device,) = await store.devices(["a"])
    assert (device.position.time, device.ahead, device.name) == (NOW + 20_000, False, "Bus 1")
    assert (device.last_heard, device.offset, device.latest) == (NOW + 40_000, 910_000, NOW + 950_000)


async def test_late_and_repeated_reports_count_as_contact(store: Store) -> None:
    await keep(store, [position("a", NOW)])
    for seconds, time in ((20, NOW - 5000), (40, NOW)):
        await keep(store, [position("a", time, received=NOW + seconds * 1000)])
        (device,) = await store.latest()
        assert (device.position.time, device.last_heard) == (NOW, NOW + seconds * 1000)


async def test_a_device_has_the_name_that_it_last_reported(store: Store) -> None:
    await keep(store, [position("a", NOW, attributes={"name": "Bus 1", "kind": "bus"})])
    await keep(store, [position("a", NOW + 1, attributes={"name": " Bus One "}), position("a", NOW + 2)])
    (device,) = await store.latest()
    assert (device.name, device.kind) == ("Bus One", "bus")


async def test_a_device_is_read_back_as_its_newest_position_left_it(store: Store) -> None:
    way = [
        position("a", NOW, 60.0, 25.0),
        position("a", NOW + 60_000, 60.01, 25.0, attributes={"name": "Bus 1"}),
        position("a", NOW - 5000, 61.0, 25.0, attributes={"name": "Old"}),  # late
    ]
    await keep(store, way[:1])
    await keep(store, way[1:])
    (device,) = await store.latest()
    known = advance({}, way[:1])[0]
    assert device == advance({"a": known}, way[1:])[-1]
    assert (device.name, device.course, device.day) == ("Bus 1", 0.0, NOW // 86_400_000)
    assert device.distance == pytest.approx(sphere.distance(60.0, 25.0, 60.01, 25.0))


async def test_a_device_never_takes_the_place_of_a_newer_one(store: Store) -> None:
    newer, older = position("a", NOW + 1), position("a", NOW)
    await store.write([newer], [first_seen(newer)])
    await store.write([older], [first_seen(older)])
    assert [device.position for device in await store.latest()] == [newer]


async def test_the_newest_stays_whatever_the_order_of_the_writes(store: Store) -> None:
    # The last two have the same time, and ties that differ little: 0 and 1, and the greatest of all.
    versions = [(NOW, 7), (NOW + 1, 2**32 - 1), (NOW + 2, 0), (NOW + 2, 1), (NOW + 2, 2**31), (NOW + 2, 2**32 - 1)]
    for number, order in enumerate(itertools.permutations(versions[-4:])):
        name = f"d{number}"
        for time, tie in [*order, *versions[:2]]:
            fix = msgspec.structs.replace(position(name, time), tie=tie)
            await store.write([fix], [first_seen(fix)])
    assert {device.position.version for device in await store.latest()} == {versions[-1]}
    assert len(await store.latest()) == 24


async def test_of_close_ties_the_greater_stays(store: Store) -> None:
    for name, ties in (("up", (5, 6)), ("down", (6, 5))):
        for tie in ties:
            fix = msgspec.structs.replace(position(name), tie=tie)
            await store.write([fix], [first_seen(fix)])
    assert [device.position.tie for device in await store.devices(["up", "down"])] == [6, 6]


async def test_devices_are_those_named_each_once(store: Store) -> None:
    fleet = [position(f"d{n}", NOW + n) for n in range(300)]
    await keep(store, fleet)
    found = await store.devices(["d7", "nobody", "d299", "d7", ""])
    assert sorted(device.device_id for device in found) == ["d299", "d7"]
    assert {device.position for device in found} == {fleet[7], fleet[299]}
    assert list(await store.devices([])) == []


async def test_very_many_devices_can_be_named_at_once(store: Store) -> None:
    await keep(store, [position(f"d{n}") for n in range(0, 20_000, 40)])
    found = await store.devices([f"d{n}" for n in range(20_000)])
    assert {device.device_id for device in found} == {f"d{n}" for n in range(0, 20_000, 40)}
