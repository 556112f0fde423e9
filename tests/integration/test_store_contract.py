"""What every store promises of positions; runs on each adapter."""

import asyncio
import random
import tempfile
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from herenow.model.position import LATER, MEASURED, Position
from herenow.store.port import Span, Store
from tests.support import stores
from tests.support.dose import dose
from tests.support.positions import FULL, NOW, position
from tests.support.stores import EVER, keep, opened, track

# A fixture is found where it is named.
keyspace, url, store = stores.keyspace, stores.url, stores.store


def reported(position: Position) -> Position:
    """Without what is not part of the report: a repetition may come another way."""
    return msgspec.structs.replace(position, received=0, source="")


async def test_what_was_written_is_read_back_field_by_field(store: Store) -> None:
    full = position(
        "bus-1", NOW, -33.5, -180.0, **FULL,
        attributes={"kind": "bus", "doors": 2, "full": False, "none": None, "text": "ä\x00'\"", "share": 0.1},
        received=NOW + 5, source="http",
    )  # fmt: skip
    await keep(store, [full, position("bus-2")])
    assert await track(store, "bus-1") == [full]
    assert [device.position for device in await store.devices(["bus-1"])] == [full]


async def test_a_position_that_comes_again_is_completed_by_fields_that_do_not_enter_its_tie(store: Store) -> None:
    more = {name: FULL[name] for name in LATER}
    await keep(store, [position("a"), position("b", **more)])
    await keep(store, [position("a", **more), position("b")])
    assert await track(store, "a") == [position("a", **more)]
    assert await track(store, "b") == [position("b", **more)]


async def test_writing_twice_leaves_one(store: Store) -> None:
    positions = [position("a", NOW + n) for n in range(3)]
    await keep(store, positions)
    await keep(store, [position("a", NOW + n, received=NOW + 99) for n in range(3)])
    assert [reported(kept) for kept in await track(store, "a")] == [reported(kept) for kept in positions]


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


async def test_names_of_any_letters_are_kept_apart(store: Store) -> None:
    names = ["x", "Straße 7", "バス", "\U0001f68c", "a'b\"c;--", "%20", " blank ", "blank", "d" * 128, "中" * 128]
    names += ["a\u0301", "\u00e1", "null", "NULL"]
    fleet = {name: position(name, latitude=float(number)) for number, name in enumerate(names)}
    await keep(store, list(fleet.values()))
    for name, kept in fleet.items():
        assert await track(store, name) == [kept]
        assert [device.position for device in await store.devices([name])] == [kept]


async def test_numbers_at_their_ends_are_read_back(store: Store) -> None:
    ends = [
        position("low", 946_684_800_000, -90.0, -180.0, altitude=-12_000.0, speed=0.0, course=0.0, accuracy=0.0),
        position("low", 946_684_800_001, 5e-324, 0.1 + 0.2, battery=0.0),
        position("high", 4_102_444_800_000, 90.0, 180.0, altitude=1e6, speed=1e5, course=359.99999999999994),
        position("high", 4_102_444_800_001, accuracy=1e7, battery=100.0, received=2**53),
    ]
    ends += [
        position("low", NOW, **{name: field.least for name, field in MEASURED.items()}),
        position("high", NOW, **{name: field.most for name, field in MEASURED.items()}),
    ]
    await keep(store, ends)
    assert await track(store, "low", Span(0, 2**53)) == [*ends[:2], ends[4]]
    assert await track(store, "high", Span(0, 2**53)) == [ends[5], *ends[2:4]]


async def test_attributes_of_any_kind_and_size_are_read_back(store: Store) -> None:
    attributes: list[dict[str, str | int | float | bool | None]] = [
        {"text": "ä\x00\n'\"\U0001f68c", "": "no name", "none": None, "yes": True, "no": False, "share": 0.1},
        {"large": 2**53, "small": -(2**53), "zero": 0},
        {f"key{n}": "x" * 30 for n in range(90)},
    ]
    written = [position("a", NOW + n, attributes=some) for n, some in enumerate(attributes)]
    await keep(store, [*written, *(position(f"b{n}", attributes=attributes[2]) for n in range(40))])
    assert await track(store, "a") == written
    assert [device.position for device in await store.devices(["a"])] == written[-1:]
    assert len(await store.latest()) == 41


async def test_an_unknown_device_has_no_track(store: Store) -> None:
    assert await track(store, "nobody") == []


async def test_positions_are_those_of_all_devices_in_the_span_device_by_device(store: Store) -> None:
    days = [NOW, NOW + 86_400_000]
    written = [position(f"d{n % 5}", days[n % 2] + n, 10.0 + n) for n in range(60)]
    random.Random(2).shuffle(written)
    await keep(store, written)
    span = Span(NOW + 2, NOW + 86_400_000 + 50)
    tracks = {device_id: await track(store, device_id, span) for device_id in ("d0", "d1", "d2", "d3", "d4")}
    found = list(await store.positions(span, 1000))
    order = list(dict.fromkeys(kept.device_id for kept in found))
    assert sorted(order) == sorted(tracks)
    assert found == [kept for device_id in order for kept in tracks[device_id]]
    some = await store.positions(span, 7)
    assert (len(some), all(kept in found for kept in some)) == (7, True)
    assert list(await store.positions(Span(0, NOW), 7)) == []


async def test_a_track_over_many_days_and_gaps_of_years_is_whole(store: Store) -> None:
    days = [*range(40), 400, 401, 4000]
    written = [position("a", NOW + day * 86_400_000 + n) for day in days for n in range(3)]
    await keep(store, written)
    whole = Span(0, NOW * 3)
    assert list(await store.track("a", whole, None, 10_000)) == written
    assert list(await store.track("a", whole, written[60].version, 10)) == written[61:71]
    assert list(await store.track("a", Span(written[5].time, written[8].time), written[0].version, 9)) == written[5:8]


async def test_a_write_that_fails_leaves_nothing_and_mixes_nothing_up(store: Store) -> None:
    await keep(store, [position("first")])
    impossible = msgspec.structs.replace(position("failed"), received=2**70)
    with pytest.raises(OverflowError):
        await store.write([impossible], [])
    await keep(store, [position("other"), position("failed")])
    assert [len(await track(store, name)) for name in ("first", "failed", "other")] == [1, 1, 1]
    assert {device.device_id for device in await store.latest()} == {"first", "failed", "other"}


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
    async with opened(str(Path(folder) / f"{id(written)}.db")) as store:
        for start in range(0, len(written), 5):
            await keep(store, written[start : start + 5])
        newest = [
            (device.device_id, device.position)
            for device in sorted(await store.latest(), key=lambda device: device.device_id)
        ]
        return [await track(store, name) for name in "abc"], newest


@given(times, st.randoms(use_true_random=False))
@settings(max_examples=dose(10, full=100))
def test_any_order_and_any_repetition_end_in_the_same_store(
    rows: list[tuple[str, int, int]], dice: random.Random
) -> None:
    positions = [position(name, NOW + time, 10.0 + place) for name, time, place in rows]
    again = positions + dice.choices(positions, k=len(positions) // 2) if positions else []
    dice.shuffle(again)

    with tempfile.TemporaryDirectory() as folder:
        assert asyncio.run(outcome(folder, positions)) == asyncio.run(outcome(folder, again))
