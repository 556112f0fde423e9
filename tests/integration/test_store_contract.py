"""What every store promises; runs on each adapter."""

import asyncio
import random
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from herenow.model import geo
from herenow.model.device import first_seen, moved
from herenow.model.geo import WORLD, Box
from herenow.model.position import Position
from herenow.store.base import Span, Store
from herenow.store.sqlite import SqliteStore
from tests.positions import NOW, position

EVER = Span(0, NOW * 2)


@pytest.fixture(params=["sqlite"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    async with SqliteStore(tmp_path / "folder" / "positions.db") as opened:
        yield opened


async def track(store: Store, device_id: str, span: Span = EVER) -> list[Position]:
    return list(await store.track(device_id, span, None, 10_000))


async def test_what_was_written_is_read_back_field_by_field(store: Store) -> None:
    full = position(
        "bus-1", NOW, -33.5, -180.0, altitude=12.5, speed=3.25, course=359.9, accuracy=4.0, battery=55.5,
        attributes={"kind": "bus", "doors": 2, "full": False, "none": None, "text": "ä\x00'\"", "share": 0.1},
        received=NOW + 5, source="http",
    )  # fmt: skip
    await store.write([full, position("bus-2")])
    assert await track(store, "bus-1") == [full]


async def test_writing_twice_leaves_one(store: Store) -> None:
    positions = [position("a", NOW + n) for n in range(3)]
    await store.write(positions)
    await store.write([position("a", NOW + n, received=NOW + 99) for n in range(3)])
    assert await track(store, "a") == positions


async def test_two_fixes_of_the_same_millisecond_are_both_kept(store: Store) -> None:
    await store.write([position("a", NOW, 1.0), position("a", NOW, 2.0)])
    assert {kept.latitude for kept in await track(store, "a")} == {1.0, 2.0}


async def test_a_track_is_in_order_whatever_the_order_of_arrival(store: Store) -> None:
    positions = [position("a", NOW + n) for n in range(500)]
    random.Random(1).shuffle(positions)
    for part in range(0, 500, 100):
        await store.write(positions[part : part + 100])
    assert [kept.time for kept in await track(store, "a")] == [NOW + n for n in range(500)]


async def test_a_span_includes_its_start_and_not_its_end(store: Store) -> None:
    await store.write([position("a", NOW + n) for n in range(5)])
    assert [kept.time - NOW for kept in await track(store, "a", Span(NOW + 1, NOW + 4))] == [1, 2, 3]


async def test_pages_put_together_are_the_whole_track(store: Store) -> None:
    await store.write([position("a", NOW + n // 3, 1.0 + n) for n in range(50)])
    whole, after = await track(store, "a"), None
    paged: list[Position] = []
    while page := await store.track("a", EVER, after, 7):
        paged += page
        after = page[-1].version
    assert paged == whole


async def test_an_unknown_device_has_no_track(store: Store) -> None:
    assert await track(store, "nobody") == []


async def test_latest_is_the_greatest_time_not_the_last_arrival(store: Store) -> None:
    await store.write([position("a", NOW + 5), position("a", NOW + 9)])
    await store.write([position("a", NOW + 7), position("b", NOW)])
    assert {device.device_id: device.position.time - NOW for device in await store.latest()} == {"a": 9, "b": 0}


async def test_a_position_ahead_of_its_time_is_kept_and_never_latest(store: Store) -> None:
    await store.write(
        [position("a", NOW), position("a", NOW + 200_000, received=NOW), position("c", NOW, received=NOW - 120_001)]
    )
    assert [device.position.time for device in await store.latest()] == [NOW]
    assert len(await track(store, "a")) == 2
    assert len(await track(store, "c")) == 1


async def test_a_device_is_called_what_it_last_said(store: Store) -> None:
    await store.write([position("a", NOW, attributes={"name": "Bus 1", "kind": "bus"})])
    await store.write([position("a", NOW + 1, attributes={"name": " Bus One "}), position("a", NOW + 2)])
    (device,) = await store.latest()
    assert (device.name, device.kind) == ("Bus One", "bus")


async def test_distances_are_the_sum_of_the_legs_that_count(store: Store) -> None:
    day = [
        position("a", NOW, 60.0, 25.0),
        position("a", NOW + 60_000, 60.01, 25.0),
        position("a", NOW + 120_000, 60.01, 25.02),
        position("a", NOW + 120_000 + geo.MAX_LEG_TIME + 1, 60.2, 25.02),  # after a gap
        position("b", NOW, 0.0, 0.0),
        position("b", NOW + 1000, 1.0, 1.0),  # a jump
        position("a", NOW + 60_001, 70.0, 25.0, received=NOW - 60_000),  # ahead of its time
    ]
    await store.write(day)
    expected = geo.distance(60.0, 25.0, 60.01, 25.0) + geo.distance(60.01, 25.0, 60.01, 25.02)
    distances = await store.distances(EVER)
    assert distances["a"] == pytest.approx(expected)
    assert distances.get("b", 0.0) == 0.0


async def test_distances_agree_with_what_the_fleet_adds_up(store: Store) -> None:
    dice = random.Random(7)
    way = [position("a", NOW + n * 1000, 60 + dice.random() / 1000, 25 + dice.random() / 1000) for n in range(200)]
    await store.write(way)
    device = first_seen(way[0])
    for step in way[1:]:
        device = moved(device, step)
    assert (await store.distances(EVER))["a"] == pytest.approx(device.distance)


async def test_clusters_count_every_position_in_box_and_span_once(store: Store) -> None:
    dice = random.Random(3)
    positions = [position(f"d{n % 7}", NOW + n, dice.uniform(-80, 80), dice.uniform(-180, 180)) for n in range(2000)]
    await store.write(positions)
    for box in (WORLD, Box(-20.0, -10.0, 30.0, 40.0), Box(170.0, -90.0, -170.0, 90.0)):
        inside = [kept for kept in positions if box.contains(kept.longitude, kept.latitude) and kept.time < NOW + 1500]
        clusters = await store.clusters(box, Span(NOW, NOW + 1500), (30.0, 15.0))
        assert sum(cluster.count for cluster in clusters) == len(inside)
        for cluster in clusters:
            west, south, east, north = cluster.bbox
            assert west <= cluster.longitude <= east
            assert south <= cluster.latitude <= north


async def test_many_at_once_are_all_written(store: Store) -> None:
    batches = [[position(f"d{n}", NOW + m) for m in range(37)] for n in range(40)]
    await asyncio.gather(*(store.write(batch) for batch in batches))
    tracks = await asyncio.gather(*(track(store, f"d{n}") for n in range(40)))
    assert [len(kept) for kept in tracks] == [37] * 40


async def test_a_batch_greater_than_one_statement_is_written_whole(store: Store) -> None:
    await store.write([position(f"d{n % 997}", NOW + n) for n in range(5000)])
    assert len(await store.latest()) == 997


times = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 30), st.integers(0, 2)), max_size=40)


@given(times, st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None)
def test_any_order_and_any_repetition_end_in_the_same_store(
    rows: list[tuple[str, int, int]], dice: random.Random
) -> None:
    positions = [position(name, NOW + time, 10.0 + place) for name, time, place in rows]
    again = positions + dice.choices(positions, k=len(positions) // 2) if positions else []
    dice.shuffle(again)

    async def outcome(written: list[Position]) -> tuple[object, object]:
        async with SqliteStore(Path(folder) / f"{id(written)}.db") as store:
            for start in range(0, len(written), 5):
                await store.write(written[start : start + 5])
            tracks = [await track(store, name) for name in "abc"]
            return tracks, sorted((await store.latest()), key=lambda device: device.device_id)

    with tempfile.TemporaryDirectory() as folder:
        assert asyncio.run(outcome(positions)) == asyncio.run(outcome(again))
