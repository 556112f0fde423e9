"""What every format of an export promises; what it looks like is in tests/golden, byte by byte."""

import json
import sys
import tracemalloc
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from herenow.errors import BadRequest
from herenow.history.export.formats import FORMATS, format_named
from herenow.history.export.segments import MAX_STRETCH, Stretches
from herenow.model.leg import MAX_LEG_TIME
from herenow.model.position import Position
from tests.support.exports import positions_in_order, split, written
from tests.support.positions import NOW, position

GOLDEN = Path(__file__).parent.parent / "golden"
WRITTEN_ALIKE = [name for name in FORMATS if name != "parquet"]  # its bytes are pyarrow's

SAMPLES = [
    position(
        "=1+1 <b> & ]]> “bus”",
        NOW,
        60.17,
        24.94,
        altitude=12.5,
        speed=8.1,
        course=271.0,
        accuracy=4.0,
        battery=87.0,
        attributes={
            "name": 'Ayşe’s "bus" <1>',
            "kind": "bus",
            "ignition": True,
            "doors": 2,
            "note": "a\nb\x01\ufffe]]>",
        },
    ),
    position("=1+1 <b> & ]]> “bus”", NOW + 1_500, 60.1701, 24.9402, altitude=1e-7, speed=0.0),
    position("=1+1 <b> & ]]> “bus”", NOW + 1_500 + MAX_LEG_TIME, 60.18, 24.95, course=0.5),
    position("=1+1 <b> & ]]> “bus”", NOW + 1_501 + 2 * MAX_LEG_TIME, 60.19, 24.96),
    position("document", NOW - 1, -90.0, 180.0, attributes={"name": None}),
    position("document", NOW, -89.9999999, -180.0, altitude=-3.0),
]


@pytest.mark.parametrize("name", WRITTEN_ALIKE)
def test_the_samples_are_what_is_written_today(name: str) -> None:
    assert (GOLDEN / f"export{FORMATS[name].ending}").read_bytes() == written(name, [SAMPLES])


@pytest.mark.parametrize("name", FORMATS)
@settings(deadline=None)  # the first time pyarrow is loaded
@given(st.data())
def test_how_positions_come_in_does_not_change_a_byte(name: str, data: st.DataObject) -> None:
    positions = data.draw(positions_in_order())
    assert written(name, data.draw(split(positions))) == written(name, [positions])


@pytest.mark.parametrize("name", FORMATS)
def test_an_export_of_nothing_is_a_file_of_nothing(name: str) -> None:
    assert written(name, []) == written(name, [[], []])


def test_a_format_that_is_none_is_refused_with_those_there_are() -> None:
    assert format_named("gpx") is FORMATS["gpx"]
    with pytest.raises(BadRequest, match=r"one of csv, .*parquet; got 'shp'"):
        format_named("shp")


def test_without_pyarrow_the_message_names_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(BadRequest, match=r"install herenow\[parquet\]"):
        FORMATS["parquet"].make()


@pytest.mark.parametrize("name", WRITTEN_ALIKE)
def test_memory_does_not_grow_with_the_export(name: str) -> None:
    export = FORMATS[name].make()
    held = []
    tracemalloc.start()
    try:
        for start in range(0, 4 * MAX_STRETCH, MAX_STRETCH):
            export.add([Position("a", NOW + 1000 * (start + i), 0, 1.0, 2.0) for i in range(MAX_STRETCH)])
            held.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    assert held[-1] < held[0] + 1_000_000


def stretches(positions: Sequence[Position]) -> list[list[Position]]:
    made = Stretches()
    return [stretch.positions for stretch in (*made.add(positions), *made.end())]


@given(positions_in_order())
def test_a_stretch_has_one_device_and_no_gap_and_nothing_is_lost(positions: list[Position]) -> None:
    made = stretches(positions)
    assert [one for stretch in made for one in stretch] == positions
    for stretch in made:
        for before, after in pairwise(stretch):
            assert after.device_id == before.device_id
            assert after.time - before.time <= MAX_LEG_TIME
    for one, other in pairwise(made):
        assert other[0].device_id != one[0].device_id or other[0].time - one[-1].time > MAX_LEG_TIME


def test_a_long_stretch_is_cut_and_joined_at_the_cut() -> None:
    positions = [Position("a", NOW + i, 0, 1.0, 2.0) for i in range(MAX_STRETCH + 5)]
    first, second = stretches(positions)
    assert first == positions[:MAX_STRETCH]
    assert second == positions[MAX_STRETCH - 1 :]


@pytest.mark.parametrize("name", ["kml", "czml"])
def test_where_a_long_stretch_is_cut_does_not_depend_on_how_it_comes_in(name: str) -> None:
    positions = [Position("a", NOW + i, 0, 1.0, 2.0) for i in range(2 * MAX_STRETCH + 5)]
    parts = [positions[start : start + 7_777] for start in range(0, len(positions), 7_777)]
    assert written(name, parts) == written(name, [positions])


def test_a_position_is_written_in_lines_of_json_as_the_api_writes_it() -> None:
    first: dict[str, Any] = json.loads(written("ndjson", [SAMPLES]).splitlines()[0])
    assert first["time"] == first["received"] == NOW
    assert (first["device_id"], first["source"], first["speed"]) == ("=1+1 <b> & ]]> “bus”", "test", 8.1)
    assert "tie" not in first


def write() -> None:
    """The samples anew."""
    for name in WRITTEN_ALIKE:
        (GOLDEN / f"export{FORMATS[name].ending}").write_bytes(written(name, [SAMPLES]))


if __name__ == "__main__":
    write()
