"""The synthetic city."""

import itertools
import json
import math
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from herenow.errors import SettingsError
from herenow.sources.simulator.city import LIMITS, City, Street
from herenow.sources.simulator.streets import RING

SIZE = 3000.0


@cache
def city(seed: int = 1, size: float = SIZE) -> City:
    return City(60.0, 25.0, size, seed)


def streets(of: City) -> list[Street]:
    return [street for junction in range(len(of.points)) for street in of.streets_from(junction)]


@settings(max_examples=4)
@given(st.integers(0, 2**32))
def test_every_place_can_be_reached_from_every_junction_along_streets(seed: int) -> None:
    built = City(60.0, 25.0, SIZE, seed)
    place = built.places[0]
    for start in range(len(built.points)):
        way = built.way(start, place)
        assert (way[0], way[-1]) == (start, place)
        assert all(built.street(here, there) for here, there in itertools.pairwise(way))


@settings(max_examples=4)
@given(st.integers(0, 2**32))
def test_streets_have_a_length_and_lead_both_ways(seed: int) -> None:
    built = City(60.0, 25.0, SIZE, seed)
    for street in streets(built):
        assert 1 < street.length < 600
        assert built.street(street.end, street.start).length == street.length
        assert math.isclose(math.hypot(street.east, street.north), 1)


def test_the_same_seed_builds_the_same_city_and_another_one_another() -> None:
    assert City(60.0, 25.0, SIZE, 7).streets_geojson == City(60.0, 25.0, SIZE, 7).streets_geojson
    assert City(60.0, 25.0, SIZE, 7).points != City(60.0, 25.0, SIZE, 8).points


def test_the_lines_on_the_map_are_all_streets_once() -> None:
    lines = [feature["geometry"]["coordinates"] for feature in json.loads(city().streets_geojson)["features"]]
    assert sum(len(line) - 1 for line in lines) == len(city().links)
    classes = {feature["properties"]["class"] for feature in json.loads(city().streets_geojson)["features"]}
    assert classes == {"arterial", "street"}


def test_the_city_is_as_large_as_requested_and_around_its_centre() -> None:
    west, south, east, north = city().box
    assert (east - west) * 111_195 * math.cos(math.radians(60)) == pytest.approx(SIZE, rel=0.1)
    assert (north - south) * 111_195 == pytest.approx(SIZE, rel=0.1)
    assert (west + east) / 2 == pytest.approx(25.0, abs=0.005)


def test_the_ring_road_is_closed() -> None:
    ring = [street for street in streets(city()) if street.kind == RING]
    assert all(sum(other.start == street.end for other in ring) == 2 for street in ring)


def test_cyclists_keep_off_the_ring_road_where_they_can() -> None:
    def share(by_bicycle: bool) -> float:
        ways = [
            city().way(start, place, by_bicycle=by_bicycle)
            for start in city().places[::4]
            for place in city().places[::9]
        ]
        driven = [city().street(*pair) for way in ways for pair in itertools.pairwise(way)]
        return sum(street.length for street in driven if street.kind == RING) / sum(street.length for street in driven)

    assert share(by_bicycle=True) < share(by_bicycle=False) / 3


def test_the_larger_the_street_the_faster_it_may_be_driven() -> None:
    assert all(street.limit == LIMITS[street.kind] for street in streets(city()))
    assert LIMITS["ring"] > LIMITS["arterial"] > LIMITS["street"]


@pytest.mark.parametrize(("place", "size", "says"), [((60, 25), 10, "size"), ((89, 0), SIZE, "centre")])
def test_a_city_that_cannot_be_built_is_refused(place: tuple[float, float], size: float, says: str) -> None:
    with pytest.raises(SettingsError, match=f"{says}: expected"):
        City(*place, size)
