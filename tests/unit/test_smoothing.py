"""What moves is as long as it is, whatever the noise of its receiver: the bars of docs/decisions/0017."""

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as some

from herenow.history.tracks.movement import context, legs
from herenow.history.tracks.smoothing import DENSE, REACH
from herenow.store.track import Track
from tests.unit.test_movement import INSIDE_68, driven, fixes, noise

Numbers = npt.NDArray[np.float64]
Way = Callable[[Numbers], tuple[Numbers, Numbers]]  # seconds to metres a second, and radians east of north

HOUR = 3_600  # s
TICK = 0.1  # s


def walk(seconds: Numbers) -> tuple[Numbers, Numbers]:
    return np.full_like(seconds, 1.4), np.array([0.0, 1.5, 0.2, -1.2, 0.9, 2.5])[(seconds // 600).astype(int)]


def blocks(seconds: Numbers) -> tuple[Numbers, Numbers]:
    """A walk with a corner each 105 m."""
    return np.full_like(seconds, 1.4), (seconds // 75 % 2) * math.pi / 2 + seconds // 900


def run(seconds: Numbers) -> tuple[Numbers, Numbers]:
    """Laps of 400 m."""
    return np.full_like(seconds, 3.5), 3.5 * seconds / (400 / math.tau)


def bike(seconds: Numbers) -> tuple[Numbers, Numbers]:
    return 5 + np.sin(seconds / 17), 1.2 * np.sin(seconds / 60) + 0.8 * np.sin(seconds / 37)


def town(seconds: Numbers) -> tuple[Numbers, Numbers]:
    """A car, with a red light and perhaps a corner each minute."""
    turns = np.random.default_rng(1).choice([0, math.pi / 2, -math.pi / 2], 61).cumsum()
    speed = np.interp(seconds % 60, [0, 6, 38, 44, 60], [0, 12, 12, 0, 0])
    return speed, turns[(seconds // 60).astype(int)]


def shuttle(seconds: Numbers) -> tuple[Numbers, Numbers]:
    """600 m there and back."""
    return np.full_like(seconds, 10.0), (seconds // 60 % 2) * math.pi


def stop_and_go(seconds: Numbers) -> tuple[Numbers, Numbers]:
    return np.where(seconds % 90 < 30, 8.0, 0.0), 0 * seconds


def moved(way: Way, step: int, sigma: float, lasting: float, accurate: bool, seed: int) -> tuple[Track, float]:
    """Positions of an hour, whose noise has so many seconds to fade in; and the length of their legs without noise."""
    ticks = np.arange(0, HOUR, TICK)
    speed, course = way(ticks)
    rows = np.arange(0, len(ticks), round(step / TICK))
    east, north = (np.cumsum(speed * turned(course) * TICK)[rows] for turned in (np.sin, np.cos))
    aside = noise(len(rows), sigma, math.exp(-step / lasting) if lasting else 0, seed)
    accuracy = sigma * INSIDE_68 if accurate else np.nan
    metres = float(np.hypot(np.diff(east), np.diff(north)).sum())
    return fixes(rows * TICK, east + aside[0], north + aside[1], accuracy), metres


WITHIN = 0.02
WHITE: dict[Way, dict[tuple[int, float], float]] = {  # how far off at (step, sigma), where that is more
    walk: {(30, 5): 0.03, (30, 10): 0.09},
    blocks: {(1, 10): 0.06, (5, 5): 0.035, (5, 10): 0.09, (30, 5): 0.03, (30, 10): 0.1},
    run: {(1, 10): 0.03, (5, 10): 0.065},
    bike: {},
    town: {(5, 3): 0.05, (5, 5): 0.07},
    shuttle: {},
    stop_and_go: {
        (1, 10): 0.03,
        (5, 3): 0.04,
        (5, 5): 0.03,
        (5, 10): 0.03,
        (30, 3): 0.05,
        (30, 5): 0.08,
        (30, 10): 0.16,
    },
}
LASTING: dict[Way, float] = {
    walk: 0.13,
    blocks: 0.11,
    run: 0.05,
    bike: 0.02,
    town: 0.045,
    shuttle: 0.02,
    stop_and_go: 0.26,
}


@pytest.mark.parametrize("accurate", [False, True], ids=["no accuracy", "accuracy"])
@pytest.mark.parametrize("sigma", [0, 3, 5, 10])
@pytest.mark.parametrize("step", [1, 5, 30])
@pytest.mark.parametrize("way", WHITE)
def test_what_moves_is_as_long_as_it_is(way: Way, step: int, sigma: float, accurate: bool) -> None:
    if way is run and step == 30:
        pytest.skip("four positions a lap, within 64 m of a place: a stop")
    within = WHITE[way].get((step, sigma), WITHIN)
    for seed in range(3 if sigma else 1):
        found, metres = moved(way, step, sigma, 0, accurate, seed)
        assert driven(found) == pytest.approx(metres, rel=within)


@pytest.mark.parametrize("step", [1, 5, 30])
@pytest.mark.parametrize("way", WHITE)
def test_noise_that_lasts_twenty_seconds_adds_little(way: Way, step: int) -> None:
    if way is run and step == 30:
        pytest.skip("a stop, as above")
    for seed in range(3):
        found, metres = moved(way, step, 5, 20, False, seed)
        assert driven(found) == pytest.approx(metres, rel=LASTING[way])


@some.composite
def noisy(draw: some.DrawFn) -> Track:
    """Walks and drives that are cut by silences."""
    count, seed = draw(some.integers(2, 900)), draw(some.integers(0, 2**32))
    random = np.random.default_rng(seed)
    steps = random.choice([1, draw(some.sampled_from([1, 5, 20, 21])), 700], count, p=[0.6, 0.395, 0.005])
    speed, course = random.choice([0.0, 1.4, 12]), random.choice([0.0, 0.3, 1.6], count, p=[0.9, 0.07, 0.03]).cumsum()
    aside = noise(count, draw(some.sampled_from([1, 5, 10])), draw(some.sampled_from([0, 0.9])), seed)
    east, north = (np.cumsum(speed * steps * turned(course)) for turned in (np.sin, np.cos))
    return fixes(steps.cumsum(), east + aside[0], north + aside[1])


@given(noisy(), some.data())
def test_a_length_follows_from_what_is_around_it(found: Track, data: some.DataObject) -> None:
    if len(found) < 2:
        return
    row, times = data.draw(some.integers(0, len(found) - 2)), found["time"]
    first = np.searchsorted(times, times[row] - context())
    last = np.searchsorted(times, times[row + 1] + context(), "right")
    assert legs(found[first:last]).lengths[row - first] == legs(found).lengths[row]


@given(noisy(), some.data())
def test_so_many_positions_around_a_leg_are_enough(found: Track, data: some.DataObject) -> None:
    """Of a track that moves all the time, so that it is no matter what stands still."""
    found["longitude"] += (found["time"] - found["time"][0]) // 5
    row = data.draw(some.integers(0, len(found) - 2))
    first, last = max(0, row - REACH - 2), row + REACH + 4
    assert legs(found[first:last]).lengths[row - first] == legs(found).lengths[row]


def test_so_many_positions_reach_no_further_than_a_leg_may() -> None:
    assert REACH * DENSE <= HOUR * 1_000


@given(noisy(), some.integers(-(10**10), 10**10))
def test_lengths_are_the_same_at_any_time(found: Track, shift: int) -> None:
    later = found.copy()
    later["time"] += shift
    assert legs(later).lengths.tolist() == legs(found).lengths.tolist()
