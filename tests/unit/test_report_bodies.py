"""How large bodies of reports are taken apart: with pauses, within bounds, and report by report."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from herenow.errors import TooLarge
from herenow.model.report import MAX_BATCH, Rejection, Report
from herenow.wire import reports as wire
from herenow.wire.elements import first_elements
from herenow.wire.reports import decode_in_slices, decode_reports
from tests.support.positions import NOW

GOOD = {"device_id": "bus-1", "time": NOW, "latitude": 60.17, "longitude": 24.94}


def slices_of(body: bytes) -> tuple[int, tuple[list[tuple[int, Report]], list[Rejection]]]:
    """How often decoding pauses, and what comes of it."""
    pauses, work = 0, decode_in_slices(body)
    while True:
        try:
            next(work)
        except StopIteration as end:
            return pauses, end.value
        pauses += 1


ROWS = st.lists(
    st.sampled_from(
        [
            GOOD,
            GOOD | {"speed": math.nan},
            GOOD | {"latitude": 91},
            GOOD | {"attributes": {"note": "NaN, ]} [Infinity"}},
            GOOD | {"altitude": -math.inf},
            GOOD | {"device_id": "-Infinity"},
            {},
            7,
            "NaN",
            None,
            [GOOD],
        ]
    ),
    min_size=1,
    max_size=30,
)


@given(rows=ROWS, indent=st.sampled_from([None, 0, 3]))
def test_decoding_in_slices_finds_in_each_row_what_decoding_it_alone_finds(
    rows: list[object], indent: int | None
) -> None:
    good, bad = decode_reports(json.dumps(rows, indent=indent).encode())
    for index, row in enumerate(rows):
        alone = decode_reports(json.dumps([row], indent=indent).encode())
        assert [report for at, report in good if at == index] == [report for _, report in alone[0]]
        assert [(one.field, one.reason) for one in bad if one.index == index] == [
            (one.field, one.reason) for one in alone[1]
        ]


@pytest.mark.parametrize("wrong", [{"speed": math.nan}, {"latitude": 91}, {"colour": "red"}])
def test_a_batch_in_which_all_is_wrong_is_decoded_with_pauses(monkeypatch: pytest.MonkeyPatch, wrong: object) -> None:
    monkeypatch.setattr(wire, "SLICE", 0.0)
    pauses, (good, bad) = slices_of(json.dumps([GOOD | wrong] * 300).encode())  # type: ignore[operator]
    assert pauses > 300
    assert (len(good), len(bad)) == (0, 300)


def test_a_large_batch_that_is_right_is_decoded_with_pauses_and_a_small_one_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(wire, "SLICE", 0.0)
    for count, expected in ((1000, 0), (MAX_BATCH, MAX_BATCH + 1)):
        pauses, (good, bad) = slices_of(json.dumps([GOOD] * count).encode())
        assert (pauses, len(good), len(bad)) == (expected, count, 0)


def test_white_space_around_a_position_costs_no_more_than_reading_it() -> None:
    one = json.dumps(GOOD).encode()
    for body in (one + b"\n" * 8_000_000, b"\n" * 8_000_000 + one, b"\xef\xbb\xbf" + one + b" " * 8_000_000):
        assert [index for index, _ in decode_reports(body)[0]] == [0]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b'{"device_id":"a"' + b"\n" * 8_000_000 + b"}", "40000 lines"),
        (b"{}\n" * 20_000 + b"\n" * 30_000 + b"{}", "40000 lines"),
        (b"[" + b"1," * 4_000_000 + b"1]", "10000 positions in one request, got more"),
        (b"[" + b"0         ," * 799_000 + b"0]", "10000 positions in one request, got more"),
        (b"[NaN," + b"0                  ," * 390_000 + b"0]", "10000 positions in one request, got more"),
        (b"[" + b"{}," * 50_000 + b"{}]", "10000 positions in one request, got 50001"),
        (b"[NaN" + b",1" * 50_000 + b"]", "10000 positions in one request, got 50001"),
    ],
)
def test_parts_are_counted_before_they_are_taken_apart(body: bytes, says: str) -> None:
    with pytest.raises(TooLarge, match=says):
        decode_reports(body)


@pytest.mark.parametrize("element", [b"0         ", b"[[],{}]", b'"],["'])
def test_no_more_elements_are_taken_out_than_a_batch_may_have_and_one(element: bytes) -> None:
    for count in (1, MAX_BATCH, MAX_BATCH + 1, 300_000):
        found = first_elements(b"[" + b",".join([element] * count) + b"]")
        assert len(found) == min(count, MAX_BATCH + 1)
        assert {bytes(raw) for raw in found} == {element.strip()}
    assert len(first_elements(b"[ ]")) == 0


@pytest.mark.parametrize("wrong", [{}, {"speed": math.nan}, {"latitude": 91}])
def test_a_batch_with_many_attributes_is_decoded_with_pauses_and_whole(
    monkeypatch: pytest.MonkeyPatch, wrong: dict[str, object]
) -> None:
    monkeypatch.setattr(wire, "SLICE", 0.0)
    many = GOOD | {"attributes": {f"k{number}": number for number in range(300)}}
    pauses, (good, bad) = slices_of(json.dumps([many | wrong, *[many] * 2699]).encode())
    assert pauses > 2700
    assert (len(good), [one.index for one in bad]) == ((2699, [0]) if wrong else (2700, []))


def test_a_report_beyond_its_bound_is_rejected_alone() -> None:
    huge = GOOD | {"attributes": {f"key {number}": number for number in range(20_000)}}
    for body in (json.dumps([GOOD, huge]), f"{json.dumps(GOOD)}\n{json.dumps(huge)}"):
        good, bad = decode_reports(body.encode())
        assert [index for index, _ in good] == [0]
        assert [(one.index, one.field) for one in bad] == [(1, None)]
        assert "at most 65536 bytes" in bad[0].reason


def test_of_a_key_that_an_object_has_twice_the_last_value_counts() -> None:
    """As docs/protocol.md says, in the fast way and in the careful one."""
    row = b'{"device_id": "a", "latitude": 60, "latitude": 61, "longitude": 25}'
    for body in (row, b"[" + row + b"]", row + b"\n" + row, b"[" + row + b", 5]"):
        good, _ = decode_reports(body)
        assert {report.latitude for _, report in good} == {61}
