"""Reports as JSON on the way in (docs/protocol.md)."""

import re
import time
from collections.abc import Generator, Iterable

import msgspec

from herenow.errors import BadRequest, TooLarge
from herenow.model.report import FIELDS, MAX_BATCH, BadReport, Rejection, Report, is_unknown
from herenow.model.slices import in_one
from herenow.wire.elements import split_array, too_many
from herenow.wire.json_object import MALFORMED, cut, not_finite, unreadable

MAX_LINES = 4 * MAX_BATCH  # blank ones included
MAX_REPORT = 64 * 1024  # bytes of JSON
DIRECT = 256 * 1024  # bytes of an array that is decoded at once: some milliseconds
SLICE = 0.005  # s of decoding before other work gets its turn

Numbered = tuple[int, Report]  # a report and its index in what was sent
Decoded = tuple[list[Numbered], list[Rejection]]

_report = msgspec.json.Decoder(Report)
_reports = msgspec.json.Decoder(list[Report])
_raw = msgspec.json.Decoder(msgspec.Raw)


def decode_reports(body: bytes, most: int = MAX_BATCH) -> Decoded:
    """The reports in one object, an array, or lines of JSON; beside them what could not be taken for one, by index.

    Raises BadRequest where the whole is not JSON, TooLarge beyond `most` reports.
    """
    return in_one(decode_in_slices(body, most))


def decode_in_slices(body: bytes, most: int = MAX_BATCH) -> Generator[None, None, Decoded]:
    """As `decode_reports`, with a pause after each SLICE of work."""
    start = body.strip().removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start:
        raise BadRequest("expected a position as JSON, an array of them or one a line; got nothing")
    if start.startswith(b"{"):
        return (yield from _one_by_one(_split(start, most)))
    if not start.startswith(b"["):
        raise BadRequest(f"expected JSON that starts with {{ or [, got {start[:20].decode(errors='replace')!r}")
    found = _small_array(start)
    if found is None:  # one by one is slower, pauses, and tells which one is wrong
        return (yield from _one_by_one((yield from split_array(start, most))))
    if len(found) > most:
        raise too_many(most, len(found))
    return list(enumerate(found)), []


def _small_array(body: bytes) -> list[Report] | None:
    """All of it at once, which cannot pause. None where it is large, or something is wrong, which is found at the
    first wrong element."""
    if len(body) > DIRECT:
        return None
    try:
        return _reports.decode(body)
    except MALFORMED:
        return None


def _split(body: bytes, most: int) -> list[bytes]:
    """One object, however it is laid out, or else lines."""
    if body.count(b"\n") > MAX_LINES:  # before memory and time are spent on millions of lines
        raise TooLarge(f"expected at most {MAX_LINES} lines in one request; send them in parts, without blank lines")
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
    if len(lines) > most:
        raise too_many(most, len(lines))
    return lines


def _one_by_one(parts: Iterable[bytes | msgspec.Raw]) -> Generator[None, None, Decoded]:
    good: list[Numbered] = []
    bad: list[Rejection] = []
    yield  # finding the parts was some work
    began = time.perf_counter()
    for index, part in enumerate(parts):
        try:
            good.append((index, decode_report(part)))
        except BadReport as error:
            bad.append(error.at(index))
        if time.perf_counter() - began > SLICE:
            yield
            began = time.perf_counter()
    return good, bad


def decode_report(part: bytes | msgspec.Raw) -> Report:
    """One report. Raises BadReport that names the field."""
    if len(memoryview(part)) > MAX_REPORT:
        raise BadReport(None, f"expected at most {MAX_REPORT} bytes of JSON, got {len(memoryview(part))}")
    try:
        return _report.decode(part)
    except msgspec.ValidationError as error:
        sent = _as_sent(part)
        if isinstance(sent, dict):
            return convert_report(sent)  # which knows what is wrong, and what only says that a field is not known
        raise _explain(error, sent) from error
    except MALFORMED as error:
        raise unreadable(bytes(part), error) from error


def _as_sent(part: bytes | msgspec.Raw) -> object:
    """What a report that is wrong holds. Raises BadReport where what follows the first mistake is not even JSON."""
    try:
        return msgspec.json.decode(part)
    except MALFORMED as error:
        raise unreadable(bytes(part), error) from error


def convert_report(fields: dict[str, object]) -> Report:
    """One report from values, as a file reader has them, without those that `is_unknown`. Raises BadReport that names
    the field."""
    try:
        return _convert(fields)
    except BadReport:
        known = {name: value for name, value in fields.items() if not is_unknown(name, value)}
        if len(known) == len(fields):
            raise
        return _convert(known)


def _convert(fields: dict[str, object]) -> Report:
    if wrong := not_finite(fields):
        raise wrong
    try:
        return msgspec.convert(fields, Report)
    except msgspec.ValidationError as error:
        raise _explain(error, fields) from error


_AT_FIELD = re.compile(r" - at `\$(?:\.(?P<field>\w+))?.*`$")
_UNKNOWN = re.compile(r"Object contains unknown field `(?P<name>.*?)`", re.DOTALL)
_MISSING = re.compile(r"missing required field `(?P<field>\w+)`")


def _explain(error: msgspec.ValidationError, sent: object) -> BadReport:
    text = str(error)
    if unknown := _UNKNOWN.match(text):
        name = unknown["name"][:64]
        return BadReport(name, f'unknown field; known are {", ".join(FIELDS)}; anything else goes into "attributes"')
    if missing := _MISSING.search(text):
        return BadReport(missing["field"], "expected a value, got none")
    at = _AT_FIELD.search(text)
    field: str | None = at["field"] if at else None
    reason = _AT_FIELD.sub("", text).replace("`", "").replace("float that's a multiple of 1.0", "whole number")
    got = sent.get(field) if field and isinstance(sent, dict) else sent
    return BadReport(field, f"{reason[:1].lower()}{reason[1:].partition(', got')[0]}, got {_short(got)}")


def _short(value: object) -> str:
    return cut(repr(value))
