"""What is read from GeoJSON of others, and what is reported of the rest."""

import gzip
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from herenow.errors import SettingsError
from herenow.model.report import Rejection, Report
from herenow.sources.files import json_stream
from herenow.sources.files.geojson import MAX_FEATURE, read_geojson
from herenow.sources.files.json_stream import JsonStream
from herenow.sources.files.readers import read_file
from herenow.sources.files.rows import OVERLAPPING, ImportRemark
from tests.support.positions import NOW

LINE = [[25.0, 60.0, 5.0], [25.1, 60.1]]
TIMES = ["2026-09-21T14:13:20Z", NOW + 1000]


def point(place: Any = (24.94, 60.17), **properties: Any) -> dict[str, Any]:
    properties = {"time": NOW, **properties}
    return {"type": "Feature", "geometry": {"type": "Point", "coordinates": place}, "properties": properties}


def line(kind: str = "LineString", coordinates: Any = LINE, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": {"type": kind, "coordinates": coordinates}, "properties": properties}


def collection(*features: Any, **members: Any) -> bytes:
    return json.dumps({"type": "FeatureCollection", **members, "features": features}).encode()


def read(data: bytes) -> tuple[list[Report], list[Rejection]]:
    good, bad = [], []
    for row in read_geojson(io.BytesIO(data), "ride"):
        if isinstance(row, Rejection):
            bad.append(row)
        elif not isinstance(row, ImportRemark):
            good.append(row[1])
    return good, bad


def test_a_point_becomes_a_report() -> None:
    feature = point(
        (24.94, 60.17, 5.0),
        vehicle_id="bus-1",
        speed=8.5,
        bearing=90,
        battery=None,
        timestamp=None,
        Route="801",
        stops=[1],
    )
    (got,), bad = read(collection(feature))
    assert bad == []
    assert got == Report(
        device_id="bus-1",
        time=NOW,
        latitude=60.17,
        longitude=24.94,
        altitude=5.0,
        speed=8.5,
        course=90.0,
        attributes={"Route": "801"},
    )


def test_a_device_that_is_not_named_is_called_as_the_file(tmp_path: Path) -> None:
    path = tmp_path / "ride.geojson"
    path.write_bytes(collection(point() | {"id": 7}))
    (got,) = read_file(path, lambda: NOW)
    assert isinstance(got, Report)
    assert got.device_id == "ride"


@pytest.mark.parametrize(
    "feature",
    [
        line(times=TIMES),
        line(coordTimes=TIMES),
        line(coordinateProperties={"times": TIMES}),
        line("MultiLineString", [LINE[:1], LINE[1:]], coordTimes=[TIMES[:1], TIMES[1:]]),
        line("MultiPoint", coordTimes=TIMES),
        line(times=TIMES, coordTimes=TIMES, time=NOW - 5000),
    ],
)
def test_each_place_of_a_line_with_times_becomes_a_report(feature: dict[str, Any]) -> None:
    got, bad = read(collection(feature))
    assert bad == []
    assert [(one.time, one.longitude, one.altitude) for one in got] == [(TIMES[0], 25.0, 5.0), (TIMES[1], 25.1, None)]


@pytest.mark.parametrize(
    ("feature", "field", "says"),
    [
        (point((24.94, 91.0)), "latitude", "<= 90"),
        (point((24.94,)), None, "[longitude, latitude]"),
        (point("24.94,60.17"), None, "[longitude, latitude]"),
        (point((float("nan"), 60.0)), "longitude", "finite"),
        (point(speed="fast"), "speed", "got 'fast'"),
        (point() | {"geometry": None}, None, "with a geometry"),
        (point() | {"type": "Point"}, None, "expected a Feature"),
        ([1, 2], None, "expected a Feature"),
        (line(), "time", "properties.times"),
        (line(times=TIMES[:1]), "time", "got 1 and 2"),
        (line("MultiLineString", LINE, times=7), None, "a list"),
        (line("Polygon"), None, "got 'Polygon'"),
        (line(times=TIMES, coordTimes=TIMES[::-1]), "time", "once"),
        (point(timestamp=NOW + 1), "time", "expected one value"),
        (point(speed=1, speed_mps=2), "speed", "expected one value, got 1 and 2"),
        (point((24.94, 60.17, 5.0), ele=6), "altitude", "expected one value"),
        (point(lat=60.18), "latitude", "expected one value"),
        (point(doors=1, attributes={"doors": 2}), "attributes", "doors: expected one value"),
        (point(time="20261130013000Z"), "time", "expected ISO 8601"),
        (point(speed=-2), "speed", ">= 0"),
    ],
)
def test_a_bad_feature_is_rejected_with_its_number_and_those_beside_it_are_kept(
    feature: Any, field: str | None, says: str
) -> None:
    good, (bad,) = read(collection(point(), feature, point()))
    assert len(good) == 2
    assert (bad.index, bad.field) == (2, field)
    assert says in bad.reason


def test_bytes_that_are_not_utf_8_reject_their_feature_only(tmp_path: Path) -> None:
    path = tmp_path / "fleet.geojson"
    path.write_bytes(collection(point(device_id="cafX"), point()).replace(b"cafX", b"caf\xe9"))
    bad, good = read_file(path, lambda: NOW)
    assert isinstance(bad, Rejection)
    assert (bad.index, bad.field) == (1, "device_id")
    assert isinstance(good, Report)


def test_a_file_that_breaks_off_gives_its_points_and_says_so() -> None:
    good, (bad,) = read(collection(point(), point())[:-20])
    assert len(good) == 1
    assert bad.index == 2
    assert "breaks here" in bad.reason


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "got the end"),
        (b"not JSON", "expected '{', got 'n'"),
        (b'{"type":"Point","coordinates":[1,2]}', "got 'Point'"),
        (b'{"type":"FeatureCollection","features":{}}', "expected '['"),
        (b'{"a":' + b"[" * 100_000, "nested"),
    ],
)
def test_what_is_no_geojson_is_refused(data: bytes, says: str) -> None:
    with pytest.raises(SettingsError, match="expected GeoJSON") as refused:
        read(data)
    assert says in str(refused.value)


def test_a_feature_alone_and_members_around_the_features_are_read() -> None:
    assert len(read(json.dumps(point()).encode())[0]) == 1
    good, bad = read(
        b"\xef\xbb\xbf" + collection(point(), name="x", links={"a": [1]}, total=1.5).replace(b"]}", b' ] , "z":1}')
    )
    assert (len(good), bad) == (1, [])
    assert read(collection()) == ([], [])


def test_two_names_that_say_the_same_are_one_field() -> None:
    same = point(
        (24.9400001, 60.17, 5), lon=24.94, timestamp="2026-09-21T14:13:20Z", ele=5.0, doors=1, attributes={"doors": 1}
    )
    (got,), bad = read(collection(same))
    assert (bad, got.longitude, got.time, got.altitude) == ([], 24.9400001, NOW, 5.0)
    assert got.attributes == {"doors": 1}


def test_what_is_not_a_number_is_not_known() -> None:
    (got,), bad = read(collection(point((24.94, 60.17, float("nan")), speed=-1, hr=float("nan"))))
    assert (bad, got.altitude, got.speed, got.attributes) == ([], None, None, None)


SEQUENCES = {
    "lines": b"".join(json.dumps(point()).encode() + b"\n" for _ in range(3)),
    "records": b"".join(b"\x1e" + json.dumps(point(), indent=1).encode() + b"\n" for _ in range(3)),
    "collections": collection(point()) + b"\n" + collection(point(), point()),
}


@pytest.mark.parametrize("ending", ["geojson", "geojsonl", "geojsons", "geojsonl.gz"])
@pytest.mark.parametrize("form", SEQUENCES)
def test_every_text_of_a_sequence_is_read(tmp_path: Path, form: str, ending: str) -> None:
    path = tmp_path / f"fleet.{ending}"
    data = SEQUENCES[form]
    path.write_bytes(gzip.compress(data) if ending.endswith("gz") else data)
    assert [type(row) for row in read_file(path, lambda: NOW)] == [Report] * 3


def test_what_else_follows_a_text_is_refused() -> None:
    for rest in (b"7", b"[]", b"x", b"}", b"\x1e"):
        good, (bad,) = read(collection(point()) + rest)
        assert (len(good), bad.index) == (1, 2)
        assert "it breaks here: expected '{'" in bad.reason


def named(name: str, start: int) -> dict[str, Any]:
    return line(times=[NOW + start, NOW + start + 1000], name=name)


def test_each_named_line_is_a_device_and_unnamed_ones_that_overlap_are_remarked_on() -> None:
    rows = list(read_geojson(io.BytesIO(collection(named("ann", 0), named("bob", 500))), "ride"))
    assert [row[1].device_id for row in rows if isinstance(row, tuple)] == ["ann", "ann", "bob", "bob"]
    rows = list(read_geojson(io.BytesIO(collection(named("ann", 0), named("bob", 500))), "ride", "both"))
    assert {row[1].device_id for row in rows if isinstance(row, tuple)} == {"both"}
    assert rows[-1] == OVERLAPPING
    rows = list(read_geojson(io.BytesIO(collection(named("ann", 0), named("bob", 1000))), "ride", "both"))
    assert OVERLAPPING not in rows


def test_a_value_without_an_end_is_not_read_for_ever() -> None:
    endless = io.BytesIO(b'{"features":[{"a":"' + b"x" * (3 * MAX_FEATURE))
    with pytest.raises(SettingsError, match="at most"):
        list(read_geojson(endless, "ride"))
    assert endless.tell() < 2.5 * MAX_FEATURE


def values(data: bytes) -> Iterator[object]:
    stream = JsonStream(io.BytesIO(data), 1000)
    stream.expect("[")
    while not stream.skip("]"):
        yield stream.value()
        stream.skip(",")


@given(
    st.lists(st.floats() | st.integers() | st.text(max_size=9) | st.none() | st.lists(st.booleans())), st.integers(1, 9)
)
def test_where_a_chunk_ends_does_not_matter(written: list[object], chunk: int) -> None:
    data = json.dumps(written, ensure_ascii=False, indent=1).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_stream, "CHUNK", chunk)
        assert repr(list(values(data))) == repr(written)


def crs(name: object, kind: str = "name") -> dict[str, object]:
    return {"type": kind, "properties": {kind: name}}


@pytest.mark.parametrize(
    "member",
    [
        None,
        crs("urn:ogc:def:crs:OGC:1.3:CRS84"),
        crs("urn:ogc:def:crs:OGC::CRS84h"),
        crs("OGC:CRS84"),
        crs("WGS84"),
        crs("http://www.opengis.net/gml/srs/epsg.xml#4326"),
        crs("http://www.opengis.net/def/crs/OGC/1.3/CRS84"),
        crs("EPSG:4326"),
        crs("urn:ogc:def:crs:EPSG::4326"),
        crs("https://www.opengis.net/def/crs/EPSG/0/4979"),
        {"type": "EPSG", "properties": {"code": 4326}},
    ],
)
def test_a_crs_of_longitude_and_latitude_is_taken(member: object) -> None:
    good, bad = read(collection(point() | {"crs": member}, crs=member))
    assert [(one.longitude, one.latitude) for one in good] == [(24.94, 60.17)]
    assert bad == []


FOREIGN = [
    crs("urn:ogc:def:crs:EPSG::3857"),
    crs("EPSG:3067"),
    crs("urn:ogc:def:crs:OGC:1.3:CRS27"),
    crs("https://example.org/4326.prj", "link"),
    {"type": "EPSG", "properties": {"code": 3857}},
    "EPSG:3857",
]


@pytest.mark.parametrize("member", FOREIGN)
def test_another_crs_is_refused_by_name_before_a_point_is_read(member: object) -> None:
    with pytest.raises(SettingsError, match=r"crs: expected longitude and latitude of WGS 84 .*ogr2ogr"):
        read(collection(point((25.0, 61.0)), crs=member))


@pytest.mark.parametrize("member", FOREIGN)
def test_another_crs_of_a_feature_or_geometry_rejects_that_one(member: object) -> None:
    inside = point()
    inside["geometry"]["crs"] = member
    good, bad = read(collection(point() | {"crs": member}, point(), inside))
    assert len(good) == 1
    assert [(one.index, one.field) for one in bad] == [(1, "crs"), (3, "crs")]


def test_another_crs_behind_the_points_is_reported() -> None:
    good, [rejected] = read(collection(point())[:-1] + b', "crs": ' + json.dumps(FOREIGN[0]).encode() + b"}")
    assert len(good) == 1
    assert rejected.field == "crs"
    assert rejected.reason.endswith("the points before it are kept, and wrong")
