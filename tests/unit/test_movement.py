"""What stands goes nowhere, however noisy its receiver is; and what moves is as long as it is."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from herenow.history.tracks.movement import legs
from herenow.history.tracks.quality import flagged, unflagged
from herenow.history.tracks.track import FIX, NOTHING, PLACES, Track
from herenow.history.tracks.trips import Stop, Trip, pieces
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


@pytest.mark.parametrize("told", [False, True], ids=["no accuracy", "accuracy"])
@pytest.mark.parametrize(
    ("step", "sigma", "kept"),
    [(1, 5, 0), (1, 5, 0.9), (1, 5, 0.98), (30, 5, 0), (60, 20, 0), (300, 20, 0), (60, 50, 0), (300, 50, 0)],
)
def test_parked_for_nine_hours_is_one_stop(step: int, sigma: float, kept: float, told: bool) -> None:
    for seed in range(2 if step == 1 else 12):
        seconds = np.arange(0, NINE_HOURS + 1, step)
        east, north = noise(len(seconds), sigma, kept, seed)
        found = fixes(seconds, east, north, sigma * INSIDE_68 if told else np.nan)
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
