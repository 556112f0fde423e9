"""What every store promises; runs on each adapter."""

import asyncio
import random
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from herenow.errors import BadRequest
from herenow.model import geo
from herenow.model.device import advance, first_seen
from herenow.model.geo import WORLD, Box
from herenow.model.position import Position
from herenow.store.base import MAX_CLUSTERS, Span, Store
from herenow.store.sqlite import SqliteStore
from tests.positions import NOW, position

EVER = Span(0, NOW * 2)


@pytest.fixture(params=["sqlite"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    async with SqliteStore(tmp_path / "folder" / "positions.db") as opened:
        yield opened


async def keep(store: Store, positions: list[Position]) -> None:
    """Writes as a recorder does: positions, and the devices that they move."""
    before = {device.device_id: device for device in await store.latest()}
    moves = advance(before, positions)
    await store.write(positions, list({device.device_id: device for device in moves}.values()))


async def track(store: Store, device_id: str, span: Span = EVER) -> list[Position]:
    return list(await store.track(device_id, span, None, 10_000))


async def test_what_was_written_is_read_back_field_by_field(store: Store) -> None:
    full = position(
        "bus-1", NOW, -33.5, -180.0, altitude=12.5, speed=3.25, course=359.9, accuracy=4.0, battery=55.5,
        attributes={"kind": "bus", "doors": 2, "full": False, "none": None, "text": "ä\x00'\"", "share": 0.1},
        received=NOW + 5, source="http",
    )  # fmt: skip
    await keep(store, [full, position("bus-2")])
    assert await track(store, "bus-1") == [full]


async def test_writing_twice_leaves_one(store: Store) -> None:
    positions = [position("a", NOW + n) for n in range(3)]
    await keep(store, positions)
    await keep(store, [position("a", NOW + n, received=NOW + 99) for n in range(3)])
    assert await track(store, "a") == positions


async def test_two_fixes_of_the_same_millisecond_are_both_kept(store: Store) -> None:
    await keep(store, [position("a", NOW, 1.0), position("a", NOW, 2.0)])
    assert {kept.latitude for kept in await track(store, "a")} == {1.0, 2.0}


async def test_a_track_is_in_order_whatever_the_order_of_arrival(store: Store) -> None:
    positions = [position("a", NOW + n) for n in range(500)]
    random.Random(1).shuffle(positions)
    for part in range(0, 500, 100):
        await keep(store, positions[part : part + 100])
    assert [kept.time for kept in await track(store, "a")] == [NOW + n for n in range(500)]


async def test_a_span_includes_its_start_and_not_its_end(store: Store) -> None:
    await keep(store, [position("a", NOW + n) for n in range(5)])
    assert [kept.time - NOW for kept in await track(store, "a", Span(NOW + 1, NOW + 4))] == [1, 2, 3]


async def test_pages_put_together_are_the_whole_track(store: Store) -> None:
    await keep(store, [position("a", NOW + n // 3, 1.0 + n) for n in range(50)])
    whole, after = await track(store, "a"), None
    paged: list[Position] = []
    while page := await store.track("a", EVER, after, 7):
        paged += page
        after = page[-1].version
    assert paged == whole


async def test_an_unknown_device_has_no_track(store: Store) -> None:
    assert await track(store, "nobody") == []


async def test_latest_is_the_greatest_time_not_the_last_arrival(store: Store) -> None:
    await keep(store, [position("a", NOW + 5), position("a", NOW + 9)])
    await keep(store, [position("a", NOW + 7), position("b", NOW)])
    assert {device.device_id: device.position.time - NOW for device in await store.latest()} == {"a": 9, "b": 0}


async def test_a_position_ahead_of_its_time_is_kept_and_never_latest(store: Store) -> None:
    await keep(
        store,
        [position("a", NOW), position("a", NOW + 200_000, received=NOW), position("c", NOW, received=NOW - 120_001)],
    )
    assert [device.position.time for device in await store.latest()] == [NOW]
    assert len(await track(store, "a")) == 2
    assert len(await track(store, "c")) == 1


async def test_a_device_is_called_what_it_last_said(store: Store) -> None:
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
    assert device == advance({}, way)[-1]
    assert (device.name, device.course, device.day) == ("Bus 1", 0.0, NOW // 86_400_000)
    assert device.distance == pytest.approx(geo.distance(60.0, 25.0, 60.01, 25.0))


async def test_a_device_never_takes_the_place_of_a_newer_one(store: Store) -> None:
    newer, older = position("a", NOW + 1), position("a", NOW)
    await store.write([newer], [first_seen(newer)])
    await store.write([older], [first_seen(older)])
    assert [device.position for device in await store.latest()] == [newer]


async def test_a_write_that_fails_leaves_nothing_and_mixes_nothing_up(store: Store) -> None:
    await keep(store, [position("first")])
    impossible = msgspec.structs.replace(position("failed"), received=2**70)
    with pytest.raises(OverflowError):
        await store.write([impossible], [])
    await keep(store, [position("other"), position("failed")])
    assert [len(await track(store, name)) for name in ("first", "failed", "other")] == [1, 1, 1]
    assert {device.device_id for device in await store.latest()} == {"first", "failed", "other"}


async def test_more_clusters_than_anyone_can_look_at_are_refused(store: Store) -> None:
    await keep(store, [position("a", NOW + n, 10 + n / 1000) for n in range(MAX_CLUSTERS + 1)])
    with pytest.raises(BadRequest, match="lower zoom"):
        await store.clusters(WORLD, EVER, (0.0005, 0.0005))


async def test_clusters_count_every_position_in_box_and_span_once(store: Store) -> None:
    dice = random.Random(3)
    positions = [position(f"d{n % 7}", NOW + n, dice.uniform(-80, 80), dice.uniform(-180, 180)) for n in range(2000)]
    await keep(store, positions)
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
    await asyncio.gather(*(store.write(batch, []) for batch in batches))
    tracks = await asyncio.gather(*(track(store, f"d{n}") for n in range(40)))
    assert [len(kept) for kept in tracks] == [37] * 40


async def test_a_batch_greater_than_one_statement_is_written_whole(store: Store) -> None:
    await keep(store, [position(f"d{n % 997}", NOW + n) for n in range(5000)])
    assert len(await store.latest()) == 997


times = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 30), st.integers(0, 2)), max_size=40)


async def outcome(folder: str, written: list[Position]) -> tuple[object, object]:
    async with SqliteStore(Path(folder) / f"{id(written)}.db") as store:
        for start in range(0, len(written), 5):
            await keep(store, written[start : start + 5])
        newest = [
            (device.device_id, device.position)
            for device in sorted(await store.latest(), key=lambda device: device.device_id)
        ]
        return [await track(store, name) for name in "abc"], newest


@given(times, st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None)
def test_any_order_and_any_repetition_end_in_the_same_store(
    rows: list[tuple[str, int, int]], dice: random.Random
) -> None:
    positions = [position(name, NOW + time, 10.0 + place) for name, time, place in rows]
    again = positions + dice.choices(positions, k=len(positions) // 2) if positions else []
    dice.shuffle(again)

    with tempfile.TemporaryDirectory() as folder:
        assert asyncio.run(outcome(folder, positions)) == asyncio.run(outcome(folder, again))
