"""GeoParquet 1.1, with pyarrow of the extra `herenow[parquet]`."""

import io
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import msgspec
import numpy as np

from herenow.errors import BadRequest
from herenow.history.tracks.summary import Extent, around, extent_of
from herenow.model.position import MEASURED, Position

ROWS = 50_000  # in a row group

_POINT = np.dtype([("little_endian", "u1"), ("kind", "<u4"), ("longitude", "<f8"), ("latitude", "<f8")])  # WKB
_CORNERS = ("xmin", "ymin", "xmax", "ymax")


class ParquetExport:
    """A row for each position, in row groups of ROWS, which is also how many positions it holds.

    The geometry is a point without height, since heights are not always known; `altitude` is a column like the others,
    and attributes are JSON. `bbox` repeats the place so that a reader can pass over row groups.
    """

    def __init__(self) -> None:
        """Raises BadRequest where pyarrow is not installed."""
        try:
            self._arrow: Any = import_module("pyarrow")
            parquet: Any = import_module("pyarrow.parquet")
        except ImportError as error:
            raise BadRequest("expected pyarrow for GeoParquet, got none; install herenow[parquet]") from error
        self._outbox = _Outbox()
        self._schema = _schema(self._arrow)
        self._writer = parquet.ParquetWriter(self._outbox, self._schema, compression="zstd")
        self._held: list[Position] = []
        self._extent: Extent | None = None

    def begin(self) -> bytes:
        return self._outbox.take()

    def add(self, positions: Sequence[Position]) -> bytes:
        self._held += positions
        while len(self._held) >= ROWS:
            rows, self._held = self._held[:ROWS], self._held[ROWS:]
            self._write(rows)
        return self._outbox.take()

    def end(self) -> bytes:
        if self._held:
            self._write(self._held)
        self._writer.add_key_value_metadata({"geo": msgspec.json.encode(_geo(self._extent)).decode()})
        self._writer.close()
        return self._outbox.take()

    def _write(self, rows: list[Position]) -> None:
        longitudes = np.array([position.longitude for position in rows])
        latitudes = np.array([position.latitude for position in rows])
        known = [self._extent] if self._extent else []
        self._extent = around([*known, extent_of(longitudes, latitudes)])
        columns = _columns(self._arrow, self._schema, rows, longitudes, latitudes)
        self._writer.write_batch(self._arrow.record_batch(columns, schema=self._schema), row_group_size=ROWS)


class _Outbox(io.RawIOBase):
    """What was written, until it is taken."""

    def __init__(self) -> None:
        self._written: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._written.append(bytes(data))
        return len(self._written[-1])

    def take(self) -> bytes:
        taken, self._written = b"".join(self._written), []
        return taken


def _schema(arrow: Any) -> Any:
    time = arrow.timestamp("ms", "UTC")
    corners = arrow.struct([arrow.field(corner, arrow.float64(), nullable=False) for corner in _CORNERS])
    return arrow.schema(
        [
            arrow.field("device_id", arrow.string(), nullable=False),
            arrow.field("time", time, nullable=False),
            arrow.field("geometry", arrow.binary(), nullable=False),
            arrow.field("bbox", corners, nullable=False),
            *[arrow.field(name, arrow.int32() if of.whole else arrow.float64()) for name, of in MEASURED.items()],
            arrow.field("attributes", arrow.string()),
            arrow.field("received", time, nullable=False),
            arrow.field("source", arrow.string(), nullable=False),
        ]
    )


def _columns(arrow: Any, schema: Any, rows: list[Position], longitudes: Any, latitudes: Any) -> list[Any]:
    values = {
        name: arrow.array([getattr(row, name) for row in rows], schema.field(name).type)
        for name in ("device_id", "time", *MEASURED, "received", "source")
    }
    values["geometry"] = _points(arrow, longitudes, latitudes)
    places = [arrow.array(longitudes), arrow.array(latitudes)]
    values["bbox"] = arrow.StructArray.from_arrays(places * 2, fields=list(schema.field("bbox").type))
    attributes = [msgspec.json.encode(row.attributes).decode() if row.attributes else None for row in rows]
    values["attributes"] = arrow.array(attributes, arrow.string())
    return [values[name] for name in schema.names]


def _points(arrow: Any, longitudes: Any, latitudes: Any) -> Any:
    points = np.empty(len(longitudes), _POINT)
    points["little_endian"], points["kind"] = 1, 1
    points["longitude"], points["latitude"] = longitudes, latitudes
    offsets = np.arange(len(points) + 1, dtype=np.int32) * _POINT.itemsize
    buffers = [None, arrow.py_buffer(offsets), arrow.py_buffer(points.tobytes())]
    return arrow.Array.from_buffers(arrow.binary(), len(points), buffers)


def _geo(extent: Extent | None) -> dict[str, object]:
    """The metadata of GeoParquet; without `crs` it is longitude and latitude of WGS 84."""
    geometry: dict[str, object] = {
        "encoding": "WKB",
        "geometry_types": ["Point"],
        "covering": {"bbox": {corner: ["bbox", corner] for corner in _CORNERS}},
    }
    if extent:
        box = extent.box
        geometry["bbox"] = [box.west, box.south, box.east, box.north]
    return {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": geometry}}
