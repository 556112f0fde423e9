"""What was exported can be read again, and is the same."""

import tempfile
import tracemalloc
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from herenow.history.export.formats import FORMATS
from herenow.model.position import Position
from herenow.model.report import Rejection, Report, accept
from herenow.sources.files.readers import read_file
from tests.support.exports import positions_in_order, split, written
from tests.support.positions import NOW, position
from tests.unit.test_exports import SAMPLES

READ_BACK = ["csv", "ndjson", "geojson", "gpx"]


def read_back(name: str, data: bytes) -> list[Position]:
    """The positions of a file in which nothing is wrong."""
    positions = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"export{FORMATS[name].ending}"
        path.write_bytes(data)
        for row in read_file(path, lambda: NOW):
            assert isinstance(row, Report), row
            positions.append(accept(row, NOW, ""))
    return positions


def exact(positions: list[Position]) -> list[bytes]:
    """Equal only where each number has the same bits and the same type, which == would not ask for."""
    return [msgspec.json.encode(msgspec.structs.replace(one, received=0, source="")) for one in positions]


@pytest.mark.parametrize("name", READ_BACK)
@given(st.data())
def test_what_was_exported_is_read_back_the_same(name: str, data: st.DataObject) -> None:
    positions = data.draw(positions_in_order(lacking="\ufffe\uffff" if name == "gpx" else ""))
    assert exact(read_back(name, written(name, data.draw(split(positions))))) == exact(positions)


@pytest.mark.parametrize("name", READ_BACK)
def test_the_samples_are_read_back_the_same(name: str) -> None:
    assert exact(read_back(name, written(name, [SAMPLES]))) == exact(SAMPLES)


@pytest.mark.parametrize("name", READ_BACK)
def test_a_long_export_is_read_in_memory_that_does_not_grow(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"export{FORMATS[name].ending}"
    path.write_bytes(written(name, [[position("bus-1", NOW + i, speed=8.5) for i in range(20_000)]]))
    tracemalloc.start()
    try:
        assert sum(1 for _ in read_file(path)) == 20_000
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 1_000_000 + path.stat().st_size / 4


def test_what_xml_cannot_carry_in_a_device_id_is_replaced() -> None:
    (got,) = read_back("gpx", written("gpx", [[position("bus\uffff", NOW)]]))
    assert got.device_id == "bus\ufffd"


def test_attributes_of_gpx_that_were_broken_reject_their_point_only(tmp_path: Path) -> None:
    path = tmp_path / "export.gpx"
    path.write_bytes(written("gpx", [SAMPLES]).replace(b'{"name":null}', b"name"))
    rows = list(read_file(path, lambda: NOW))
    (bad,) = [row for row in rows if isinstance(row, Rejection)]
    assert (bad.index, bad.field, len(rows)) == (5, "attributes", len(SAMPLES))
    assert "expected a JSON object, got 'name'" in bad.reason


def test_a_track_of_others_beside_ours_is_called_as_the_file(tmp_path: Path) -> None:
    path = tmp_path / "ride.gpx"
    other = '<trk><trkseg><trkpt lat="1" lon="2"><time>2026-09-21T14:13:20Z</time></trkpt></trkseg></trk></gpx>'
    path.write_bytes(written("gpx", [SAMPLES]).replace(b"</gpx>", other.encode()))
    (*_, last) = read_file(path, lambda: NOW)
    assert isinstance(last, Report)
    assert last.device_id == "ride"


def test_a_table_that_was_edited_is_read_with_the_spaces_that_people_type() -> None:
    table = (
        written("csv", [SAMPLES[-1:]])
        .replace(b",", b", ")
        .replace(b"received, source", b"received")
        .replace(b", test", b"")
    )
    assert exact(read_back("csv", table)) == exact(SAMPLES[-1:])
