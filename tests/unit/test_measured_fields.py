"""The table of measured fields keeps what is stored and what older programs read."""

import io
import json
import sqlite3
import struct
import zlib
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from herenow.model.device import first_seen
from herenow.model.position import FIRST, LATER, LIVE, MEASURED, Position
from herenow.sources.files.csv import read_csv
from herenow.sources.files.gpx import read_gpx
from herenow.store.port import Span
from herenow.store.sqlite.store import SqliteStore
from herenow.store.sqlite.writer import SCHEMA
from herenow.wire import binary, internal
from herenow.wire.json import LivePosition
from herenow.wire.reports import decode_reports
from tests.support.exports import written
from tests.support.positions import NOW, position

PLACE = {"latitude": 60.17, "longitude": 24.94}
# Ties that the first version stored. None of them may ever change.
STORED: list[tuple[dict[str, Any], int]] = [
    ({}, 209_452_774),
    ({"altitude": 12.5, "speed": 8.1, "course": 271.0, "accuracy": 4.0, "battery": 87.0}, 1_419_774_539),
    ({"speed": 0.0, "attributes": {"name": "Ayşe", "kind": "bus", "ignition": True}}, 1_947_434_423),
    ({"course": 360, "attributes": {"satellites": 7, "hdop": 0.9}}, 2_834_221_933),
]
reports: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {"latitude": st.floats(-90, 90), "longitude": st.floats(-180, 180)},
    optional={
        **{
            name: st.none() | (st.integers(0, 100) if field.whole else st.floats(0, 100))
            for name, field in MEASURED.items()
        },
        "attributes": st.none() | st.dictionaries(st.text(max_size=5), st.integers(0, 9), min_size=1),
    },
)


def first_tie(report: dict[str, Any]) -> int:
    """As the first version computed it, from what docs/protocol.md says."""
    numbers = [report.get(name) for name in ("latitude", "longitude", *FIRST)]
    crc = zlib.crc32(b"".join(struct.pack("<d", float("nan") if one is None else one + 0.0) for one in numbers))
    if not report.get("attributes"):
        return crc
    text = json.dumps(report["attributes"], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return zlib.crc32(text.encode(), crc)


@pytest.mark.parametrize(("more", "tie"), STORED)
def test_a_tie_that_is_stored_is_the_tie_of_the_same_report_today(more: dict[str, Any], tie: int) -> None:
    assert position("a", NOW, 60.17, 24.94, **more).tie == tie


@given(reports)
def test_a_report_has_the_tie_of_the_first_version_whatever_is_measured_since(report: dict[str, Any]) -> None:
    assert position("a", **report).tie == first_tie(report)


def test_the_first_version_knew_these_fields_and_no_other() -> None:
    assert FIRST == ("altitude", "speed", "course", "accuracy", "battery")


def test_positions_and_live_positions_have_the_fields_of_the_table_in_its_order() -> None:
    assert [name for name in Position.__struct_fields__ if name in MEASURED] == list(MEASURED)
    assert Position.__struct_fields__[13:] == LATER  # behind what older processes read
    assert LivePosition.__struct_fields__[-len(LIVE) :] == LIVE


def test_flags_of_columns_are_bits_of_their_own_and_later_ones_are_sent_on_request() -> None:
    flags = [*binary.OPTIONAL.values(), *binary.REQUESTED.values()]
    assert sorted(flags) == [1 << bit for bit in range(len(flags))]
    assert all(MEASURED[name].requested for name in LATER)
    assert set(binary.OPTIONAL) == {"altitude", "accuracy", "battery"}


@pytest.mark.parametrize("satellites", [7, 7.0])
def test_satellites_are_a_whole_number_however_it_is_written(satellites: float) -> None:
    kept = position("a", satellites=satellites, hdop=0.9)
    assert (kept.satellites, type(kept.satellites), kept.hdop) == (7, int, 0.9)


@pytest.mark.parametrize(("field", "value"), [("satellites", 256), ("satellites", 7.5), ("hdop", 100.5), ("hdop", -2)])
def test_satellites_and_hdop_out_of_bounds_are_refused_by_name(field: str, value: float) -> None:
    _, (bad,) = decode_reports(json.dumps({"device_id": "a", "time": NOW, **PLACE, field: value}).encode())
    assert bad.field == field


def test_hdop_of_99_99_is_a_number_since_no_format_here_says_that_it_is_unknown() -> None:
    assert position("a", hdop=99.99).hdop == 99.99


def test_messages_and_news_of_a_version_without_a_field_are_read() -> None:
    old = ["a", NOW, 7, 60.0, 25.0, None, 1.0, None, None, 50.0, None, NOW, "queue"]
    body = internal.pack_shipment(NOW, [msgspec.msgpack.encode(old)])
    (one,) = internal.unpack_shipment(body).positions
    assert (one.battery, one.source, one.satellites, one.hdop) == (50.0, "queue", None, None)
    news = msgspec.msgpack.encode(["epoch", 1, None, None, [[old, "Bus"]]])
    assert internal.unpack_bulletin(news).news[0].position == one


def test_a_process_of_a_version_without_a_field_reads_messages_with_it() -> None:
    class Older(msgspec.Struct, array_like=True):
        device_id: str
        time: int

    sent = internal.pack_position(position("a", satellites=7))
    assert msgspec.msgpack.decode(sent, type=Older) == Older("a", NOW)


async def test_a_file_of_before_gets_the_columns_and_a_position_that_comes_again_is_one(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    fix = position("a", NOW, 60.17, 24.94, battery=50.0)
    with sqlite3.connect(path) as old:
        old.executescript(f"{SCHEMA.read_text().split('-- Version 5')[0]} PRAGMA user_version = 4;")
        old.execute("INSERT INTO devices VALUES (1, 'a')")
        row = (1, *msgspec.structs.astuple(fix)[1:13])
        old.execute(f"INSERT INTO positions VALUES ({','.join('?' * 13)})", row)  # noqa: S608 - marks only
    old.close()
    async with SqliteStore(path, writes=False) as reader:
        assert await reader.track("a", Span(0, 2**53), None, 9) == [fix]
    async with SqliteStore(path) as store:
        again, later = position("a", NOW, 60.17, 24.94, battery=50.0), position("a", NOW + 1, satellites=9, hdop=1.5)
        await store.write([again, later], [first_seen(later)])
        assert await store.track("a", Span(0, 2**53), None, 9) == [fix, later]
        assert (await store.latest())[0].position == later


def test_a_table_that_an_older_version_exported_keeps_the_spaces_of_its_device_ids() -> None:
    header = b"device_id,time,latitude,longitude,altitude,speed,course,accuracy,battery,attributes,received,source\n"
    rows = [header, b" bus ,2026-11-30T00:00:00Z,60,25,,,,,,,,\n"]
    ((_, report),) = [row for row in read_csv(rows, "file") if isinstance(row, tuple)]
    assert report.device_id == " bus "


def test_satellites_and_hdop_of_tables_and_of_gpx_are_read() -> None:
    ((_, table),) = [row for row in read_csv([b"time,lat,lon,sat,HDOP\n", b"1790000000000,60,25,7,0.9\n"], "a")
                     if isinstance(row, tuple)]  # fmt: skip
    point = '<trkpt lat="60" lon="25"><time>2026-11-30T00:00:00Z</time><sat>7</sat><hdop>0.9</hdop></trkpt>'
    gpx = f'<gpx xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>{point}</trkseg></trk></gpx>'
    ((_, track),) = [row for row in read_gpx(io.BytesIO(gpx.encode()), "a") if isinstance(row, tuple)]
    assert (table.satellites, table.hdop) == (track.satellites, track.hdop) == (7, 0.9)


def test_gpx_has_satellites_and_hdop_in_elements_of_its_own_behind_the_time() -> None:
    text = written("gpx", [[position("a", NOW, satellites=7, hdop=0.9, altitude=1.0)]]).decode()
    assert "<ele>1.0</ele><time>2026-09-21T14:13:20.000Z</time><sat>7</sat><hdop>0.9</hdop></trkpt>" in text
