"""MF-JSON is as OGC 19-045r3 says, in bodies as OGC 22-003r3 says."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given

from herenow.history import moving_features as mf
from herenow.model.geo import MAX_LEG_TIME
from herenow.model.position import Position
from tests.exporting import moment, positions_in_order
from tests.positions import NOW, position

DRIVE = [
    position("bus", NOW, 60.0, 25.0, speed=1.0, course=359.0),
    position("bus", NOW + 1000, 60.1, 25.1, course=1.0),
    position("bus", NOW + 2000, 60.2, 24.9, speed=3.0),
]
LATER = position("bus", NOW + 2001 + MAX_LEG_TIME, 61.0, 26.0)


def feature(positions: list[Position]) -> Any:
    return mf.feature("bus", positions, {"name": "Bus 7"})


def sequence(positions: list[Position]) -> Any:
    return mf.geometry_sequence(positions, [{"rel": "self", "href": "/x"}], NOW, 9)


def test_a_feature_says_who_moved_and_where_and_when() -> None:
    told = feature(DRIVE)
    assert (told["type"], told["id"], told["properties"]) == ("Feature", "bus", {"name": "Bus 7"})
    assert told["bbox"] == [24.9, 60.0, 25.1, 60.2]
    assert told["time"] == ["2026-09-21T14:13:20.000Z", "2026-09-21T14:13:22.000Z"]
    assert told["geometry"]["type"] == "LineString"
    assert told["temporalGeometry"] == {
        "type": "MovingPoint",
        "datetimes": ["2026-09-21T14:13:20.000Z", "2026-09-21T14:13:21.000Z", "2026-09-21T14:13:22.000Z"],
        "coordinates": [[25.0, 60.0], [25.1, 60.1], [24.9, 60.2]],
        "interpolation": "Linear",
    }


def test_times_and_places_are_said_to_be_utc_and_wgs_84_with_longitude_first() -> None:
    told = feature(DRIVE)
    assert told["crs"]["properties"]["name"].endswith("CRS84")
    assert told["trs"]["properties"]["href"].endswith("Gregorian")


def test_a_gap_makes_several_moving_points() -> None:
    told = feature([*DRIVE, LATER])["temporalGeometry"]
    assert told["type"] == "MovingGeometryCollection"
    assert [len(prism["datetimes"]) for prism in told["prisms"]] == [3, 1]


def test_what_was_measured_is_told_with_the_times_at_which_it_was() -> None:
    speed, course = feature(DRIVE)["temporalProperties"]
    assert speed == {
        "datetimes": ["2026-09-21T14:13:20.000Z", "2026-09-21T14:13:22.000Z"],
        "speed": {"type": "Measure", "form": "MTS", "values": [1.0, 3.0], "interpolation": "Linear"},
    }
    assert course["course"]["values"] == [359.0, 1.0]
    assert course["course"]["interpolation"] == "Discrete"


def test_one_place_is_a_point_and_nothing_is_no_geometry() -> None:
    assert feature([LATER])["geometry"] == {"type": "Point", "coordinates": [26.0, 61.0]}
    nothing = feature([])
    assert nothing["geometry"] is None
    assert "temporalGeometry" not in nothing


def test_places_have_altitudes_where_all_of_them_are_known() -> None:
    flying = [position("drone", NOW + i, altitude=90.0) for i in range(2)]
    assert feature(flying)["temporalGeometry"]["coordinates"] == [[25.0, 60.0, 90.0]] * 2
    mixed = feature([*flying, position("drone", NOW + 2)])["temporalGeometry"]["coordinates"]
    assert mixed == [[25.0, 60.0]] * 3


def test_a_sequence_names_its_primitives_by_their_beginning() -> None:
    told = sequence([*DRIVE, LATER])
    assert told["type"] == "TemporalGeometrySequence"
    assert [one["id"] for one in told["geometrySequence"]] == [str(NOW), str(LATER.time)]
    assert (told["numberMatched"], told["numberReturned"], moment(told["timeStamp"])) == (9, 2, NOW)
    assert told["links"] == [{"rel": "self", "href": "/x"}]


@pytest.mark.parametrize("name", mf.MEASURED)
def test_what_was_never_measured_is_not_told(name: str) -> None:
    assert mf.temporal_property(name, [LATER]) is None


@given(positions_in_order())
def test_times_increase_and_are_as_many_as_places(positions: list[Position]) -> None:
    mine = [one for one in positions if one.device_id == positions[0].device_id]
    for one in sequence(mine)["geometrySequence"]:
        assert one["type"] == "MovingPoint"
        assert len(one["datetimes"]) == len(one["coordinates"]) > 0
        assert all(before < after for before, after in pairwise(one["datetimes"]))
        assert len({len(place) for place in one["coordinates"]}) == 1


def test_of_two_positions_at_one_time_the_newer_counts() -> None:
    twins = sorted([position("bus", NOW, 1.0, 2.0), position("bus", NOW, 3.0, 4.0)], key=lambda one: one.version)
    newest = twins[1]
    assert feature(twins)["temporalGeometry"]["coordinates"] == [[newest.longitude, newest.latitude]]
