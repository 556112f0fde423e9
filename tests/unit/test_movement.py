"""What stands goes nowhere, however noisy its receiver is; and what moves is as long as it is."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from herenow.history.tracks.movement import legs
from herenow.history.tracks.quality import flagged, unflagged
from herenow.history.tracks.trips import Stop, Trip, pieces
from herenow.store.track import FIX, NOTHING, PLACES, Track
from tests.support.positions import NOW
from tests.unit.test_trips import buses

METRE = 1 / 111_412  # degrees of latitude, at 60° north
NINE_HOURS = 32_400  # s
INSIDE_68 = 1.51  # standard deviations of each axis: so far reach 68 % of the positions

Numbers = npt.NDArray[np.float64]


def fixes(seconds: Any, east: Numbers, north: Numbers, accuracy: float = np.nan) -> Track:
    found = np.zeros(len(seconds), FIX)
    found["time"] = NOW + np.rint(np.asarray(seconds) * 1_000).astype(np.int64)
    found["longitude"] = np.rint((25 + east * METRE * 2) * PLACES)
    found["latitude"] = np.rint((60 + north * METRE) * PLACES)
    found["altitude"] = found["speed"] = found["course"] = np.nan
    found["accuracy"] = accuracy
    return unflagged(flagged(found, NOTHING))


def noise(count: int, sigma: float, kept: float, seed: int) -> Numbers:
    """East and north; `kept` is the share of each that is still in the next."""
    found = np.random.default_rng(seed).normal(0, sigma, (2, count))
    for number in range(1, count if kept else 0):
        found[:, number] = kept * found[:, number - 1] + np.sqrt(1 - kept * kept) * found[:, number]
    return found


def driven(found: Track) -> float:
    return sum(piece.distance for piece in pieces(found) if isinstance(piece, Trip))


@pytest.mark.parametrize("accurate", [False, True], ids=["no accuracy", "accuracy"])
@pytest.mark.parametrize(
    ("step", "sigma", "kept"),
    [(1, 5, 0), (1, 5, 0.9), (1, 5, 0.98), (30, 5, 0), (60, 20, 0), (300, 20, 0), (60, 50, 0), (300, 50, 0)],
)
def test_parked_for_nine_hours_is_one_stop(step: int, sigma: float, kept: float, accurate: bool) -> None:
    for seed in range(2 if step == 1 else 12):
        seconds = np.arange(0, NINE_HOURS + 1, step)
        east, north = noise(len(seconds), sigma, kept, seed)
        found = fixes(seconds, east, north, sigma * INSIDE_68 if accurate else np.nan)
        [stop] = pieces(found)
        assert isinstance(stop, Stop)
        assert stop.duration == NINE_HOURS * 1_000
        known = legs(found)
        assert not known.driven.any()


def walk(seconds: Numbers) -> tuple[Numbers, Numbers, float]:
    """Around some corners."""
    turns = np.repeat(np.array([0.0, 1.5, 0.2, -1.2, 0.9, 2.5]), 600)[: len(np.arange(3_600))]
    east, north = np.cumsum(1.4 * np.sin(turns)), np.cumsum(1.4 * np.cos(turns))
    rows = seconds.astype(int)
    return east[rows], north[rows], 1.4 * seconds[-1]


def laps(seconds: Numbers) -> tuple[Numbers, Numbers, float]:
    """Of 400 m."""
    angle = 3.5 * seconds / (400 / math.tau)
    return 400 / math.tau * np.cos(angle), 400 / math.tau * np.sin(angle), 3.5 * seconds[-1]


def shuttle(seconds: Numbers) -> tuple[Numbers, Numbers, float]:
    """600 m there and back, at 10 m/s, without a pause."""
    there = (10 * seconds) % 1_200
    return 0 * seconds, np.where(there < 600, there, 1_200 - there), 10 * seconds[-1]


def stop_and_go(seconds: Numbers) -> tuple[Numbers, Numbers, float]:
    """Half a minute at 8 m/s, then a minute at a light."""
    north = np.concatenate([[0.0], np.cumsum(np.where(np.arange(3_600) % 90 < 30, 8.0, 0.0))])
    return 0 * seconds, north[seconds.astype(int)], float(north[int(seconds[-1])])


def jam(seconds: Numbers) -> tuple[Numbers, Numbers, float]:
    """Twenty seconds in four minutes it moves."""
    north = np.concatenate([[0.0], np.cumsum(np.where(np.arange(3_600) % 240 < 20, 8.0, 0.0))])
    return 0 * seconds, north[seconds.astype(int)], float(north[int(seconds[-1])])


@pytest.mark.parametrize("way", [walk, laps, shuttle, stop_and_go, jam])
@pytest.mark.parametrize("step", [1, 5, 10])
def test_what_moves_keeps_its_length(way: Any, step: int) -> None:
    seconds = np.arange(0.0, 3_600, step)
    east, north, metres = way(seconds)
    assert driven(fixes(seconds, east, north)) == pytest.approx(metres, rel=0.02)


@pytest.mark.parametrize("way", [walk, laps, stop_and_go, jam])
@pytest.mark.parametrize("sigma", [3, 5])
def test_noise_every_second_makes_no_way_longer(way: Any, sigma: float) -> None:
    """The legs of a walk are six times as long, with a deviation of 5 m."""
    seconds = np.arange(0.0, 3_600)
    east, north, metres = way(seconds)
    aside = noise(len(seconds), sigma, 0, 4)
    found = fixes(seconds, east + aside[0], north + aside[1])
    assert driven(found) == pytest.approx(metres, rel=0.05 if way is jam else 0.025)
    [trip] = pieces(found)
    assert isinstance(trip, Trip)
    assert trip.top < {walk: 3, laps: 5.5, stop_and_go: 12, jam: 12}[way]


@pytest.mark.parametrize("way", [walk, shuttle, stop_and_go, jam])
@pytest.mark.parametrize("step", [30, 60])
def test_what_reports_seldom_keeps_the_length_of_its_legs(way: Any, step: int) -> None:
    seconds = np.arange(0.0, 3_600, step)
    east, north, _ = way(seconds)
    found = fixes(seconds, east, north)
    assert driven(found) == pytest.approx(np.hypot(np.diff(east), np.diff(north)).sum(), rel=0.02)


def test_recorded_buses_keep_their_length() -> None:
    """But for what they creep, and jitter, at their stops."""
    whole = kept = 0.0
    for bus in buses().values():
        found = unflagged(flagged(bus, NOTHING))
        metres = float(legs(found).lengths.sum())
        assert driven(found) > 0.97 * metres - 200
        whole, kept = whole + metres, kept + driven(found)
    assert kept > 0.995 * whole


def top_and_metres(seconds: Any, strays: dict[float, float], speed: float = 10.0) -> tuple[float, float]:
    """Of a drive north, of which the positions of some seconds are so many metres aside. Time goes either way."""
    seconds = np.asarray(seconds, np.float64)
    east = np.array([strays.get(second, 0.0) for second in seconds.tolist()])
    both = []
    for found in fixes(seconds, east, speed * seconds), fixes(-seconds[::-1], east[::-1], speed * seconds[::-1]):
        trips = [piece for piece in pieces(found) if isinstance(piece, Trip)]
        both.append((max(trip.top for trip in trips), sum(trip.distance for trip in trips)))
    assert both[0] == pytest.approx(both[1], rel=1e-4)
    return both[0]


def every_five(*out: tuple[float, float], until: float = 600) -> Numbers:
    """Seconds; none between those of each pair."""
    seconds = np.arange(0.0, until, 5)
    for first, last in out:
        seconds = seconds[(seconds <= first) | (seconds >= last)]
    return seconds


@pytest.mark.parametrize("aside", [100, 300, 700, 1_500, 2_250, 5_000, 12_000])
@pytest.mark.parametrize("before", [1, 5, 10])
@pytest.mark.parametrize("after", [1, 5, 11, 35, 125, 240])
def test_a_stray_position_counts_neither_for_top_speed_nor_for_distance(aside: int, before: int, after: int) -> None:
    if aside <= 4 * (before + 1) * (after + 1) and aside <= (8 * (min(before, after) + 1) + 25) * min(before, after):
        pytest.skip("it could be driven")
    seconds = np.concatenate([np.arange(0.0, 295 - before, 5), [295.0 - before, 295], np.arange(295.0 + after, 900, 5)])
    top, metres = top_and_metres(seconds, {295.0: aside})
    assert top == pytest.approx(10, rel=0.01)
    assert metres == pytest.approx(10 * (seconds[-1] - seconds[0]), rel=0.001)


@pytest.mark.parametrize("ahead", [-1_500, 1_500])
@pytest.mark.parametrize("after", [5, 35, 125, 240])
def test_one_that_strays_along_the_way_does_not_count_either(ahead: int, after: int) -> None:
    seconds = np.concatenate([np.arange(0.0, 296, 5), np.arange(295.0 + after, 900, 5)])
    north = 10 * seconds + np.where(seconds == 295, ahead, 0)
    for found in fixes(seconds, 0 * seconds, north), fixes(-seconds[::-1], 0 * seconds, north[::-1]):
        [trip] = pieces(found)
        assert isinstance(trip, Trip)
        assert (trip.top, trip.distance) == pytest.approx((10, 10 * seconds[-1]), rel=0.01)


def test_a_stray_position_of_which_one_leg_is_a_jump_does_not_count() -> None:
    """It had a top speed of 65.2 m/s and a distance of 7,827.7 m."""
    top, metres = top_and_metres(every_five((295, 330)), {295.0: 2_250.0})
    assert (top, metres) == pytest.approx((10, 5_950), rel=0.001)
    dense = np.sort(np.append(every_five((290, 306)), [294.0, 295.0]))
    assert top_and_metres(dense, {295.0: 700.0}) == pytest.approx((10, 5_950), rel=0.001)


@pytest.mark.parametrize("count", [2, 3])
def test_so_do_two_or_three_in_a_row(count: int) -> None:
    strays = {295.0 + 5 * number: 800.0 + number for number in range(count)}
    assert top_and_metres(every_five(), strays) == pytest.approx((10, 5_950), rel=0.001)


def test_a_stray_position_makes_no_trip_of_a_stop() -> None:
    seconds = np.arange(0.0, 3_600, 30)
    north = np.where(seconds == 1_800, 5_000.0, 0.0)
    [stop] = pieces(fixes(seconds, 0 * seconds, north))
    assert isinstance(stop, Stop)
    assert stop.duration == 3_570_000
    assert stop.radius < 1


@pytest.mark.parametrize("step", [1, 2, 5, 10, 30, 60])
@pytest.mark.parametrize("speed", [3.0, 10.0, 30.0])
def test_a_turn_is_no_stray_position(step: int, speed: float) -> None:
    """A drive out and back at once; and out from a halt, back to it, within two legs where these are long."""
    out = np.arange(0.0, 1_200 // step * step + 1, step)
    turn = 600 // step * step
    north = speed * np.minimum(out, 2 * turn - out)
    known = legs(fixes(out, 0 * out, north))
    assert known.lengths.sum() == pytest.approx(2 * speed * turn - abs(north[-1]), rel=0.002)
    assert np.nanmax(known.speeds) == pytest.approx(speed, rel=0.01)


def test_what_drives_away_and_back_between_two_halts_keeps_its_way() -> None:
    seconds = np.arange(0.0, 3_600, 60)
    north = np.where(seconds == 1_800, 600.0, 0.0)
    assert legs(fixes(seconds, 0 * seconds, north)).lengths.sum() == pytest.approx(1_200, rel=0.001)
