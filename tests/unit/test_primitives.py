"""Primitives are the same wherever reading begins, and their parts lie on their lines."""

from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from herenow.history.ogc.curves import curve
from herenow.history.ogc.primitives import Area, Moments, at, part, primitives
from herenow.model.clock import HOUR
from herenow.model.geo.box import Box
from herenow.model.leg import MAX_LEG_TIME
from herenow.model.position import Position
from tests.support.positions import NOW, position

START = NOW // HOUR * HOUR
places = st.tuples(st.floats(-5, 5), st.floats(-5, 5))
tracks = st.lists(
    st.tuples(st.sampled_from([0, 0, 1, 60_000, MAX_LEG_TIME, MAX_LEG_TIME + 1]) | st.integers(0, HOUR), places),
    min_size=1,
    max_size=12,
)


def track(steps: list[tuple[int, tuple[float, float]]]) -> list[Position]:
    times = np.cumsum([step for step, _ in steps]).tolist()
    found = [position("van", START + time, *place) for time, (_, place) in zip(times, steps, strict=True)]
    return sorted({one.version: one for one in found}.values(), key=lambda one: one.version)


@given(tracks)
def test_primitives_hold_everything_and_end_at_hours_and_gaps(steps: list[tuple[int, tuple[float, float]]]) -> None:
    positions = track(steps)
    found = primitives(positions)
    assert {one.time for primitive in found for one in primitive} == {one.time for one in positions}
    for primitive in found:
        assert all(0 < b.time - a.time <= MAX_LEG_TIME for a, b in pairwise(primitive))
        assert {one.time // HOUR for one in primitive[:-1] or primitive} == {primitive[0].time // HOUR}
    for before, after in pairwise(found):
        gap = after[0].time - before[-1].time
        assert gap == 0 or gap > MAX_LEG_TIME, "nothing is missing from the line"
        assert gap or after[0] == before[-1], "of two positions of an instant it is the same one"


def test_two_fixes_at_a_whole_hour_are_one_end_and_one_beginning() -> None:
    before, *both = [position("van", START - 9_000), *(position("van", START, latitude) for latitude in (61.0, 62.0))]
    both.sort(key=lambda one: one.version)
    first, second = primitives([before, *both])
    assert (first[-1], second[0]) == (both[1], both[1])


@given(tracks, st.integers(0, 12))
def test_primitives_are_the_same_from_wherever_one_begins(
    steps: list[tuple[int, tuple[float, float]]], number: int
) -> None:
    found = primitives(track(steps))
    begin = found[number % len(found)][0].time
    later = primitives([one for one in track(steps) if one.time >= begin])
    assert later == found[number % len(found) :]


@given(tracks, st.integers(-1000, 2 * HOUR), st.integers(0, HOUR))
def test_a_part_lies_in_its_time_and_on_the_line(
    steps: list[tuple[int, tuple[float, float]]], start: int, length: int
) -> None:
    moments = Moments(START + start, START + start + length)
    for primitive in primitives(track(steps)):
        found = part(primitive, moments)
        assert bool(found) == moments.touched(primitive)
        for one in found:
            assert moments.start <= one.time <= moments.end
            line = shapely.LineString([(p.longitude, p.latitude) for p in [*primitive, primitive[-1]]])
            assert line.distance(shapely.Point(one.longitude, one.latitude)) < 1e-6
        if found and primitive[0].time <= moments.start <= primitive[-1].time:
            assert found[0].time == moments.start


def test_the_line_crosses_the_180th_meridian_the_short_way() -> None:
    west = [position("ship", NOW, 0.0, 179.0), position("ship", NOW + 1000, 0.0, -179.0)]
    places = [at(west, NOW + share).longitude for share in (250, 750)]  # type: ignore[union-attr]
    assert places == pytest.approx([179.5, -179.5])
    assert at(west, NOW - 1) is None
    assert at(west, NOW + 1001) is None


@given(tracks, st.tuples(places, places))
def test_an_area_is_touched_where_shapely_says_so(
    steps: list[tuple[int, tuple[float, float]]], corners: tuple[tuple[float, float], tuple[float, float]]
) -> None:
    (south, north), (west, east) = (sorted(axis) for axis in zip(*corners, strict=True))
    area = Area(Box(west, south, east, north))
    for primitive in primitives(track(steps)):
        places = [(one.longitude, one.latitude) for one in primitive]
        line = shapely.LineString(places) if len(places) > 1 else shapely.Point(places[0])
        distance = line.distance(shapely.box(west, south, east, north))
        if not 0 < distance < 1e-9 and not _grazes(line, west, south, east, north):
            assert area.touched(primitive) == (distance == 0)


def _grazes(line: shapely.Geometry, west: float, south: float, east: float, north: float) -> bool:
    """Whether rounding decides."""
    edges = shapely.box(west, south, east, north)
    return bool(line.intersects(edges.buffer(1e-9)) != line.intersects(edges.buffer(-1e-9)))


def test_an_area_has_heights_for_what_has_them() -> None:
    area = Area(Box(-1, -1, 1, 1), 0, 100)
    climbs = [position("drone", NOW + n, 0.0, 0.0, altitude=height) for n, height in enumerate((-10.0, 200.0))]
    assert area.touched(climbs)
    assert not area.touched(climbs[:1])
    assert area.touched([position("van", NOW, 0.0, 0.0)])


def test_curves_follow_from_each_other() -> None:
    metres, seconds = [100.0, 300.0, 300.0], [10, 10, 20]
    longitudes = [25.0]
    for length in metres:
        longitudes.append(Geod(ellps="WGS84").fwd(longitudes[-1], 0.0, 90, length)[0])
    times = [NOW, *(NOW + 1000 * int(sum(seconds[: n + 1])) for n in range(3))]
    drive = [position("van", time, 0.0, longitude) for time, longitude in zip(times, longitudes, strict=True)]
    distance, velocity, acceleration = (curve(name, drive) for name in ("distance", "velocity", "acceleration"))
    assert distance.values == pytest.approx([0, 100, 400, 700], abs=0.01)
    assert velocity.values == pytest.approx([10, 30, 15, 15], abs=0.01)
    assert acceleration.values == pytest.approx([2, -1], abs=0.01)
    assert [distance.times, velocity.times, acceleration.times] == [times, times, times[1:-1]]
    assert distance.within(Moments(times[1], times[2])).times == times[1:3]


def test_what_was_seen_once_has_neither_velocity_nor_acceleration() -> None:
    alone = [position("van")]
    assert curve("distance", alone).values == [0.0]
    assert curve("velocity", alone).times == curve("acceleration", alone).times == []
