"""What others read in our exports: their own libraries where there are some, else the words of the standard."""

import io
import json
import re
import warnings
from datetime import UTC, datetime
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any

import gpxpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from herenow.history.export.parquet import ROWS
from herenow.history.export.segments import MAX_STRETCH
from herenow.model.leg import MAX_LEG_TIME
from herenow.model.position import MEASURED, Position
from tests.support.exports import moment, written
from tests.support.positions import NOW, position
from tests.unit.test_exports import SAMPLES

LONG = [Position("a", NOW + 1000 * i, 0, 60 + i / 1e6, 25 + i / 1e6, speed=i / 10) for i in range(MAX_STRETCH + 5)]
Place = tuple[float, ...]


def times(positions: list[Position]) -> list[datetime]:
    return [datetime.fromtimestamp(one.time / 1000, UTC) for one in positions]


def fastkml() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it would like to have lxml
        return import_module("fastkml")


def placemarks(data: bytes) -> list[Any]:
    (document,) = fastkml().KML.from_string(data.decode()).features
    return list(document.features)


def test_gpxpy_reads_tracks_and_segments_and_points() -> None:
    tracks = gpxpy.parse(written("gpx", [SAMPLES])).tracks
    assert [track.name for track in tracks] == ["=1+1 <b> & ]]> “bus”", "document"]
    assert [len(segment.points) for track in tracks for segment in track.segments] == [3, 2, 2]
    points = [point for track in tracks for segment in track.segments for point in segment.points]
    assert (points[3].time, points[3].latitude) == (points[4].time, points[4].latitude)  # alone in its segment
    del points[4]
    assert [point.time for point in points] == times(SAMPLES)
    assert [(point.latitude, point.longitude, point.elevation) for point in points] == [
        (one.latitude, -180.0 if one.longitude == 180 else one.longitude, one.altitude) for one in SAMPLES
    ]


def test_gpxpy_finds_speed_and_course_where_garmin_puts_them() -> None:
    (garmin, *_) = gpxpy.parse(written("gpx", [SAMPLES])).tracks[0].segments[0].points[0].extensions
    name = "{http://www.garmin.com/xmlschemas/TrackPointExtension/v2}"
    assert garmin.tag == name + "TrackPointExtension"
    assert [(one.tag, one.text) for one in garmin] == [(name + "speed", "8.1"), (name + "course", "271.0")]


def test_fastkml_reads_a_placemark_for_each_device_and_a_track_for_each_stretch() -> None:
    read = placemarks(written("kml", [SAMPLES]))
    assert [one.name for one in read] == ["=1+1 <b> & ]]> “bus”", "document"]
    tracks = [list(one.kml_geometry.tracks) for one in read]
    assert [len(track.track_items) for several in tracks for track in several] == [3, 2, 2]
    first = tracks[0][0].track_items
    assert [item.when.dt for item in first] == times(SAMPLES[:3])
    assert [item.coord.coords[0] for item in first] == [
        (24.94, 60.17, 0.0),
        (24.9402, 60.1701, 0.0),
        (24.95, 60.18, 0.0),
    ]


def test_fastkml_reads_what_was_measured_beside_each_point() -> None:
    (first, _) = placemarks(written("kml", [SAMPLES]))[0].kml_geometry.tracks
    (data,) = first.extended_data.elements
    read: Any = {one.name: [value or None for value in one.data] for one in data.array_data}
    assert read["speed"] == ["8.1", "0.0", None]
    assert read["accuracy"] == ["4.0", None, None]
    assert read["battery"] == ["87.0", None, None]
    assert read["altitude"] == ["12.5", "0.0000001", None]
    assert json.loads(read["attributes"][0]) == SAMPLES[0].attributes


def test_a_kml_track_lists_as_many_courses_as_places_or_none() -> None:
    text = written("kml", [SAMPLES]).decode()
    tracks = [part.partition("</gx:Track>")[0] for part in text.split("<gx:Track>")[1:]]
    for track in tracks:
        assert track.count("<when>") == track.count("<gx:coord>")
        assert track.count("<gx:angles") in (0, track.count("<when>"))
        assert track.index("<when>") < track.rindex("<when>") + 1 <= track.index("<gx:coord>")
    assert [track.count("<gx:angles") for track in tracks] == [3, 0, 0]


@pytest.mark.parametrize(("name", "layer"), [("gpx", "tracks"), ("kml", "Herenow")])
def test_geopandas_makes_lines_of_tracks_also_where_a_position_is_alone(name: str, layer: str, tmp_path: Path) -> None:
    path = tmp_path / f"export.{name}"
    path.write_bytes(written(name, [SAMPLES]))
    frame = import_module("geopandas").read_file(path, layer=layer)
    assert [len(lines.geoms) for lines in frame.geometry] == [2, 1]


def test_what_flies_is_drawn_where_it_flies() -> None:
    flying = [position("drone", NOW + i, altitude=90.0 + i) for i in range(3)]
    text = written("kml", [flying]).decode()
    assert "<altitudeMode>absolute</altitudeMode>" in text
    assert 'SimpleArrayData name="altitude"' not in text


def test_a_long_track_of_kml_and_czml_has_no_hole_where_it_was_cut() -> None:
    one, other = placemarks(written("kml", [LONG]))[0].kml_geometry.tracks
    assert one.track_items[-1] == other.track_items[0]
    first, second = [packet["position"]["interval"] for packet in json.loads(written("czml", [LONG]))[1:3]]
    assert first.split("/")[1] == second.split("/")[0]


def samples(position: dict[str, Any]) -> list[tuple[int, Place]]:
    """The times (ms) and places of a position property of CZML."""
    numbers = position["cartographicDegrees"]
    start = moment(position["epoch"])
    return [(start + round(1000 * numbers[i]), tuple(numbers[i + 1 : i + 4])) for i in range(0, len(numbers), 4)]


def test_czml_has_a_document_first_and_then_packets_by_device() -> None:
    document, *packets = json.loads(written("czml", [SAMPLES]))
    assert (document["id"], document["version"]) == ("document", "1.0")
    ids = ["device/=1+1 <b> & ]]> “bus”"] * 3 + ["device/document"] * 2
    assert [packet["id"] for packet in packets] == ids
    positions = [packet["position"] for packet in packets if "position" in packet]
    assert [sample for one in positions for sample in samples(one)] == [
        (one.time, (one.longitude, one.latitude, 0.0)) for one in SAMPLES
    ]
    assert [packet["availability"] for packet in packets if "availability" in packet] == [
        "2026-09-21T14:13:20.000Z/2026-09-21T14:33:21.501Z",
        "2026-09-21T14:13:19.999Z/2026-09-21T14:13:20.000Z",
    ]


def test_nothing_of_czml_is_valid_in_a_gap() -> None:
    positions = [position("a", NOW), position("a", NOW + 60_000), position("a", NOW + 60_001 + MAX_LEG_TIME)]
    first, second = [packet["position"] for packet in json.loads(written("czml", [positions]))[1:3]]
    for one in (first, second):
        start, end = map(moment, one["interval"].split("/"))
        assert (start, end) == (samples(one)[0][0], samples(one)[-1][0])
    assert samples(second)[0][0] - samples(first)[-1][0] == MAX_LEG_TIME + 1


def test_czml_samples_what_was_measured_when_it_was() -> None:
    packet = json.loads(written("czml", [SAMPLES]))[1]
    properties = packet["properties"]
    assert properties["speed"] == {
        "interval": packet["position"]["interval"],
        "epoch": "2026-09-21T14:13:20.000Z",
        "number": [0.0, 8.1, 1.5, 0.0],
    }
    assert properties["course"]["number"] == [0.0, 271.0, 601.5, 360.5]


@given(st.lists(st.floats(0, 360, exclude_max=True), min_size=2, max_size=20))
def test_a_course_of_czml_turns_the_shorter_way(courses: list[float]) -> None:
    positions = [position("a", NOW + i, course=course) for i, course in enumerate(courses)]
    numbers = json.loads(written("czml", [positions]))[1]["properties"]["course"]["number"][1::2]
    for number, course in zip(numbers, courses, strict=True):
        assert abs((number - course + 180) % 360 - 180) < 1e-9
    assert all(abs(after - before) <= 180 + 1e-9 for before, after in pairwise(numbers))


def test_a_north_between_two_courses_of_czml_is_north() -> None:
    positions = [position("a", NOW, course=359.0), position("a", NOW + 1000, course=1.0)]
    numbers = json.loads(written("czml", [positions]))[1]["properties"]["course"]["number"]
    assert (numbers[1] + numbers[3]) / 2 % 360 == 0


def test_nothing_that_czml_samples_is_defined_in_a_gap() -> None:
    positions = [position("a", NOW + i * (MAX_LEG_TIME + 1), speed=float(i)) for i in range(2)]
    for packet in json.loads(written("czml", [positions]))[1:3]:
        assert packet["properties"]["speed"]["interval"] == packet["position"]["interval"]


def test_heights_of_czml_are_those_of_the_device_or_the_ground() -> None:
    flying = [position("drone", NOW + i, altitude=90.0 + i) for i in range(3)]
    (_, packet, _) = json.loads(written("czml", [flying]))
    assert "heightReference" not in packet["point"]
    assert "properties" not in packet
    assert [place[2] for _, place in samples(packet["position"])] == [90.0, 91.0, 92.0]
    first = json.loads(written("czml", [SAMPLES]))[1]
    assert first["point"]["pixelSize"] == 8
    assert first["point"]["heightReference"] == {
        "interval": first["position"]["interval"],
        "heightReference": "CLAMP_TO_GROUND",
    }
    assert first["properties"]["altitude"]["number"] == [0.0, 12.5, 1.5, 1e-7]


@pytest.mark.parametrize("name", ["czml", "geojson"])
def test_formats_that_mean_heights_above_the_ellipsoid_say_what_ours_are(name: str) -> None:
    document = json.loads(written(name, [SAMPLES]))
    assert "above mean sea level" in (document["altitudes"] if name == "geojson" else document[0]["description"])


def test_every_longitude_of_gpx_is_one_of_its_schema() -> None:
    text = written("gpx", [SAMPLES]).decode()
    longitudes = [float(found) for found in re.findall(r'lon="(.*?)"', text)]
    assert all(-180 <= longitude < 180 for longitude in longitudes)
    assert "xmlns:gpxtpx=" in text


def test_geojson_is_points_with_longitude_first() -> None:
    collection = json.loads(written("geojson", [SAMPLES]))
    assert collection["type"] == "FeatureCollection"
    assert [feature["geometry"]["coordinates"] for feature in collection["features"][:3]] == [
        [24.94, 60.17, 12.5],
        [24.9402, 60.1701, 1e-7],
        [24.95, 60.18],
    ]
    properties = collection["features"][0]["properties"]
    assert properties["attributes"] == SAMPLES[0].attributes
    assert moment(properties["time"]) == NOW


def test_geopandas_reads_geoparquet() -> None:
    frame = import_module("geopandas").read_parquet(io.BytesIO(written("parquet", [SAMPLES])))
    assert frame.crs == "OGC:CRS84"
    assert [(point.x, point.y) for point in frame.geometry] == [(one.longitude, one.latitude) for one in SAMPLES]
    assert [time.to_pydatetime() for time in frame["time"]] == times(SAMPLES)
    assert list(frame["device_id"]) == [one.device_id for one in SAMPLES]
    for name in MEASURED:
        assert [None if value != value else value for value in frame[name]] == [getattr(one, name) for one in SAMPLES]
    assert json.loads(frame["attributes"][0]) == SAMPLES[0].attributes


def test_geoparquet_says_what_its_box_is_and_where_to_find_it() -> None:
    parquet = import_module("pyarrow.parquet").ParquetFile(io.BytesIO(written("parquet", [SAMPLES])))
    geo = json.loads(parquet.metadata.metadata[b"geo"])
    column = geo["columns"][geo["primary_column"]]
    assert geo["version"] == "1.1.0"
    assert (column["encoding"], column["geometry_types"]) == ("WKB", ["Point"])
    assert column["bbox"] == [24.94, -90.0, -180.0, 60.19], (
        "one place is on the 180th meridian, in either way to write it"
    )
    assert column["covering"]["bbox"]["xmax"] == ["bbox", "xmax"]
    box = parquet.read().column("bbox")[0].as_py()
    assert box == {"xmin": 24.94, "ymin": 60.17, "xmax": 24.94, "ymax": 60.17}


def test_geopandas_reads_only_the_row_groups_of_a_box() -> None:
    data = written("parquet", [LONG])
    some = import_module("geopandas").read_parquet(io.BytesIO(data), bbox=(25.0005, 60.0, 25.001, 61.0))
    assert len(some) == 501


@pytest.mark.parametrize("part", [7_000, ROWS, 2 * ROWS])
def test_row_groups_of_geoparquet_go_out_when_they_are_full(part: int) -> None:
    many = [Position("a", NOW + i, 0, 1.0, 2.0) for i in range(2 * ROWS + 1)]
    parts = [many[start : start + part] for start in range(0, len(many), part)]
    data = written("parquet", parts)
    metadata = import_module("pyarrow.parquet").ParquetFile(io.BytesIO(data)).metadata
    assert [metadata.row_group(i).num_rows for i in range(metadata.num_row_groups)] == [ROWS, ROWS, 1]
