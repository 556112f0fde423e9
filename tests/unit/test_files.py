"""What is read from files, and what is reported of the rest."""

import gzip
import itertools
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from herenow.errors import SettingsError
from herenow.model.report import Rejection, Report
from herenow.sources.files.readers import MAX_LINE, read_file, row_location
from herenow.sources.files.rows import ImportRemark
from tests.support.positions import NOW

HEADER = "device_id,time,latitude,longitude"
ROW = f"bus-1,{NOW},60.17,24.94"
RECORDINGS = Path(__file__).parent.parent / "recordings"
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
        ("bus-2,20261130013000Z,60,24", "time", "expected ISO 8601"),
        ("bus-2,20261130,60,24", "time", "add T and a zone"),
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
    assert (bad.index, bad.field) == (3, field)
    assert says in bad.reason


def test_bytes_that_are_not_utf_8_reject_their_row_only(write: Write) -> None:
    good, (bad,) = read(write("fleet.csv", table(f"caf\xe9,{NOW},60,24", ROW).encode("latin-1")))
    assert len(good) == 1
    assert (bad.index, bad.field) == (2, "device_id")
    assert "UTF-8" in bad.reason


@pytest.mark.parametrize("row", [f'"bus-2,{NOW},60,24', f'bus-2,{NOW},60,"24', f'bus-2,{NOW},60,24,"5 inch'])
@pytest.mark.parametrize("end", [ROW, f'{ROW}"'])
def test_a_quote_that_nothing_closes_rejects_its_own_line_and_no_other(write: Write, row: str, end: str) -> None:
    header = f"{HEADER},note" if row.count(",") == 4 else HEADER
    good = ROW + "," if header != HEADER else ROW
    rows = [row, *[good] * 250, end if header == HEADER else f"{ROW},{end[len(ROW) :]}"]
    accepted, rejected = read(write("fleet.csv", "\n".join([header, good, *rows, good]) + "\n"))
    assert (rejected[0].index, rejected[0].field) == (3, None)
    assert "expected a quote that is closed" in rejected[0].reason
    assert {one.index for one in rejected} <= {3, 254}
    assert len(accepted) + len(rejected) == 254


def test_a_cell_over_several_lines_is_one_cell(write: Write) -> None:
    text = f'{HEADER},note\n{ROW},"one\ntwo ""and""\n\nthree"\n{ROW},\nbus-2,{NOW},91,24,"a\nb"\n'
    accepted, (bad,) = read(write("fleet.csv", text))
    assert [one.attributes for one in accepted] == [{"note": 'one\ntwo "and"\n\nthree'}, None]
    assert (bad.index, bad.field) == (7, "latitude")


def test_lines_that_end_in_carriage_returns_alone_are_refused_in_words(write: Write) -> None:
    refuses(write("fleet.csv", f"{HEADER}\r{ROW}\r"), "LF or CRLF")


@pytest.mark.parametrize("number", ["6_0.1", "٦٠", "0x3c", "6 0"])
def test_what_only_a_program_calls_a_number_is_none(write: Write, number: str) -> None:
    _, (bad,) = read(write("fleet.csv", table(f"bus-2,{NOW},{number},24")))
    assert (bad.field, "expected a number" in bad.reason) == ("latitude", True)


@pytest.mark.parametrize(
    ("header", "says"),
    [
        ("device_id,time,latitude", ["longitude missing", "got device_id, time, latitude"]),
        ("", ["got nothing"]),
        (HEADER + ",lat", ["one column for latitude, got latitude and lat"]),
        ("longitude,latitude", ["time, latitude, longitude; time missing"]),
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
    assert (misspelt.index, misspelt.field) == (3, "longitud")
    assert broken.index == 4


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


def test_rows_are_read_as_they_are_requested(write: Write) -> None:
    path = write("fleet.csv", table(*[ROW] * 5) + "x" * (MAX_LINE + 1))
    assert len(list(itertools.islice(read_file(path), 5))) == 5


@pytest.mark.parametrize("name", ["many.csv", "many.csv.gz"])
def test_it_shows_how_much_of_a_file_has_been_read(write: Write, name: str) -> None:
    rows = [f"bus-{number * 7919 % 1000},{NOW + number},60.17,24.94" for number in range(20_000)]
    path = write(name, "\n".join([HEADER, *rows]))
    reached: list[int] = []
    assert sum(1 for _ in read_file(path, reached=reached.append)) == 20_000
    assert reached == sorted(reached)
    assert len(set(reached)) > 5
    assert reached[-1] == path.stat().st_size


def test_a_row_over_several_lines_counts_from_the_first_and_lines_after_it_go_on(write: Write) -> None:
    text = f'{HEADER},note\nbus-1,{NOW},60,25,"one\ntwo"\n\nbus-1,{NOW},91,25,\n'
    path = write("fleet.csv", text)
    _, (bad,) = read(path)
    assert row_location(path, bad) == f"{path}: line 5: latitude"


def test_a_table_without_devices_is_of_the_one_that_is_named_or_called_as_the_file(write: Write) -> None:
    path = write("ride.csv", f"time,lat,lon\n{NOW},60,25\n")
    assert [row.device_id for row in read(path)[0]] == ["ride"]
    assert [row.device_id for row in read_file(path, device_id="ann") if isinstance(row, Report)] == ["ann"]
    named = write("fleet.csv", table(ROW))
    assert [row.device_id for row in read_file(named, device_id="ann") if isinstance(row, Report)] == ["bus-1"]


def test_two_columns_for_one_attribute_may_agree_and_else_refuse_their_row(write: Write) -> None:
    rows = [f'{ROW},Bus,Bus,"{{""name"":""Bus""}}"', f"{ROW},Bus,Tram,", f'{ROW},Bus,,"{{""name"":1}}"']
    (good,), bad = read(write("fleet.csv", "\n".join([f"{HEADER},Name,name,attributes", *rows])))
    assert good.attributes == {"name": "Bus"}
    assert [(one.index, one.field) for one in bad] == [(3, "attributes"), (4, "attributes")]
    assert "name: expected one value, got 'Bus' and 'Tram'" in bad[0].reason


UNKNOWN_FIELDS = {"speed": -1, "course": -1.0, "accuracy": -1, "battery": "-1"}


@pytest.mark.parametrize("field", [*UNKNOWN_FIELDS, "altitude"])
def test_what_says_that_it_does_not_know_is_left_out_and_its_place_kept(write: Write, field: str) -> None:
    value = UNKNOWN_FIELDS.get(field, "NaN")
    (got,), bad = read(write("fleet.csv", f"{HEADER},{field}\n{ROW},{value}\n"))
    assert (bad, got.latitude, getattr(got, field)) == ([], 60.17, None)
    _, (other,) = read(write("fleet.csv", f"{HEADER},{field}\n{ROW},{-2 if field != 'altitude' else 'inf'}\n"))
    assert other.field == field


@pytest.mark.parametrize("ending", ["csv", "geojson", "gpx", "rec"])
def test_sentinels_of_every_format_leave_out_their_fields_only(ending: str) -> None:
    rows = list(read_file(RECORDINGS / f"01.sentinel.{ending}"))
    assert all(isinstance(row, Report) for row in rows)
    (first, *_) = [row for row in rows if isinstance(row, Report)]
    assert (first.speed, first.course, first.battery, first.attributes) == (None, None, None, None)
    assert first.accuracy == {"geojson": 5.0, "rec": 5.0}.get(ending)


def remarks(path: Path) -> list[str]:
    return [row.what for row in read_file(path, lambda: NOW) if isinstance(row, ImportRemark)]


@pytest.mark.parametrize(
    ("header", "cells", "left_out"),
    [
        ("satellites,hdop", "7,150", ["values of hdop left out"]),
        ("sat,hdop", "7/12,0.9", ["values of satellites left out"]),
        ("sat,hdop", "many,none", ["values of satellites left out", "values of hdop left out"]),
    ],
)
def test_a_fix_is_kept_without_the_satellites_and_hdop_that_are_wrong(
    write: Write, header: str, cells: str, left_out: list[str]
) -> None:
    path = write("a.csv", f"{HEADER},{header}\n{ROW},{cells}\n{ROW},8,1.1\n")
    good, bad = read(path)
    assert ([one.latitude for one in good], bad) == ([60.17, 60.17], [])
    assert (good[1].satellites, good[1].hdop) == (8, 1.1)
    assert remarks(path) == left_out


def test_a_column_sat_beside_satellites_is_an_attribute(write: Write) -> None:
    [report], _ = read(write("a.csv", f"{HEADER},satellites,sat\n{ROW},7,x\n"))
    assert (report.satellites, report.attributes) == (7, {"sat": "x"})
