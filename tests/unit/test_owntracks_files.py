"""What is read from files of the OwnTracks Recorder, and what is reported of the rest."""

import json
from pathlib import Path
from typing import Any

import pytest

from herenow.model.report import Rejection, Report
from herenow.sources.files.owntracks import NO_LOCATION
from herenow.sources.files.readers import read_file
from herenow.sources.files.rows import ImportRemark
from tests.support.positions import NOW

SECOND = NOW // 1000


def record(kind: str = "location", **more: Any) -> str:
    message = {"_type": kind, "tst": SECOND, "lat": 48.856826, "lon": 2.292713, **more}
    return f"2026-09-21T14:13:20Z\t*                 \t{json.dumps(message)}\n"


def read(
    folder: Path, *lines: str, name: str = "rec/jane/nokia/2026-09.rec"
) -> list[Report | Rejection | ImportRemark]:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(lines))
    return list(read_file(path, lambda: NOW))


def test_a_location_becomes_a_report_in_our_units(tmp_path: Path) -> None:
    line = record(alt=154, acc=10, vel=36, cog=90, batt=53, tid="j1", conn="w", SSID="mywifi", inregions=["home"])
    assert read(tmp_path, line) == [
        Report(
            device_id="jane/nokia",
            time=NOW,
            latitude=48.856826,
            longitude=2.292713,
            altitude=154.0,
            speed=10.0,
            course=90.0,
            accuracy=10.0,
            battery=53.0,
            attributes={"tid": "j1", "conn": "w"},
        )
    ]


@pytest.mark.parametrize(
    ("name", "more", "device_id"),
    [
        ("rec/jane/nokia/2026-09.rec", {}, "jane/nokia"),
        ("rec/jane/nokia/2026-09.rec", {"topic": "owntracks/joe/phone"}, "joe/phone"),
        ("rec/jane/nokia/2026-09.rec", {"topic": "other"}, "jane/nokia"),
        ("rec/jane/nokia/2026-09.rec", {"topic": "owntracks/joe"}, "jane/nokia"),
        ("walk.rec", {}, "walk"),
    ],
)
def test_a_device_is_named_by_its_topic_or_its_folders_or_the_file(
    tmp_path: Path, name: str, more: dict[str, str], device_id: str
) -> None:
    (got,) = read(tmp_path, record(**more), name=name)
    assert isinstance(got, Report)
    assert got.device_id == device_id


@pytest.mark.parametrize("vel", [-1, -3.6, -3, -4])
def test_minus_one_is_how_some_say_that_they_do_not_know(tmp_path: Path, vel: float) -> None:
    (got,) = read(tmp_path, record(vel=vel, cog=-1, acc=-1, batt=-1, vac=-1))
    assert isinstance(got, Report)
    assert (got.speed, got.course, got.accuracy, got.battery, got.attributes) == (None, None, None, None, None)


def test_nan_is_how_some_say_that_they_do_not_know_a_measured_field(tmp_path: Path) -> None:
    nan = float("nan")
    (got,) = read(tmp_path, record(alt=nan, vel=nan, cog=nan, acc=nan, batt=nan, vac=nan, p=nan, unread=[nan]))
    assert isinstance(got, Report)
    assert (got.latitude, got.longitude, got.time) == (48.856826, 2.292713, NOW)
    assert (got.altitude, got.speed, got.course, got.accuracy, got.battery, got.attributes) == (None,) * 6


def test_what_is_no_location_is_left_out_with_a_word(tmp_path: Path) -> None:
    first, *others, second = read(tmp_path, record(), record("lwt"), record("waypoint"), "\n", record(tst=SECOND + 1))
    assert isinstance(first, Report)
    assert isinstance(second, Report)
    assert others == [NO_LOCATION] * 2
    assert not NO_LOCATION.lost
    assert second.time == NOW + 1000


@pytest.mark.parametrize(
    ("line", "field", "says"),
    [
        ('{"_type":"location"}\n', None, "with tabs between"),
        ("2026-09-21T14:13:20Z\t*\tnot JSON\n", None, "expected JSON"),
        (record("encrypted"), None, "encrypted"),
        (record(lat=91), "latitude", "<= 90"),
        (record(tst=None), "time", "got none"),
        (record(tst=1e300), "time", "Unix milliseconds"),
        (record(vel="fast"), "speed", "got 'fast'"),
        (record(cog="north"), "course", "got 'north'"),
        (record(vel=-7), "speed", ">= 0"),
        (record(lat=float("nan")), "latitude", "expected a finite number, got NaN"),
        (record(tst=float("nan")), "time", "expected a finite number, got NaN"),
        (record(vel=1).replace('"vel": 1', '"vel": 1e400'), "speed", "expected a finite number, got 1e400"),
        (record(vel=10**400), "speed", "out of range"),
        (record(p=1).replace('"p": 1', '"p": 1e400'), "attributes", "p: expected a finite number, got 1e400"),
        (record(alt=float("nan"), poi="\ud800"), None, "expected JSON"),
        (record(cog=-90), "course", ">= 0"),
    ],
)
def test_a_bad_line_is_rejected_with_its_number_and_those_beside_it_are_kept(
    tmp_path: Path, line: str, field: str | None, says: str
) -> None:
    first, bad, last = read(tmp_path, record(), line, record())
    assert isinstance(first, Report)
    assert isinstance(last, Report)
    assert isinstance(bad, Rejection)
    assert (bad.index, bad.field) == (2, field)
    assert says in bad.reason
