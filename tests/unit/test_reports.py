"""What is accepted as a report, and what is reported of the rest."""

import contextlib
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from herenow.errors import BadRequest, TooLarge
from herenow.model.position import MEASURED, Position
from herenow.model.report import MAX_BATCH, BadReport, accept
from herenow.wire.json import reported
from herenow.wire.reports import convert_report, decode_reports
from tests.support.positions import NOW, position

GOOD = {"device_id": "bus-1", "time": NOW, "latitude": 60.17, "longitude": 24.94}


def one(fields: dict[str, object]) -> Position:
    """The position of a single report, or the BadReport that it raises."""
    reports, rejected = decode_reports(json.dumps(fields).encode())
    if rejected:
        raise BadReport(rejected[0].field, rejected[0].reason)
    return accept(reports[0][1], NOW, "test")


def test_a_report_becomes_a_position() -> None:
    got = one(GOOD | {"speed": 3, "attributes": {"kind": "bus", "doors": 2, "full": False}})
    assert (got.device_id, got.time, got.latitude, got.longitude, got.speed) == ("bus-1", NOW, 60.17, 24.94, 3.0)
    assert got.attributes == {"kind": "bus", "doors": 2, "full": False}


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("device_id", "", "length"),
        ("device_id", "x" * 129, "length"),
        ("device_id", "bus\n1", "control"),
        ("device_id", "bus\x851", "control"),
        ("device_id", 7, "expected str, got 7"),
        ("device_id", None, "expected str, got None"),
        ("satellites", 3.5, "expected whole number, got 3.5"),
        ("time", "yesterday", "ISO 8601"),
        ("time", "2026-11-23T12:00:00", "zone"),
        ("time", 1_700_000_000, "seconds: multiply by 1000"),
        ("time", 0, "1970"),
        ("time", -1, "2000-01-01"),
        ("time", NOW + 400 * 86_400_000, "one year ahead"),
        ("time", 10**17, "beyond the calendar"),
        ("time", True, "got True"),
        ("time", [1], "got [1]"),
        ("latitude", 91, "<= 90.0, got 91"),
        ("latitude", -90.001, ">= -90.0, got -90.001"),
        ("latitude", "60.17", "expected float, got '60.17'"),
        ("latitude", None, "expected float, got None"),
        ("longitude", 181, "<= 180.0"),
        ("longitude", math.nan, "expected a finite number, got NaN"),
        ("latitude", -math.inf, "expected a finite number, got -Infinity"),
        ("altitude", 1e7, "<= 1000000"),
        ("speed", -2, ">= 0"),
        ("altitude", -20_000, ">= -12000"),
        ("course", 361, "<= 360"),
        ("accuracy", "good", "got 'good'"),
        ("battery", 101, "<= 100"),
        ("attributes", [], "expected object"),
        ("attributes", {"a": {}}, "got {'a': {}}"),
        ("attributes", {"a": "x" * 4096}, "4096 bytes"),
        ("attributes", {"a": 2**64}, "a: expected a whole number of at most 64 bits, got one of 66"),
        ("attributes", {"ok": 1, "rpm": math.nan}, "rpm: expected a finite number, got NaN"),
        ("time", "20261130013000Z", "expected ISO 8601"),
        ("sped", 3, "unknown field; known are device_id, time"),
    ],
)
def test_a_malformed_field_is_named_with_what_was_expected_and_what_came(field: str, value: object, says: str) -> None:
    with pytest.raises(BadReport) as caught:
        one(GOOD | {field: value})
    assert caught.value.field == field
    assert says in caught.value.reason


@pytest.mark.parametrize("field", ["device_id", "time", "latitude", "longitude"])
def test_a_missing_field_is_named(field: str) -> None:
    with pytest.raises(BadReport) as caught:
        one({name: value for name, value in GOOD.items() if name != field})
    assert caught.value.field == field


def test_good_rows_beside_bad_ones_are_kept_in_every_form() -> None:
    rows: list[object] = [GOOD, GOOD | {"latitude": 91}, GOOD | {"device_id": "bus-2"}, 7]
    array = json.dumps(rows).encode()
    lines = b"\n".join(json.dumps(row).encode() for row in rows) + b"\n\n"
    for body in (array, lines, b"\xef\xbb\xbf" + array):
        reports, rejected = decode_reports(body)
        assert [index for index, _ in reports] == [0, 2]
        assert [(bad.index, bad.field) for bad in rejected] == [(1, "latitude"), (3, None)]


def test_nan_in_one_row_of_an_array_leaves_the_others_good() -> None:
    body = json.dumps([GOOD, GOOD | {"speed": math.nan}, GOOD]).encode()
    reports, rejected = decode_reports(body)
    assert [index for index, _ in reports] == [0, 2]
    assert rejected[0].reason == "expected a finite number, got NaN"


@pytest.mark.parametrize(
    ("written", "field", "says"),
    [
        ('"latitude": 1e400', "latitude", "expected a finite number, got 1e400"),
        ('"latitude": -1e400', "latitude", "got -1e400"),
        ('"attributes": {"rpm": 1e400}', "attributes", "rpm: expected a finite number, got 1e400"),
        ('"latitude": 1' + "0" * 400, "latitude", "out of range"),
        ('"attributes": {"rpm": 1' + "0" * 400 + "}", "attributes", "rpm: expected a whole number"),
    ],
)
def test_a_number_that_no_float_holds_is_named_where_it_is(written: str, field: str, says: str) -> None:
    rest = json.dumps({name: value for name, value in GOOD.items() if name not in written})
    text = f"{rest[:-1]}, {written}}}"
    for body in (text, f"[{text}]"):
        with pytest.raises(BadReport) as caught:
            reports, rejected = decode_reports(body.encode())
            if rejected:
                raise BadReport(rejected[0].field, rejected[0].reason)
            accept(reports[0][1], NOW, "test")
        assert caught.value.field == field
        assert says in caught.value.reason


@pytest.mark.parametrize("field", [name for name in MEASURED if name != "altitude"])
def test_minus_one_is_how_devices_say_that_they_do_not_know(field: str) -> None:
    assert getattr(one(GOOD | {field: -1}), field) is None
    assert one(GOOD | {field: -1.0}).tie == one(GOOD).tie
    assert one({**GOOD, field: -1, "altitude": -1}).altitude == -1


def test_one_object_may_be_laid_out_over_several_lines() -> None:
    reports, rejected = decode_reports(json.dumps(GOOD, indent=2).encode())
    assert (len(reports), rejected) == (1, [])


@pytest.mark.parametrize(
    "body", [b"", b"  \n", b"hello", b"[", b'[{"a":1}', b'{\n"a": 1,\n', b"\xff\xfe", b"[" * 100_000]
)
def test_what_is_not_json_as_a_whole_is_refused_as_a_whole(body: bytes) -> None:
    with pytest.raises(BadRequest, match="expected"):
        decode_reports(body)


def test_a_batch_over_the_limit_is_refused_with_the_limit() -> None:
    for body in (json.dumps([GOOD] * (MAX_BATCH + 1)), "\n".join([json.dumps(GOOD)] * (MAX_BATCH + 1))):
        with pytest.raises(TooLarge, match="at most 10000"):
            decode_reports(body.encode())


def test_timestamp_is_accepted_for_time_and_must_not_contradict_it() -> None:
    assert one({**GOOD, "time": None, "timestamp": NOW}).time == NOW
    with pytest.raises(BadReport, match="the same as time"):
        one(GOOD | {"timestamp": NOW + 1})


def test_one_time_in_two_forms_does_not_contradict_itself() -> None:
    iso = "2026-09-21T14:13:20Z"
    assert one(GOOD | {"timestamp": iso}).time == one(GOOD | {"time": iso, "timestamp": float(NOW)}).time == NOW


def test_iso_times_are_turned_into_milliseconds() -> None:
    assert one(GOOD | {"time": "2026-09-21T16:00:00.250+02:00"}).time == 1_790_000_000_000 - 1_790_000_000_000 % 1 + (
        one(GOOD | {"time": "2026-09-21T14:00:00.250Z"}).time - 1_790_000_000_000
    )


def test_a_course_of_360_is_0_and_minus_zero_is_zero() -> None:
    assert one(GOOD | {"course": 360}).course == 0.0
    assert one(GOOD | {"course": 360}).tie == one(GOOD | {"course": 0}).tie
    assert one(GOOD | {"latitude": -0.0}).tie == one(GOOD | {"latitude": 0.0}).tie


numbers = st.floats(0, 90)
texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1, max_size=20)
values = (
    st.none() | st.booleans() | st.integers(-(2**62), 2**62) | st.floats(allow_nan=False, allow_infinity=False) | texts
)
contents = st.fixed_dictionaries(
    {"device_id": texts, "time": st.integers(946_684_800_000, NOW), "latitude": numbers, "longitude": numbers},
    optional={
        "speed": numbers,
        "course": numbers,
        "battery": numbers,
        "attributes": st.dictionaries(texts, values, max_size=4),
    },
)


@given(contents)
def test_what_was_reported_can_be_read_and_reported_again_as_the_same_position(fields: dict[str, object]) -> None:
    first = one(fields)
    again = one(reported(first))
    assert (again.device_id, again.version) == (first.device_id, first.version)


@given(contents, contents)
def test_ties_differ_where_contents_do(first: dict[str, object], second: dict[str, object]) -> None:
    a, b = one({**first, "device_id": "x", "time": NOW}), one({**second, "device_id": "x", "time": NOW})
    same = {**reported(a), "attributes": a.attributes or None} == {**reported(b), "attributes": b.attributes or None}
    assert (a.tie == b.tie) or not same


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_but_a_refusal(body: bytes) -> None:
    with contextlib.suppress(BadRequest):
        reports, rejected = decode_reports(body)
        assert reports or rejected or body.strip() == b"[]"


@given(
    st.recursive(
        values, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3), max_leaves=8
    )
)
def test_no_json_value_raises_anything_but_a_refusal(value: object) -> None:
    with contextlib.suppress(BadRequest):
        decode_reports(json.dumps([value, GOOD]).encode())
        convert_report(GOOD | {"attributes": value})


def test_a_fix_more_than_two_minutes_ahead_is_accepted_and_known_as_ahead() -> None:
    assert position("a", NOW + 120_001, received=NOW).ahead
    assert not position("a", NOW + 120_000, received=NOW).ahead
