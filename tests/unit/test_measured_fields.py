"""The table of measured fields keeps what is stored and what older programs read."""

import json
import struct
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from herenow.model.position import FIRST, LATER, LIVE, MEASURED, Position
from herenow.wire import binary
from herenow.wire.json import LivePosition
from tests.support.positions import NOW, position

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
