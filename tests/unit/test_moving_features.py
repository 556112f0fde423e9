"""MF-JSON is as OGC 19-045r3 says, in bodies as OGC 22-003r3 says."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from herenow.history.ogc import moving_features as mf
from herenow.history.ogc.primitives import primitives, runs
from herenow.model.device import first_seen
from herenow.model.leg import MAX_LEG_TIME
from herenow.model.position import Position
from tests.support import ogc_schemas
from tests.support.exports import moment, positions_in_order
from tests.support.positions import NOW, position

GOLDEN = Path(__file__).parent.parent / "golden"
LINKS = [{"rel": "self", "href": "../x", "type": "application/json"}]
DRIVE = [
    position("bus", NOW, 60.0, 25.0, speed=1.0, course=359.0, attributes={"name": "Bus 7"}),
    position("bus", NOW + 1000, 60.1, 25.1, course=1.0),
    position("bus", NOW + 2000, 60.2, 24.9, speed=3.0, battery=80.0),
]
LATER = position("bus", NOW + 2001 + MAX_LEG_TIME, 61.0, 26.0)


def feature(positions: list[Position]) -> Any:
    made = mf.moving_feature(first_seen(positions[0]), runs(positions))
    ogc_schemas.follows(made, ogc_schemas.Feature)
    return made


def sequence(positions: list[Position]) -> Any:
    made = mf.geometry_sequence(primitives(positions), "Linear", LINKS, NOW)
    ogc_schemas.follows(made, ogc_schemas.TemporalGeometrySequence)
    return made


def samples() -> dict[str, bytes]:
    """What is in tests/golden."""
    documents = {"moving-feature.json": feature([*DRIVE, LATER]), "geometry-sequence.json": sequence([*DRIVE, LATER])}
    return {name: json.dumps(one, indent=1).encode() + b"\n" for name, one in documents.items()}


@pytest.mark.parametrize("name", samples())
def test_a_feature_and_a_sequence_are_what_they_were(name: str) -> None:
    assert samples()[name] == (GOLDEN / name).read_bytes()


def test_a_feature_says_who_moved_and_where_and_when() -> None:
    shown = feature(DRIVE)
    properties = {"device_id": "bus", "name": "Bus 7", "time": "2026-09-21T14:13:20.000Z", "speed": 1.0}
    assert (shown["type"], shown["id"], shown["properties"]) == ("Feature", "bus", properties)
    assert shown["bbox"] == [24.9, 60.0, 25.1, 60.2]
    assert shown["time"] == ["2026-09-21T14:13:20.000Z", "2026-09-21T14:13:22.000Z"]
    assert shown["geometry"]["type"] == "LineString"
    assert shown["temporalGeometry"] == {
        "type": "MovingPoint",
        "datetimes": ["2026-09-21T14:13:20.000Z", "2026-09-21T14:13:21.000Z", "2026-09-21T14:13:22.000Z"],
        "coordinates": [[25.0, 60.0], [25.1, 60.1], [24.9, 60.2]],
        "interpolation": "Linear",
    }


def test_times_and_places_are_declared_as_utc_and_wgs_84_with_longitude_first() -> None:
    shown = feature(DRIVE)
    assert shown["crs"]["properties"]["name"].endswith("CRS84")
    assert shown["trs"]["properties"]["href"].endswith("Gregorian")


def test_a_gap_makes_several_moving_points() -> None:
    shown = feature([*DRIVE, LATER])["temporalGeometry"]
    assert shown["type"] == "MovingGeometryCollection"
    assert [len(prism["datetimes"]) for prism in shown["prisms"]] == [3, 1]


def test_what_was_measured_is_written_with_the_times_at_which_it_was() -> None:
    speed, course, _ = feature(DRIVE)["temporalProperties"]
    assert speed == {
        "datetimes": ["2026-09-21T14:13:20.000Z", "2026-09-21T14:13:22.000Z"],
        "speed": {"type": "Measure", "form": "MTS", "values": [1.0, 3.0], "interpolation": "Linear"},
    }
    assert course["course"]["values"] == [359.0, 1.0]
    assert course["course"]["interpolation"] == "Discrete"


def test_a_feature_that_was_seen_once_is_a_point_without_a_life() -> None:
    shown = feature([LATER])
    assert shown["geometry"] == {"type": "Point", "coordinates": [26.0, 61.0]}
    assert "time" not in shown


def test_a_still_feature_is_at_its_newest_place() -> None:
    shown: Any = mf.still_feature(first_seen(LATER), NOW)
    ogc_schemas.follows(shown, ogc_schemas.Feature)
    assert shown["geometry"] == {"type": "Point", "coordinates": [26.0, 61.0]}
    assert [moment(one) for one in shown["time"]] == [NOW, LATER.time]
    assert "time" not in mf.still_feature(first_seen(LATER))


def test_places_have_altitudes_where_all_of_them_are_known() -> None:
    flying = [position("drone", NOW + i, altitude=90.0) for i in range(2)]
    assert feature(flying)["temporalGeometry"]["coordinates"] == [[25.0, 60.0, 90.0]] * 2
    mixed = feature([*flying, position("drone", NOW + 2)])["temporalGeometry"]["coordinates"]
    assert mixed == [[25.0, 60.0]] * 3


def test_a_sequence_names_its_primitives_by_their_beginning() -> None:
    shown = sequence([*DRIVE, LATER])
    assert [one["id"] for one in shown["geometrySequence"]] == [str(NOW), str(LATER.time)]
    assert (shown["numberReturned"], moment(shown["timeStamp"])) == (2, NOW)
    assert shown["links"] == LINKS


@pytest.mark.parametrize("name", mf.PROPERTIES)
def test_what_was_never_measured_has_no_values(name: str) -> None:
    shown: Any = mf.temporal_property(name, [[LATER]], LINKS)
    ogc_schemas.follows(shown, ogc_schemas.TemporalProperty)
    assert shown["valueSequence"] == []
    assert mf.still_property(name, LINKS).items() < shown.items()


@given(positions_in_order().filter(bool))
def test_every_report_is_written_as_the_standard_wants_it(positions: list[Position]) -> None:
    mine = [one for one in positions if one.device_id == positions[0].device_id]
    sequence(mine)
    feature(mine)
    for name in mf.PROPERTIES:
        ogc_schemas.follows(mf.temporal_property(name, primitives(mine), LINKS), ogc_schemas.TemporalProperty)


def test_of_two_positions_at_one_time_the_newer_counts() -> None:
    twins = sorted([position("bus", NOW, 1.0, 2.0), position("bus", NOW, 3.0, 4.0)], key=lambda one: one.version)
    newest = twins[1]
    assert feature(twins)["temporalGeometry"]["coordinates"] == [[newest.longitude, newest.latitude]]


if __name__ == "__main__":
    for _name, _bytes in samples().items():
        (GOLDEN / _name).write_bytes(_bytes)
    sys.exit()
