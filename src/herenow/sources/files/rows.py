"""What the readers of files have in common: what they give, and two names for one field."""

import math
from collections import deque

import msgspec

from herenow.model.number import read_number
from herenow.model.position import LATER, MEASURED
from herenow.model.report import BadReport, Rejection, Report, is_unknown
from herenow.model.timestamps import from_value
from herenow.wire.reports import convert_report

SAME = 1e-6  # by which two numbers for one field may differ, as a share or in their unit: one of them was rounded
MAX_TRACKS = 1000  # of a file that are compared with each other


class ImportRemark(msgspec.Struct, frozen=True):
    """A remark about a file, besides its rows. There are few different ones, so that they can be counted.

    `lost` where something was left out that says where a device was, or seems to.
    """

    what: str
    why: str
    lost: bool = False


OVERLAPPING = ImportRemark(
    "tracks that overlap in time under one device id",
    "their positions are one track now, by time; if they are of several devices, give each track a name of its own",
)

FileReport = tuple[Report, list[ImportRemark]]
Row = tuple[int, Report] | Rejection | ImportRemark  # with the number of its line or point


def file_report(fields: dict[str, object]) -> FileReport:
    """As `convert_report`, without the fields of LATER that are wrong: writers of files put anything there, and the
    place counts more. Raises BadReport."""
    remarks: list[ImportRemark] = []
    while True:
        try:
            return convert_report(fields), remarks
        except BadReport as error:
            if error.field not in LATER or error.field not in fields:
                raise
            remarks.append(_wrong(error.field))
            fields = {name: value for name, value in fields.items() if name != error.field}


def _wrong(field: str) -> ImportRemark:
    measured = MEASURED[field]
    kind = "whole numbers" if measured.whole else "numbers"
    return ImportRemark(
        f"values of {field} left out",
        f"expected {kind} from {measured.least} to {measured.most}; the positions are kept",
    )


def perhaps_number(text: str) -> object:
    """The number, or the text itself: for a field that `file_report` may leave out."""
    try:
        return read_number(text)
    except ValueError:
        return text


def put(fields: dict[str, object], field: str, value: object) -> None:
    """Adds a field, unless its value only says that it is not known. Raises BadReport where it has another value
    already, under another name."""
    if is_unknown(field, value):
        return
    if field not in fields:
        fields[field] = value
    elif not _same(fields[field], value):
        raise BadReport(field, _two_values(fields[field], value))


def put_attribute(attributes: dict[str, object], name: str, value: object) -> None:
    """Adds an attribute. Raises BadReport where it has another value already."""
    if name not in attributes:
        attributes[name] = value
    elif not _same(attributes[name], value):
        raise BadReport("attributes", f"{name[:64]}: {_two_values(attributes[name], value)}")


def _same(one: object, other: object) -> bool:
    if isinstance(one, float) and isinstance(other, int | float):
        return math.isclose(one, other, rel_tol=SAME, abs_tol=SAME)
    return one == other


def _two_values(one: object, other: object) -> str:
    return f"expected one value, got {one!r:.40} and {other!r:.40} under two names; leave one out"


class Tracks:
    """The times of the tracks of a file, the last MAX_TRACKS of them, to tell where they overlap."""

    def __init__(self) -> None:
        self._ended: deque[tuple[str, float, float]] = deque(maxlen=MAX_TRACKS)
        self._first, self._last = math.inf, -math.inf  # ms, of the track that is being read

    def add(self, report: Report) -> None:
        """A position of the track that is being read."""
        if report.time is None:
            return
        try:
            time = from_value(report.time)
        except ValueError:
            return  # its reader's caller rejects it
        self._first, self._last = min(self._first, time), max(self._last, time)

    def end(self, device_id: str) -> bool:
        """Ends a track. Whether it overlaps an earlier one of this device; their ends may touch."""
        first, last = self._first, self._last
        found = any(id_ == device_id and first < end and start < last for id_, start, end in self._ended)
        self._ended.append((device_id, first, last))
        self._first, self._last = math.inf, -math.inf
        return found
