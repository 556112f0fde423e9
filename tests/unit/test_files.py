"""What is read from files, and what is said of the rest."""

import gzip
import itertools
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from herenow.errors import SettingsError
from herenow.model.report import Rejection, Report
from herenow.sources.files import MAX_LINE, read_file
from tests.positions import NOW

HEADER = "device_id,time,latitude,longitude"
ROW = f"bus-1,{NOW},60.17,24.94"
Write = Callable[[str, str | bytes], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def writes(name: str, text: str | bytes) -> Path:
        data = text.encode() if isinstance(text, str) else text
        path = tmp_path / name
        path.write_bytes(gzip.compress(data) if name.endswith(".gz") and data[:2] != b"\x1f\x8b" else data)
        return path

    return writes


def read(path: Path) -> tuple[list[Report], list[Rejection]]:
    rows = list(read_file(path, lambda: NOW))
    return [row for row in rows if isinstance(row, Report)], [row for row in rows if isinstance(row, Rejection)]


def refuses(path: Path, *says: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read(path)
    assert str(path) in str(refused.value)
    for word in says:
        assert word in str(refused.value)


def table(*rows: str) -> str:
    return "\n".join([HEADER, *rows]) + "\n"


@pytest.mark.parametrize("name", ["fleet.csv", "fleet.csv.gz", "FLEET.CSV"])
def test_a_row_of_a_table_becomes_a_report(write: Write, name: str) -> None:
    good, bad = read(write(name, table(ROW)))
    assert bad == []
    assert good == [Report(device_id="bus-1", time=NOW, latitude=60.17, longitude=24.94)]


def test_columns_may_have_the_names_that_recordings_give_them(write: Write) -> None:
    text = "vehicle_id;timestamp_ms;LAT;lng;speed_mps;course_deg;ele\n7;1790000000000;60.17;24.94;8.5;;12\n"
    (got,), _ = read(write("fleet.csv", text))
    assert (got.device_id, got.time, got.latitude, got.longitude) == ("7", NOW, 60.17, 24.94)
    assert (got.speed, got.course, got.altitude, got.attributes) == (8.5, None, 12.0, None)


def test_other_columns_become_attributes_and_empty_cells_are_left_out(write: Write) -> None:
    text = f'{HEADER},kind,ignition,Route,note,attributes,received\n{ROW},bus,true,801,,"{{""doors"":2}}",5\n'
    (got,), _ = read(write("fleet.csv", text))
    assert got.attributes == {"kind": "bus", "ignition": True, "Route": "801", "doors": 2}


def test_times_in_iso_8601_become_unix_milliseconds(write: Write) -> None:
    (got,), _ = read(write("fleet.csv", table("bus-1,2017-03-21T00:00:31-05:00,30.2,-97.8")))
    assert got.time == 1490072431000


@pytest.mark.parametrize(
    ("row", "field", "says"),
    [
        (f"bus-2,{NOW},91,24", "latitude", "<= 90.0, got 91"),
        (f"bus-2,{NOW},north,24", "latitude", "expected a number, got 'north'"),
        (f"bus-2,{NOW},nan,24", "latitude", "finite"),
        (f"bus-2,{NOW},,24", "latitude", "got none"),
        (f",{NOW},60,24", "device_id", "got none"),
        ("bus-2,,60,24", "time", "got none"),
        ("bus-2,1790000000,60,24", "time", "multiply by 1000"),
        ("bus-2,2017-03-21 12:00:00,60,24", "time", "zone"),
        (f"bus-2,{NOW},60", None, "expected 4 cells as in the header, got 3"),
        (f"bus-2,{NOW},60,24,5", None, "got 5"),
        (f"{'x' * 129},{NOW},60,24", "device_id", "128"),
    ],
)
def test_a_bad_row_is_rejected_with_its_number_and_those_beside_it_are_kept(
    write: Write, row: str, field: str | None, says: str
) -> None:
    good, (bad,) = read(write("fleet.csv", table(ROW, row, "", ROW)))
    assert [report.device_id for report in good] == ["bus-1", "bus-1"]
    assert (bad.index, bad.field) == (1, field)
    assert says in bad.reason


def test_bytes_that_are_not_utf_8_reject_their_row_only(write: Write) -> None:
    good, (bad,) = read(write("fleet.csv", table(f"caf\xe9,{NOW},60,24", ROW).encode("latin-1")))
    assert len(good) == 1
    assert (bad.index, bad.field) == (0, "device_id")
    assert "UTF-8" in bad.reason


def test_a_quote_that_never_ends_does_not_swallow_the_whole_file(write: Write) -> None:
    rows = [f'"bus-2,{NOW},60,24', *[ROW] * 20_000]
    good, bad = read(write("fleet.csv", table(*rows)))
    assert len(bad) == 1
    assert len(good) > 10_000


@pytest.mark.parametrize(
    ("header", "says"),
    [
        ("device_id,time,latitude", ["longitude missing", "got device_id, time, latitude"]),
        ("", ["got nothing"]),
        (HEADER + ",lat", ["one column for latitude, got latitude and lat"]),
    ],
)
def test_a_header_that_will_not_do_is_refused_with_what_was_expected(
    write: Write, header: str, says: list[str]
) -> None:
    refuses(write("fleet.csv", header + "\n" + ROW), *says)


def test_lines_of_json_are_read_as_they_are_taken_over_http(write: Write) -> None:
    lines = [
        json.dumps({"device_id": "bus-1", "timestamp": "2026-11-23T12:00:00Z", "latitude": 60, "longitude": 25}),
        "",
        json.dumps({"device_id": "bus-1", "time": NOW, "latitude": 60, "longitud": 25}),
        "not JSON",
    ]
    (got,), (misspelt, broken) = read(write("fleet.ndjson.gz", "\ufeff" + "\n".join(lines)))
    assert (got.time, got.timestamp) == (1795435200000, None)
    assert (misspelt.index, misspelt.field) == (1, "longitud")
    assert broken.index == 2


def gpx(*points: str, version: str = "1.1") -> str:
    namespace = f"http://www.topografix.com/GPX/{version.replace('.', '/')}"
    track = f"<trk><name>Ride</name><trkseg>{''.join(points)}</trkseg></trk>"
    return f'<?xml version="1.0"?><gpx version="{version}" xmlns="{namespace}"><wpt lat="1" lon="1"/>{track}</gpx>'


def test_a_track_is_read_with_what_was_measured_and_nothing_invented(write: Write) -> None:
    extension = (
        '<extensions><g:TrackPointExtension xmlns:g="http://www.garmin.com/xmlschemas/TrackPointExtension/v2">'
        "<g:speed>3.5</g:speed><g:course>90</g:course></g:TrackPointExtension></extensions>"
    )
    points = [
        f'<trkpt lat="45.1" lon="13.7"><ele>211.2</ele><time>2020-12-18T06:15:50Z</time>{extension}</trkpt>',
        '<trkpt lat="45.2" lon="13.7"><time>2020-12-18T06:16:50</time></trkpt>',
    ]
    (first, second), bad = read(write("car.gpx.gz", gpx(*points)))
    assert bad == []
    assert (first.device_id, first.time, first.latitude, first.altitude) == ("car", 1608272150000, 45.1, 211.2)
    assert (first.speed, first.course) == (3.5, 90.0)
    assert (second.time, second.speed, second.course, second.altitude) == (1608272210000, None, None, None)


def test_points_without_a_time_or_with_a_broken_one_are_rejected(write: Write) -> None:
    points = [
        '<trkpt lat="45.1" lon="13.7"/>',
        '<trkpt lat="45.1" lon="13.7"><time>1901-12-13T20:45:52.2073437Z</time></trkpt>',
        '<trkpt lat="45.1" lon="13.7"><time>yesterday</time></trkpt>',
        '<trkpt lat="north" lon="13.7"><time>2020-12-18T06:15:50Z</time></trkpt>',
        '<trkpt lat="45.1" lon="13.7"><time>2020-12-18T06:15:50Z</time></trkpt>',
    ]
    good, bad = read(write("hike.gpx", gpx(*points, version="1.0")))
    assert len(good) == 1
    assert [(one.index, one.field) for one in bad] == [(0, "time"), (1, "time"), (2, "time"), (3, "latitude")]
    assert "1901-12-13" in bad[1].reason


def test_a_track_that_breaks_off_gives_its_points_and_says_so(write: Write) -> None:
    point = '<trkpt lat="45.1" lon="13.7"><time>2020-12-18T06:15:50Z</time></trkpt>'
    whole = gpx(point, point)
    good, (bad,) = read(write("ride.gpx", whole[: whole.rindex("<trkpt") + 9]))
    assert len(good) == 1
    assert "breaks here" in bad.reason


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("fleet.xlsx", "", ".csv, .ndjson, .jsonl or .gpx"),
        (".csv", "", "expected a name"),
        ("fleet.csv.gz", b"\x1f\x8b broken", "gzip"),
        ("fleet.csv.gz", gzip.compress(table(*[ROW] * 99).encode(), mtime=0)[:-20], "gzip"),
        ("fleet.gpx", "not XML", "expected GPX, which is XML"),
        ("fleet.gpx", "<kml></kml>", "got XML of the kind 'kml'"),
        ("fleet.ndjson", b"x" * (MAX_LINE + 1), "bytes in a line"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_by_name(write: Write, name: str, text: str | bytes, says: str) -> None:
    refuses(write(name, text), says)


def test_a_file_or_folder_that_is_none_is_refused_by_name(tmp_path: Path) -> None:
    refuses(tmp_path / "none.csv", "No such file")
    (tmp_path / "folder.csv").mkdir()
    refuses(tmp_path / "folder.csv", "directory")


def test_rows_are_read_as_they_are_asked_for(write: Write) -> None:
    path = write("fleet.csv", table(*[ROW] * 5) + "x" * (MAX_LINE + 1))
    assert len(list(itertools.islice(read_file(path), 5))) == 5


@pytest.mark.parametrize("name", ["many.csv", "many.csv.gz"])
def test_it_is_told_how_much_of_a_file_has_been_read(write: Write, name: str) -> None:
    rows = [f"bus-{number * 7919 % 1000},{NOW + number},60.17,24.94" for number in range(20_000)]
    path = write(name, "\n".join([HEADER, *rows]))
    reached: list[int] = []
    assert sum(1 for _ in read_file(path, reached=reached.append)) == 20_000
    assert reached == sorted(reached)
    assert len(set(reached)) > 5
    assert reached[-1] == path.stat().st_size


RECORDINGS = Path(__file__).parent.parent / "recordings"


def test_a_recording_without_usable_times_is_refused_point_by_point_in_words() -> None:
    told = list(read_file(RECORDINGS / "hike_mojstrovka_broken_times.gpx"))
    assert len(told) == 184
    assert all(isinstance(one, Rejection) and one.field == "time" for one in told)
    assert "got -2147483647793 (1901-12-13T20:45:52+00:00); check the clock of the device" in str(told[0])


def test_points_without_a_time_are_left_out_of_a_recording_and_the_others_kept() -> None:
    told = list(read_file(RECORDINGS / "hike_korita_zbevnica_2010-10-03.gpx"))
    kept = [one for one in told if isinstance(one, Report)]
    assert (len(kept), len(told)) == (513, 871)
    assert {one.field for one in told if isinstance(one, Rejection)} == {"time"}
    assert kept[0].time == 1_286_098_590_000
