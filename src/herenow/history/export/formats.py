"""The formats in which history leaves."""

from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from herenow.errors import BadRequest
from herenow.history.export.csv import CsvExport
from herenow.history.export.czml import CzmlExport
from herenow.history.export.geojson import GeojsonExport
from herenow.history.export.gpx import GpxExport
from herenow.history.export.kml import KmlExport
from herenow.history.export.ndjson import NdjsonExport
from herenow.history.export.parquet import ParquetExport
from herenow.model.position import Position


class Export(Protocol):
    """One file being written, in memory that does not grow with it. What the three return, joined, is the file.

    None of them waits. They are called in this order: `begin` once, `add` any number of times, `end` once.
    """

    def begin(self) -> bytes: ...

    def add(self, positions: Sequence[Position]) -> bytes:
        """Positions over all calls come sorted by device, then by (time, tie). May return nothing yet."""
        ...

    def end(self) -> bytes: ...


class Format(msgspec.Struct, frozen=True):
    """A kind of file. `make` raises BadRequest where what it needs is not installed."""

    name: str
    media_type: str
    ending: str  # of a file's name
    make: Callable[[], Export]


FORMATS = {
    one.name: one
    for one in (
        Format("csv", "text/csv; charset=utf-8", ".csv", CsvExport),
        Format("ndjson", "application/x-ndjson", ".ndjson", NdjsonExport),
        Format("geojson", "application/geo+json", ".geojson", GeojsonExport),
        Format("gpx", "application/gpx+xml", ".gpx", GpxExport),
        Format("kml", "application/vnd.google-earth.kml+xml", ".kml", KmlExport),
        Format("czml", "application/json", ".czml", CzmlExport),
        Format("parquet", "application/vnd.apache.parquet", ".parquet", ParquetExport),
    )
}


def format_named(name: str) -> Format:
    """Raises BadRequest for a name that is none."""
    if name not in FORMATS:
        raise BadRequest(f"format: expected one of {', '.join(FORMATS)}; got {name[:40]!r}")
    return FORMATS[name]
