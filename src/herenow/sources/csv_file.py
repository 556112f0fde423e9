"""Tables of positions: one row each, and a header that says what is in the columns."""

import csv
from collections.abc import Callable, Iterable, Iterator

import msgspec

from herenow.errors import SettingsError
from herenow.model.position import Position
from herenow.model.report import FIELDS, BadReport, Rejection, Report
from herenow.wire.json import convert_report

Cell = tuple[str, Callable[[str, str], object]]  # the field of a column, and what makes its value of (field, text)

ALIASES = {
    "device": "device_id",
    "vehicle_id": "device_id",
    "timestamp": "time",
    "timestamp_ms": "time",
    "time_ms": "time",
    "lat": "latitude",
    "lon": "longitude",
    "lng": "longitude",
    "long": "longitude",
    "alt": "altitude",
    "ele": "altitude",
    "elevation": "altitude",
    "altitude_m": "altitude",
    "speed_mps": "speed",
    "course_deg": "course",
    "bearing": "course",
    "accuracy_m": "accuracy",
}
REQUIRED = ("device_id", "time", "latitude", "longitude")
IGNORED = ("received", "source")  # the server's own, as in every report
EXPORTED = [field for field in Position.__struct_fields__ if field != "tie"]  # the header of herenow.history.export_csv

_object = msgspec.json.Decoder(dict[str, object])


def read_csv(lines: Iterable[bytes]) -> Iterator[tuple[int, Report] | Rejection]:
    """Rows by the fields of docs/protocol.md or ALIASES; other columns become attributes, empty cells are not known.

    Commas, semicolons or tabs; spaces around a cell are dropped, but in a table of our own, where they belong to the
    device id. Raises SettingsError where the header lacks a column that is needed.
    """
    # What is not UTF-8 becomes halves of surrogate pairs, which no right text holds: only those rows are rejected.
    text = (line.decode(errors="surrogateescape") for line in lines)
    header = next(text, "")
    separator = max(",;\t", key=header.count)
    names = [name.strip() for name in next(csv.reader([header], delimiter=separator), [])]
    columns = _columns(names)
    rows: Iterator[list[str]] = csv.reader(text, delimiter=separator)
    return _read(rows if names == EXPORTED else map(_stripped, rows), columns)


def _stripped(cells: list[str]) -> list[str]:
    return [cell.strip() for cell in cells]


def _read(rows: Iterator[list[str]], columns: list[Cell]) -> Iterator[tuple[int, Report] | Rejection]:
    index = 0
    while True:
        try:
            cells = next(rows)
            if not cells:
                continue  # a blank line
            yield index, _report(cells, columns)
        except StopIteration:
            return
        except csv.Error as error:
            yield Rejection(index, None, f"expected a row of a table: {error}")
        except BadReport as error:
            yield error.at(index)
        index += 1


def _columns(names: list[str]) -> list[Cell]:
    fields = [ALIASES.get(name.lower(), name.lower()) for name in names]
    missing = [field for field in REQUIRED if field not in fields]
    if missing:
        raise SettingsError(
            f"expected a header with the columns {', '.join(REQUIRED)}; {', '.join(missing)} missing, "
            f"got {', '.join(names)[:300] or 'nothing'}"
        )
    for field in FIELDS:
        if fields.count(field) > 1:
            twice = [name for name, named in zip(names, fields, strict=True) if named == field]
            raise SettingsError(f"expected one column for {field}, got {' and '.join(twice)}; leave one out")
    return [
        (field, _VALUES.get(field, _text)) if field in FIELDS or field in _VALUES else (name, _text)
        for name, field in zip(names, fields, strict=True)
    ]


def _report(cells: list[str], columns: list[Cell]) -> Report:
    if len(cells) != len(columns):
        raise BadReport(None, f"expected {len(columns)} cells as in the header, got {len(cells)}")
    fields: dict[str, object] = {}
    attributes: dict[str, object] = {}
    for cell, (field, value) in zip(cells, columns, strict=True):
        if not cell or field in IGNORED:
            continue
        if not cell.isascii() and any("\udc80" <= letter <= "\udcff" for letter in cell):
            raise BadReport(field, "expected UTF-8, got other bytes; save the table as UTF-8")
        if field == "attributes":
            attributes |= _attributes(cell)
        else:
            (fields if field in FIELDS else attributes)[field] = value(field, cell)
    if attributes:
        fields["attributes"] = attributes
    return convert_report(fields)


def _text(_: str, cell: str) -> object:
    return cell


def _number(field: str, cell: str) -> object:
    try:
        return float(cell)
    except ValueError as error:
        raise BadReport(field, f"expected a number, got {cell[:40]!r}") from error


def _time(_: str, cell: str) -> object:
    """Whole ms; else the text, which is ISO 8601 or wrong."""
    try:
        return int(cell)
    except ValueError:
        return cell


def _truth(field: str, cell: str) -> object:
    truth = {"true": True, "1": True, "on": True, "false": False, "0": False, "off": False}.get(cell.lower())
    if truth is None:
        raise BadReport(field, f"expected true or false, got {cell[:40]!r}")
    return truth


def _attributes(cell: str) -> dict[str, object]:
    try:
        return _object.decode(cell)
    except msgspec.DecodeError as error:
        raise BadReport("attributes", f"expected a JSON object, got {cell[:40]!r}") from error


_VALUES: dict[str, Callable[[str, str], object]] = {
    **dict.fromkeys(("latitude", "longitude", "altitude", "speed", "course", "accuracy", "battery"), _number),
    "time": _time,
    "ignition": _truth,
    "name": _text,
    "kind": _text,
}
