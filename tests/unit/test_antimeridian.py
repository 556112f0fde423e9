"""The 180th meridian is a line on the map, and none on the earth."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from herenow.history.ogc.primitives import Area
from herenow.history.queries.analytics import Lies, _lies
from herenow.history.tracks.summary import around, extent_of
from herenow.model.geo.antimeridian import bounds, cut
from herenow.model.geo.box import Box
from herenow.model.geo.mercator import project
from herenow.model.geo.sphere import onward
from herenow.model.geo.tile_grid import cover, tiles_at
from tests.support.positions import NOW, position

longitudes = st.sampled_from([-180.0, -179.5, -90.0, 0.0, 90.0, 179.5, 180.0]) | st.floats(-180, 180)
lines = st.lists(st.tuples(longitudes, st.floats(-90, 90)), min_size=2, max_size=8)
boxes = st.builds(lambda west, east: Box(west, -10.0, east, 10.0), longitudes, longitudes)
SEAM = [(-180.0, 0.0), (180.0, 0.0)]


def same_meridian(one: float, other: float) -> bool:
    return abs((one - other + 180) % 360 - 180) < 1e-9


def in_arc(longitude: float, west: float, east: float) -> bool:
    """Whether it lies between them, but for what turning around loses in rounding."""
    beyond = (longitude - west + 1e-9) % 360
    return east - west == 360 or beyond <= (east - west) % 360 + 2e-9


@given(lines)
@example([(-180.0, 0.0), (-180.0, 0.0), (179.99999999999997, 0.0)])
def test_a_line_is_cut_where_it_passes_and_nowhere_else(line: list[tuple[float, float]]) -> None:
    pieces = cut(line)
    assert all(-180 <= place[0] <= 180 for piece in pieces for place in piece)
    assert all(abs(b[0] - a[0]) <= 180 for piece in pieces for a, b in pairwise(piece))
    for before, after in pairwise(pieces):
        assert abs(before[-1][0]) == pytest.approx(180)
        assert after[0][0] == pytest.approx(-before[-1][0])
        assert after[0][1] == before[-1][1]
    drawn = [place for piece in pieces for place in piece]
    for longitude, latitude in line:
        assert any(same_meridian(longitude, place[0]) and latitude == place[1] for place in drawn)
    if all(abs(b[0] - a[0]) <= 180 for a, b in pairwise(line)):
        assert pieces == [line] or any(abs(longitude) == 180 for longitude, _ in line)


@given(st.lists(lines, min_size=1, max_size=3))
def test_bounds_hold_every_leg_on_its_short_way(some: list[list[tuple[float, float]]]) -> None:
    west, east = bounds(some)
    assert -180 <= west <= 180
    assert -180 <= east <= 180
    for line in some:
        for a, b in pairwise(line):
            end = onward(a[0], b[0])
            for share in (0.0, 0.25, 0.5, 1.0):
                assert in_arc(a[0] + share * (end - a[0]), west, east)


def test_bounds_are_the_short_ones() -> None:
    assert bounds([[(179.9, 0.0), (-179.9, 0.0)]]) == (179.9, -179.9)
    assert bounds([[(179.9, 0.0)], [(-179.9, 0.0)]]) == (179.9, -179.9)
    assert bounds([[(10.0, 0.0), (12.0, 0.0)]]) == (10.0, 12.0)
    assert bounds([[(-180.0, 0.0), (-179.0, 0.0)]]) == (-180.0, -179.0)


latitudes = st.sampled_from([-90.0, -45.0, 0.0, 45.0, 90.0]) | st.floats(-90, 90)


@given(st.sets(longitudes, min_size=1, max_size=5), st.sets(latitudes, max_size=4), st.data())
def test_a_place_counts_once_in_boxes_that_part_the_earth(
    meridians: set[float], parallels: set[float], data: st.DataObject
) -> None:
    """Also in places on their edges: every corner of them is one."""
    turned = sorted({-180.0 if one == 180 else one for one in meridians})
    across = [(-180.0, 180.0)] if len(turned) == 1 else list(pairwise([*turned, turned[0]]))
    up = list(pairwise(sorted({-90.0, 90.0, *parallels})))
    longitude = data.draw(st.sampled_from([*turned, 180.0, -180.0]) | longitudes)
    latitude = data.draw(st.sampled_from([*parallels, -90.0, 90.0]) | latitudes)
    place = np.array([longitude]), np.array([latitude])
    parts = [Box(west, south, east, north) for west, east in across for south, north in up]
    assert sum(bool(part.counts(*place)[0]) for part in parts) == 1
    assert all(part.contains(longitude, latitude) for part in parts if part.counts(*place)[0])


@pytest.mark.parametrize("edges", [(180.0, 180.0), (-180.0, -180.0), (180.0, -180.0), (7.0, 7.0)])
def test_a_box_of_no_width_counts_nothing(edges: tuple[float, float]) -> None:
    longitude = np.array([-180.0, 7.0, 180.0])
    assert not Box(edges[0], -90.0, edges[1], 90.0).counts(longitude, 0 * longitude).any()


@given(boxes, longitudes)
@example(Box(170.0, -10.0, 180.0, 10.0), -180.0)
@example(Box(-180.0, -10.0, -170.0, 10.0), 180.0)
@example(Box(180.0, -10.0, -180.0, 10.0), 180.0)
def test_a_box_its_parts_and_its_columns_hold_the_same(box: Box, longitude: float) -> None:
    inside = box.contains(longitude, 0.0)
    assert inside == any(part.west <= longitude <= part.east for part in box.parts())
    assert inside == bool(box.holds(np.array([longitude]), np.array([0.0]))[0])
    if abs(longitude) == 180:
        assert inside == box.contains(-longitude, 0.0)
    level, tiles = cover(box, 6.0)
    x, y = project(np.array([longitude]), np.array([0.0]))
    assert not inside or int(tiles_at(level, x, y)[0]) in tiles


@given(boxes, longitudes, longitudes)
@example(Box(90.0, -10.0, -1.974827385435546, 10.0), 0.0, -1.974827385435546)
def test_a_leg_is_in_a_box_that_one_of_its_places_is_in(box: Box, start: float, end: float) -> None:
    leg = [position("van", NOW, 0.0, start), position("van", NOW + 1000, 0.0, end)]
    area = Area(box)
    if box.contains(start, 0.0) or box.contains(end, 0.0):
        assert area.touched(leg)
    for share in np.linspace(0, 1, 33):
        between = (start + share * (onward(start, end) - start) + 180) % 360 - 180
        if all(box.contains(float(between) + rounding, 0.0) for rounding in (-1e-6, 0.0, 1e-6)):
            assert area.touched(leg)
    assert not area.touched([position("van", NOW, 20.0, start), position("van", NOW + 1000, 20.0, end)])


def test_a_leg_over_the_meridian_is_where_it_was_and_nowhere_else() -> None:
    leg = [position("f7", NOW, -16.8, 179.9), position("f7", NOW + 480_000, -16.8, -179.9)]
    found = {west: Area(Box(west, -17.0, east, -16.0)).touched(leg) for west, east in ((179.95, 180), (-180, -179.95))}
    assert found == {179.95: True, -180: True}
    assert not any(Area(Box(west, -17.0, west + 10.0, -16.0)).touched(leg) for west in (-90.0, 0.0, 90.0))
    assert Area(Box(170.0, -17.0, -170.0, -16.0)).touched(leg)


@given(boxes, st.lists(longitudes, min_size=1, max_size=5))
def test_a_day_lies_inside_or_outside_a_box_as_its_places_do(box: Box, some: list[float]) -> None:
    lies = _lies(extent_of(np.array(some), np.zeros(len(some))), box)
    inside = [box.contains(longitude, 0.0) for longitude in some]
    assert lies is not Lies.INSIDE or all(inside)
    assert lies is not Lies.OUTSIDE or not any(inside)


@given(st.lists(longitudes, min_size=1, max_size=5))
def test_the_box_around_places_holds_them(some: list[float]) -> None:
    extents = [extent_of(np.array([one]), np.zeros(1)) for one in some]
    extent = around(extents)
    assert extent
    assert all(in_arc(longitude, extent.box.west, extent.box.east) for longitude in some)
