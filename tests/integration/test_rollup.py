"""What is kept of history, on each store: the same as a recount of every position, whatever the order of arrival."""

import asyncio
import random
import tempfile
import zlib
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from herenow.history.queries.replay_blocks import STEPS, decode, read_block
from herenow.history.queries.tiles import Filter, read_tile
from herenow.history.rollups import blocks as blocks_module
from herenow.history.rollups import pyramid as pyramid_module
from herenow.history.rollups import rounds as rounds_module
from herenow.history.rollups.blocks import closed_blocks, whole_hours
from herenow.history.rollups.days import read_hours, read_level, read_summaries
from herenow.history.rollups.pace import rest
from herenow.history.rollups.rounds import Rollup
from herenow.history.tracks.quality import unflagged
from herenow.history.tracks.simplify import levels
from herenow.history.tracks.summary import summary
from herenow.history.tracks.trips import Piece, Stop
from herenow.model.clock import DAY, HOUR, now
from herenow.model.position import Position
from herenow.store.cassandra import changes
from herenow.store.cassandra.rollups import CassandraRollups
from herenow.store.port import Row, Span, Store
from herenow.store.sqlite.rollups import SqliteRollups
from herenow.store.track import Track
from tests.support import stores
from tests.support.dose import dose
from tests.support.positions import NOW, position
from tests.support.rollups import counts_of, judged, put, quick, recounted, tile_at
from tests.support.stores import keep, opened

keyspace, url, store = stores.keyspace, stores.url, stores.store
__all__ = ["quick"]

START = NOW // DAY * DAY
LATER = 1.1  # s until Cassandra lists its changes


async def settle(store: Store, rollup: Rollup) -> None:
    """Waits for the marks of what was written, and catches up."""
    if hasattr(store, "_url"):
        await asyncio.sleep(LATER)
    else:
        await asyncio.sleep(0.003)
    await rollup.catch_up()


def bus(time: int, latitude: float) -> Position:
    return position("bus-1", time, latitude, attributes={"kind": "bus"})


def drive(device_id: str, count: int, *, step: int = 60_000, start: int = START, seed: int = 1) -> list[Position]:
    """A drive in Helsinki, with stops, and jumps that nobody can believe."""
    chance = random.Random(f"{seed} {device_id}")
    latitude, longitude = 60.17 + chance.random() / 10, 24.94 + chance.random() / 10
    found = []
    for number in range(count):
        speed = chance.choice([0.0, 8.0, None])
        if speed:
            latitude, longitude = latitude + chance.gauss(0, 0.002), longitude + chance.gauss(0, 0.004)
        aside = 20.0 if chance.random() < 0.03 else 0.0
        kind = {"kind": "bus"} if device_id.startswith("bus") else {}
        moment = start + number * step + chance.randrange(1000)
        found.append(position(device_id, moment, latitude + aside, longitude, speed=speed, attributes=kind or None))
    return found


async def check(store: Store, positions: list[Position], span: Span, *, zooms: tuple[int, ...]) -> None:
    tracks = {
        device_id: ("bus" if device_id.startswith("bus") else "other", found)
        for device_id, found in judged(positions).items()
    }
    places = {(position.longitude, position.latitude) for position in positions[:: max(1, len(positions) // 3)]}
    for by in (Filter(), Filter("bus"), Filter(raw=True)):
        for zoom in zooms:
            for wanted in {tile_at(*place, zoom) for place in places}:
                counted = await read_tile(store.rollups, wanted, span, by)
                assert counts_of(counted, wanted) == recounted(tracks, wanted, span, by), (wanted, by)
    for device_id, (_, found) in tracks.items():
        await check_days(store, device_id, found)
    await check_replay(store, tracks)


async def check_replay(store: Store, tracks: dict[str, tuple[str, Track]]) -> None:
    """The blocks put together are every position, the thinned ones some of them."""
    kept = {device_id: unflagged(found) for device_id, (_, found) in tracks.items()}
    hours = sorted({int(hour) for found in kept.values() for hour in found["time"] // HOUR})
    for level, step in enumerate(STEPS):
        played: dict[str, list[tuple[int, int, int]]] = {device_id: [] for device_id in kept}
        for hour in hours:
            head, rows = decode(zlib.decompress(await read_block(store.rollups, hour, level)))
            assert (head.start, head.step) == (hour * HOUR, step)
            assert head.kinds == [tracks[device_id][0] for device_id in head.devices]
            fixes = zip(*(rows[name].tolist() for name in ("time", "longitude", "latitude")), strict=True)
            for device_id, count in zip(head.devices, head.counts, strict=True):
                played[device_id] += [(head.start + time, *place) for time, *place in islice(fixes, count)]
        for device_id, found in kept.items():
            steps = found["time"] // max(1, step)
            first = np.append(True, steps[1:] != steps[:-1])[: len(found)] if step else np.ones(len(found), bool)
            assert played[device_id] == found[first][["time", "longitude", "latitude"]].tolist()


async def check_days(store: Store, device_id: str, found: Track) -> None:
    numbers = found["time"] // DAY
    expected = {int(day): found[numbers == day] for day in np.unique(numbers)}
    first, last = min(expected), max(expected)
    summaries = await read_summaries(store.rollups, device_id, first, last)
    made = {day: summary(found, day) for day in range(first, last + 1)}
    assert {day: msgspec.structs.replace(one, head=0, tail=0) for day, one in summaries.items()} == {
        day: one for day, one in made.items() if day in expected or one.stopped
    }
    whole = Span(int(found["time"][0]), int(found["time"][-1]) + 1)
    assert (await read_hours(store.rollups, device_id, whole)).tobytes() == found.tobytes()
    for level in (0, 3, 5):
        kept = [(unflagged(part), stays_of(unflagged(part), made[day].pieces)) for day, part in expected.items()]
        drawn = np.concatenate([part[levels(part, stays) <= level] for part, stays in kept])
        assert (await read_level(store.rollups, device_id, level, whole)).tobytes() == drawn.tobytes()


def stays_of(day: Track, pieces: list[Piece]) -> list[tuple[int, int]]:
    rows = [np.flatnonzero((day["time"] >= one.start) & (day["time"] <= one.end)).tolist() for one in pieces]
    return [(some[0], some[-1]) for some, one in zip(rows, pieces, strict=True) if isinstance(one, Stop)]


ZOOMS = (0, 1, 5, 12, 13, 14, 15, 17, 22)


async def test_tiles_are_the_recount_of_every_position(store: Store, quick: None) -> None:
    positions = drive("bus-1", 400) + drive("phone", 300, step=300_000)
    await keep(store, positions)
    await Rollup(store).catch_up()
    await check(store, positions, Span(START, START + 3 * DAY), zooms=ZOOMS)
    await check(store, positions, Span(START + HOUR, START + 5 * HOUR), zooms=(3, 14, 16))


async def test_late_positions_are_counted_once_wherever_they_belong(store: Store, quick: None) -> None:
    positions = drive("bus-1", 200) + drive("phone", 200, step=600_000)
    random.Random(1).shuffle(positions)
    rollup = Rollup(store)
    for start in range(0, 400, 100):
        await keep(store, positions[: start + 100])  # those before again, too
        await settle(store, rollup)
        await check(store, positions[: start + 100], Span(START, START + 2 * DAY), zooms=(0, 9, 14))


async def test_what_changed_an_hour_before_is_judged_anew(store: Store, quick: None) -> None:
    """A jump at the end of an hour is one by what comes in the next."""
    rollup = Rollup(store)
    first = [bus(START + HOUR - 3000 + n * 1000, 60.0 + n / 1e5) for n in range(2)]
    aside = [bus(START + HOUR - 1000, 65.0)]
    after = [bus(START + HOUR + n * 1000, 60.0 + n / 1e5) for n in range(20)]
    await keep(store, first + aside)
    await settle(store, rollup)
    await keep(store, after)
    await settle(store, rollup)
    await check(store, first + aside + after, Span(START, START + DAY), zooms=(0, 14))


async def test_a_rebuild_makes_the_same_and_leaves_nothing_else(store: Store, quick: None) -> None:
    positions = drive("bus-1", 100) + drive("phone", 100, step=3_000_000)
    await keep(store, positions)
    await put(store, Row("index/hour", b"left over", b"\x90"), Row("rollup", b"version", b"0"))
    rollup = Rollup(store)
    await rollup.catch_up()
    await check(store, positions, Span(START, START + 40 * DAY), zooms=(0, 8, 15))
    [left] = await store.rollups.get([("index/hour", b"left over", b"left over")])
    assert left == []


async def test_whatever_is_interrupted_is_made_up_for(
    store: Store, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped after each of its writes in turn, in Cassandra after some of them in `make test`."""
    positions = drive("bus-1", 60, step=600_000)
    await keep(store, positions[:30])
    await Rollup(store).catch_up()
    await keep(store, positions)
    if hasattr(store, "_url"):
        await asyncio.sleep(LATER)
    of: Any = CassandraRollups if hasattr(store, "_url") else SqliteRollups
    name = "write" if hasattr(store, "_url") else "put"
    write, allowed, left = getattr(of, name), 0, 0

    class Stopped(Exception):
        pass

    async def limited(self: object, *rows: object) -> None:
        nonlocal left
        if not left:
            raise Stopped
        left -= 1
        await write(self, *rows)

    monkeypatch.setattr(of, name, limited)
    while True:
        left = allowed
        try:
            await Rollup(store).catch_up()
        except Stopped:
            allowed += 1 if of is SqliteRollups else dose(7, full=1)
        else:
            break
    assert allowed > 5
    await check(store, positions, Span(START, START + DAY), zooms=(0, 14))


async def test_long_ranges_are_read_from_days_and_months(store: Store, quick: None) -> None:
    month = START // (30 * DAY) * 30 * DAY
    positions = [bus(month + n * 5 * HOUR, 60.0 + n / 1000) for n in range(200)]
    await keep(store, positions)
    await Rollup(store).catch_up()
    held = await closed_blocks(store.rollups, Span(month - 10 * DAY, month + 35 * DAY + 2 * HOUR))
    assert [block.length for block in held] == ["day"] * 5 + ["hour"] + ["month"]
    await check(store, positions, Span(month + 5 * HOUR, month + 35 * DAY + 2 * HOUR), zooms=(0, 7, 14, 18))


async def test_a_day_that_has_not_ended_is_read_from_its_hours(
    store: Store, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    positions = drive("bus-1", 300)
    monkeypatch.setattr(blocks_module, "now", lambda: START + 6 * HOUR)
    await keep(store, positions)
    rollup = Rollup(store)
    await rollup.catch_up()
    assert {block.length for block in await closed_blocks(store.rollups, Span(START, START + DAY))} == {"hour"}
    await check(store, positions, Span(START, START + DAY), zooms=(0, 14))
    monkeypatch.setattr(blocks_module, "now", lambda: START + DAY + HOUR)
    await settle(store, rollup)
    assert {block.length for block in await closed_blocks(store.rollups, Span(START, START + DAY))} == {"day"}
    await check(store, positions, Span(START, START + DAY), zooms=(0, 14))


async def test_days_and_months_ahead_are_made_and_read_from_their_hours_while_they_last(
    store: Store, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A clock that is wrong fills many hours ahead, which were too many to be read."""
    month = START // (30 * DAY) * 30 * DAY
    early = [bus(month + n * 5 * HOUR, 60.0 + n / 1000) for n in range(150)]
    late = [bus(month + n * 5 * HOUR + 1, 61.0 + n / 1000) for n in range(150)]
    span, rollup = Span(month, month + 32 * DAY), Rollup(store)
    monkeypatch.setattr(rounds_module, "SUMS_EVERY", 0)

    async def lengths(moment: int, held: list[Position]) -> set[str]:
        monkeypatch.setattr(blocks_module, "now", lambda: moment)
        await keep(store, held)
        await settle(store, rollup)
        await check(store, held, span, zooms=(0, 14))
        return {block.length for block in await closed_blocks(store.rollups, span)}

    assert await lengths(month - HOUR, early[:140]) == {"month"}
    assert await lengths(month - HOUR + 1, early) == {"hour", "day"}, "it may begin at any moment"
    assert await lengths(month + 3 * DAY, early + late[:20]) == {"hour", "day"}
    assert await lengths(month + 33 * DAY, early + late) == {"month", "day"}


async def test_a_closed_day_that_changes_in_each_round_is_summed_once_in_a_while(
    store: Store, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fleet's clocks are a month ahead, or it sends what it recorded."""
    monkeypatch.setattr(changes, "OVERLAP", 0)  # what was read once does not change again
    rollup, held, moment = Rollup(store), list[Position](), now()
    month = START // (30 * DAY) * 30 * DAY
    monkeypatch.setattr(blocks_module, "now", lambda: month + 90 * DAY)
    for module in (rounds_module, pyramid_module):
        monkeypatch.setattr(module, "now", lambda: moment)

    async def lengths(*more: Position) -> dict[str, bytes]:
        held.extend(more)
        await keep(store, list(more))
        await settle(store, rollup)
        await check(store, held, Span(month, month + 30 * DAY), zooms=(0, 14))
        return {block.length: block.made for block in await closed_blocks(store.rollups, Span(month, month + 30 * DAY))}

    first = await lengths(bus(month + DAY, 60.0))
    assert first.keys() == {"month"}
    for minute in range(1, 4):
        moment += 60_000
        assert (await lengths(bus(month + DAY + minute * 60_000, 60.0))).keys() == {"hour"}, "it was summed lately"
    assert (await lengths()).keys() == {"month"}, "nothing changes any more"
    assert (await lengths(bus(month + DAY + 1, 60.0))).keys() == {"hour"}
    both = bus(month + DAY + 2, 60.0), bus(month + 2 * DAY, 60.0)
    assert (await lengths(*both)).keys() == {"day", "hour"}, "a month waits for the day that is left"
    moment += rounds_module.SUMS_EVERY
    assert (await lengths(bus(month + DAY + 3, 60.0), bus(month + 2 * DAY + 1, 60.0))).keys() == {"month"}


PLACES = st.tuples(st.integers(-90_000, 90_000), st.integers(-180_000, 180_000))


@settings(max_examples=dose(12, full=100))
@given(
    fixes=st.lists(
        st.tuples(st.sampled_from(["bus-1", "phone"]), st.integers(0, 5000), PLACES, st.sampled_from([None, 0.0, 9.0])),
        min_size=1,
        max_size=40,
    ),
    cuts=st.sets(st.integers(1, 39), max_size=3),
    zoom=st.sampled_from(ZOOMS),
)
def test_any_positions_in_any_order(
    fixes: list[tuple[str, int, tuple[int, int], float | None]], cuts: set[int], zoom: int
) -> None:
    positions = [
        position(device, START + minute * 60_000, latitude / 1000, longitude / 1000, speed=speed,
                 attributes={"kind": "bus"} if device == "bus-1" else None)
        for device, minute, (latitude, longitude), speed in fixes
    ]  # fmt: skip

    async def run() -> None:
        with tempfile.TemporaryDirectory() as folder:
            async with opened(str(Path(folder) / "positions.db")) as store:
                rollup = Rollup(store)
                ends = [*sorted(cuts), len(positions)]
                for end in ends:
                    await keep(store, positions[:end])
                    await settle(store, rollup)
                await check(store, positions, whole_hours(Span(START, START + 5 * DAY)), zooms=(zoom,))

    asyncio.run(run())


async def test_a_range_into_the_future_holds_what_has_not_ended(tmp_path: Path) -> None:
    today = now()
    async with opened(str(tmp_path / "positions.db")) as store:
        await keep(store, [position("a", today, received=today), position("a", today + 100 * DAY, received=today)])
        await Rollup(store).catch_up()
        for end in (1, 101, 400):
            span = whole_hours(Span(today - 40 * DAY, today + end * DAY))
            found = await read_tile(store.rollups, tile_at(25.0, 60.0, 0), span, Filter(raw=True))
            assert found.cells.rows["count"].sum() == (1 if end == 1 else 2)


def test_rounds_take_a_share_of_a_core_and_a_busy_machine_does_not_make_history_late() -> None:
    assert rest(worked=0.1, used=0.05) == pytest.approx(1.9), "what costs next to nothing comes every two seconds"
    assert rest(worked=1.0, used=0.25) == pytest.approx(4.0), "a twentieth of one core"
    assert rest(worked=5.0, used=2.0) == pytest.approx(5.0), "every ten seconds"
    assert rest(worked=10.0, used=6.0) == pytest.approx(10.0), "a third of one core"
    assert rest(worked=30.0, used=6.0) == pytest.approx(3.0), "not much more where it had to wait for a processor"
