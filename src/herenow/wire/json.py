"""Positions as JSON: reports on the way in, live messages on the way out (docs/protocol.md)."""

import json
import math
import re
from collections.abc import Iterable, Sequence

import msgspec

from herenow.errors import BadRequest, TooLarge
from herenow.model.device import Device
from herenow.model.position import Position
from herenow.model.report import FIELDS, MAX_BATCH, BadReport, Rejection, Report

SUBPROTOCOL = "herenow.json.v1"

MAX_COMMAS = 40 * MAX_BATCH  # in an array in which something is wrong

Numbered = tuple[int, Report]  # a report and its index in what was sent

_report = msgspec.json.Decoder(Report)
_reports = msgspec.json.Decoder(list[Report])
_raws = msgspec.json.Decoder(list[msgspec.Raw])
_raw = msgspec.json.Decoder(msgspec.Raw)
encode = msgspec.json.Encoder().encode


def decode_reports(body: bytes) -> tuple[list[Numbered], list[Rejection]]:
    """The reports in one object, an array, or lines of JSON; beside them what could not be taken for one, by index.

    Raises BadRequest where the whole is not JSON, TooLarge beyond MAX_BATCH reports.
    """
    start = body.lstrip(b" \t\r\n\xef\xbb\xbf")
    if not start:
        raise BadRequest("expected a position as JSON, an array of them or one a line; got nothing")
    if start.startswith(b"["):
        return _from_array(start)
    if not start.startswith(b"{"):
        raise BadRequest(f"expected JSON that starts with {{ or [, got {start[:20].decode(errors='replace')!r}")
    return _one_by_one(_split(start))


def _from_array(body: bytes) -> tuple[list[Numbered], list[Rejection]]:
    try:
        reports = _reports.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _one_by_one(_elements(body))  # slower, and it knows which one is wrong
    _limit(len(reports))
    return list(enumerate(reports)), []


def _elements(body: bytes) -> Sequence[bytes | msgspec.Raw]:
    if body.count(b",") > MAX_COMMAS:  # before memory and time are spent on millions of elements
        raise TooLarge(
            f"expected at most {MAX_BATCH} positions in one request, and fewer commas in them; send them in parts"
        )
    try:
        return _limit_all(_raws.decode(body))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return _limit_all(_lenient(body, error))


def _lenient(body: bytes, error: Exception) -> list[bytes]:
    """The elements of an array that holds NaN or Infinity, which many writers emit and JSON does not know."""
    try:
        values = json.loads(body)
    except (ValueError, RecursionError):
        raise BadRequest(f"expected JSON: {error}") from error
    return [json.dumps(value).encode() for value in values]


def _split(body: bytes) -> list[bytes]:
    """One object, however it is laid out, or else lines."""
    lines = [line for line in body.split(b"\n") if line.strip()]
    if len(lines) == 1:
        return lines
    try:
        _raw.decode(body)
    except (msgspec.DecodeError, RecursionError):
        pass
    else:
        return [body]
    if not lines[0].rstrip().endswith(b"}"):
        raise BadRequest("expected one JSON object, or one on each line; this is neither")
    _limit(len(lines))
    return lines


def _one_by_one(parts: Iterable[bytes | msgspec.Raw]) -> tuple[list[Numbered], list[Rejection]]:
    good: list[Numbered] = []
    bad: list[Rejection] = []
    for index, part in enumerate(parts):
        try:
            good.append((index, decode_report(part)))
        except BadReport as error:
            bad.append(error.at(index))
    return good, bad


def decode_report(part: bytes | msgspec.Raw) -> Report:
    """One report. Raises BadReport that names the field."""
    try:
        return _report.decode(part)
    except msgspec.ValidationError as error:
        raise _explain(error, _as_sent(part)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _unreadable(bytes(part), error) from error


def _as_sent(part: bytes | msgspec.Raw) -> object:
    """What a report that is wrong holds. Raises BadReport where what follows the first mistake is not even JSON."""
    try:
        return msgspec.json.decode(part)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _unreadable(bytes(part), error) from error


def convert_report(fields: dict[str, object]) -> Report:
    """One report from values, as a file reader has them. Raises BadReport that names the field."""
    for name, value in fields.items():
        if isinstance(value, float) and not math.isfinite(value):
            raise BadReport(name, f"expected a finite number, got {value}")
    try:
        return msgspec.convert(fields, Report)
    except msgspec.ValidationError as error:
        raise _explain(error, fields) from error


_AT_FIELD = re.compile(r" - at `\$(?:\.(?P<field>\w+))?.*`$")
_UNKNOWN = re.compile(r"Object contains unknown field `(?P<name>.*?)`", re.DOTALL)
_MISSING = re.compile(r"missing required field `(?P<field>\w+)`")
_NO_NUMBER = re.compile(rb'"(\w+)"\s*:\s*(-?(?:NaN|Infinity))')


def _explain(error: msgspec.ValidationError, sent: object) -> BadReport:
    text = str(error)
    if unknown := _UNKNOWN.match(text):
        name = unknown["name"][:64]
        return BadReport(name, f'unknown field; known are {", ".join(FIELDS)}; anything else goes into "attributes"')
    if missing := _MISSING.search(text):
        return BadReport(missing["field"], "expected a value, got none")
    at = _AT_FIELD.search(text)
    field: str | None = at["field"] if at else None
    reason = _AT_FIELD.sub("", text).replace("`", "")
    got = sent.get(field) if field and isinstance(sent, dict) else sent
    return BadReport(field, f"{reason[:1].lower()}{reason[1:].partition(', got')[0]}, got {_short(got)}")


def _unreadable(part: bytes, error: Exception) -> BadReport:
    found = _NO_NUMBER.search(part)
    if found:
        return BadReport(found[1].decode(), f"expected a finite number, got {found[2].decode()}")
    return BadReport(None, f"expected JSON: {error}")


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _limit(count: int) -> None:
    if count > MAX_BATCH:
        raise TooLarge(f"expected at most {MAX_BATCH} positions in one request, got {count}; send them in parts")


def _limit_all(parts: Sequence[bytes | msgspec.Raw]) -> Sequence[bytes | msgspec.Raw]:
    _limit(len(parts))
    return parts


class Live(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A position in a live message: flat, and `timestamp` for `time`."""

    device_id: str
    timestamp: int  # ms
    latitude: float
    longitude: float
    status: str
    speed: float | None = None
    course: float | None = None
    altitude: float | None = None
    accuracy: float | None = None
    battery: float | None = None
    kind: str | None = None
    name: str | None = None
    stale_at: int | None = None  # ms; it is stale from then on unless it is heard before


def encode_live(device: Device) -> bytes:
    """What a live message says of a device; the same bytes serve every viewer."""
    position = device.position
    return encode(
        Live(
            position.device_id,
            position.time,
            position.latitude,
            position.longitude,
            device.motion,
            device.speed,
            device.course,
            position.altitude,
            position.accuracy,
            position.battery,
            device.kind,
            device.name,
            device.stale_at,
        )
    )


def join(positions: Iterable[bytes]) -> str:
    """Encoded positions as an array."""
    return f"[{b','.join(positions).decode()}]"


def message(kind: str, epoch: str, seq: int, time: int, positions: str, view: int = 0) -> str:
    """A `snapshot` or `update` of an array of positions; `view` is the view that it answers."""
    return f"{message_head(kind, epoch, seq, time, view)}{positions}}}"


def message_head(kind: str, epoch: str, seq: int, time: int, view: int = 0) -> str:
    """Such a message up to its array of positions; behind that a brace closes it."""
    of = f'"view":{view},' if view else ""
    return f'{{"type":"{kind}",{of}"epoch":"{epoch}","seq":{seq},"time":{time},"positions":'


def reported(position: Position) -> dict[str, object]:
    """A position by the field names in which it can be reported again; what is not known is left out."""
    fields = {field: getattr(position, field) for field in _TOLD}
    return {field: value for field, value in fields.items() if value is not None}


_TOLD = tuple(field for field in Position.__struct_fields__ if field != "tie")
