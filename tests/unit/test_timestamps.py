"""Every time is read as the one that was written, or refused."""

from calendar import timegm
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from herenow.api.query import instant, moments, span
from herenow.api.routes.article import _moment
from herenow.errors import BadRequest
from herenow.model.clock import DAY
from herenow.model.report import BadReport, Report, accept
from herenow.model.timestamps import from_day, from_iso, from_text, from_value
from tests.support.positions import NOW

HALF_PAST_ONE = 1_796_002_200_000  # 2026-11-30T01:30:00Z
ZONES = {"Z": 0, "z": 0, "+00:00": 0, "-00:00": 0, "+03:00": 180, "-0330": -210, "+02": 120, "-23:59": -1439}

moments_of_the_calendar = st.integers(24 * 60, 253_402_214_400 // 60).map(  # until 9999-12-31
    lambda minutes: datetime.fromtimestamp(minutes * 60 + minutes % 60, UTC)
)
fractions = st.one_of(st.just(""), st.text("0123456789", min_size=1, max_size=12).map(lambda digits: "." + digits))


def reference(moment: datetime, fraction: str, minutes: int) -> int:
    """Unix ms by another way than ours: whole seconds of the calendar, and digits of the fraction."""
    digits = (fraction[1:] + "000")[:3]
    return (timegm(moment.timetuple()) - 60 * minutes) * 1000 + int(digits)


@given(
    moments_of_the_calendar,
    fractions,
    st.sampled_from(list(ZONES)),
    st.sampled_from(["%Y-%m-%d", "%Y%m%d"]),
    st.sampled_from(["T", "t", " "]),
    st.sampled_from(["%H:%M:%S", "%H%M%S"]),
)
def test_iso_8601_is_read_as_the_time_that_it_is(
    moment: datetime, fraction: str, zone: str, date: str, between: str, time: str
) -> None:
    text = moment.strftime(f"{date}{between}{time}") + fraction + zone
    assert from_iso(text) == from_text(text) == from_value(text) == reference(moment, fraction, ZONES[zone])


@given(
    moments_of_the_calendar,
    st.sampled_from(["Z", "+0300", "+03", "-03:00", ""]),
    st.sampled_from(["%Y-%m-%d", "%Y%m%d", "%Y/%m/%d", "%d.%m.%Y"]),
    st.sampled_from(["", "T", "t", " ", "  ", "_", "-", ":", "/", "TT", *"0123456789", "٣", "\n"]),
    st.sampled_from(["%H:%M:%S", "%H%M%S", "%H:%M", "%H%M", "%H", "%H:%M:%S,5", "%I:%M:%S"]),
)
def test_what_only_looks_like_it_is_that_time_or_refused(
    moment: datetime, zone: str, date: str, between: str, time: str
) -> None:
    text = moment.strftime(f"{date}{between}{time}") + zone
    offset = {"+0300": 180, "+03": 180, "-03:00": -180}.get(zone, 0)
    exact = moment if "%S" in time else moment.replace(second=0)
    half = 500 if time.endswith(",5") else 0
    readers: list[Callable[[str], int]] = [from_iso, partial(from_iso, assume_utc=True)]
    if not text.isdigit() or len(text) in (8, 10, 12, 14):  # other digits alone are ms, and nothing else
        readers += [from_text, from_value]
    for read in readers:
        try:
            found = read(text)
        except ValueError:
            continue
        half_day = 12 * 3_600_000
        twelve = (half_day, 0, -half_day) if time.startswith("%I") else (0,)  # which half of a day, nothing says
        assert found in [reference(exact, "", offset) + half - hours for hours in twelve]


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-30T01:30:00+01:99",  # Python 3.11 reads it as +02:39
        "20261130013000Z",
        "20261129123000Z",
        "20261129013000+0300",
        "20261130013000",
        "202611300130",
        "2026113001",
        "20261130",
        "000101000000",
        "2026-11-30T24:00:00Z",
        "2026-11-30T23:59:60Z",
        "2026-02-29T00:00:00Z",
        "2026-W48-1T01:30:00Z",
        "2026-11-30T01:30:00+24:00",
        "2026-11-30T01:30:00+01:00:30",
        "٢٠٢٦-11-30T01:30:00Z",
    ],
)
def test_what_is_no_time_or_could_be_two_is_refused_wherever_it_comes_in(text: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        from_text(text)
    with pytest.raises(ValueError, match="expected"):
        from_iso(text, assume_utc=True)
    with pytest.raises(BadReport) as refused:
        accept(Report(device_id="a", time=text, latitude=1.0, longitude=2.0), NOW, "")
    assert refused.value.field == "time"
    for read in (_moment, instant, lambda _, text: span(text, None, DAY)):
        with pytest.raises(BadRequest, match="expected"):
            read("start", text)


def test_the_compact_form_is_taken_in_every_question() -> None:
    compact = "20261130T013000Z"
    assert span(compact, "20261130T043001+0300", DAY).start == HALF_PAST_ONE
    assert span(compact, "20261130T043001+0300", DAY).end == HALF_PAST_ONE + 1000
    assert instant("datetime", compact) == _moment("start", compact) == _moment("start", compact[:-1]) == HALF_PAST_ONE
    assert moments(f"{compact}/..").start == HALF_PAST_ONE


@pytest.mark.parametrize(
    "text", ["2026-11-30T03:30:00 02:00", "2026-11-30 03:30 02", "20261130T033000 0200", "2026-11-30 03:30:00+02:00"]
)
def test_a_plus_that_was_not_escaped_is_one_and_a_blank_before_a_time_is_not(text: str) -> None:
    assert span(text, str(HALF_PAST_ONE + 1), DAY).start == _moment("start", text) == HALF_PAST_ONE
    assert _moment("start", "2026-11-30 01:30") == HALF_PAST_ONE


def test_a_day_in_a_question_is_where_it_begins() -> None:
    range_ = span("2026-11-30", "2026-12-01", DAY)
    assert (range_.start, range_.end - range_.start) == (HALF_PAST_ONE - 5_400_000, DAY)
    assert _moment("start", "2026-11-30") == from_day("2026-11-30") == range_.start
    with pytest.raises(BadRequest, match="to: expected a day like 2026-11-23, got '2026-11-31'"):
        span(None, "2026-11-31", DAY)


def test_milliseconds_are_taken_as_numbers_and_as_text() -> None:
    assert from_value(NOW) == from_value(float(NOW)) == from_value(str(NOW)) == NOW
    assert span("0", str(NOW), DAY).start == 0
    for wrong in (float("nan"), float("inf")):
        with pytest.raises(ValueError, match="expected Unix milliseconds"):
            from_value(wrong)
