"""A report: what a device says, before and while it is checked. The only way to a Position."""

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import msgspec

from herenow.errors import BadRequest
from herenow.model.clock import DAY
from herenow.model.position import FIRST, LATER, MEASURED, Attributes, Fix, Position, compiled, digest, items
from herenow.model.timestamps import from_value

EARLIEST = 946_684_800_000  # 2000-01-01 in ms
LATEST_AHEAD = 366 * DAY  # ms
MAX_ATTRIBUTES = 4096  # bytes of JSON
MAX_BATCH = 10_000  # reports

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


class Report(Fix, forbid_unknown_fields=True, omit_defaults=True, kw_only=True, gc=False):
    """The fields of docs/protocol.md, "A position". Types and plain bounds are checked while it is decoded, the rest
    by `accept`."""

    attributes: dict[str, str | int | float | bool | None] | None = None
    received: object = None  # ours, ignored on the way in
    source: object = None  # ours, ignored on the way in


FIELDS = ("device_id", "time", "timestamp", "latitude", "longitude", *MEASURED, "attributes")

_FIRST = items("report", ("latitude", "longitude", *FIRST), course="course") + "attributes, "
_WHOLE = {name: f"None if report.{name} is None else int(report.{name})" for name in LATER if MEASURED[name].whole}
_LATER = items("report", LATER, **_WHOLE)
_position: Callable[..., Position] = compiled(
    "report, time, course, attributes, received, source",
    f"Position(report.device_id, time, digest({_FIRST}), {_FIRST}received, source, {_LATER})",
    Position=Position,
    digest=digest,
)


def is_unknown(field: str, value: object) -> bool:
    """Whether a value of a field only says that it is not known, by a sentinel of docs/protocol.md: the field is left
    out then, and the position kept."""
    measured = MEASURED.get(field)
    return measured is not None and (value in measured.unknown or value != value)  # only NaN is not itself


class Rejection(msgspec.Struct, frozen=True):
    """Why a report was not accepted. `index` counts from 0 in what was sent; `field` is None where none is to blame."""

    index: int  # of a file the line or the point, from 1
    field: str | None
    reason: str

    def __str__(self) -> str:
        return f"{self.field}: {self.reason}" if self.field else self.reason


class Receipt(msgspec.Struct, frozen=True):
    """What became of reports: so many are durable, and these never will be."""

    accepted: int
    rejected: list[Rejection]


class BadReport(BadRequest):
    """One report is wrong; the others beside it may be right."""

    def __init__(self, field: str | None, reason: str) -> None:
        super().__init__(f"{field}: {reason}" if field else reason)
        self.field = field
        self.reason = reason

    def at(self, index: int) -> Rejection:
        return Rejection(index, self.field, self.reason)


def accept(report: Report, received: int, source: str) -> Position:
    """The position that a report tells of. Raises BadReport."""
    time = _time_of(report, received)
    if not report.device_id.isprintable() and _CONTROL.search(report.device_id):
        raise BadReport("device_id", f"expected text without control characters, got {report.device_id!r}")
    course = 0.0 if report.course == 360 else report.course
    attributes = _attributes_of(report) if report.attributes else None
    return _position(report, time, course, attributes, received, source)


def _time_of(report: Report, received: int) -> int:
    value = report.time if report.time is not None else report.timestamp
    if value is None:
        raise BadReport("time", "expected the time of the fix, got none; send Unix milliseconds or ISO 8601")
    time = value if type(value) is int else _read("time", value)
    if not EARLIEST <= time <= received + LATEST_AHEAD:
        raise BadReport("time", _out_of_range(time))
    if report.time is not None and report.timestamp is not None and _read("timestamp", report.timestamp) != time:
        raise BadReport("timestamp", f"expected the same as time ({report.time}) or none, got {report.timestamp}")
    return time


def _read(field: str, value: float | str) -> int:
    try:
        return from_value(value)
    except ValueError as error:
        raise BadReport(field, str(error)) from error


def _out_of_range(time: int) -> str:
    seconds = EARLIEST <= time * 1000 <= EARLIEST + 200 * 366 * DAY
    hint = "these look like seconds: multiply by 1000" if seconds else "check the clock of the device"
    try:
        when = (_EPOCH + timedelta(milliseconds=time)).isoformat(timespec="seconds")
    except OverflowError:
        when = "beyond the calendar"
    return f"expected Unix milliseconds from 2000-01-01 to one year ahead, got {time} ({when}); {hint}"


def _attributes_of(report: Report) -> Attributes:
    attributes = report.attributes or {}
    for name, value in attributes.items():
        if type(value) is int and not -(2**63) <= value < 2**63:
            bits = value.bit_length() + 1  # with its sign
            raise BadReport("attributes", f"{name[:64]}: expected a whole number of at most 64 bits, got one of {bits}")
        if type(value) is float and not math.isfinite(value):
            raise BadReport("attributes", f"{name[:64]}: expected a finite number, got {value}")
    try:
        size = len(msgspec.json.encode(attributes))
    except UnicodeEncodeError as error:
        raise BadReport("attributes", "expected text of whole Unicode characters, got half of a pair") from error
    if size > MAX_ATTRIBUTES:
        raise BadReport("attributes", f"expected at most {MAX_ATTRIBUTES} bytes as JSON, got {size}")
    return attributes
