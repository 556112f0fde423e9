"""Tables of positions: one row each, and a header that says what is in the columns."""

import csv
from collections.abc import Callable, Iterable, Iterator

import msgspec

from herenow.errors import SettingsError
from herenow.model.number import read_number
from herenow.model.position import LATER, MEASURED, Position
from herenow.model.report import FIELDS, BadReport, Rejection
from herenow.sources.files.rows import FileReport, Row, file_report, perhaps_number, put_attribute
from herenow.sources.files.table import read_rows

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
    **{alias: name for name, field in MEASURED.items() for alias in field.aliases},
}
REQUIRED = ("time", "latitude", "longitude")
IGNORED = ("received", "source")  # the server's own, as in every report
_EXPORTED = [field for field in Position.__struct_fields__ if field != "tie"]
# Headers of herenow.history.export.csv: older versions wrote fewer columns.
EXPORTED = [_EXPORTED[: len(_EXPORTED) - lacking] for lacking in range(len(LATER) + 1)]

_object = msgspec.json.Decoder(dict[str, object])


def read_csv(lines: Iterable[bytes], device_id: str) -> Iterator[Row]:
    """Rows by the fields of docs/protocol.md or ALIASES, with the number of the line that they begin on; other columns
    become attributes, empty cells are not known.

    Commas, semicolons or tabs; spaces around a cell are dropped, but in a table of our own, where they belong to the
    device id. `device_id` is for a table without such a column. A quote that nothing closes spoils its own line alone.
    Raises SettingsError where the header lacks a column that is needed.
    """
    # What is not UTF-8 becomes halves of surrogate pairs, which no right text holds: only those rows are rejected.
    text = (line.decode(errors="surrogateescape") for line in lines)
    header = next(text, "")
    separator = max(",;\t", key=header.count)
    names = _names(header, separator)
    columns = _columns(names)
    spaced = names in EXPORTED

    def report(cells: list[str]) -> FileReport:
        return _report(cells if spaced else [cell.strip() for cell in cells], columns, device_id)

    def is_row(cells: list[str]) -> bool:
        try:
            report(cells)
        except BadReport:
            return False
        return True

    for row in read_rows(text, separator, is_row):
        if isinstance(row, Rejection):
            yield row
            continue
        number, cells = row
        try:
            found, remarks = report(cells)
        except BadReport as error:
            yield error.at(number)
        else:
            yield number, found
            yield from remarks


def _names(header: str, separator: str) -> list[str]:
    try:
        return [name.strip() for name in next(csv.reader([header], delimiter=separator), [])]
    except csv.Error as error:
        raise SettingsError(
            f"expected a header on one line, and lines that end in LF or CRLF; got {header[:60]!r} ({error})"
        ) from error


def _columns(names: list[str]) -> list[Cell]:
    # Beside `satellites` a column `sat` stays the attribute that it was before there was such a field.
    exact = {name.lower() for name in names} & {*LATER}
    fields = [name.lower() if _field(name) in exact else _field(name) for name in names]
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


def _field(name: str) -> str:
    return ALIASES.get(name.lower(), name.lower())


def _report(cells: list[str], columns: list[Cell], device_id: str) -> FileReport:
    if len(cells) != len(columns):
        raise BadReport(None, f"expected {len(columns)} cells as in the header, got {len(cells)}")
    fields: dict[str, object] = {} if ("device_id", _text) in columns else {"device_id": device_id}
    attributes: dict[str, object] = {}
    for cell, (field, value) in zip(cells, columns, strict=True):
        if not cell or field in IGNORED:
            continue
        if not cell.isascii() and any("\udc80" <= letter <= "\udcff" for letter in cell):
            raise BadReport(field, "expected UTF-8, got other bytes; save the table as UTF-8")
        if field == "attributes":
            for inner_name, inner_value in _attributes(cell).items():
                put_attribute(attributes, inner_name, inner_value)
        elif field in FIELDS:
            fields[field] = value(field, cell)
        else:
            put_attribute(attributes, field, value(field, cell))
    if attributes:
        fields["attributes"] = attributes
    return file_report(fields)


def _text(_: str, cell: str) -> object:
    return cell


def _number(field: str, cell: str) -> object:
    try:
        return read_number(cell)
    except ValueError as error:
        raise BadReport(field, f"expected a number, got {cell[:40]!r}") from error


def _perhaps_number(_: str, cell: str) -> object:
    return perhaps_number(cell)


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
    **dict.fromkeys(("latitude", "longitude", *MEASURED), _number),
    **dict.fromkeys(LATER, _perhaps_number),
    "ignition": _truth,
    "name": _text,
    "kind": _text,
}
