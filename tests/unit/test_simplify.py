"""Levels of detail: what a map may leave out, and what it may not."""

import time
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from pyproj import Geod, Transformer

from herenow.history.tracks.movement import stops
from herenow.history.tracks.simplify import EVERY, TOLERANCES, level_for, levels
from herenow.history.tracks.track import latitudes, longitudes
from herenow.model.leg import MAX_LEG_TIME
from herenow.store.track import FIX, PLACES, Track
from tests.support.dose import dose
from tests.support.positions import NOW

MERCATOR = Transformer.from_crs("EPSG:4326", "EPSG:3857", always_xy=True)
AROUND = 2 * np.pi * 6_378_137.0  # m
GEOD = Geod(ellps="WGS84")

Numbers = npt.NDArray[np.float64]


def line(longitude: npt.ArrayLike, latitude: npt.ArrayLike, step: int = 10_000) -> Track:
    """Positions that know nothing but where they are, one every `step` ms."""
    found = np.zeros(np.size(longitude), FIX)
    found["time"] = NOW + np.arange(len(found)) * step
    found["longitude"] = np.round((np.asarray(longitude) + 180) % 360 * PLACES - 180 * PLACES)
    found["latitude"] = np.round(np.asarray(latitude) * PLACES)
    for name in ("altitude", "speed", "course", "accuracy"):
        found[name] = np.nan
    return found


def straight(length: int, step: int = 10_000) -> Track:
    """110 m from one to the next along a meridian."""
    return line(np.full(length, 25.0), 60 + np.arange(length) * 0.001, step)


def kept(found: Track, level: int) -> list[int]:
    return np.flatnonzero(levels(found) <= level).tolist()


def errors(found: Track, level: int) -> tuple[Numbers, Numbers]:
    """How far each position that the level drops lies from the line that a map draws in its place, in metres of the
    map and on the ground, one by one."""
    x, y = MERCATOR.transform(longitudes(found), np.clip(latitudes(found), -90 + 1e-7, 90 - 1e-7))
    for row in range(1, len(x)):
        x[row] += round((x[row - 1] - x[row]) / AROUND) * AROUND
    on_map, on_ground = [], []
    rows = kept(found, level)
    for first, last in pairwise(rows):
        whole = np.array([x[last] - x[first], y[last] - y[first]])
        for row in range(first + 1, last):
            share = np.array([x[row] - x[first], y[row] - y[first]]) @ whole / max(whole @ whole, 1e-12)
            nearest = np.array([x[first], y[first]]) + min(max(share, 0.0), 1.0) * whole
            on_map.append(np.hypot(x[row] - nearest[0], y[row] - nearest[1]))
            there = MERCATOR.transform(nearest[0], nearest[1], direction="INVERSE")
            on_ground.append(GEOD.inv(longitudes(found)[row], latitudes(found)[row], *there)[2])
    return np.array([0.0, *on_map]), np.array([0.0, *on_ground])


STARTS = [(25.0, 60.0), (0.0, 0.0), (179.999, -17.0), (-179.9999, 65.0), (10.0, 84.9), (0.0, 89.999), (0.0, -89.9999)]


@some.composite
def tracks(draw: some.DrawFn) -> Track:
    """Wanders, in steps of a metre to some kilometres, with silences, speeds and altitudes."""
    length = draw(some.integers(0, 60))
    random = np.random.default_rng(draw(some.integers(0, 2**32)))
    east, north = draw(some.sampled_from(STARTS))
    scale = draw(some.sampled_from([0.000005, 0.0001, 0.002, 0.05, 30.0]))  # degrees
    turns = random.normal(0, 1, (2, length)).cumsum(axis=1) * scale
    found = line(east + turns[0] / max(np.cos(np.radians(north)), 0.001), np.clip(north + turns[1], -90, 90))
    steps = random.choice([1_000, 60_000, MAX_LEG_TIME, MAX_LEG_TIME + 1], length, p=[0.6, 0.3, 0.05, 0.05])
    found["time"] = NOW + steps.cumsum()
    found["speed"] = random.choice([np.nan, 3, 5, 20], length)
    found["altitude"] = random.choice([np.nan, -3, 5, 20], length)
    return found


@settings(max_examples=dose(30, full=300))
@given(tracks())
def test_what_a_level_drops_lies_within_its_tolerance(found: Track) -> None:
    for level, tolerance in enumerate(TOLERANCES):
        on_map, on_ground = errors(found, level)
        assert on_map.max() <= tolerance * 1.000001 + 0.02  # a place is known to a centimetre
        assert on_ground.max() <= tolerance * 1.000001 + 0.02


def test_a_level_leaves_out_what_it_may() -> None:
    """A bend is kept by the levels it is large enough for, and by no others."""
    for bend in (3.0, 20.0, 100.0, 1_000.0):
        found = straight(21)
        found["longitude"][10] += round(np.degrees(bend / 6_378_137.0) * PLACES)
        assert levels(found)[10] == next(level for level, tolerance in enumerate(TOLERANCES) if tolerance < bend)
        assert levels(found)[5] == len(TOLERANCES)


def test_a_long_track_is_within_its_tolerances_too() -> None:
    random = np.random.default_rng(7)
    found = line(25 + random.normal(0, 1e-4, 3_000).cumsum(), 60 + random.normal(0, 1e-4, 3_000).cumsum(), 1_000)
    counts = np.bincount(levels(found))
    assert (counts > 0).all()
    assert counts[:3].sum() < 300
    for level in (2, 4):
        assert TOLERANCES[level] / 4 < errors(found, level)[0].max() <= TOLERANCES[level]


@settings(max_examples=dose(20, full=200))
@given(tracks())
def test_a_finer_level_keeps_what_a_coarser_one_does_and_the_last_all(found: Track) -> None:
    rows = [set(kept(found, level)) for level in range(len(TOLERANCES) + 1)]
    assert all(coarser <= finer for coarser, finer in pairwise(rows))
    assert rows[-1] == set(range(len(found)))


@settings(max_examples=dose(60, full=600))
@given(tracks())
def test_ends_gaps_stops_and_extremes_are_always_kept(found: Track) -> None:
    coarsest = levels(found)
    gaps = (np.flatnonzero(np.diff(found["time"]) > MAX_LEG_TIME) + 1).tolist()
    for piece, rows in zip(np.split(found, gaps), np.split(coarsest, gaps), strict=True):
        if len(piece):
            assert rows[0] == rows[-1] == 0
            for column in (piece["speed"], piece["altitude"], -piece["altitude"]):
                if not np.isnan(column).all():
                    assert rows[np.nanargmax(column)] == 0
    for first, last in stops(found):
        assert coarsest[first] == coarsest[last] == 0


def test_of_equal_extremes_the_first_is_kept_and_no_other() -> None:
    found = straight(20)
    found["altitude"], found["speed"] = 7.0, 3.0
    found["altitude"][:2] = np.nan
    assert kept(found, 0) == [0, 2, 19]


def test_a_device_that_stands_and_goes_on_is_not_drawn_as_creeping() -> None:
    """Along a straight street: a line alone would do without the time spent."""
    found = straight(100)
    found["latitude"][40:80] = found["latitude"][40]
    assert stops(found) == [(40, 79)]
    assert kept(found, 0) == [0, 40, 79, 99]


def test_the_last_position_before_a_silence_and_the_first_after_it_are_kept() -> None:
    found = straight(50)
    found["time"][20:] += MAX_LEG_TIME - 10_000
    assert kept(found, 0) == [0, 49]
    found["time"][20:] += 1
    assert kept(found, 0) == [0, 19, 20, 49]


def test_the_180th_meridian_is_crossed_without_a_bend() -> None:
    found = line(np.linspace(179.9, 180.1, 50), np.linspace(-17, -17.1, 50))
    assert found["longitude"][-1] == -1_799_000_000
    assert kept(found, 2) == [0, 49]


def test_a_track_along_the_equator_may_go_around_the_earth_and_back() -> None:
    around = np.linspace(0, 400, 150)
    assert kept(line(np.concatenate([around, around[::-1]]), np.zeros(300), 60_000), 5) == [0, 149, 299]


def test_the_pole_has_a_place_on_the_map() -> None:
    """A centimetre from where it is, and not as far away as its tangent happens to be."""
    found = line([0, 10, 20, 30, 40], [90 - 1e-7, 90, 90 - 1e-7, 90, 90 - 1e-7])
    assert kept(found, 5) == [0, 4]
    assert errors(found, 5)[0].max() < 0.02


@pytest.mark.parametrize("length", [0, 1, 2])
def test_of_two_positions_none_is_dropped(length: int) -> None:
    assert kept(straight(length), 0) == list(range(length))


def test_a_device_that_does_not_move_is_drawn_by_its_ends() -> None:
    assert kept(line(np.full(500, 25.0), np.full(500, 60.0)), 5) == [0, 499]


def test_a_zigzag_made_to_be_slow_is_cut_into_sections() -> None:
    """Each of its positions is further from the line than all after it, so that a line through all of them would be
    split once for each: minutes, or the end of the stack."""
    rows = np.arange(86_400)
    found = line(rows * 1e-6, np.where(rows % 2, 1, -1) * (86_400 - rows) * 1e-4, 1_000)
    started = time.process_time()
    assert kept(found, 0)[:2] == [0, 1]
    assert time.process_time() - started < 10
    assert set(range(0, len(found), EVERY)) <= set(kept(found, 0))


@pytest.mark.parametrize(
    ("zoom", "level"),
    [(-1, 0), (0, 0), (5, 0), (5.3, 1), (7, 1), (9, 2), (11, 3), (13, 4), (15, 5), (15.3, None), (19, None)],
)
def test_a_level_is_as_coarse_as_half_a_pixel_allows(zoom: float, level: int | None) -> None:
    assert level_for(zoom) == level


@given(some.floats(-2, 24))
def test_a_level_stays_under_half_a_pixel(zoom: float) -> None:
    half = AROUND / 256 / 2**zoom / 2
    level = level_for(zoom)
    coarser = TOLERANCES[: level if level is not None else len(TOLERANCES)]
    assert all(tolerance > half for tolerance in coarser)
    assert level is None or TOLERANCES[level] <= half
