"""Recorded positions in files: what kind a file is, and its bytes."""

import gzip
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, cast

from herenow.errors import SettingsError
from herenow.model.clock import Clock, now
from herenow.model.position import Position
from herenow.model.report import BadReport, Rejection, Report, accept
from herenow.sources.files.csv import read_csv
from herenow.sources.files.geojson import read_geojson
from herenow.sources.files.gpx import read_gpx
from herenow.sources.files.owntracks import device_of, read_owntracks
from herenow.sources.files.rows import ImportRemark, Row
from herenow.wire.reports import decode_report

MAX_LINE = 1024 * 1024  # bytes
KINDS = ".geojson, .geojsonl, .geojsons, .rec (OwnTracks Recorder), .csv, .ndjson, .jsonl or .gpx, each also with .gz"

_ENDINGS = {
    "csv": "csv",
    "ndjson": "ndjson",
    "jsonl": "ndjson",
    "gpx": "gpx",
    **dict.fromkeys(("geojson", "geojsonl", "geojsons"), "geojson"),
    "rec": "owntracks",
}


def read_file(
    path: Path,
    clock: Clock = now,
    reached: Callable[[int], None] = lambda _: None,
    *,
    device_id: str | None = None,
) -> Iterator[Report | Rejection | ImportRemark]:
    """The reports of a file of one of KINDS in its order, `time` in Unix ms; beside them what is wrong with a row, by
    its number as `place` names it, and remarks about the file. `reached` gets the bytes of the file that have
    been read, as it lies on the disk. `device_id` is for what names no device; without it, that is called as the file,
    or as its track.

    Files are read on demand, in constant memory. Raises SettingsError that names the file, at the first
    report or where the file cannot be read on.
    """
    kind, stem = _kind(path)
    try:
        with path.open("rb") as raw, _plain(path, raw) as file:
            for row in _rows(kind, file, path, stem, device_id):
                reached(raw.tell())
                yield _checked(row, clock())
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror or error}") from error
    except (EOFError, zlib.error) as error:
        raise SettingsError(f"{path}: expected whole gzip data, but it is broken; fetch it again") from error
    except SettingsError as error:
        raise SettingsError(f"{path}: {error}") from error


def size_of(path: Path) -> int:
    """Bytes on the disk. Raises SettingsError where the file cannot be read."""
    try:
        return path.stat().st_size
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror or error}") from error


def row_location(path: Path, rejection: Rejection) -> str:
    """Where in which file something is wrong: its line, or, in kinds without lines, its point, counted from 1."""
    unit = "point" if _kind(path)[0] in ("gpx", "geojson") else "line"
    return f"{path}: {unit} {rejection.index}" + (f": {rejection.field}" if rejection.field else "")


def _rows(kind: str, file: IO[bytes], path: Path, stem: str, device_id: str | None) -> Iterator[Row]:
    if kind == "gpx":
        return read_gpx(file, stem, device_id)
    if kind == "geojson":
        return read_geojson(file, stem, device_id)
    if kind == "owntracks":
        return read_owntracks(_lines(file), device_of(path.absolute()) or device_id or stem)
    if kind == "csv":
        return read_csv(_lines(file), device_id or stem)
    return _read_ndjson(file)


def _kind(path: Path) -> tuple[str, str]:
    """What a name says a file is, and the name without that."""
    plain = path.name[:-3] if path.name.lower().endswith(".gz") else path.name
    stem, _, ending = plain.rpartition(".")
    kind = _ENDINGS.get(ending.lower())
    if kind is None or not stem:
        raise SettingsError(f"{path}: expected a name that ends in {KINDS}")
    return kind, stem


def _plain(path: Path, raw: IO[bytes]) -> IO[bytes]:
    return cast("IO[bytes]", gzip.open(raw)) if path.name.lower().endswith(".gz") else raw


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    """Lines with their ends, none longer than MAX_LINE: what has no ends is no table and may be huge."""
    number = 0
    while line := file.readline(MAX_LINE + 1):
        number += 1
        if len(line) > MAX_LINE:
            raise SettingsError(f"line {number}: expected at most {MAX_LINE} bytes in a line, got more")
        yield line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line


def _read_ndjson(file: IO[bytes]) -> Iterator[Row]:
    for number, line in enumerate(_lines(file), 1):
        if not line.strip():
            continue
        try:
            yield number, decode_report(line)
        except BadReport as error:
            yield error.at(number)


def _checked(row: Row, received: int) -> Report | Rejection | ImportRemark:
    """Checks a report as a server does, while the row is still known."""
    if isinstance(row, Rejection | ImportRemark):
        return row
    index, report = row
    try:
        position: Position = accept(report, received, "")
    except BadReport as error:
        return error.at(index)
    report.time, report.timestamp = position.time, None
    return report
