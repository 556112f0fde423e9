"""What is read from GPX, and what is reported of the rest."""

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from herenow.model.report import Rejection, Report
from herenow.sources.files.readers import read_file
from herenow.sources.files.rows import OVERLAPPING, ImportRemark
from tests.support.positions import NOW

RECORDINGS = Path(__file__).parent.parent / "recordings"
Write = Callable[[str, str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def writes(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
        return path

    return writes


def read(path: Path) -> tuple[list[Report], list[Rejection]]:
    rows = list(read_file(path, lambda: NOW))
    return [row for row in rows if isinstance(row, Report)], [row for row in rows if isinstance(row, Rejection)]


def remarks(path: Path) -> list[ImportRemark]:
    return [row for row in read_file(path, lambda: NOW) if isinstance(row, ImportRemark)]


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
    assert (first.device_id, first.time, first.latitude, first.altitude) == ("Ride", 1608272150000, 45.1, 211.2)
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
    assert [(one.index, one.field) for one in bad] == [(1, "time"), (2, "time"), (3, "time"), (4, "latitude")]
    assert "1901-12-13" in bad[1].reason


def test_a_track_that_breaks_off_gives_its_points_and_says_so(write: Write) -> None:
    point = '<trkpt lat="45.1" lon="13.7"><time>2020-12-18T06:15:50Z</time></trkpt>'
    whole = gpx(point, point)
    good, (bad,) = read(write("ride.gpx", whole[: whole.rindex("<trkpt") + 9]))
    assert len(good) == 1
    assert "breaks here" in bad.reason


def test_every_zone_of_a_file_is_read_as_over_http() -> None:
    first, second = read_file(RECORDINGS / "03b.zone.gpx")
    assert isinstance(first, Report)
    assert isinstance(second, Report)
    assert second.time == 1_795_168_803_000  # 10:00:03 UTC
    assert first.time == 1_795_168_801_000 - 2 * 3_600_000


def test_what_a_foreign_extension_calls_a_time_is_none_of_the_point() -> None:
    (got,) = read_file(RECORDINGS / "04.nested.gpx")
    assert isinstance(got, Report)
    assert (got.time, got.altitude, got.speed) == (1_795_168_800_000, 5.0, None)


TIME = "<time>2020-12-18T06:15:50Z</time>"


def garmin(version: str) -> str:
    space = f"http://www.garmin.com/xmlschemas/TrackPointExtension/{version}"
    inside = "<a:TrackPointExtension><a:speed>3</a:speed></a:TrackPointExtension>"
    return f'<extensions xmlns:a="{space}">{inside}</extensions>'


@pytest.mark.parametrize(
    ("inside", "speed"),
    [
        (garmin("v1"), 3),
        (garmin("v2"), 3),
        (garmin("v9"), None),
        ('<extensions><o:speed xmlns:o="https://osmand.net">3</o:speed></extensions>', 3),
        ('<extensions><o:speed xmlns:o="urn:o">3</o:speed></extensions>', None),
        ('<extensions><speed xmlns="">3</speed></extensions>', None),
        ("<extensions><speed>3</speed></extensions>", 3),
        ("<extensions><more><speed>3</speed></more></extensions>", None),
        ("<speed>3</speed>", 3),
        ('<o:speed xmlns:o="urn:o">3</o:speed>', None),
        ("<speed>3</speed><extensions><speed>3.0</speed></extensions>", 3),
        ("<speed>-1</speed><extensions><speed>3</speed></extensions>", 3),
    ],
)
def test_a_speed_is_read_where_gpx_or_a_known_extension_has_it(write: Write, inside: str, speed: float | None) -> None:
    (got,), bad = read(write("car.gpx", gpx(f'<trkpt lat="45.1" lon="13.7">{TIME}{inside}</trkpt>')))
    assert (bad, got.speed) == ([], speed)


@pytest.mark.parametrize(
    ("inside", "field"),
    [
        ("<speed>3</speed><extensions><speed>36</speed></extensions>", "speed"),
        ("<ele>3</ele><ele>4</ele>", "altitude"),
        ("<time>2020-12-18T06:15:51Z</time>", "time"),
    ],
)
def test_two_values_for_one_field_of_a_point_refuse_it_by_name(write: Write, inside: str, field: str) -> None:
    good, (bad,) = read(write("car.gpx", gpx(f'<trkpt lat="45.1" lon="13.7">{TIME}{inside}</trkpt>')))
    assert (good, bad.field) == ([], field)
    assert "expected one value" in bad.reason


def test_gpx_without_a_namespace_is_read(write: Write) -> None:
    text = f'<gpx><trk><trkseg><trkpt lat="1" lon="2">{TIME}<speed>3</speed></trkpt></trkseg></trk></gpx>'
    (got,), _ = read(write("car.gpx", text))
    assert (got.device_id, got.speed) == ("car", 3.0)


@pytest.mark.parametrize(("name", "what"), [("05.wpt", "way points"), ("05.rte", "route points")])
def test_points_that_are_no_track_are_left_out_with_a_word(name: str, what: str) -> None:
    path = RECORDINGS / f"{name}.gpx"
    assert read(path) == ([], [])
    (remark,) = remarks(path)
    assert (remark.what, remark.lost) == (f"{what} with a time left out", True)


def test_way_points_without_a_time_are_no_loss(write: Write) -> None:
    (remark,) = remarks(write("car.gpx", gpx(f'<trkpt lat="45.1" lon="13.7">{TIME}</trkpt>')))
    assert (remark.what, remark.lost) == ("way points left out", False)


def test_each_named_track_is_a_device() -> None:
    path = RECORDINGS / "08.two.gpx"
    assert [row.device_id for row in read(path)[0]] == ["ann", "ann", "bob", "bob"]
    assert remarks(path) == []


def test_a_name_over_several_lines_is_one_line(write: Write) -> None:
    text = gpx(f'<trkpt lat="1" lon="2">{TIME}</trkpt>').replace("<name>Ride", "<name>\n  Morning\tride\n")
    assert [row.device_id for row in read(write("car.gpx", text))[0]] == ["Morning ride"]


def test_tracks_that_overlap_under_one_device_are_remarked_on() -> None:
    path = RECORDINGS / "08.two.gpx"
    rows = list(read_file(path, device_id="both"))
    assert [row.device_id for row in rows if isinstance(row, Report)] == ["both"] * 4
    assert [row for row in rows if isinstance(row, ImportRemark)] == [OVERLAPPING]


def test_tracks_one_after_the_other_are_not_remarked_on(write: Write) -> None:
    one = f'<trkpt lat="45.1" lon="13.7">{TIME}</trkpt>'
    other = '<trkpt lat="45.1" lon="13.7"><time>2020-12-18T06:15:51Z</time></trkpt>'
    both = f"{one}{other}</trkseg></trk><trk><name>Ride</name><trkseg>{other}"
    path = write("car.gpx", gpx(both).replace('<wpt lat="1" lon="1"/>', ""))
    assert (len(read(path)[0]), remarks(path)) == (3, [])


RECORDINGS = Path(__file__).parent.parent / "recordings"


def test_a_recording_without_usable_times_is_refused_point_by_point_in_words() -> None:
    rows = list(read_file(RECORDINGS / "hike_mojstrovka_broken_times.gpx"))
    assert len(rows) == 184
    assert all(isinstance(one, Rejection) and one.field == "time" for one in rows)
    assert "got -2147483647793 (1901-12-13T20:45:52+00:00); check the clock of the device" in str(rows[0])


def test_points_without_a_time_are_left_out_of_a_recording_and_the_others_kept() -> None:
    rows = [
        one
        for one in read_file(RECORDINGS / "hike_korita_zbevnica_2010-10-03.gpx")
        if not isinstance(one, ImportRemark)
    ]
    kept = [one for one in rows if isinstance(one, Report)]
    assert (len(kept), len(rows)) == (513, 871)
    assert {one.field for one in rows if isinstance(one, Rejection)} == {"time"}
    assert kept[0].time == 1_286_098_590_000


@pytest.mark.parametrize(
    ("creator", "hdop", "expected"),
    [
        ("OsmAnd 4.9", "5", None),
        ("Locus Map, Android", "5", None),
        ("Garmin", "5", 5.0),
        ("Garmin", "150", None),
        ("x", "1,2", None),
    ],
)
def test_an_hdop_that_is_an_accuracy_in_metres_or_none_at_all_is_left_out(
    write: Write, creator: str, hdop: str, expected: float | None
) -> None:
    point = f'<trkpt lat="60" lon="25"><time>2026-11-20T10:00:00Z</time><hdop>{hdop}</hdop></trkpt>'
    text = gpx(point).replace("<gpx ", f'<gpx creator="{creator}" ')
    [report], bad = read(write("a.gpx", text))
    assert (report.latitude, report.hdop, bad) == (60.0, expected, [])
