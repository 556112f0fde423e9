"""The figures and the output of `herenow compare`, without servers."""

import json
import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from herenow.errors import SettingsError
from herenow.settings import read_settings
from herenow.store.cassandra.url import read_cassandra_url
from herenow.wire.json import message
from herenow.wire.reports import decode_reports
from herenow_compare.comparison import check_plan, check_services
from herenow_compare.figures import Comparison, Latency, Plan, VersionFigures
from herenow_compare.frames import MOST, Frames, stamps
from herenow_compare.keyspace import compare_url
from herenow_compare.latencies import LONGEST, Latencies
from herenow_compare.latency_meter import LatencyMeter
from herenow_compare.load import PREFIX, batch
from herenow_compare.machine import files_for, processor_time
from herenow_compare.table import as_json, rows, show


def frame(content: bytes, opcode: int = 1) -> bytes:
    """As a server sends it: not masked."""
    size = len(content)
    if size < 126:
        length = bytes([size])
    elif size < 1 << 16:
        length = bytes([126]) + size.to_bytes(2)
    else:
        length = bytes([127]) + size.to_bytes(8)
    return bytes([0x80 | opcode]) + length + content


CONTENTS = st.integers(0, 300).map(lambda size: b"t" * size) | st.sampled_from([b"a" * 125, b"b" * 126, b"c" * 70_000])


@given(st.lists(st.tuples(CONTENTS, st.sampled_from([1, 2, 9])), max_size=6), st.data())
def test_frames_are_the_same_wherever_their_bytes_are_cut(sent: list[tuple[bytes, int]], data: st.DataObject) -> None:
    stream = b"".join(frame(content, opcode) for content, opcode in sent)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=12)))
    frames, texts = Frames(), []
    for start, stop in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        texts += frames.feed(stream[start:stop])
    assert texts == [content for content, opcode in sent if opcode == 1]
    assert not frames.closed


def test_frames_may_come_byte_by_byte() -> None:
    frames = Frames()
    stream = frame(b"x" * 200) + frame(b"y")
    assert [text for byte in stream for text in frames.feed(bytes([byte]))] == [b"x" * 200, b"y"]


def test_a_close_frame_is_recognized_and_a_frame_over_the_limit_refused() -> None:
    frames = Frames()
    assert frames.feed(frame(b"\x03\xf4", 8)) == []
    assert frames.closed
    with pytest.raises(ValueError, match="frame of"):
        Frames().feed(b"\x81\x7f" + (MOST + 1).to_bytes(8))


def test_times_are_found_in_a_live_message() -> None:
    text = message(
        "update", "0" * 16, 7, 1_790_000_000_050, '[{"device_id":"a","timestamp":1790000000000},{"timestamp":1}]'
    )
    assert stamps(text.encode()) == [1_790_000_000_000, 1]


@given(st.lists(st.floats(0, LONGEST, exclude_max=True), min_size=1, max_size=200), st.floats(0, 1))
def test_a_percentile_is_a_tenth_of_a_millisecond_above_the_value_at_that_place(
    values: list[float], share: float
) -> None:
    latencies = Latencies()
    for value in values:
        latencies.add(value)
    found = latencies.percentile(share)
    assert found is not None
    not_above = sum(value * 1000 <= found + 1e-6 for value in values)
    below = sum(value * 1000 < found - 0.1 - 1e-6 for value in values)
    assert below <= share * len(values) <= not_above + 1e-6 or below == 0


def test_without_latencies_there_is_no_percentile_and_no_promise_kept() -> None:
    assert Latencies().percentile(0.5) is None
    assert not Latency(50, None, None).kept


def test_positions_from_before_are_ignored_and_each_time_is_given_once() -> None:
    meter = LatencyMeter()
    early = meter.stamp()
    meter.begin()
    later = [meter.stamp() for _ in range(100)]
    assert len({early, *later}) == 101
    meter.on_received([early, *later], time.perf_counter())
    assert meter.latencies.count == 100


def test_every_position_of_a_flood_is_right_and_no_two_are_the_same() -> None:
    reports, rejected = decode_reports(batch(1_790_000_000_000) + b"\n" + batch(1_790_000_000_001))
    assert not rejected
    assert len({(report.device_id, report.time) for _, report in reports}) == len(reports) == 2000
    assert all(report.device_id.startswith(PREFIX) for _, report in reports)


def test_the_keyspace_is_on_the_configured_cluster() -> None:
    store = "cassandra://me:p%40ss@db1,db2:9043/fleet?replication=1"
    assert compare_url(store) == "cassandra://me:p%40ss@db1,db2:9043/fleet_compare?replication=1"
    assert len(read_cassandra_url(compare_url(f"cassandra://db/{'k' * 48}")).keyspace) == 48


def test_other_services_and_plans_without_end_are_refused() -> None:
    with pytest.raises(SettingsError, match=r"sqlite:.*memory:.*make services"):
        check_services(read_settings(None, {"store": "sqlite:///a.db", "bus": "memory://"}))
    with pytest.raises(SettingsError, match="seconds: expected 1 to 60, got 0"):
        check_plan(Plan(seconds=0))


def test_the_processor_time_of_a_process_and_the_files_it_may_open_are_known() -> None:
    assert (processor_time(os.getpid()) or 0) > 0
    assert 0 < files_for(10) <= 10


def figures(p99: float, held: int) -> VersionFigures:
    ramp = [Latency(50, 1.0, 40.0)] * bool(held) + [Latency(100, 1.0, p99)]
    return VersionFigures(Latency(100, p99 / 2, p99), ramp, 1234.0, 900.0, 81.5, None)


FOUND = Comparison(
    date="2026-11-23T12:00:00+00:00",
    machine="2 cores of some kind",
    load_before=0.25,
    store="cassandra://db/fleet_compare",
    bus="amqp://me:***@mq/compare",
    services_here=False,
    plan=Plan(),
    poll_every_s=1.0,
    promised_ms=50.0,
    version_1=figures(1010.5, 0),
    version_2=figures(60.0, 50),
)


def test_the_table_sets_the_versions_side_by_side() -> None:
    found = {name: (one, two) for name, one, two in rows(FOUND)}
    assert found["update latency p99"] == ("1,010.5 ms", "60.0 ms")
    assert found["most viewers, p99 < 50 ms"] == ("none", "50")
    assert found["p99 at the last step"] == ("1,010.5 ms at 100", "60.0 ms at 100")
    assert found["processor time per position *"] == ("unknown", "unknown")


def test_json_goes_to_a_file_beside_the_table_or_alone_to_standard_output(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    show(FOUND, tmp_path / "figures.json")
    assert "2 cores of some kind" in capsys.readouterr().out
    show(FOUND, Path("-"))
    output = capsys.readouterr()
    assert json.loads(output.out) == json.loads((tmp_path / "figures.json").read_text()) == json.loads(as_json(FOUND))
    assert json.loads(output.out)["version_2"]["viewers_held"] == 50
    assert "update latency" in output.err
    with pytest.raises(SettingsError, match="cannot write"):
        show(FOUND, tmp_path)
