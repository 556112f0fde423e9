"""The wire of the article, in and out."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from herenow.model.position import Position
from herenow.model.report import EARLIEST, BadReport, accept
from herenow.model.timestamps import from_iso
from herenow.wire.legacy_article import decode_location, timestamp
from tests.support.positions import NOW

GOOD = {"device_id": "dev001", "timestamp": NOW // 1000, "latitude": 39.9, "longitude": 32.8}
times = st.integers(EARLIEST, NOW)  # ms


def position(moment: object) -> Position:
    return accept(decode_location(json.dumps(GOOD | {"timestamp": moment}).encode()), NOW, "amqp")


@given(times)
def test_seconds_milliseconds_and_text_of_one_instant_are_one_position(time: int) -> None:
    whole = time - time % 1000
    assert position(whole // 1000) == position(whole) == position(timestamp(whole))
    assert position(time / 1000) == position(time) == position(timestamp(time))
    assert position(time).time == time


@given(st.integers(-60_000_000_000_000, 250_000_000_000_000))
def test_a_time_as_text_is_read_back_as_the_same_time(time: int) -> None:
    assert from_iso(timestamp(time)) == from_iso(timestamp(time).removesuffix("Z"), assume_utc=True) == time


def test_a_time_is_written_as_a_browser_writes_it() -> None:
    assert timestamp(1_700_000_000_005) == "2023-11-14T22:13:20.005Z"


def test_what_the_consumer_adds_is_passed_over() -> None:
    assert decode_location(json.dumps({"type": "location_update", **GOOD}).encode()).device_id == "dev001"


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (b"", "as JSON"),
        (b"\xff", "as JSON"),
        (b"[1]", "as JSON"),
        (b"[" * 5000, "as JSON"),
        (json.dumps(GOOD | {"latitude": 91}).encode(), "latitude"),
        (json.dumps(GOOD | {"speedd": 1}).encode(), "speedd"),
        (json.dumps(GOOD | {"timestamp": True}).encode(), "timestamp"),
        (b'{"device_id":"a","latitude":1,"timestamp":1700000000}', "longitude"),
    ],
)
def test_what_is_no_location_is_refused_with_a_reason(wrong: bytes, says: str) -> None:
    with pytest.raises(BadReport, match=says):
        decode_location(wrong)


@pytest.mark.parametrize(
    ("field", "written"),
    [
        ("latitude", "1e400"),
        ("longitude", "-Infinity"),
        ("timestamp", "NaN"),
        ("timestamp", "1e400"),
        ("speed", "NaN"),
        ("latitude", "1" + "0" * 400 + ".5"),
    ],
)
def test_a_number_that_is_not_finite_is_named_as_it_was_written(field: str, written: str) -> None:
    text = json.dumps(GOOD | {field: "?"}).replace('"?"', written)
    with pytest.raises(BadReport) as caught:
        decode_location(text.encode())
    assert caught.value.field == field
    assert caught.value.reason.startswith("expected a finite number, got ")
    assert caught.value.reason.endswith(written if len(written) < 80 else "...")
