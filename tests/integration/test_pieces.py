"""Trips, stops and sums belong to a track: on each store they are the same whatever it is shifted by, in whatever order
and in however many rounds it came, and for whatever range of it."""

import csv
import random
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import msgspec
import numpy as np
import pytest

from herenow.history.queries.analytics import AnalyticsQuery, DeviceTotals, analytics
from herenow.history.rollups.days import read_pieces, read_summaries
from herenow.history.rollups.rounds import Rollup
from herenow.history.tracks.quality import unflagged
from herenow.history.tracks.stillness import TripSettings
from herenow.history.tracks.summary import Figures, sum_of
from herenow.history.tracks.trips import Piece, Stop, Trip, pieces
from herenow.model.clock import DAY, HOUR
from herenow.model.geo.box import Box
from herenow.model.position import Position
from herenow.store.port import Span, Store
from tests.integration.test_rollup import settle
from tests.support import stores
from tests.support.pieces import assert_same
from tests.support.positions import position
from tests.support.rollups import judged, quick
from tests.support.stores import keep

keyspace, url, store = stores.keyspace, stores.url, stores.store
__all__ = ["quick"]

RECORDINGS = Path(__file__).parent.parent / "recordings"
START = 20_000 * DAY
METRE = 1 / 111_412  # degrees of latitude, at 60° north


def life(seed: int, days: int = 4, start: int = START) -> list[Position]:
    """Some days of a device: it stands, drives, is silent for hours, reports every few seconds or once an hour."""
    chance = random.Random(seed)
    north, moment, found = 0.0, float(start + chance.randrange(DAY)), []
    end = moment + days * DAY
    while moment < end:
        speed = chance.choice([0.0, 0.0, 0.3, 1.4, 12.0, 12.0, -12.0, 90.0])
        step = chance.choice([1, 20, 60, 60, 300, 1_800, 3_600])
        noise = chance.choice([0.0, 3.0, 15.0])
        for _ in range(chance.randrange(1, 400 if step == 1 else 40)):
            here = north + chance.gauss(0, noise)
            found.append(position("van", int(moment), 60 + here * METRE, 25.0 + chance.gauss(0, noise) * 2 * METRE))
            speed = speed if abs(north) < 1_000_000 else -abs(speed) * north / abs(north)  # back before the pole
            taken = step * chance.choice([0.9, 1.0, 1.1])
            moment, north = moment + taken * 1000, north + speed * taken
        moment += chance.choice([0, 0, 700_000, 9 * HOUR, 30 * HOUR])
    return found


async def rolled(store: Store, rounds: Iterable[Sequence[Position]]) -> None:
    rollup = Rollup(store)
    await rollup.catch_up()
    for some in rounds:
        await keep(store, list(some))
        await settle(store, rollup)


def same(found: Sequence[Piece], expected: Sequence[Piece], shift: int = 0) -> None:
    moved = [msgspec.structs.replace(piece, start=piece.start + shift, end=piece.end + shift) for piece in expected]
    assert_same(found, moved)


def whole(positions: Sequence[Position]) -> list[Piece]:
    return pieces(unflagged(judged(positions)["van"]))


async def days_of(store: Store, positions: Sequence[Position]) -> Figures:
    first, last = (min(one.time for one in positions) // DAY, max(one.time for one in positions) // DAY)
    return sum_of((await read_summaries(store.rollups, "van", first, last)).values())


def agree(sums: Figures, expected: Sequence[Piece]) -> None:
    trips = [piece for piece in expected if isinstance(piece, Trip)]
    assert sums.distance == pytest.approx(sum(trip.distance for trip in trips), abs=0.01)
    assert sums.moving == sum(trip.end - trip.start for trip in trips)
    assert sums.stopped == sum(piece.duration for piece in expected if isinstance(piece, Stop))
    assert sums.top == pytest.approx(max((trip.top for trip in trips), default=0.0), rel=1e-6)
    assert sum(sums.hours.distances) == pytest.approx(sums.distance, abs=0.01)
    assert sum(sums.hours.moving) == sums.moving


@pytest.mark.parametrize("seed", range(6))
async def test_days_and_pieces_are_those_of_the_whole_track_whenever_it_began(
    store: Store, quick: None, seed: int
) -> None:
    """What is expected of each shift comes from the track alone, which has no midnights."""
    expected = whole(life(seed))
    assert expected
    shift = random.Random(seed).randrange(-DAY, DAY)
    moved = [msgspec.structs.replace(one, time=one.time + shift) for one in life(seed)]
    await rolled(store, [moved])
    found = await read_pieces(store.rollups, "van", Span(0, 2 * START))
    same(found, expected, shift)
    agree(await days_of(store, moved), expected)


@pytest.mark.parametrize("seed", range(6))
async def test_order_and_rounds_make_no_difference(store: Store, quick: None, seed: int) -> None:
    positions = life(seed)
    chance = random.Random(seed)
    chance.choice([lambda some: some.reverse(), chance.shuffle])(positions)
    cuts = sorted(chance.randrange(len(positions)) for _ in range(chance.randrange(1, 5)))
    edges = [0, *cuts, len(positions)]
    await rolled(store, [positions[start:end] for start, end in pairwise(edges)])
    same(await read_pieces(store.rollups, "van", Span(0, 2 * START)), whole(positions))
    agree(await days_of(store, positions), whole(positions))
    streamed = await read_summaries(store.rollups, "van", START // DAY - 9, START // DAY + 20)
    await Rollup(store).rebuild()
    assert await read_summaries(store.rollups, "van", START // DAY - 9, START // DAY + 20) == streamed


@pytest.mark.parametrize(
    "by",
    [
        TripSettings(min_stop_duration=2 * HOUR, max_stop_radius=80.0),
        TripSettings(min_stop_duration=DAY, min_trip_duration=HOUR // 2, min_trip_distance=2_000.0),
        TripSettings(min_stop_duration=30_000, max_stop_radius=10.0, min_trip_duration=1_000, min_trip_distance=1.0),
    ],
)
async def test_other_settings_have_as_few_midnights(store: Store, quick: None, by: TripSettings) -> None:
    positions, rollup = life(3), Rollup(store, by)
    random.Random(3).shuffle(positions)
    await rollup.catch_up()
    for start in range(0, len(positions), len(positions) // 2 + 1):
        await keep(store, positions[start : start + len(positions) // 2 + 1])
        await settle(store, rollup)
    expected = pieces(unflagged(judged(positions)["van"]), by)
    same(await read_pieces(store.rollups, "van", Span(0, 2 * START)), expected)


@pytest.mark.parametrize("seed", range(4))
async def test_a_piece_is_the_same_for_every_range(store: Store, quick: None, seed: int) -> None:
    positions = life(seed)
    await rolled(store, [positions])
    expected = whole(positions)
    chance = random.Random(seed)
    for _ in range(30):
        start = chance.randrange(positions[0].time - DAY, positions[-1].time + DAY)
        span = Span(start, start + chance.choice([1, HOUR, DAY, 3 * DAY]))
        touching = [piece for piece in expected if piece.end >= span.start and piece.start < span.end]
        same(await read_pieces(store.rollups, "van", span), touching)


@pytest.mark.parametrize("seed", range(4))
async def test_ranges_and_boxes_that_part_a_whole_add_up_to_it(store: Store, quick: None, seed: int) -> None:
    positions = life(seed)
    await rolled(store, [positions])
    chance = random.Random(seed)
    range_ = Span(positions[0].time - HOUR, positions[-1].time + HOUR)
    all_of_it = (await analytics(store.rollups, AnalyticsQuery(range_))).whole
    cuts = sorted(chance.randrange(range_.start, range_.end) for _ in range(4))
    spans = [Span(*pair) for pair in pairwise([range_.start, *cuts, range_.end])]
    middle = chance.choice(positions).latitude + 1e-9
    boxes = [Box(-180, -90, 180, middle), Box(-180, np.nextafter(middle, 91), 180, 90)]
    for parts in (
        [(await analytics(store.rollups, AnalyticsQuery(span))).whole for span in spans],
        [(await analytics(store.rollups, AnalyticsQuery(range_, box))).whole for box in boxes],
    ):
        for name in ("positions", "moving"):
            assert sum(getattr(part, name) for part in parts) == getattr(all_of_it, name)
        assert sum(part.distance for part in parts) == pytest.approx(all_of_it.distance, abs=0.01)
        assert np.sum([part.speeds for part in parts], axis=0).tolist() == all_of_it.speeds
    agreed = sum(trip.distance for trip in whole(positions) if isinstance(trip, Trip))
    assert all_of_it.distance == pytest.approx(agreed, abs=0.01)


async def test_what_is_taken_away_leaves_what_the_others_make(store: Store, quick: None) -> None:
    """Days beside one that was dropped are made again, and so are those of a silence that it ended."""
    positions = [position("van", START + n * 6 * HOUR, 60.0, 25.0) for n in range(24)]
    await rolled(store, [positions])
    gone = START // DAY + 2
    await store.drop(["van"], gone)
    await settle(store, Rollup(store))
    left = [one for one in positions if one.time // DAY != gone]
    same(await read_pieces(store.rollups, "van", Span(0, 2 * START)), whole(left))
    sums = await read_summaries(store.rollups, "van", gone, gone)
    assert (sums[gone].positions, sums[gone].stopped) == (0, DAY)
    await store.erase("van")
    await settle(store, Rollup(store))
    assert await read_summaries(store.rollups, "van", gone - 9, gone + 9) == {}


def recorded(name: str) -> list[Position]:
    with (RECORDINGS / f"{name}.csv").open() as file:
        return [
            position("van", _milliseconds(row["time"]), float(row["latitude"]), float(row["longitude"]))
            for row in csv.DictReader(file)
        ]


def _milliseconds(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


async def recorded_sums(store: Store, name: str) -> tuple[Figures, Figures, DeviceTotals, list[Piece]]:
    """Of the first day, of all days, of the whole range, and the pieces."""
    positions = recorded(name)
    await rolled(store, [positions])
    first = positions[0].time // DAY
    [day, *_] = (await read_summaries(store.rollups, "van", first, first)).values()
    range_ = Span(first * DAY, (first + 9) * DAY)
    found = await analytics(store.rollups, AnalyticsQuery(range_))
    return day, await days_of(store, positions), found.whole, await read_pieces(store.rollups, "van", range_)


async def test_a_trip_past_midnight_is_whole_in_days_and_sums(store: Store, quick: None) -> None:
    day, days, whole_range, [trip] = await recorded_sums(store, "midnight-leg")
    assert isinstance(trip, Trip)
    assert trip.distance == pytest.approx(645_246, abs=1)
    assert days.distance == pytest.approx(trip.distance, abs=0.001)
    assert whole_range.distance == pytest.approx(trip.distance, abs=0.001)
    assert days.moving == whole_range.moving == trip.end - trip.start
    assert day.distance == pytest.approx(trip.distance * 23 / 45, rel=1e-6), "23 of 45 minutes"
    assert day.moving == 23 * 60_000


async def test_a_stop_past_midnight_is_that_at_noon(store: Store, quick: None) -> None:
    *_, past_midnight = await recorded_sums(store, "midnight-stop")
    await store.erase("van")
    await settle(store, Rollup(store))
    *_, at_noon = await recorded_sums(store, "noon-stop")
    assert [type(piece) for piece in at_noon] == [Trip, Stop, Trip]
    same(past_midnight, at_noon, shift=12 * HOUR)


async def test_two_fixes_of_a_night_are_a_stop_as_those_of_a_day_are(store: Store, quick: None) -> None:
    day, days, _, [night] = await recorded_sums(store, "overnight")
    assert (day.stopped, days.stopped) == (2 * HOUR, 8 * HOUR)
    await store.erase("van")
    await settle(store, Rollup(store))
    *_, [noon] = await recorded_sums(store, "daytime")
    same([night], [noon], shift=14 * HOUR)


async def test_a_parked_device_has_stood_all_day(store: Store, quick: None) -> None:
    day, days, _, [stop] = await recorded_sums(store, "parked")
    assert day.stopped == 24 * HOUR
    assert days.stopped == stop.end - stop.start == 90 * HOUR
    hour = Span(stop.start + 50 * HOUR, stop.start + 51 * HOUR)
    assert await read_pieces(store.rollups, "van", hour) == [stop], "for every range, and inside a silence"


async def test_a_shuttle_turns_at_the_speed_it_drives(store: Store, quick: None) -> None:
    day, *_, [trip] = await recorded_sums(store, "shuttle")
    assert isinstance(trip, Trip)
    assert trip.top == pytest.approx(10, rel=0.01)
    assert day.top >= day.mean == pytest.approx(10, rel=0.01)
