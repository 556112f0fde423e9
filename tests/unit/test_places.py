"""Stops gathered into places."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from herenow.history.tracks.places import NEAR, dwellings
from herenow.history.tracks.quality import unit_vectors
from herenow.history.tracks.trips import Stop
from herenow.store.track import PLACES

HOME, WORK = (24.94, 60.17), (25.01, 60.21)
NORTH = 1 / 111_412  # degrees of latitude in a metre there


def stop(start: int, minutes: int, where: tuple[float, float], metres: float = 0.0) -> Stop:
    """So many metres north of a place, with one position ten metres further."""
    longitude, latitude = where[0], where[1] + metres * NORTH
    x, y, z = np.rint(unit_vectors(longitude, latitude) * 1000).astype(int).tolist()
    edge = ((round(longitude * PLACES), round((latitude + 10 * NORTH) * PLACES)),)
    return Stop(start, start + minutes * 60_000, 5, (x, y, z), (5 * x, 5 * y, 5 * z), edge)


def test_stops_near_each_other_are_one_place_and_the_longest_comes_first() -> None:
    home, work = dwellings([stop(0, 600, HOME), stop(10**8, 480, WORK), stop(2 * 10**8, 30, HOME, 60.0)])
    assert (home.visits, work.visits) == (2, 1)
    assert home.duration == 630 * 60_000
    assert (home.first, home.last) == (0, 2 * 10**8 + 30 * 60_000)
    assert home.latitude == pytest.approx(60.17 + 60 * NORTH * 30 / 630, abs=1e-6), "the mean, by time"
    assert 60 < home.radius < 80
    assert [work.longitude, work.latitude] == pytest.approx(list(WORK))


def test_stops_further_apart_than_that_are_two_places_unless_others_lie_between() -> None:
    far = [stop(0, 10, HOME), stop(1, 10, HOME, 1.6 * NEAR)]
    assert len(dwellings(far)) == 2
    assert len(dwellings([*far, stop(2, 10, HOME, 0.8 * NEAR)])) == 1


def test_nowhere_is_no_place() -> None:
    assert dwellings([]) == []


places = st.tuples(st.integers(-2, 2), st.integers(-300, 300)).map(
    lambda at: ((180.0 - at[0] / 1e4) % 360 - 180, at[1])  # on either side of the 180th meridian
)
stops = st.lists(
    st.tuples(st.integers(0, 10**6), st.integers(1, 50), places).map(
        lambda made: stop(made[0] * 1000, made[1], (made[2][0], 60.0), float(made[2][1]))
    ),
    max_size=20,
)


@given(stops, st.randoms(use_true_random=False))
def test_the_order_of_the_stops_does_not_matter_and_none_is_lost(found: list[Stop], dice: random.Random) -> None:
    known = dwellings(found)
    shuffled = list(found)
    dice.shuffle(shuffled)
    for one, other in zip(known, dwellings(shuffled), strict=True):
        assert (one.visits, one.duration, one.first, one.last) == (
            other.visits,
            other.duration,
            other.first,
            other.last,
        )
    assert sum(one.visits for one in known) == len(found)
    assert sum(one.duration for one in known) == sum(one.duration for one in found)
