"""An hour that lasts is made in slices, which are the same as a recount, whatever came when, and whatever stopped."""

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from herenow.history.queries.analytics import AnalyticsQuery, analytics
from herenow.history.rollups import blocks, closing, open_hours, pace, pyramid, waiting_days
from herenow.history.rollups.blocks import closed_blocks, whole_hours
from herenow.history.rollups.days import read_level, read_summaries
from herenow.history.rollups.keys import SLICE, blocks_part, prefix_range
from herenow.history.rollups.rounds import Rollup
from herenow.history.rollups.waiting_days import with_waiting_days
from herenow.history.tracks.stillness import DEFAULT
from herenow.model.clock import DAY, HOUR
from herenow.model.position import Position
from herenow.store.port import Row, Span, Store
from tests.integration.test_rollup import check, drive
from tests.support.dose import dose
from tests.support.positions import NOW, position
from tests.support.stores import keep, opened

START = NOW // HOUR * HOUR
ZOOMS = (0, 9, 14)


class Clock:
    def __init__(self) -> None:
        self.now = START + HOUR // 2

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return patched(monkeypatch)


def patched(patch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    for module in (blocks, open_hours, closing, pyramid):
        patch.setattr(module, "now", clock)
    return clock


async def lengths(store: Store, span: Span) -> list[str]:
    return [block.length for block in await closed_blocks(store.rollups, span)]


async def test_an_hour_is_slices_while_it_lasts_and_whole_once_it_is_over(tmp_path: Path, clock: Clock) -> None:
    positions = drive("bus-1", 1500, step=2_000, start=START - HOUR // 6) + drive("phone", 30, step=60_000, start=START)
    positions.sort(key=lambda one: one.time)
    span = Span(START - HOUR, START + 2 * HOUR)
    async with opened(str(tmp_path / "positions.db")) as store:
        rollup, ends = Rollup(store), range(100, len(positions) + 1, 100)
        for before, end in zip([0, *ends], [*ends, len(positions)], strict=True):
            clock.now = positions[end - 1].time + 1
            await keep(store, positions[before:end])
            await rollup.catch_up()
            if end % 500 == 0:
                await check(store, positions[:end], span, zooms=ZOOMS)
        assert set(await lengths(store, Span(START, START + HOUR))) == {"slice"}
        clock.now = START + HOUR + open_hours.LATE
        await rollup.catch_up()
        assert await lengths(store, Span(START, START + HOUR)) == ["hour"]
        await check(store, positions, span, zooms=ZOOMS)
        late = [position("phone", START + 60_500, 60.1, 25.0)]
        await keep(store, late)
        await rollup.catch_up()
        await check(store, positions + late, span, zooms=ZOOMS)
        clock.now += closing.READ_ON + 1
        await rollup.catch_up()
        assert await store.rollups.get([prefix_range(blocks_part("slice"))]) == [[]], "nobody reads them any more"


MOMENTS = st.integers(-25, 100)  # minutes from the start of an hour
FIXES = st.tuples(
    st.sampled_from(["bus-1", "phone"]),
    MOMENTS,
    st.integers(0, 59),
    st.integers(-3, 3),
    st.sampled_from([None, 0.0, 9.0]),
)


@settings(max_examples=dose(15, full=150))
@given(
    fixes=st.lists(FIXES, min_size=1, max_size=40),
    cuts=st.lists(st.tuples(st.integers(0, 40), MOMENTS, st.booleans()), max_size=4),
    zoom=st.sampled_from((0, 5, 14, 17)),
)
def test_any_positions_in_any_order_at_any_time(
    fixes: list[tuple[str, int, int, int, float | None]], cuts: list[tuple[int, int, bool]], zoom: int
) -> None:
    """Also by a builder that began in between."""
    positions = [fix(*one) for one in fixes]

    async def run(clock: Clock, folder: str) -> None:
        async with opened(str(Path(folder) / "positions.db")) as store:
            rollup = Rollup(store)
            moments = sorted(moment for _, moment, _ in cuts)
            ends = sorted(end for end, _, _ in cuts)
            for end, moment, (_, _, again) in zip([*ends, 40], [*moments, 100], [*cuts, (0, 0, False)], strict=True):
                clock.now = START + moment * 60_000
                await keep(store, positions[:end])
                rollup = Rollup(store) if again else rollup
                await rollup.catch_up()
                if held := positions[:end]:
                    await check(store, held, whole_hours(Span(START - HOUR, START + 2 * HOUR)), zooms=(zoom,))

    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        asyncio.run(run(patched(patch), folder))


def fix(device: str, minute: int, second: int, place: int, speed: float | None) -> Position:
    """Some lie so far apart that nobody can believe it."""
    kind = {"kind": "bus"} if device == "bus-1" else None
    return position(device, START + minute * 60_000 + second * 1000, 60.0 + place, 25.0, speed=speed, attributes=kind)


async def test_whatever_is_interrupted_in_an_hour_that_lasts_is_made_up_for(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped after each of its writes in turn, by the same builder and by one that begins; before, and as the hour is
    made of its slices."""
    positions = drive("bus-1", 60, step=30_000, start=START - 5 * 60_000)
    span = Span(START - HOUR, START + HOUR)

    class Stopped(Exception):
        pass

    left = 0

    async def stopped_after_each_write(rollup: Rollup) -> int:
        nonlocal left
        allowed = 0
        while True:
            left = allowed
            try:
                await (rollup if allowed % 2 else Rollup(store)).catch_up()
            except Stopped:
                allowed += 1
            else:
                return allowed

    async with opened(str(tmp_path / "positions.db")) as store:
        rollups: Any = store.rollups
        put = rollups.put

        async def limited(*steps: Sequence[Row]) -> None:
            nonlocal left
            if not left:
                raise Stopped
            left -= 1
            await put(*steps)

        monkeypatch.setattr(rollups, "put", limited)
        rollup = Rollup(store)
        for end in (20, 60):
            await keep(store, positions[:end])
            assert await stopped_after_each_write(rollup) > 5
            await check(store, positions[:end], span, zooms=(0, 14))
        clock.now = START + HOUR + open_hours.LATE
        assert await stopped_after_each_write(rollup) > 5
        await check(store, positions, span, zooms=(0, 14))
        assert await lengths(store, Span(START, START + HOUR)) == ["hour"]


async def test_a_device_that_is_erased_leaves_the_hours_that_last(tmp_path: Path, clock: Clock) -> None:
    positions = drive("bus-1", 100, step=10_000, start=START) + drive("phone", 100, step=10_000, start=START)
    span = Span(START - HOUR, START + HOUR)
    async with opened(str(tmp_path / "positions.db")) as store:
        rollup = Rollup(store)
        await keep(store, positions)
        await rollup.catch_up()
        await store.erase("phone")
        await rollup.catch_up()
        kept = [one for one in positions if one.device_id == "bus-1"]
        await check(store, kept, span, zooms=(0, 14))
        back = drive("phone", 3, step=SLICE, start=START, seed=2)
        await keep(store, back)
        await rollup.catch_up()
        await check(store, kept + back, span, zooms=(0, 14))


async def test_a_day_that_waits_for_its_turn_is_made_for_who_reads_it(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting_days, "now", clock)
    positions, day = drive("bus-1", 100, step=20_000, start=START), START // DAY
    async with opened(str(tmp_path / "positions.db")) as store:
        rollup = Rollup(store)
        await keep(store, positions[:50])
        await rollup.catch_up()
        before = await read_summaries(store.rollups, "bus-1", day, day)
        await keep(store, positions)
        monkeypatch.setattr(pace, "DAYS_SHARE", -1.0)
        monkeypatch.setattr(pace, "DAYS_LEAST", -1.0)
        await rollup.catch_up(wait=1.0)
        assert await read_summaries(store.rollups, "bus-1", day, day) == before
        current = await with_waiting_days(store.rollups, "bus-1", day, day, DEFAULT)
        found = await read_summaries(current, "bus-1", day, day)
        track = await read_level(current, "bus-1", 5, Span(START, START + HOUR))
        await rollup.catch_up()
        assert found == await read_summaries(store.rollups, "bus-1", day, day) != before
        assert track.tobytes() == (await read_level(store.rollups, "bus-1", 5, Span(START, START + HOUR))).tobytes()
        assert await with_waiting_days(store.rollups, "bus-1", day, day, DEFAULT) is store.rollups


async def test_a_device_that_is_silent_keeps_its_kind(tmp_path: Path, clock: Clock) -> None:
    bus, phone = drive("bus-1", 3, step=1_000, start=START), drive("phone", 3, step=1_000, start=START + 5_000)
    async with opened(str(tmp_path / "positions.db")) as store:
        rollup = Rollup(store)
        for some in (bus, phone):
            await keep(store, some)
            await rollup.catch_up()
            clock.now += 2 * open_hours.KINDS_FOR
        await check(store, bus + phone, Span(START - HOUR, START + HOUR), zooms=(0, 14))


async def test_sums_over_a_fleet_count_the_hour_that_lasts_though_it_is_the_first(tmp_path: Path, clock: Clock) -> None:
    positions, day = drive("bus-1", 100, step=10_000, start=START), START // DAY
    clock.now = positions[-1].time + 1
    async with opened(str(tmp_path / "positions.db")) as store:
        await keep(store, positions)
        await Rollup(store).catch_up()
        assert set(await lengths(store, Span(START, START + HOUR))) == {"slice"}
        summary = (await read_summaries(store.rollups, "bus-1", day, day))[day]
        for span in (Span(START, START + HOUR), Span(day * DAY, (day + 1) * DAY)):
            found = await analytics(store.rollups, AnalyticsQuery(span))
            assert found.whole.positions == summary.positions > 90
            assert list(found.devices) == ["bus-1"]
